//! Versions of interfaces, which end: what is known in advance of each, and what an answer says of the one it is in. A
//! version that ends unnoticed stops every account of its network on one day.

use beffroi_schema::{
    clock::Timestamp,
    value::{Problem, ProblemCode},
};
use chrono::{Days, Months, NaiveDate};
use url::Url;

use crate::http::Answer;

/// How long before its end it is told: an instance is not upgraded every week.
const NOTICE: Days = Days::new(60);
/// The last day of each version of Meta's Graph API: <https://developers.facebook.com/docs/graph-api/changelog>
const GRAPH: [(&str, NaiveDate); 5] = [
    ("v21.0", day(2027, 1, 21)),
    ("v22.0", day(2027, 5, 20)),
    ("v23.0", day(2027, 10, 8)),
    ("v24.0", day(2028, 2, 18)),
    ("v25.0", day(2028, 7, 29)),
];
/// In which version the Graph API answered. It answers calls to a version that has ended in the oldest that has not:
/// <https://developers.facebook.com/docs/graph-api/guides/versioning>
const ANSWERED: &str = "facebook-api-version";
/// How long LinkedIn answers a version at least: <https://learn.microsoft.com/linkedin/marketing/versioning>
const LINKEDIN: Months = Months::new(12);

/// What is done about a version that has ended, for people.
pub(super) const REMEDY: &str = "this version of the interface has ended: upgrade Beffroi; what waits goes out then";

const fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    match NaiveDate::from_ymd_opt(year, month, day) {
        Some(day) => day,
        None => NaiveDate::MIN,
    }
}

/// Of an interface of Meta's, by its address and what it answered.
pub(super) fn graph(interface: &Url, answer: &Answer, now: Timestamp) -> Option<Problem> {
    let asked = interface.path_segments()?.find(|part| !part.is_empty())?;
    let answered = answer.headers.get(ANSWERED).and_then(|header| header.to_str().ok());
    if let Some(answered) = answered.filter(|answered| *answered != asked) {
        return Some(warning(
            format!(
                "La version {asked} de l’interface n’est plus servie\u{202f}: c’est la version {answered} qui répond. \
                 Mettez Beffroi à jour."
            ),
            format!("Version {asked} of the interface is no longer served: {answered} answers. Upgrade Beffroi."),
        ));
    }
    let (_, ends) = GRAPH.into_iter().find(|(version, _)| *version == asked)?;
    ending(asked, ends, now)
}

/// Of LinkedIn's, by the month that names it.
pub(super) fn linkedin(version: &str, now: Timestamp) -> Option<Problem> {
    let released = NaiveDate::parse_from_str(&format!("{version}01"), "%Y%m%d").ok()?;
    ending(version, released.checked_add_months(LINKEDIN)?, now)
}

fn ending(version: &str, ends: NaiveDate, now: Timestamp) -> Option<Problem> {
    let told = ends.checked_sub_days(NOTICE)?;
    (now.date_naive() >= told).then(|| {
        warning(
            format!(
                "La version {version} de l’interface peut prendre fin dès le {}\u{202f}: mettez Beffroi à jour d’ici \
                 là, sinon plus rien ne sera publié sur ce compte.",
                ends.format("%d/%m/%Y")
            ),
            format!(
                "Version {version} of the interface may end from {} on: upgrade Beffroi by then, or nothing will be \
                 posted on this account any more.",
                ends.format("%-d %B %Y")
            ),
        )
    })
}

fn warning(fr: String, en: String) -> Problem {
    Problem::new(ProblemCode::WrongState, "version", fr, en)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use chrono::{NaiveTime, TimeDelta};
    use reqwest::{StatusCode, header::HeaderMap};

    use super::*;

    fn at(year: i32, month: u32, date: u32) -> Timestamp {
        day(year, month, date).and_time(NaiveTime::MIN).and_utc()
    }

    fn answered(version: Option<&str>) -> Answer {
        let mut headers = HeaderMap::new();
        if let Some(version) = version {
            headers.insert(ANSWERED, version.parse().unwrap());
        }
        Answer {
            status: StatusCode::OK,
            headers,
            body: Bytes::new(),
            wait: None,
        }
    }

    #[test]
    fn an_end_is_told_sixty_days_before() {
        let interface: Url = "https://graph.facebook.com/v25.0".parse().unwrap();
        let end = at(2028, 7, 29);
        for (before, told) in [(61, false), (60, true), (0, true), (-9, true)] {
            let now = end - TimeDelta::days(before);
            for version in [None, Some("v25.0")] {
                let warning = graph(&interface, &answered(version), now);
                assert_eq!(warning.is_some(), told, "{before} days before");
            }
        }
        let end = at(2027, 6, 1);
        for (before, told) in [(61, false), (60, true)] {
            let warning = linkedin("202606", end - TimeDelta::days(before));
            assert_eq!(warning.is_some(), told, "{before} days before");
        }
        let warning = linkedin("202606", end).unwrap();
        assert!(warning.fr.contains("dès le 01/06/2027") && warning.en.contains("from 1 June 2027"));
        assert_eq!(linkedin("june", end), None);
    }

    #[test]
    fn another_version_than_the_one_that_was_asked_is_told() {
        let interface: Url = "https://graph.facebook.com/v24.0".parse().unwrap();
        let moved = graph(&interface, &answered(Some("v25.0")), at(2026, 6, 1)).unwrap();
        assert!(
            moved.fr.contains("v24.0") && moved.en.contains("v25.0 answers"),
            "{moved:?}"
        );
        assert_eq!(graph(&interface, &answered(None), at(2026, 6, 1)), None);
    }
}
