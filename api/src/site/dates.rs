//! Dates on pages: told in full, for whoever reads them later.

use beffroi_schema::{
    clock::Timestamp,
    recurrence::Occurrence,
    text::{
        Tongue, When,
        dates::{self, Seen},
    },
    value::Period,
};
use chrono_tz::Tz;

/// The clocks of a place; of Greenwich, when there is no such zone: it was checked when it was stored.
fn clocks(zone: &str) -> Tz {
    zone.parse().unwrap_or(Tz::UTC)
}

/// `samedi 6 juin 2026 à 8 h`.
pub(super) fn moment(at: Timestamp, zone: &str, tongue: Tongue) -> String {
    let when = When {
        start: at,
        end: None,
        all_day: false,
    };
    dates::when(&when, clocks(zone), Seen::AnyTime, tongue)
}

/// `samedi 6 juin 2026 de 8 h à 12 h 30`; days alone for what lasts whole days.
pub(super) fn span(date: &Occurrence, zone: &str, all_day: bool, tongue: Tongue) -> String {
    let when = When {
        start: date.starts_at,
        end: Some(date.ends_at),
        all_day,
    };
    dates::when(&when, clocks(zone), Seen::AnyTime, tongue)
}

/// `jusqu’au 6 juin 2026 à 18 h`; none when it is open on both sides.
pub(super) fn period(period: &Period, zone: &str, tongue: Tongue) -> Option<String> {
    dates::period(period, clocks(zone), Seen::AnyTime, tongue)
}

/// For machines: RFC 3339 with the place's offset.
pub(super) fn machine(at: Timestamp, zone: &str) -> String {
    at.with_timezone(&clocks(zone)).to_rfc3339()
}
