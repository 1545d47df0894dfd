//! What takes place in Valbourg: dates that begin on the days after the demo, so that there is always something ahead.

use beffroi_schema::{
    id::{MediaId, ZoneId},
    value::{EventDetail, ItemContent, Point, Recurrence, Venue},
};
use chrono::{Datelike as _, Days, NaiveDate, NaiveDateTime, NaiveTime, Weekday};

use super::{TIME_ZONE, content::content, territory};

/// The Saturday market, which the story moves.
pub fn market(today: NaiveDate, centre: ZoneId) -> ItemContent {
    let saturday = next(today, Weekday::Sat);
    let mut market = content(
        (
            "Marché du samedi",
            "Producteurs de la vallée, de 8 h à 13 h sous les Halles.",
            "Maraîchers, fromagers, boulangers et fleuristes de la vallée de l’Aubrette.\nTram B, arrêt Les Halles.",
        ),
        (
            "Saturday market",
            "Growers of the valley, from 8 to 1 under the market hall.",
            "Vegetables, cheese, bread and flowers from the Aubrette valley.\nTram B, stop Les Halles.",
        ),
        &["marche", "commerce"],
        weekly(saturday, (8, 13), "FREQ=WEEKLY;BYDAY=SA"),
    );
    market.venue = venue("Les Halles", "1 place des Halles, Valbourg", territory::MARKET_HALL);
    market.zones = vec![centre];
    market
}

/// An exhibition, with its picture.
pub fn exhibition(today: NaiveDate, picture: MediaId) -> ItemContent {
    let opening = today + Days::new(1);
    let mut exhibition = content(
        (
            "L’eau et la pierre",
            "Trente photographies de l’Aubrette, de la source aux moulins. Entrée libre.",
            "Exposition à la Tannerie, du mardi au dimanche, de 10 h à 18 h. Visite en langue des signes le premier jeudi du mois.",
        ),
        (
            "Water and stone",
            "Thirty photographs of the Aubrette, from its spring to the mills. Free entry.",
            "Exhibition at the Tannery, Tuesday to Sunday, 10 to 6. Visit in sign language on the first Thursday of the month.",
        ),
        &["culture"],
        weekly(opening, (10, 18), "FREQ=DAILY;COUNT=40;BYDAY=TU,WE,TH,FR,SA,SU"),
    );
    exhibition.venue = venue("La Tannerie", "14 quai des Tanneurs, Valbourg", territory::TANNERY);
    exhibition.pictures = vec![picture];
    exhibition
}

/// What was announced before the demo began.
pub fn others(today: NaiveDate, centre: ZoneId) -> Vec<ItemContent> {
    vec![
        council(today),
        story_hour(today),
        concert(today, centre),
        festival(today),
    ]
}

fn council(today: NaiveDate) -> ItemContent {
    let evening = next(today + Days::new(7), Weekday::Thu);
    let mut council = content(
        (
            "Conseil municipal",
            "Séance publique, retransmise en direct et sous-titrée.",
            "À l’ordre du jour : budget, prolongement du tram B, tarifs de la médiathèque.",
        ),
        (
            "Town council",
            "Open to the public, streamed live with captions.",
            "On the agenda: budget, extension of tram B, library fees.",
        ),
        &["vie-municipale"],
        weekly(evening, (18, 21), "FREQ=MONTHLY;BYDAY=3TH"),
    );
    council.venue = venue("Hôtel de Ville", "Place du Beffroi, Valbourg", territory::BELFRY);
    council
}

/// Weekly, without one date.
fn story_hour(today: NaiveDate) -> ItemContent {
    let wednesday = next(today, Weekday::Wed);
    let mut detail = weekly(wednesday, (15, 16), "FREQ=WEEKLY;BYDAY=WE;COUNT=10");
    detail.recurrence.excluded = vec![at(wednesday + Days::new(14), 15)];
    content(
        (
            "L’heure du conte",
            "Pour les enfants dès quatre ans, à la médiathèque.",
            "",
        ),
        ("Story hour", "For children from four, at the library.", ""),
        &["jeunesse", "culture"],
        detail,
    )
}

fn concert(today: NaiveDate, centre: ZoneId) -> ItemContent {
    let mut concert = content(
        (
            "Carillon de midi",
            "Les élèves du conservatoire font sonner les vingt-trois cloches.",
            "",
        ),
        (
            "Noon carillon",
            "Pupils of the music school ring the twenty-three bells.",
            "",
        ),
        &["culture"],
        once(next(today, Weekday::Sun), (12, 13)),
    );
    concert.venue = venue("Le Beffroi", "Place du Beffroi, Valbourg", territory::BELFRY);
    concert.zones = vec![centre];
    concert
}

/// Two whole days.
fn festival(today: NaiveDate) -> ItemContent {
    let saturday = next(today + Days::new(14), Weekday::Sat);
    let mut detail = once(saturday, (0, 0));
    detail.ends_at = Some(at(saturday + Days::new(2), 0));
    detail.all_day = true;
    content(
        (
            "Fête du Beffroi",
            "Deux jours de musique et de géants dans les rues du centre.",
            "",
        ),
        (
            "Belfry festival",
            "Two days of music and giants in the streets of the centre.",
            "",
        ),
        &["fetes", "culture"],
        detail,
    )
}

fn venue(name: &str, address: &str, point: Point) -> Venue {
    Venue {
        name: Some(name.to_owned()),
        address: Some(address.to_owned()),
        point: Some(point),
    }
}

/// From one hour to another, as often as `rule` says.
fn weekly(first: NaiveDate, hours: (u32, u32), rule: &str) -> EventDetail {
    let mut detail = once(first, hours);
    detail.recurrence.rule = Some(rule.to_owned());
    detail
}

fn once(day: NaiveDate, (from, to): (u32, u32)) -> EventDetail {
    EventDetail {
        starts_at: at(day, from),
        ends_at: Some(at(day, to)),
        time_zone: TIME_ZONE.to_owned(),
        all_day: false,
        recurrence: Recurrence::default(),
    }
}

/// An hour of a day.
pub fn at(day: NaiveDate, hour: u32) -> NaiveDateTime {
    day.and_time(NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default())
}

/// The next such day after `day`.
fn next(day: NaiveDate, weekday: Weekday) -> NaiveDate {
    let ahead = weekday.days_since(day.weekday());
    day + Days::new(u64::from(if ahead == 0 { 7 } else { ahead }))
}
