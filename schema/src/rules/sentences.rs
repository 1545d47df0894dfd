//! Why something goes, waits or is left out, in French and in English.

use super::{Setting, place};
use crate::{
    clock::Timestamp,
    text::{
        Tongue,
        dates::{self, Seen, When},
        phrases,
    },
    value::{Kind, Rule, Ruling, Verdict},
};

/// Of what something is said.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told {
    /// What kind of item it is.
    pub(super) kind: Kind,
    /// The number that it drew among those that matched.
    pub(super) number: Option<i64>,
    /// Whether it goes without its video, which the network does not take.
    pub(super) without_video: bool,
}

impl Told {
    /// An item of which nothing else is known.
    pub(super) fn of(kind: Kind) -> Self {
        Self {
            kind,
            number: None,
            without_video: false,
        }
    }
}

/// What is said of an item.
pub(super) fn ruling(
    setting: &Setting<'_>,
    told: Told,
    (verdict, rule): (Verdict, Rule),
    until: Option<Timestamp>,
) -> Ruling {
    let say = |tongue| {
        let name = setting.name;
        let why = match (verdict, rule) {
            (Verdict::Goes, _) => goes(rule, tongue).to_owned(),
            (Verdict::Waits, _) => waits(setting, rule, tongue),
            (Verdict::LeftOut, _) => left_out(setting, told.kind, rule, told.number, tongue),
        };
        let video = match verdict {
            Verdict::Goes | Verdict::Waits if told.without_video => without_video(tongue),
            Verdict::Goes | Verdict::Waits | Verdict::LeftOut => String::new(),
        };
        let what = match (verdict, until) {
            (Verdict::Goes, _) => said(tongue, format!("Part sur {name}"), format!("Goes to {name}")),
            (Verdict::Waits, Some(until)) => {
                let when = when(setting, until, tongue);
                said(
                    tongue,
                    format!("Part plus tard sur {name} ({when})"),
                    format!("Goes to {name} later ({when})"),
                )
            }
            (Verdict::Waits, None) => said(
                tongue,
                format!("Part plus tard sur {name}"),
                format!("Goes to {name} later"),
            ),
            (Verdict::LeftOut, _) => said(
                tongue,
                format!("Pas publié sur {name}"),
                format!("Not posted to {name}"),
            ),
        };
        format!("{what}{}{why}{video}.", tongue.colon())
    };
    Ruling {
        verdict,
        rule,
        until,
        fr: say(Tongue::French),
        en: say(Tongue::English),
    }
}

fn goes(rule: Rule, tongue: Tongue) -> &'static str {
    match rule {
        Rule::Urgent => tongue.pick(
            "une perturbation grave passe devant tout",
            "a severe disruption passes everything else",
        ),
        Rule::Hours => tongue.pick("ses heures ont commencé", "its hours have begun"),
        Rule::Slot => tongue.pick("c’est son créneau", "this is its slot"),
        Rule::Gap => tongue.pick("la pause est finie", "the pause is over"),
        Rule::DailyMaximum => tongue.pick("un nouveau jour a commencé", "a new day has begun"),
        Rule::Order => tongue.pick("ce qui était devant est parti", "what was before it has gone"),
        Rule::Matches
        | Rule::Kinds
        | Rule::Topics
        | Rule::Zones
        | Rule::Lines
        | Rule::Severity
        | Rule::Language
        | Rule::Videos
        | Rule::Ratio
        | Rule::NoRoom
        | Rule::Quiet
        | Rule::NotNews => tongue.pick("ses règles le retiennent", "its rules choose it"),
    }
}

fn waits(setting: &Setting<'_>, rule: Rule, tongue: Tongue) -> String {
    let (gap, most) = (
        setting.rules.gap_minutes.unwrap_or_default(),
        setting.rules.max_per_day.unwrap_or_default(),
    );
    match rule {
        Rule::Hours => said(tongue, "règle « à ses heures seulement »", "rule “at its hours only”"),
        Rule::Slot => said(
            tongue,
            "règle « créneaux », c’est le prochain libre",
            "rule “slots”, this is the next free one",
        ),
        Rule::Gap => said(
            tongue,
            format!("règle « {gap}\u{a0}min entre deux publications »"),
            format!("rule “{gap}\u{a0}min between two posts”"),
        ),
        Rule::DailyMaximum => said(
            tongue,
            format!("règle « {most} par jour au plus »"),
            format!("rule “{most} a day at most”"),
        ),
        Rule::Order => said(tongue, "règle « dans l’ordre »", "rule “in order”"),
        Rule::NoRoom
        | Rule::Matches
        | Rule::Urgent
        | Rule::Kinds
        | Rule::Topics
        | Rule::Zones
        | Rule::Lines
        | Rule::Severity
        | Rule::Language
        | Rule::Videos
        | Rule::Ratio
        | Rule::Quiet
        | Rule::NotNews => no_room(tongue),
    }
}

