//! The conformance vectors that X publishes with twitter-text, read from the folder that `BEFFROI_DATA` names.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a failed unwrap is a failed test, and whoever has no vectors is told so"
)]

use std::{fs, path::PathBuf};

use beffroi_schema::{
    text::count::{tweet::urls, units},
    value::{Counting, TextLimit},
};
use serde::{Deserialize, de::DeserializeOwned};

/// Vectors of the former way of counting, in which each part of an emoji counted.
const COUNTED_BY_PARTS: [&str; 2] = [
    "Count a mix of single byte single word, and double word unicode characters",
    "Count unicode emoji chars outside the basic multilingual plane with skin tone modifiers",
];

#[derive(Deserialize)]
struct File<T> {
    tests: T,
}

#[derive(Deserialize)]
struct Extraction {
    urls: Vec<Case<Vec<String>>>,
    urls_with_indices: Vec<Case<Vec<Located>>>,
    urls_with_directional_markers: Vec<Case<Vec<Located>>>,
    tco_urls_with_params: Vec<Case<Vec<String>>>,
}

#[derive(Deserialize)]
struct Validation {
    #[serde(rename = "WeightedTweetsCounterTest")]
    weighted: Vec<Case<Weighed>>,
    #[serde(rename = "WeightedTweetsWithDiscountedEmojiCounterTest")]
    discounted: Vec<Case<Weighed>>,
    #[serde(rename = "UnicodeDirectionalMarkerCounterTest")]
    directions: Vec<Case<Weighed>>,
}

#[derive(Deserialize)]
struct Domains {
    country: Vec<Case<Vec<String>>>,
    generic: Vec<Case<Vec<String>>>,
}

#[derive(Deserialize)]
struct Case<T> {
    description: String,
    text: String,
    expected: T,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Located {
    url: String,
    indices: (usize, usize),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Weighed {
    weighted_length: usize,
    valid: bool,
}

fn read<T: DeserializeOwned>(name: &str) -> Option<T> {
    let Ok(folder) = std::env::var("BEFFROI_DATA") else {
        println!("BEFFROI_DATA is not set: the vectors of X are not read");
        return None;
    };
    let text = fs::read_to_string(PathBuf::from(folder).join("contracts").join(name)).unwrap();
    Some(serde_norway::from_str::<File<T>>(&text).unwrap().tests)
}

fn found(text: &str) -> Vec<&str> {
    urls(text).into_iter().map(|range| &text[range]).collect()
}

#[test]
fn addresses_are_found_as_x_finds_them() {
    let Some(vectors) = read::<Extraction>("twitter-text-extract.yml") else {
        return;
    };
    for case in vectors.urls.iter().chain(&vectors.tco_urls_with_params) {
        assert_eq!(found(&case.text), case.expected, "{}", case.description);
    }
    for case in vectors
        .urls_with_indices
        .iter()
        .chain(&vectors.urls_with_directional_markers)
    {
        let characters = |at: usize| case.text[..at].chars().count();
        let located = |range: std::ops::Range<usize>| Located {
            indices: (characters(range.start), characters(range.end)),
            url: case.text[range].to_owned(),
        };
        let all: Vec<_> = urls(&case.text).into_iter().map(located).collect();
        assert_eq!(all, case.expected, "{}", case.description);
    }
}

#[test]
fn texts_weigh_what_x_says() {
    let Some(vectors) = read::<Validation>("twitter-text-validate.yml") else {
        return;
    };
    let limit = TextLimit {
        url_units: Some(23),
        ..TextLimit::of(280, Counting::Weighted)
    };
    let whole = vectors
        .weighted
        .iter()
        .filter(|case| !COUNTED_BY_PARTS.contains(&&*case.description));
    for case in whole.chain(&vectors.discounted).chain(&vectors.directions) {
        let weighs = units(&case.text, &limit);
        assert_eq!(weighs, case.expected.weighted_length, "{}", case.description);
        assert!(!case.expected.valid || weighs <= 280, "{}", case.description);
    }
}

#[test]
fn hosts_end_in_the_domains_that_x_knows() {
    let Some(vectors) = read::<Domains>("twitter-text-tlds.yml") else {
        return;
    };
    let all = vectors.country.iter().chain(&vectors.generic);
    let (known, gone): (Vec<_>, Vec<_>) = all.partition(|case| found(&case.text) == case.expected);
    let gone: Vec<_> = gone.iter().map(|case| &case.text).collect();
    // The root zone has lost some since the vectors were written, and our list follows the zone.
    let share = known.len() * 100 / (known.len() + gone.len());
    assert!(
        known.len() > 1_400 && share >= 90,
        "{} known, {} gone: {gone:?}",
        known.len(),
        gone.len()
    );
}
