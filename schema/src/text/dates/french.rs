//! Dates in French. Numbers hold to their unit by a no-break space (*Lexique des règles typographiques en usage à
//! l'Imprimerie nationale*, "heure" and "date").

use chrono::{Datelike as _, NaiveDate, NaiveDateTime, NaiveTime, Timelike as _};

use super::{Moment, Seen, Span};
use crate::text::NO_BREAK;

const DAYS: [&str; 7] = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"];
const MONTHS: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];

pub(super) fn word(span: &Span, seen: Seen) -> String {
    match *span {
        Span::Day(day) => full_day(day, seen),
        Span::Hours(day, from, None) => format!("{} à {}", full_day(day, seen), time(from)),
        Span::Hours(day, from, Some(to)) => format!("{} de {} à {}", full_day(day, seen), time(from), time(to)),
        Span::Days(first, last) => days(first, last, seen),
        Span::Across(from, to) => across(from, to, seen),
        Span::From(moment) => match (named(moment.day, seen), moment.time) {
            (Some(day), None) => format!("à partir d{}{day}", if day.starts_with('a') { "’" } else { "e " }),
            (Some(day), Some(from)) => format!("{day} à partir de {}", time(from)),
            (None, None) => format!("à partir du {}", date(moment.day, seen)),
            (None, Some(from)) => format!("à partir du {} à {}", date(moment.day, seen), time(from)),
        },
        Span::Until(moment) => until(moment, seen),
    }
}

fn until(moment: Moment, seen: Seen) -> String {
    let day = match (named(moment.day, seen), moment.time) {
        (Some(_), Some(to)) if seen.is_today(moment.day) => return format!("jusqu’à {}", time(to)),
        (Some(_), None) if seen.is_today(moment.day) => "jusqu’à minuit".to_owned(),
        (Some(tomorrow), None) => format!("jusqu’à {tomorrow} inclus"),
        (Some(tomorrow), Some(_)) => format!("jusqu’à {tomorrow}"),
        (None, _) => format!("jusqu’au {}", date(moment.day, seen)),
    };
    moment.time.map_or(day.clone(), |to| format!("{day} à {}", time(to)))
}

fn days(first: NaiveDate, last: NaiveDate, seen: Seen) -> String {
    let from = if (first.year(), first.month()) == (last.year(), last.month()) {
        ordinal(first)
    } else if first.year() == last.year() {
        day_month(first)
    } else {
        date(first, Seen::AnyTime)
    };
    format!(
        "du {from} au {}",
        date(
            last,
            if first.year() == last.year() {
                seen
            } else {
                Seen::AnyTime
            }
        )
    )
}

fn across(from: NaiveDateTime, to: NaiveDateTime, seen: Seen) -> String {
    let weekday = |day: NaiveDate| DAYS[day.weekday().num_days_from_monday() as usize];
    let same_year = from.year() == to.year();
    let first = if same_year {
        day_month(from.date())
    } else {
        date(from.date(), Seen::AnyTime)
    };
    let last = date(to.date(), if same_year { seen } else { Seen::AnyTime });
    let (from_day, to_day) = (weekday(from.date()), weekday(to.date()));
    format!(
        "du {from_day} {first} à {} au {to_day} {last} à {}",
        time(from.time()),
        time(to.time())
    )
}

/// "aujourd’hui", "demain", or the day with its weekday.
fn full_day(day: NaiveDate, seen: Seen) -> String {
    let weekday = DAYS[day.weekday().num_days_from_monday() as usize];
    named(day, seen).map_or_else(|| format!("{weekday} {}", date(day, seen)), str::to_owned)
}

fn named(day: NaiveDate, seen: Seen) -> Option<&'static str> {
    if seen.is_today(day) {
        Some("aujourd’hui")
    } else {
        seen.is_tomorrow(day).then_some("demain")
    }
}

fn date(day: NaiveDate, seen: Seen) -> String {
    if seen.knows_year(day) {
        day_month(day)
    } else {
        format!("{} {}", day_month(day), day.year())
    }
}

fn day_month(day: NaiveDate) -> String {
    format!("{}{NO_BREAK}{}", ordinal(day), MONTHS[day.month0() as usize])
}

/// Only the first of a month is ordinal.
fn ordinal(day: NaiveDate) -> String {
    if day.day() == 1 {
        "1er".to_owned()
    } else {
        day.day().to_string()
    }
}

fn time(at: NaiveTime) -> String {
    match (at.hour(), at.minute()) {
        (0, 0) => "minuit".to_owned(),
        (hour, 0) => format!("{hour}{NO_BREAK}h"),
        (hour, minute) => format!("{hour}{NO_BREAK}h{NO_BREAK}{minute:02}"),
    }
}