fn left_out(setting: &Setting<'_>, kind: Kind, rule: Rule, number: Option<i64>, tongue: Tongue) -> String {
    let rules = setting.rules;
    match rule {
        Rule::Kinds => only(
            &rules.kinds.iter().map(|kind| plural(*kind, tongue)).collect::<Vec<_>>(),
            tongue,
        ),
        Rule::Topics => {
            let topics = rules.topics.join(", ");
            said(
                tongue,
                format!("règle « sujets : {topics} »"),
                format!("rule “topics: {topics}”"),
            )
        }
        Rule::Zones => only(&[tongue.pick("certains quartiers", "some zones")], tongue),
        Rule::Lines => only(&[tongue.pick("certaines lignes", "some lines")], tongue),
        Rule::Severity => {
            let least = rules.min_severity.and_then(|least| phrases::severity(least, tongue));
            let least = least.unwrap_or_default();
            said(
                tongue,
                format!("règle « perturbations à partir de “{least}” »"),
                format!("rule “disruptions from ‘{least}’ on”"),
            )
        }
        Rule::Language => {
            let language = setting.language;
            said(
                tongue,
                format!("règle « ce qui est écrit dans sa langue ({language}) seulement »"),
                format!("rule “what is written in its language ({language}) only”"),
            )
        }
        Rule::Videos => videos(tongue),
        Rule::Ratio => ratio(rules.ratio.unwrap_or(1), number.unwrap_or(1), tongue),
        Rule::DailyMaximum => {
            let most = rules.max_per_day.unwrap_or_default();
            said(
                tongue,
                format!("règle « {most} par jour au plus »"),
                format!("rule “{most} a day at most”"),
            )
        }
        Rule::Quiet => said(tongue, "montré dans l’application seulement", "shown in the app only"),
        Rule::NotNews => match kind {
            Kind::Disruption => said(
                tongue,
                "ce changement ne justifie pas une première publication",
                "this change is no reason for a first post",
            ),
            Kind::Event | Kind::Article => said(
                tongue,
                "une correction ne justifie pas une première publication",
                "a correction is no reason for a first post",
            ),
        },
        Rule::NoRoom | Rule::Matches | Rule::Urgent | Rule::Hours | Rule::Slot | Rule::Gap | Rule::Order => {
            no_room(tongue)
        }
    }
}

fn no_room(tongue: Tongue) -> String {
    said(
        tongue,
        "ses règles ne laissent aucun moment libre d’ici un mois",
        "its rules leave no moment free within a month",
    )
}

fn videos(tongue: Tongue) -> String {
    said(
        tongue,
        "ce réseau ne prend que des vidéos, et il n’y en a pas qui lui convienne",
        "this network takes videos alone, and there is none that it takes",
    )
}

fn without_video(tongue: Tongue) -> String {
    said(
        tongue,
        "\u{202f}; sans sa vidéo, trop lourde ou trop longue pour ce réseau",
        "; without its video, which is too large or too long for this network",
    )
}

/// "règle « 1 sur 5 », et c’est le 3ᵉ".
fn ratio(ratio: u32, number: i64, tongue: Tongue) -> String {
    let place = place(number, ratio);
    said(
        tongue,
        format!("règle « 1 sur {ratio} », et celui-ci est le {place}ᵉ"),
        format!("rule “1 of {ratio}”, and this is number {place}"),
    )
}

/// "règle « événements seulement »".
fn only(what: &[&str], tongue: Tongue) -> String {
    let what = what.join(tongue.pick(" et ", " and "));
    said(
        tongue,
        format!("règle « {what} seulement »"),
        format!("rule “{what} only”"),
    )
}

fn plural(kind: Kind, tongue: Tongue) -> &'static str {
    match kind {
        Kind::Event => tongue.pick("événements", "events"),
        Kind::Disruption => tongue.pick("perturbations", "disruptions"),
        Kind::Article => tongue.pick("actualités", "news"),
    }
}

fn when(setting: &Setting<'_>, at: Timestamp, tongue: Tongue) -> String {
    let when = When {
        start: at,
        end: None,
        all_day: false,
    };
    dates::when(&when, setting.zone, Seen::at(setting.now, setting.zone), tongue)
}

/// French typography puts no-break spaces where the sentences here are written with plain ones.
fn said(tongue: Tongue, french: impl Into<String>, english: impl Into<String>) -> String {
    match tongue {
        Tongue::French => phrases::typeset(&french.into(), tongue),
        Tongue::English => english.into(),
    }
}
