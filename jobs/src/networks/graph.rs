//! What the error codes of Meta's Graph API mean, on Facebook, Instagram and Threads alike, and how it tells what is
//! used up.
//!
//! <https://developers.facebook.com/docs/graph-api/guides/error-handling>

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, de::DeserializeOwned};

use super::{
    DeliveryError,
    answer::{MAX_ANSWER, Twice, by_status, reason, unanswered, unsettled},
    versions::REMEDY,
};
use crate::http::{Answer, Call};

/// "Duplicate status message".
const REPEATED: u32 = 506;

/// How a Page is told how much it has used, and, when that is too much, for how many minutes to stop.
const USAGE: &str = "x-business-use-case-usage";

/// The same for the app, in one piece.
const APP_USAGE: &str = "x-app-usage";

/// From this share on, in percent, the Page rests: what is left is for staff who use the same app.
const NEARLY_ALL: f64 = 95.0;

/// How long, when it is not told: what was used counts for an hour, and a little of it ends at any time.
const REST: Duration = Duration::from_mins(15);

/// Nobody is waited for longer.
const MAX_MINUTES: u64 = 24 * 60;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Failure {
    error: Detail,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Detail {
    message: String,
    code: u32,
    error_subcode: u32,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Usage {
    call_count: f64,
    total_cputime: f64,
    total_time: f64,
    estimated_time_to_regain_access: u64,
}

/// What a call that changes nothing is answered.
pub(super) async fn asked<T: DeserializeOwned>(call: Call<'_>) -> Result<T, DeliveryError> {
    let answer = call.send(MAX_ANSWER).await;
    let answer = answer.map_err(|error| unanswered(error, Twice::Harmless))?;
    if !answer.status.is_success() {
        return Err(verdict(&answer, Twice::Harmless));
    }
    let strange = || unsettled("the answer is not what Meta answers".to_owned(), Twice::Harmless);
    answer.json().ok_or_else(strange)
}

/// What Facebook says when it refuses words because they are there already.
pub(super) fn repetition(answer: &Answer) -> Option<String> {
    let Failure { error } = answer.json().unwrap_or_default();
    (error.code == REPEATED).then(|| reason(answer, Some(&error.message)))
}

/// What a refusal means: the sub-code says more than the code, and the code more than the status.
pub(super) fn verdict(answer: &Answer, twice: Twice) -> DeliveryError {
    let Failure { error } = answer.json().unwrap_or_default();
    let reason = reason(answer, Some(&error.message));
    match error.error_subcode {
        // "Temporary": it may have been done.
        1_363_047 | 1_609_010 => return unsettled(reason, twice),
        // Too fast; or what is fetched, or prepared, is not there yet or any more: a container is made anew.
        1_390_008 | 2_207_003 | 2_207_008 | 2_207_020 | 2_207_027 | 2_207_032 | 2_207_053 | 2_207_082 => {
            return DeliveryError::Retry {
                after: answer.wait,
                reason,
            };
        }
        // The posts of a day are used up.
        2_207_042 => {
            return DeliveryError::Retry {
                after: Some(REST),
                reason,
            };
        }
        // A security check, a limited Page, authorisation or identity to be confirmed; taken for spam, restricted,
        // blocked: on the network, by a person.
        1_404_006 | 1_404_078 | 1_404_112 | 4_854_002 | 2_207_001 | 2_207_050 | 2_207_051 | 4_279_013 => {
            return DeliveryError::Locked(reason);
        }
        // The picture, the link or the words; their size, format, shape and number.
        1_366_046 | 1_366_051 | 1_346_003 | 1_404_102 | 1_609_008 | 2_061_006 | 2_207_004 | 2_207_005 | 2_207_009
        | 2_207_010 | 2_207_026 | 2_207_028 => return DeliveryError::Refused(reason),
        _ => {}
    }
    match error.code {
        1 | 2 => unsettled(reason, twice),
        4 | 17 | 32 | 341 | 613 | 80_001..=80_014 => DeliveryError::Retry {
            after: regained(answer).or(answer.wait),
            reason,
        },
        // The token, the permissions, the Page's standing.
        3 | 10 | 102 | 190 | 200..=299 | 368 => DeliveryError::Locked(reason),
        2635 => DeliveryError::Locked(format!("{reason} — {REMEDY}")),
        // The same words are already there: very likely our own, sent by a try whose answer was lost.
        REPEATED => DeliveryError::Doubtful(reason),
        100 if error.error_subcode == 33 => DeliveryError::Gone(reason),
        0 => by_status(answer, reason, twice),
        _ => refused_unless_failing(answer, reason, twice),
    }
}

/// A code that is not known: a status of 500 and over still says that it may have been done.
fn refused_unless_failing(answer: &Answer, reason: String, twice: Twice) -> DeliveryError {
    if answer.status.is_server_error() {
        unsettled(reason, twice)
    } else {
        DeliveryError::Refused(reason)
    }
}

fn regained(answer: &Answer) -> Option<Duration> {
    let minutes = usages(answer)
        .iter()
        .map(|usage| usage.estimated_time_to_regain_access)
        .max()?;
    (minutes > 0).then(|| Duration::from_mins(minutes.min(MAX_MINUTES)))
}

/// For how long to ask nothing, when nearly all that may be asked was.
pub(super) fn spent(answer: &Answer) -> Option<Duration> {
    let share = |usage: &Usage| usage.call_count.max(usage.total_cputime).max(usage.total_time);
    let nearly_all = usages(answer).iter().any(|usage| share(usage) > NEARLY_ALL);
    nearly_all.then(|| regained(answer).unwrap_or(REST))
}

/// What was used of each budget that the answer tells of.
fn usages(answer: &Answer) -> Vec<Usage> {
    let told = |name: &str| answer.headers.get(name).and_then(|header| header.to_str().ok());
    let of_page: Option<BTreeMap<String, Vec<Usage>>> = told(USAGE).and_then(|text| serde_json::from_str(text).ok());
    let of_app: Option<Usage> = told(APP_USAGE).and_then(|text| serde_json::from_str(text).ok());
    of_page
        .into_iter()
        .flat_map(BTreeMap::into_values)
        .flatten()
        .chain(of_app)
        .collect()
}

#[cfg(test)]
mod tests {
    use reqwest::{StatusCode, header::HeaderMap};

    use super::*;

    fn answer(status: u16, code: u32, subcode: u32) -> Answer {
        let body = format!(r#"{{"error":{{"message":"m","code":{code},"error_subcode":{subcode}}}}}"#).into();
        let status = StatusCode::from_u16(status).unwrap_or_default();
        Answer {
            status,
            headers: HeaderMap::new(),
            body,
            wait: None,
        }
    }

    #[test]
    fn codes_say_what_to_do_next() {
        let m = || "m".to_owned();
        let retry = || DeliveryError::Retry {
            after: None,
            reason: m(),
        };
        for (status, code, subcode, meaning) in [
            (400, 190, 463, DeliveryError::Locked(m())),
            (403, 200, 0, DeliveryError::Locked(m())),
            (400, 368, 1_390_008, retry()),
            (400, 368, 0, DeliveryError::Locked(m())),
            (400, 4, 0, retry()),
            (400, 80_001, 0, retry()),
            (500, 2, 0, DeliveryError::Doubtful(m())),
            (400, 506, 0, DeliveryError::Doubtful(m())),
            (400, 100, 33, DeliveryError::Gone(m())),
            (400, 100, 0, DeliveryError::Refused(m())),
            (400, 100, 1_366_046, DeliveryError::Refused(m())),
            (400, 100, 1_404_078, DeliveryError::Locked(m())),
            (400, 2635, 0, DeliveryError::Locked(format!("m — {REMEDY}"))),
            (400, 9_007, 2_207_027, retry()),
            (400, 100, 2_207_051, DeliveryError::Locked(m())),
            (400, 100, 2_207_010, DeliveryError::Refused(m())),
            (503, 0, 0, DeliveryError::Doubtful(m())),
        ] {
            assert_eq!(
                verdict(&answer(status, code, subcode), Twice::Harmful),
                meaning,
                "{code}/{subcode}"
            );
        }
        assert_eq!(verdict(&answer(500, 2, 0), Twice::Harmless), retry());
    }

    #[test]
    fn a_page_that_is_over_its_quota_waits_as_long_as_it_is_told() {
        let mut answer = answer(400, 80_001, 0);
        let usage =
            r#"{"17":[{"call_count":100,"estimated_time_to_regain_access":5},{"estimated_time_to_regain_access":0}]}"#;
        answer.headers.insert(USAGE, usage.parse().unwrap());
        let after = Some(Duration::from_mins(5));
        assert_eq!(
            verdict(&answer, Twice::Harmful),
            DeliveryError::Retry {
                after,
                reason: "m".to_owned()
            }
        );
        assert_eq!(spent(&answer), after);
    }

    #[test]
    fn a_page_that_has_used_nearly_all_rests_before_it_is_refused() {
        for (header, value, rest) in [
            (USAGE, r#"{"17":[{"call_count":95,"total_time":12}]}"#, None),
            (USAGE, r#"{"17":[{"call_count":5,"total_time":96}]}"#, Some(REST)),
            (
                APP_USAGE,
                r#"{"call_count":12,"total_cputime":97,"total_time":25}"#,
                Some(REST),
            ),
            (APP_USAGE, r#"{"call_count":12}"#, None),
        ] {
            let mut answer = answer(200, 0, 0);
            answer.headers.insert(header, value.parse().unwrap());
            assert_eq!(spent(&answer), rest, "{value}");
        }
    }
}
