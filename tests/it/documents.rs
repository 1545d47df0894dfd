//! What the documents name is there.

use std::{fs, path::Path};

use beffroi_api::{
    graphql::error::Code,
    limits::{DEFAULT_PAGE, MAX_ALIASES, MAX_COMPLEXITY, MAX_DEPTH, MAX_DIRECTIVES, MAX_PAGE, MAX_REQUEST_BYTES},
};
use beffroi_schema::value::ProblemCode;

/// Documents that name files and folders of the project.
const DOCUMENTS: [&str; 12] = [
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "SECURITY.md",
    "docs/errors.md",
    "docs/feed.md",
    "docs/feeds.md",
    "docs/media.md",
    "docs/push.md",
    "docs/rules.md",
    "docs/sources.md",
];
/// Where a path of the project begins.
const ROOTS: [&str; 7] = ["schema/", "api/", "jobs/", "migrations/", "tests/", "docs/", ".ci/"];
/// Stands in a recipe for a name to choose.
const TO_CHOOSE: &str = "/x";

/// The paths of the project in a text: between backquotes, without a place in braces or stars.
fn paths(text: &str) -> Vec<&str> {
    let quoted = text.split('`').skip(1).step_by(2);
    quoted
        .filter(|word| ROOTS.iter().any(|root| word.starts_with(root)))
        .filter(|word| !word.contains(['{', '*', ' ', '=']) && !word.contains(TO_CHOOSE))
        .collect()
}

#[test]
fn every_path_that_a_document_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut seen = 0;
    for document in DOCUMENTS {
        let text = fs::read_to_string(root.join(document)).unwrap();
        for path in paths(&text) {
            assert!(root.join(path).exists(), "{document} names {path}, which is not there");
            seen += 1;
        }
    }
    assert!(seen > 50, "the paths are found: {seen}");
    assert_eq!(
        paths("`schema/src` and `x` and `jobs/src/x.rs`, `jobs/nothing.rs`"),
        ["schema/src", "jobs/nothing.rs"]
    );
}

#[test]
fn every_code_and_limit_is_documented() {
    let text = include_str!("../../docs/errors.md");
    let codes = [
        Code::Unauthenticated,
        Code::Forbidden,
        Code::BadUserInput,
        Code::NotFound,
        Code::Conflict,
        Code::RateLimited,
        Code::PersistedQueryNotFound,
        Code::InternalServerError,
    ];
    for code in codes
        .map(Code::as_str)
        .into_iter()
        .chain(ProblemCode::ALL.iter().map(|code| code.as_str()))
    {
        assert!(text.contains(&format!("`{code}`")), "{code}");
    }
    for line in [
        format!("| body, and query string | {} KiB", MAX_REQUEST_BYTES / 1024),
        format!("| nesting | {MAX_DEPTH} |"),
        format!(
            "may have entries | {},{:03} |",
            MAX_COMPLEXITY / 1000,
            MAX_COMPLEXITY % 1000
        ),
        format!("| aliases in a document | {MAX_ALIASES} |"),
        format!("| directives on a field | {MAX_DIRECTIVES} |"),
        format!("| entries of a page | {DEFAULT_PAGE} when not said; {MAX_PAGE} at most"),
    ] {
        assert!(text.contains(&line), "{line}");
    }
}
