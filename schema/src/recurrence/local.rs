//! From the wall clock to the line of time.

use chrono::{Duration, LocalResult, NaiveDateTime, Offset as _, TimeZone as _, Utc};
use chrono_tz::Tz;

use crate::{
    clock::Timestamp,
    value::{Problem, ProblemCode},
};

/// Longest gap in a zone's wall clock that is looked for: Samoa once left out a whole day.
const MAX_GAP_HOURS: i64 = 26;

/// The zone that an IANA name stands for.
pub fn zone(name: &str) -> Result<Tz, Problem> {
    name.parse().map_err(|_| {
        Problem::new(
            ProblemCode::Invalid,
            "event.timeZone",
            "Ce fuseau horaire n’existe pas ; par exemple : Europe/Paris.",
            "There is no such time zone; for example: Europe/Paris.",
        )
    })
}

/// The instant at which `zone`'s clocks show `local`.
///
/// In autumn an hour is shown twice: the first one counts. In spring an hour is never shown: clocks are read as if they
/// had not been changed yet, so 02:30 becomes 03:30 (RFC 5545 §3.3.5).
pub fn instant(local: NaiveDateTime, zone: Tz) -> Timestamp {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at.with_timezone(&Utc),
        LocalResult::None => {
            let offset = (1..=MAX_GAP_HOURS)
                .find_map(|hours| {
                    zone.offset_from_local_datetime(&(local - Duration::hours(hours)))
                        .earliest()
                })
                .map_or(0, |offset| offset.fix().local_minus_utc());
            (local - Duration::seconds(offset.into())).and_utc()
        }
    }
}
