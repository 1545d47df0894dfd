//! The transport operator: what it publishes can be read, and asked for again only when it changed.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use beffroi_sandbox::Operator;
use beffroi_sandbox::operator::{Alert, Cause, Concerned, Effect, Severity};
use chrono::{DateTime, Utc};
use reqwest::header::{ETAG, IF_NONE_MATCH};

use crate::world::client;

fn stopped() -> Alert {
    let noon = DateTime::<Utc>::from(SystemTime::UNIX_EPOCH + Duration::from_secs(1_780_000_000));
    Alert {
        id: "b-1".to_owned(),
        cause: Cause::TechnicalProblem,
        effect: Effect::NoService,
        severity: Severity::Warning,
        from: noon,
        until: Some(noon + Duration::from_mins(10)),
        concerned: vec![Concerned::line("B"), Concerned::stop("gare")],
        title: vec![("fr".to_owned(), "Tram B interrompu".to_owned())],
        text: vec![("fr".to_owned(), "Panne électrique.".to_owned())],
    }
}

#[tokio::test]
async fn a_feed_is_sent_again_only_when_it_changed() {
    rustls::crypto::ring::default_provider().install_default().ok();
    let operator = Operator::start(0, Arc::new(SystemTime::now)).await.unwrap();
    let client = client(|builder| builder);
    let first = client.get(operator.alerts_url()).send().await.unwrap();
    let tag = first.headers()[ETAG].clone();
    let again = || client.get(operator.alerts_url()).header(IF_NONE_MATCH, &tag).send();
    assert_eq!(again().await.unwrap().status(), 304);

    operator.announce(&[stopped()]);
    let changed = again().await.unwrap();
    assert_eq!(changed.status(), 200);
    let body = changed.bytes().await.unwrap();
    let said = String::from_utf8_lossy(&body).into_owned();
    assert!(said.contains("Tram B interrompu") && said.contains("gare"), "{said}");
}

#[tokio::test]
async fn a_timetable_is_a_zip_of_its_files() {
    let clock = Arc::new(|| SystemTime::from(DateTime::<Utc>::UNIX_EPOCH));
    rustls::crypto::ring::default_provider().install_default().ok();
    let operator = Operator::start(0, clock).await.unwrap();
    let agency = "agency_name\nTransports de Valbourg\n".to_owned();
    operator.publish_timetable(&[("agency.txt", agency.clone())]).unwrap();
    let body = client(|builder| builder)
        .get(operator.timetable_url())
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(body)).unwrap();
    let read = std::io::read_to_string(archive.by_name("agency.txt").unwrap()).unwrap();
    assert_eq!(read, agency);
}
