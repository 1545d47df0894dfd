//! Accounts that a person agrees to on their network's page.

use axum::http::StatusCode;
use beffroi_schema::{
    store::{NewAccount, NewConnection, machine},
    value::{AccountRules, AccountState, Application, Network, Role, Scope},
};
use beffroi_tests::{City, scene};
use chrono::Duration;
use serde_json::json;

use super::browser::{Browser, network_page, only};

const MASTODON: &str = "/accounts/new/mastodon?authority=valbourg";

#[tokio::test]
async fn a_mastodon_account_is_connected_by_agreeing_there_and_posts_at_once() {
    let city = City::new().await;
    let odile = Browser::of(&city, Role::Admin, "Odile").await;
    let form = odile.open(MASTODON).await;
    assert!(
        form.body.contains("name=\"instance\"") && !form.body.contains("client_id"),
        "{}",
        form.body
    );

    let miniature = city.miniature(Network::Mastodon);
    let fields = [("name", "mastodon valbourg"), ("instance", miniature.url())];
    let (_, page) = odile.begin(&city, MASTODON, &fields).await;
    let address = network_page(&page);
    let told = |name: &str| {
        address
            .query_pairs()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.into_owned())
    };
    assert_eq!(told("code_challenge_method").as_deref(), Some("S256"));
    assert_eq!(
        told("redirect_uri").as_deref(),
        Some("https://valbourg.example/accounts/connected")
    );

    let done = odile.agree(&city, &page, "valbourg").await;
    assert!(done.body.contains("“mastodon valbourg” is connected"), "{}", done.body);
    let account = only(&city).await;
    assert_eq!((account.state, account.authorised_until), (AccountState::Active, None));
    assert!(account.connected_by.is_some());
    assert!(
        account.health.as_ref().unwrap().handle.contains("valbourg"),
        "{:?}",
        account.health
    );
    let list = odile.open("/accounts").await;
    assert!(
        list.body.contains("mastodon valbourg") && list.body.contains("Active"),
        "{}",
        list.body
    );

    city.publish(scene::tram_stopped()).await;
    city.settle().await;
    assert_eq!(city.posts(&account).len(), 1);
}

/// What a network's miniature knows of the application that a town has there.
fn application(network: Network) -> Application {
    let (id, secret) = if [Network::Facebook, Network::Instagram, Network::Threads].contains(&network) {
        ("1000000000000001", "miniature-app-secret")
    } else if [Network::Youtube, Network::GoogleBusiness, Network::GooglePhotos].contains(&network) {
        ("miniature.apps.googleusercontent.com", "GOCSPX-miniature")
    } else if network == Network::Flickr {
        ("miniature-consumer", "miniature-consumer-secret")
    } else {
        ("miniature-client", "miniature-client-secret")
    };
    Application {
        id: id.to_owned(),
        secret: secret.to_owned(),
    }
}

#[tokio::test]
async fn a_locked_account_reopens_when_its_person_agrees_again() {
    for network in [
        Network::Mastodon,
        Network::X,
        Network::Linkedin,
        Network::Youtube,
        Network::GoogleBusiness,
        Network::GooglePhotos,
        Network::Facebook,
        Network::Instagram,
        Network::Threads,
        Network::Tiktok,
        Network::Slack,
        Network::Flickr,
    ] {
        let city = City::new().await;
        let odile = Browser::of(&city, Role::Admin, "Odile").await;
        let account = city.account(network, AccountRules::default()).await;
        let remote = city.remote_account(&account);
        city.miniature(network).revoke(&remote.id);
        city.later(Duration::hours(7)).await;
        assert_eq!(
            city.account_now(account.id).await.state,
            AccountState::Locked,
            "{network}"
        );

        let path = format!("/accounts/{}/again", account.id);
        let application = application(network);
        let fields = [("client_id", &*application.id), ("client_secret", &*application.secret)];
        let (_, page) = odile.begin(&city, &path, &fields).await;
        let done = odile.agree(&city, &page, &remote.handle).await;
        assert!(done.body.contains("is connected"), "{network}: {}", done.body);
        let now = city.account_now(account.id).await;
        assert_eq!(
            (now.state, now.reason.as_deref()),
            (AccountState::Active, None),
            "{network}"
        );
        let sixty = [
            Network::Linkedin,
            Network::Facebook,
            Network::Instagram,
            Network::Threads,
        ];
        let holds = if network == Network::Tiktok {
            Some(365)
        } else {
            sixty.contains(&network).then_some(60)
        };
        let until = holds.map(|days| city.clock.now() + Duration::days(days));
        assert_eq!(now.authorised_until, until, "{network}");

        let content = city.article(network, "La piscine rouvre").await;
        city.publish(content).await;
        city.settle().await;
        assert_eq!(city.posts(&now).len(), 1, "{network}");

        // The application need not be typed a second time.
        let again = odile.open(&path).await;
        assert!(!again.body.contains(&application.secret), "{network}");
        let (_, page) = odile.begin(&city, &path, &[]).await;
        let done = odile.agree(&city, &page, &remote.handle).await;
        assert!(done.body.contains("is connected"), "{network}: {}", done.body);
    }
}

#[tokio::test]
async fn a_token_that_somebody_has_already_is_taken_too() {
    let city = City::new().await;
    let odile = Browser::of(&city, Role::Admin, "Odile").await;
    let account = city.account(Network::Linkedin, AccountRules::default()).await;
    let path = format!("/accounts/{}/again", account.id);
    let (_, failed) = odile.begin(&city, &path, &[("secret", "AQVfaux")]).await;
    city.sandbox
        .account_for(|line| line.server == "linkedin" && line.status == Some(401));
    assert!(
        failed.body.contains("LinkedIn does not accept what was given"),
        "{}",
        failed.body
    );
    let remote = city.remote_account(&account);
    let (_, done) = odile.begin(&city, &path, &[("secret", &remote.secret)]).await;
    assert!(done.body.contains("is connected"), "{}", done.body);
    assert_eq!(city.account_now(account.id).await.state, AccountState::Active);
}

