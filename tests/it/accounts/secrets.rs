//! App passwords and tokens: tried before they are stored.

use axum::http::StatusCode;
use beffroi_schema::value::{AccountState, Network, Role, Scope};
use beffroi_tests::City;

use super::browser::{Browser, only};

const BLUESKY: &str = "/accounts/new/bluesky?authority=valbourg";

#[tokio::test]
async fn an_app_password_is_tried_before_it_is_stored() {
    let city = City::new().await;
    let odile = Browser::of(&city, Role::Admin, "Odile").await;
    let remote = city.miniature(Network::Bluesky).account();
    let pds = city.miniature(Network::Bluesky).url();
    let mut fields = vec![
        ("name", "bluesky valbourg"),
        ("pds", pds),
        ("identifier", &*remote.handle),
        ("secret", "faux"),
    ];
    let (_, failed) = odile.begin(&city, BLUESKY, &fields).await;
    city.sandbox.account_for(|line| line.path.contains("createSession"));
    assert_eq!(failed.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        failed.body.contains("Bluesky does not accept what was given"),
        "{}",
        failed.body
    );
    assert!(
        failed.body.contains("id=\"secret-wrong\"") && failed.body.contains(&remote.handle),
        "{}",
        failed.body
    );
    assert!(!failed.body.contains("faux"), "{}", failed.body);
    assert_eq!(city.store.accounts(&Scope::Instance, None).await.unwrap(), []);

    fields.pop();
    fields.push(("secret", &remote.secret));
    let (_, done) = odile.begin(&city, BLUESKY, &fields).await;
    assert!(done.body.contains("is connected"), "{}", done.body);
    let account = only(&city).await;
    assert_eq!(account.state, AccountState::Active);
    assert!(
        account.capabilities.is_some() && account.health.is_some(),
        "checked at once"
    );

    let taken = odile.send(BLUESKY, &fields).await;
    assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(taken.body.contains("id=\"name-wrong\""), "{}", taken.body);
}

#[tokio::test]
async fn who_posts_by_hand_connects_nothing() {
    let city = City::new().await;
    let odile = Browser::of(&city, Role::Admin, "Odile").await;
    let fields = [("name", "La chaîne"), ("page", "https://whatsapp.example/valbourg")];
    let done = odile
        .send("/accounts/new/whatsapp_channel?authority=valbourg", &fields)
        .await;
    assert_eq!(
        (done.status, done.header("location")),
        (StatusCode::SEE_OTHER, "/accounts")
    );
    city.settle().await;
    assert_eq!(only(&city).await.network, Network::WhatsappChannel);
}
