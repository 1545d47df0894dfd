//! Two fingerprints of an entry: all that residents read, and the words alone.

use std::fmt::Write as _;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::words;
use crate::value::AlertEntry;

/// SHA-256, in hexadecimal, of everything a resident could notice; the source's id and our remarks are left out.
pub fn content(entry: &AlertEntry) -> String {
    let AlertEntry {
        key: _,
        related: _,
        issues: _,
        closed,
        cause,
        effect,
        severity,
        impact,
        display,
        scope,
        texts,
        url,
    } = entry;
    of(&(closed, cause, effect, severity, impact, display, scope, texts, url))
}

/// SHA-256, in hexadecimal, of titles and bodies without case, accents, clock times and "update" prefixes. Empty when
/// there are no words: two wordless entries have nothing in common.
pub fn text(entry: &AlertEntry) -> String {
    let spoken: Vec<_> = entry
        .texts
        .0
        .iter()
        .map(|(language, text)| (language, words::plain(&text.title), words::plain(&text.body)))
        .collect();
    if spoken
        .iter()
        .all(|(_, title, body)| title.is_empty() && body.is_empty())
    {
        return String::new();
    }
    of(&spoken)
}

/// SHA-256, in hexadecimal, of the JSON of `value`. Canonical because fields keep the order of their declaration and
/// every map of ours is ordered.
pub(super) fn of(value: &impl Serialize) -> String {
    // Our values are made of strings, numbers and times: there is no JSON they cannot be written in.
    let json = serde_json::to_vec(value).unwrap_or_default();
    Sha256::digest(&json)
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}
