//! Dates in English, day before month, twelve-hour clock.

use chrono::{Datelike as _, NaiveDate, NaiveDateTime, NaiveTime, Timelike as _};

use super::{Moment, Seen, Span};
use crate::text::NO_BREAK;

const DAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(super) fn word(span: &Span, seen: Seen) -> String {
    match *span {
        Span::Day(day) => full_day(day, seen),
        Span::Hours(day, from, None) => format!("{}, {}", full_day(day, seen), time(from)),
        Span::Hours(day, from, Some(to)) => format!("{}, {}", full_day(day, seen), hours(from, to)),
        Span::Days(first, last) => days(first, last, seen),
        Span::Across(from, to) => across(from, to, seen),
        Span::From(moment) => format!("from {}", bound(moment, seen)),
        Span::Until(moment) => match (named(moment.day, seen), moment.time) {
            (Some(_), None) if seen.is_today(moment.day) => "until midnight".to_owned(),
            (Some(tomorrow), None) => format!("until the end of {tomorrow}"),
            (Some(_), Some(_)) | (None, _) => format!("until {}", bound(moment, seen)),
        },
    }
}

fn bound(moment: Moment, seen: Seen) -> String {
    let day = named(moment.day, seen).map_or_else(|| date(moment.day, seen), str::to_owned);
    match moment.time {
        Some(at) if seen.is_today(moment.day) => time(at),
        Some(at) => format!("{day}, {}", time(at)),
        None => day,
    }
}

fn days(first: NaiveDate, last: NaiveDate, seen: Seen) -> String {
    if (first.year(), first.month()) == (last.year(), last.month()) {
        format!("{}–{}", first.day(), date(last, seen))
    } else if first.year() == last.year() {
        format!("{} – {}", day_month(first), date(last, seen))
    } else {
        format!("{} – {}", date(first, Seen::AnyTime), date(last, Seen::AnyTime))
    }
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
        "{from_day} {first}, {} – {to_day} {last}, {}",
        time(from.time()),
        time(to.time())
    )
}

/// "today", "tomorrow", or the day with its weekday.
fn full_day(day: NaiveDate, seen: Seen) -> String {
    let weekday = DAYS[day.weekday().num_days_from_monday() as usize];
    named(day, seen).map_or_else(|| format!("{weekday} {}", date(day, seen)), str::to_owned)
}

fn named(day: NaiveDate, seen: Seen) -> Option<&'static str> {
    if seen.is_today(day) {
        Some("today")
    } else {
        seen.is_tomorrow(day).then_some("tomorrow")
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
    format!("{}{NO_BREAK}{}", day.day(), MONTHS[day.month0() as usize])
}

/// "2–6 pm", "11 am–2 pm": the half of the day is said once where it is the same.
fn hours(from: NaiveTime, to: NaiveTime) -> String {
    let named = |at: NaiveTime| at.minute() == 0 && at.hour().is_multiple_of(12);
    if from.hour12().0 == to.hour12().0 && from < to && !named(from) && !named(to) {
        format!("{}–{}", clock(from), time(to))
    } else {
        format!("{}–{}", time(from), time(to))
    }
}

fn time(at: NaiveTime) -> String {
    match (at.hour(), at.minute()) {
        (0, 0) => "midnight".to_owned(),
        (12, 0) => "noon".to_owned(),
        (..12, _) => format!("{}{NO_BREAK}am", clock(at)),
        (12.., _) => format!("{}{NO_BREAK}pm", clock(at)),
    }
}

fn clock(at: NaiveTime) -> String {
    let hour = at.hour12().1;
    if at.minute() == 0 {
        hour.to_string()
    } else {
        format!("{hour}:{:02}", at.minute())
    }
}
