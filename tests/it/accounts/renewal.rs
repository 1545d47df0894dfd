//! What lets us in is renewed at half of its life, before anybody is asked to agree again.

use beffroi_schema::{
    store::machine,
    value::{AccountRules, AccountState, Network, Role, Scope},
};
use beffroi_tests::City;
use chrono::Duration;
use serde_json::json;

use super::{
    browser::{Browser, only},
    consent::begun,
};

/// How often a token endpoint was asked.
fn asked(city: &City, path: &str) -> usize {
    let requests = city.sandbox.requests();
    requests.iter().filter(|line| line.path == path).count()
}

const YOUNGER: &str = "/refresh_access_token";

#[tokio::test]
async fn a_token_is_exchanged_for_a_younger_one_also_while_its_account_is_paused() {
    for (network, paused) in [
        (Network::Threads, false),
        (Network::Threads, true),
        (Network::Instagram, true),
    ] {
        let city = City::new().await;
        let account = city.account(network, AccountRules::default()).await;
        city.settle().await;
        let (all, by) = (Scope::Instance, machine("test"));
        if paused {
            city.store.pause_account(&all, account.id, &by).await.unwrap();
        }
        for (later, times) in [(25, 1), (29 * 24, 1), (25, 2), (29 * 24, 2), (25, 3)] {
            city.later(Duration::hours(later)).await;
            assert_eq!(asked(&city, YOUNGER), times, "{network}");
        }
        let now = city.account_now(account.id).await;
        assert_eq!(
            now.authorised_until,
            Some(city.clock.now() + Duration::days(60)),
            "{network}"
        );
        if paused {
            assert_eq!(now.state, AccountState::Paused, "{network}");
            city.store.resume_account(&all, account.id, &by).await.unwrap();
        }
        let content = city.article(network, "La piscine rouvre").await;
        city.publish(content).await;
        city.settle().await;
        assert_eq!(city.posts(&now).len(), 1, "{network}");
    }
}

#[tokio::test]
async fn a_locked_account_is_not_renewed_and_a_paused_one_says_when_it_cannot_be() {
    for paused in [false, true] {
        let city = City::new().await;
        let account = city.account(Network::Threads, AccountRules::default()).await;
        city.settle().await;
        if paused {
            let (all, by) = (Scope::Instance, machine("test"));
            city.store.pause_account(&all, account.id, &by).await.unwrap();
        }
        city.miniature(Network::Threads)
            .revoke(&city.remote_account(&account).id);
        city.later(Duration::hours(7)).await;
        city.later(Duration::days(40)).await;
        let now = city.account_now(account.id).await;
        let state = if paused {
            AccountState::Paused
        } else {
            AccountState::Locked
        };
        assert_eq!((now.state, asked(&city, YOUNGER)), (state, usize::from(paused)));
        assert!(now.reason.unwrap().contains("Error validating access token"));
    }
}

#[tokio::test]
async fn a_partner_of_linkedin_is_given_new_tokens_for_a_year() {
    let city = City::new().await;
    let odile = Browser::of(&city, Role::Admin, "Odile").await;
    let miniature = city.miniature(Network::Linkedin);
    let partner = miniature.open_account("valbourg_partner", "Valbourg");
    let mut settings = miniature.settings(&partner);
    settings["network"] = json!("linkedin");
    let way = begun(&city, Network::Linkedin, settings, &odile).await;
    let page = odile.open(&way).await;
    let done = odile.agree(&city, &page, &partner.handle).await;
    assert!(done.body.contains("is connected"), "{}", done.body);
    let in_a_year = only(&city).await.authorised_until;
    assert_eq!(in_a_year, Some(city.clock.now() + Duration::days(365)));
    for times in [1, 2, 3] {
        assert_eq!(asked(&city, "/oauth/v2/accessToken"), times);
        city.later(Duration::days(31)).await;
    }
    let account = only(&city).await;
    assert_eq!(account.authorised_until, in_a_year, "use does not prolong it");
    let content = city.article(Network::Linkedin, "La piscine rouvre").await;
    city.publish(content).await;
    city.settle().await;
    assert_eq!(miniature.posts(&partner.id).len(), 1);
}
