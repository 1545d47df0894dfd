//! The house holds: who may name whom, and what is written nowhere. `ARCHITECTURE.md` gives the reasons at length.
//!
//! Each rule is one entry of a table, with its reason and with a sample that breaks it: a rule that cannot fail is none.

mod absences;
mod arrows;
mod files;

use self::{
    absences::{ABSENCES, Absence},
    arrows::{ARROWS, TRADES},
    files::{MAX_LINES, SourceFile},
};

#[test]
fn what_is_forbidden_is_written_nowhere() {
    let files = files::all();
    let broken: Vec<String> = ABSENCES
        .iter()
        .flat_map(|absence| {
            files
                .iter()
                .flat_map(|file| absence.broken_by(file))
                .map(move |found| complaint(absence, &found))
        })
        .collect();
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

fn complaint(absence: &Absence, found: &str) -> String {
    format!("{found}: {} ({})", absence.rule, absence.reason)
}

#[test]
fn every_absence_can_be_broken_and_looks_at_something() {
    let files = files::all();
    for absence in ABSENCES {
        for folder in absence.within {
            assert!(
                files.iter().any(|file| file.path.starts_with(folder)),
                "{}: nothing is at {folder} any more",
                absence.rule
            );
        }
        for sample in absence.samples {
            let planted = SourceFile::new(format!("{}/sample.rs", absence.within[0].trim_end_matches('/')), sample);
            assert!(
                !absence.broken_by(&planted).is_empty(),
                "{}: nobody notices {sample}",
                absence.rule
            );
        }
        assert!(!absence.samples.is_empty(), "{}: give it a sample", absence.rule);
    }
}

#[test]
fn exempted_files_tests_and_comments_break_nothing() {
    let clock = ABSENCES
        .iter()
        .find(|absence| absence.never.contains(&"Utc::now"))
        .unwrap();
    for (path, text) in [
        ("schema/src/clock.rs", "Utc::now()"),
        ("schema/src/draft.rs", "// never Utc::now() here\n"),
        (
            "schema/src/draft.rs",
            "fn f() {}\n#[cfg(test)]\nmod tests { fn g() { Utc::now(); } }\n",
        ),
        ("schema/src/draft/tests.rs", "Utc::now()"),
        ("schema/src/draft.rs", "NotUtc::now_or_never()"),
    ] {
        assert_eq!(
            clock.broken_by(&SourceFile::new(path.to_owned(), text)),
            [] as [String; 0],
            "{text}"
        );
    }
}

#[test]
fn each_crate_depends_on_those_it_may_know() {
    let broken: Vec<String> = ARROWS.iter().flat_map(arrows::Arrow::broken).collect();
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
    let members = files::members();
    assert_eq!(
        members.len(),
        ARROWS.len(),
        "every member of the workspace has its arrow: {members:?}"
    );
}

#[test]
fn each_trade_has_one_crate() {
    let broken: Vec<String> = TRADES.iter().flat_map(arrows::Trade::broken).collect();
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn an_arrow_that_points_back_is_seen() {
    let manifest = "[package]\nname = \"x\"\n[dependencies]\nserde.workspace = true\nbeffroi-jobs.workspace = true\n\
                    [dev-dependencies]\nbeffroi-sandbox = { path = \"..\" }\n[lints]\nworkspace = true\n";
    assert_eq!(
        arrows::dependencies(manifest),
        ["serde", "beffroi-jobs", "beffroi-sandbox"]
    );
    let arrow = ARROWS.iter().find(|arrow| arrow.member == "schema").unwrap();
    let broken = arrow.broken_in(manifest);
    assert_eq!(broken.len(), 2, "{broken:?}");
    assert!(arrow.broken_in("[features]\npostgres = []\n")[0].contains("features"));
}

#[test]
fn limits_have_names() {
    let loose: Vec<String> = files::all()
        .iter()
        .filter(|file| file.path.starts_with("schema/src/") || file.path.starts_with("jobs/src/"))
        .flat_map(SourceFile::nameless_durations)
        .collect();
    assert!(
        loose.is_empty(),
        "a time-out, a lease or a pause is a named constant at the top of its file, where it is found and judged:\n{}",
        loose.join("\n")
    );
}

#[test]
fn a_nameless_limit_is_seen_and_a_constant_is_not() {
    let count = |text: &str| {
        SourceFile::new("jobs/src/x.rs".to_owned(), text)
            .nameless_durations()
            .len()
    };
    assert_eq!(count("    sleep(Duration::from_secs(5)).await;"), 1);
    assert_eq!(count("let end = now + chrono::Duration::minutes(30);"), 1);
    assert_eq!(count("const LEASE: Duration = Duration::from_secs(5);"), 0);
    assert_eq!(
        count("const PAUSES: [Duration; 1] = [\n    Duration::from_secs(5),\n];"),
        0
    );
    assert_eq!(count("Duration::from_secs(config.timeout_s)"), 0);
}

#[test]
fn a_row_is_never_given_away_whole() {
    let given: Vec<&str> = files::all_paths_where(|file| file.path.starts_with("api/") && file.gives_rows_away());
    assert!(
        given.is_empty(),
        "a column is private until somebody names it: write a resolver per field, do not derive them: {given:?}"
    );
    let row = "#[derive(SimpleObject)]\npub struct Person {\n    row: staff::Model,\n}\n";
    assert!(SourceFile::new("api/src/x.rs".to_owned(), row).gives_rows_away());
    let page = "#[derive(SimpleObject)]\npub struct Page {\n    has_next: bool,\n}\nstruct Row(staff::Model);\n";
    assert!(!SourceFile::new("api/src/x.rs".to_owned(), page).gives_rows_away());
}

#[test]
fn files_are_short_enough_to_have_one_subject() {
    let long: Vec<&str> = files::all_paths_where(|file| file.lines > MAX_LINES);
    assert!(long.is_empty(), "more than {MAX_LINES} lines: split by noun: {long:?}");
    assert_eq!(
        SourceFile::new("x.rs".to_owned(), &"\n".repeat(MAX_LINES + 1)).lines,
        MAX_LINES + 1
    );
}

#[test]
fn nothing_is_left_for_later() {
    let marked: Vec<&str> = files::all_paths_where(|file| !file.unfinished.is_empty());
    assert!(
        marked.is_empty(),
        "what is not done is an entry in the tracker, and a test asserts what is: no mark, no ignored test, no silenced \
         lint: {marked:?}"
    );
    let planted = SourceFile::new("x.rs".to_owned(), concat!("#[", "ignore]\nfn f() {} // TO", "DO\n"));
    assert_eq!(planted.unfinished.len(), 2);
}

#[test]
fn names_say_what_a_thing_is() {
    let named: Vec<&str> = files::all_paths_where(|file| !file.empty_names().is_empty());
    assert!(named.is_empty(), "a name that fits anything finds nothing: {named:?}");
    let planted = SourceFile::new(
        "x.rs".to_owned(),
        concat!("pub struct Push", "Manager;\nstruct Line;\nfn f(common: Service) {}"),
    );
    assert_eq!(planted.empty_names(), ["PushManager"]);
}

#[test]
fn nested_imports_are_read_as_whole_paths() {
    let text = "pub use crate::{a::{self, B as C}, d};\nuse x::y;\nfn f() { z::w(); }";
    let file = SourceFile::new("x.rs".to_owned(), text);
    for path in ["crate::a", "crate::a::B", "crate::d", "x::y", "z::w"] {
        assert!(file.names(path), "{path}: {}", file.code);
    }
    assert!(!file.names("crate::b") && !file.names("y::z"));
}
