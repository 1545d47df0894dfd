//! The languages that a reader wants.

use axum::http::{HeaderMap, header::ACCEPT_LANGUAGE};
use beffroi_schema::value::Language;

/// Most languages that are looked at.
const MAX_LANGUAGES: usize = 10;

/// Wanted languages, most wanted first: the list in the address (`fr,en`), else `Accept-Language` (RFC 9110 §12.5.4).
pub fn wanted(headers: &HeaderMap, in_address: Option<&str>) -> Vec<Language> {
    if let Some(list) = in_address {
        return list
            .split(',')
            .filter_map(|tag| tag.parse().ok())
            .take(MAX_LANGUAGES)
            .collect();
    }
    let header = headers
        .get(ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let mut weighed: Vec<(Language, f32)> = header.split(',').filter_map(weighed).take(MAX_LANGUAGES).collect();
    // Stable: equal weights keep the order in which they were written.
    weighed.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    weighed.into_iter().map(|(language, _)| language).collect()
}

/// French for whoever asks for French or for nothing we have, English for whoever asks for it first.
pub fn is_french(wanted: &[Language]) -> bool {
    wanted
        .iter()
        .map(Language::primary)
        .find(|tag| ["fr", "en"].contains(tag))
        != Some("en")
}

fn weighed(entry: &str) -> Option<(Language, f32)> {
    let (tag, parameters) = entry.split_once(';').unwrap_or((entry, ""));
    let weight = parameters
        .trim()
        .strip_prefix("q=")
        .map_or(Some(1.0), |q| q.trim().parse().ok())?;
    let wanted = weight > 0.0 && weight <= 1.0;
    Some((tag.parse().ok()?, weight)).filter(|_| wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(header: &str, in_address: Option<&str>) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_LANGUAGE, header.parse().unwrap());
        let tags: Vec<_> = wanted(&headers, in_address).into_iter().map(String::from).collect();
        tags.join(" ")
    }

    #[test]
    fn weights_order_and_nonsense_is_left_out() {
        assert_eq!(
            read("en;q=0.5, fr-CH, de;q=0.9, it;q=0, *;q=0.1, xx;q=2, f", None),
            "fr-CH de en"
        );
        assert_eq!(read("en", Some("br,fr")), "br fr");
        assert_eq!(read("", None), "");
    }

    #[test]
    fn english_is_for_who_asks_for_it_first() {
        let french = |header: &str| is_french(&wanted(&HeaderMap::new(), Some(header)));
        assert!(french("fr,en") && french("de,fr") && french("de") && french(""));
        assert!(!french("en-GB,fr") && !french("de,en,fr"));
    }
}