#[tokio::test]
async fn who_has_several_pages_says_which() {
    let city = City::new().await;
    let odile = Browser::of(&city, Role::Admin, "Odile").await;
    let miniature = city.miniature(Network::Facebook);
    let second = miniature.open_account("piscines", "Piscines de Valbourg");
    let graph = miniature.settings(&second)["graph"].clone();
    let way = begun(
        &city,
        Network::Facebook,
        json!({ "network": "facebook", "graph": graph }),
        &odile,
    )
    .await;
    let page = odile.open(&way).await;
    let which = odile.agree(&city, &page, "").await;
    assert!(
        which.body.contains("Ville de Valbourg") && which.body.contains("Piscines de Valbourg"),
        "{}",
        which.body
    );
    assert_eq!(odile.send(&way, &[("choice", "7")]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(odile.send(&way, &[("choice", "1")]).await.status, StatusCode::SEE_OTHER);
    city.settle().await;
    assert!(odile.open(&way).await.body.contains("is connected"));
    let account = only(&city).await;
    assert_eq!(account.settings["page"], json!(second.id));
    assert_eq!(account.health.unwrap().handle, "Piscines de Valbourg");
}

/// A connection as the form begins it, but for the network's address: our form asks for none where there is one only.
pub async fn begun(city: &City, network: Network, settings: serde_json::Value, browser: &Browser) -> String {
    let new = NewConnection {
        authority: city.authority,
        account: None,
        network,
        name: format!("{network} piscines"),
        settings,
        application: Some(application(network)),
        secret: None,
    };
    let (session, viewer) = browser.session(city).await;
    let row = city.store.begin_connection(new, &session, &viewer).await.unwrap();
    city.settle().await;
    format!("/accounts/connections/{}", row.id)
}

#[tokio::test]
async fn a_page_that_was_not_agreed_for_is_not_taken_for_another() {
    let city = City::new().await;
    let odile = Browser::of(&city, Role::Admin, "Odile").await;
    let account = city.account(Network::X, AccountRules::default()).await;
    let other = city.miniature(Network::X).open_account("montclair", "Montclair");
    let path = format!("/accounts/{}/again", account.id);
    let application = application(Network::X);
    let fields = [("client_id", &*application.id), ("client_secret", &*application.secret)];
    let (way, page) = odile.begin(&city, &path, &fields).await;
    let before = city.account_now(account.id).await;
    let failed = odile.agree(&city, &page, &other.handle).await;
    assert_eq!(failed.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(failed.body.contains("You authorised “montclair”"), "{}", failed.body);
    assert_eq!(city.account_now(account.id).await, before, "nothing was changed");

    // The same form, once more: this time as the right one.
    assert_eq!(
        odile.send(&format!("{way}/again"), &[]).await.status,
        StatusCode::SEE_OTHER
    );
    city.settle().await;
    let page = odile.open(&way).await;
    let done = odile.agree(&city, &page, &city.remote_account(&account).handle).await;
    assert!(done.body.contains("is connected"), "{}", done.body);
}

#[tokio::test]
async fn what_a_person_paused_stays_paused() {
    let city = City::new().await;
    let odile = Browser::of(&city, Role::Admin, "Odile").await.french();
    let account = city.account(Network::Mastodon, AccountRules::default()).await;
    let (all, by) = (Scope::Instance, machine("test"));
    let paused = city.store.pause_account(&all, account.id, &by);
    paused.await.unwrap();
    let (_, page) = odile
        .begin(&city, &format!("/accounts/{}/again", account.id), &[])
        .await;
    let handle = city.remote_account(&account).handle;
    let done = odile.agree(&city, &page, &handle).await;
    assert!(done.body.contains("est connecté"), "{}", done.body);
    assert_eq!(city.account_now(account.id).await.state, AccountState::Paused);
}

#[tokio::test]
async fn only_who_manages_accounts_here_sees_them() {
    let city = City::new().await;
    let account = city.account(Network::Mastodon, AccountRules::default()).await;
    let elsewhere = city
        .store
        .create_authority(scene::commune("montclair"), &machine("test"))
        .await
        .unwrap();
    let (editor, admin) = (
        Browser::of(&city, Role::Editor, "Elsa").await,
        Browser::at(&city, Some(elsewhere.id), Role::Admin, "Marc").await,
    );
    let again = format!("/accounts/{}/again", account.id);
    for path in ["/accounts", "/accounts/new?authority=valbourg", MASTODON, &again] {
        assert_eq!(editor.open(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    for path in ["/accounts/new?authority=valbourg", MASTODON, &again] {
        assert_eq!(admin.open(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(admin.send(&again, &[]).await.status, StatusCode::NOT_FOUND);
    assert!(!admin.open("/accounts").await.body.contains(&account.name));
    let hidden = NewAccount {
        authority: elsewhere.id,
        network: Network::Snapchat,
        name: "À Montclair".to_owned(),
        settings: json!({ "network": "snapchat", "page": "https://snap.example" }),
        secret: None,
        rules: AccountRules::default(),
    };
    city.store.create_account(hidden, &machine("test")).await.unwrap();
    city.settle().await;
    assert!(admin.open("/accounts").await.body.contains("À Montclair"));
}
