//! Google's sign-in, and events on Google Maps.

use beffroi_jobs::networks::DeliveryError;
use beffroi_sandbox::Kind;
use beffroi_schema::value::Span;
use chrono::DateTime;

use crate::town::{Town, key};

fn sign_ins(town: &Town) -> usize {
    let requests = town.sandbox.requests();
    requests.iter().filter(|line| line.path == "/token").count()
}

#[tokio::test]
async fn what_has_a_date_is_an_event_on_the_map() {
    let town = Town::on(Kind::GoogleBusiness).await;
    let mut post = town.post("Fête de la musique sur les quais");
    let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap();
    let from = at("2026-06-21T23:30:00+02:00");
    // One that ends on the next day, and one whose end nobody knows.
    for (number, to) in [(1, at("2026-06-22T01:00:00+02:00")), (2, from)] {
        post.when = Some(Span { from, to });
        let remote = town.account.publish(&post, key(number)).await.unwrap();
        let seen = town.posts().pop().unwrap();
        assert_eq!(seen.title.as_deref(), Some(post.title.as_str()));
        post.title = format!("{} !", post.title);
        town.account.amend(&remote, &post, key(number)).await.unwrap();
        assert_eq!(town.posts().pop().unwrap().title.as_deref(), Some(post.title.as_str()));
    }
    town.assert_correct();
}

#[tokio::test]
async fn a_token_that_is_refused_is_renewed_once() {
    use beffroi_sandbox::{Fault, Operation};
    let town = Town::on(Kind::GoogleBusiness).await;
    let post = town.post("Le tram B est à l’arrêt");
    town.network().next(Operation::Create, Fault::ExpiredToken);
    town.account.publish(&post, key(1)).await.unwrap();
    assert_eq!((sign_ins(&town), town.posts().len()), (2, 1));
    for _ in 0..2 {
        town.network().next(Operation::Create, Fault::ExpiredToken);
    }
    let refused = town.account.publish(&post, key(2)).await;
    assert!(matches!(refused, Err(DeliveryError::Locked(_))), "{refused:?}");
    assert_eq!(town.network().faults_left(), 0);
}

#[tokio::test]
async fn a_secret_that_is_no_client_is_said_to_be_none() {
    let town = Town::on(Kind::GoogleBusiness).await;
    let settings = town.network().settings(&town.network().account());
    let account = town.open(settings, "ya29.an-access-token");
    let refused = account.publish(&town.post("Le tram B"), key(1)).await;
    let Err(DeliveryError::Locked(reason)) = refused else {
        panic!("{refused:?}")
    };
    assert!(reason.contains("refresh_token") && !reason.contains("ya29"), "{reason}");
    assert_eq!(town.sandbox.requests(), []);
}
