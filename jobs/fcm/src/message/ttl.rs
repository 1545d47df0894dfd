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
