//! A duration as Google's JSON writes it: seconds with up to nine decimals, then `s`.

use std::time::Duration;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

#[expect(clippy::ref_option, reason = "serde's `with` hands the field over like this")]
pub(super) fn serialize<S: Serializer>(ttl: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    match ttl {
        Some(ttl) if ttl.subsec_nanos() == 0 => serializer.collect_str(&format_args!("{}s", ttl.as_secs())),
        Some(ttl) => serializer.collect_str(&format_args!("{}.{:09}s", ttl.as_secs(), ttl.subsec_nanos())),
        None => serializer.serialize_none(),
    }
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else {
        return Ok(None);
    };
    let seconds = text.strip_suffix('s').and_then(|seconds| seconds.parse().ok());
    let ttl = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    ttl.map(Some)
        .ok_or_else(|| D::Error::custom("a duration in seconds, such as 3600s, is expected"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::AndroidConfig;

    #[test]
    fn whole_seconds_and_fractions_are_written_and_read() {
        for (ttl, json) in [
            (Duration::ZERO, r#"{"ttl":"0s"}"#),
            (Duration::from_hours(1), r#"{"ttl":"3600s"}"#),
            (Duration::from_millis(1500), r#"{"ttl":"1.500000000s"}"#),
        ] {
            let android = AndroidConfig {
                ttl: Some(ttl),
                ..AndroidConfig::default()
            };
            assert_eq!(serde_json::to_string(&android).unwrap(), json);
            assert_eq!(serde_json::from_str::<AndroidConfig>(json).unwrap(), android);
        }
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for json in [
            r#"{"ttl":"3600"}"#,
            r#"{"ttl":"-1s"}"#,
            r#"{"ttl":"soon"}"#,
            r#"{"ttl":60}"#,
        ] {
            assert!(serde_json::from_str::<AndroidConfig>(json).is_err(), "{json}");
        }
    }
}
