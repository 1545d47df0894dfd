//! What goes wrong on the way: each a clear page, and nothing lost.

use axum::http::StatusCode;
use beffroi_sandbox::{Fault, Operation};
use beffroi_schema::value::{AccountRules, Network, Role, Scope};
use beffroi_tests::City;
use chrono::Duration;

use super::browser::{Browser, agreed, only};

const MASTODON: &str = "/accounts/new/mastodon?authority=valbourg";

/// Odile is on the network's page.
async fn on_the_way(city: &City, odile: &Browser) -> (String, crate::front::Answer) {
    let instance = city.miniature(Network::Mastodon).url();
    odile
        .begin(city, MASTODON, &[("name", "mastodon valbourg"), ("instance", instance)])
        .await
}

async fn none(city: &City) {
    let rows = city.store.accounts(&Scope::Instance, None).await.unwrap();
    assert_eq!(rows, [], "nothing was stored");
}

#[tokio::test]
async fn who_says_no_is_told_so_and_may_begin_again() {
    let city = City::new().await;
    let odile = Browser::of(&city, Role::Admin, "Odile").await.french();
    let (way, page) = on_the_way(&city, &odile).await;
    let back = agreed(&page, &[("deny", "1")]).await;
    let failed = odile.come_back(&city, &back).await;
    assert!(
        failed.body.contains("Vous n’avez pas donné votre accord"),
        "{}",
        failed.body
    );
    none(&city).await;
    odile.send(&format!("{way}/again"), &[]).await;
    city.settle().await;
    let page = odile.open(&way).await;
    assert!(
        odile
            .agree(&city, &page, "valbourg")
            .await
            .body
            .contains("est connecté")
    );
}

#[tokio::test]
async fn an_answer_is_taken_once_from_the_browser_that_began_within_ten_minutes() {
    let city = City::new().await;
    let odile = Browser::of(&city, Role::Admin, "Odile").await;
    let other = Browser::of(&city, Role::Admin, "Paul").await;
    let (way, page) = on_the_way(&city, &odile).await;
    let back = agreed(&page, &[]).await;

    let wrong = odile.open("/accounts/connected?code=miniature&state=nobody-s").await;
    assert_eq!(wrong.status, StatusCode::GONE);
    let foreign = other.open(&back).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    assert!(foreign.body.contains("not for this browser"), "{}", foreign.body);
    assert_eq!(
        other.open(&way).await.status,
        StatusCode::NOT_FOUND,
        "another's way is absent"
    );
    none(&city).await;

    assert!(odile.come_back(&city, &back).await.body.contains("is connected"));
    let second = odile.open(&back).await;
    assert_eq!(second.status, StatusCode::GONE);
    assert!(second.body.contains("no longer works"), "{}", second.body);
    let account = only(&city).await;
    assert_eq!(account.name, "mastodon valbourg");

    let again = format!("/accounts/{}/again", account.id);
    let (way, page) = odile.begin(&city, &again, &[]).await;
    let late = agreed(&page, &[]).await;
    city.later(Duration::minutes(11)).await;
    assert_eq!(odile.open(&late).await.status, StatusCode::GONE);
    assert!(
        odile
            .open(&way)
            .await
            .body
            .contains("More than ten minutes have passed")
    );
}

#[tokio::test]
async fn a_network_that_is_down_loses_nothing_that_was_typed() {
    let city = City::new().await;
    let odile = Browser::of(&city, Role::Admin, "Odile").await;
    let miniature = city.miniature(Network::Mastodon);
    // Before the person goes there, and when they come back.
    miniature.next(Operation::SignIn, Fault::ServerError);
    let (way, failed) = on_the_way(&city, &odile).await;
    assert_eq!(failed.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(failed.body.contains("does not answer at the moment"), "{}", failed.body);
    odile.send(&format!("{way}/again"), &[]).await;
    city.settle().await;
    let page = odile.open(&way).await;
    let back = agreed(&page, &[]).await;
    miniature.next(Operation::SignIn, Fault::Cut);
    let failed = odile.come_back(&city, &back).await;
    assert!(failed.body.contains("does not answer at the moment"), "{}", failed.body);
    none(&city).await;
    odile.send(&format!("{way}/again"), &[]).await;
    city.settle().await;
    let page = odile.open(&way).await;
    assert!(
        odile
            .agree(&city, &page, "valbourg")
            .await
            .body
            .contains("is connected")
    );
}

#[tokio::test]
async fn a_token_that_is_asked_for_waits_for_minutes_and_is_signed_for() {
    let city = City::new().await;
    let odile = Browser::of(&city, Role::Admin, "Odile").await;
    let account = city.account(Network::Flickr, AccountRules::default()).await;
    let path = format!("/accounts/{}/again", account.id);
    let (id, secret) = ("miniature-consumer", "miniature-consumer-secret");
    let (_, failed) = odile
        .begin(&city, &path, &[("client_id", id), ("client_secret", "faux")])
        .await;
    assert!(
        failed
            .body
            .contains("Flickr does not accept what was given: signature_invalid"),
        "{}",
        failed.body
    );

    let (way, page) = odile
        .begin(&city, &path, &[("client_id", id), ("client_secret", secret)])
        .await;
    let late = agreed(&page, &[]).await;
    city.later(Duration::minutes(6)).await;
    let failed = odile.come_back(&city, &late).await;
    assert!(failed.body.contains("token_expired"), "{}", failed.body);
    let before = city.account_now(account.id).await;

    odile.send(&format!("{way}/again"), &[]).await;
    city.settle().await;
    let page = odile.open(&way).await;
    let back = agreed(&page, &[]).await;
    assert!(odile.come_back(&city, &back).await.body.contains("is connected"));
    assert_eq!(odile.open(&back).await.status, StatusCode::GONE, "it is taken once");
    let now = city.account_now(account.id).await;
    assert_ne!(now.secret, before.secret);
}

#[tokio::test]
async fn what_is_missing_is_said_at_its_field_and_kept() {
    let city = City::new().await;
    let odile = Browser::of(&city, Role::Admin, "Odile").await;
    let fields = [
        ("name", "La ville"),
        ("organization", "LinkedIn"),
        ("client_id", "77abc"),
    ];
    let again = odile.send("/accounts/new/linkedin?authority=valbourg", &fields).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    for said in [
        "id=\"organization-wrong\">This identifier is a number.",
        "id=\"client_secret-wrong\">Fill in this field.",
        "value=\"La ville\"",
        "https://valbourg.example/accounts/connected",
    ] {
        assert!(again.body.contains(said), "{said}: {}", again.body);
    }
    // A token alone does not say of which page it is; an agreement does.
    let fields = [("name", "La ville"), ("secret", "EAAjeton")];
    let again = odile.send("/accounts/new/facebook?authority=valbourg", &fields).await;
    assert!(
        again.body.contains("id=\"page-wrong\">Fill in this field."),
        "{}",
        again.body
    );
    assert!(
        !again.body.contains("EAAjeton") && !again.body.contains("client_id-wrong"),
        "{}",
        again.body
    );
    let strange = odile.open("/accounts/new/gazette?authority=valbourg").await;
    assert_eq!(strange.status, StatusCode::NOT_FOUND);
}
