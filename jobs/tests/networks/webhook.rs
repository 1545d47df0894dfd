//! Signed events, and the messages of chat servers.

use beffroi_jobs::networks::DeliveryError;
use beffroi_sandbox::Kind;
use serde_json::json;

use crate::town::{LINK, Town, key, picture};

#[tokio::test]
async fn every_chat_server_is_told_in_its_own_form() {
    for template in ["matrix", "mattermost", "rocket_chat", "teams"] {
        let town = Town::on(Kind::Webhook).await;
        let address = format!("{}/chat/{template}/s3cret", town.network().url());
        let chat = town.open(json!({ "template": template }), &address);
        let (health, capabilities) = chat.check().await.unwrap();
        assert_eq!(health.handle, "127.0.0.1", "{template}: nobody says more");
        assert!(!capabilities.edit && !capabilities.delete, "{template}");
        assert_eq!(
            capabilities.idempotent_s, 0,
            "{template}: nothing of it can be repeated"
        );
        let mut post = town.post("# Travaux <rue & quai>");
        post.pictures = vec![picture("Une rame à quai")];
        chat.publish(&post, key(1)).await.unwrap();
        let [seen] = town.posts().try_into().unwrap();
        for words in ["# Travaux <rue & quai>", LINK] {
            assert!(seen.text.contains(words), "{template}: {}", seen.text);
        }
        let described = seen.text.contains("Une rame à quai") || seen.images[0].alt == "Une rame à quai";
        assert!(described, "{template}");
        assert!(!format!("{chat:?}").contains("s3cret"), "{template}");
        town.assert_correct();
    }
}

#[tokio::test]
async fn what_is_missing_is_said_before_anything_leaves() {
    let town = Town::on(Kind::Webhook).await;
    for (settings, secret, said) in [
        (json!({}), "a key", "`url`"),
        (json!({ "template": "teams" }), "a key", "the address"),
        (json!({ "url": town.network().url() }), "whsec_é", "base 64"),
    ] {
        let account = town.open(settings, secret);
        let refused = account.publish(&town.post("Le tram B"), key(1)).await;
        let Err(DeliveryError::Locked(reason)) = refused else {
            panic!("{said}: {refused:?}")
        };
        assert!(reason.contains(said), "{reason}");
    }
    assert_eq!(town.sandbox.requests(), []);
}

#[tokio::test]
async fn a_wrong_key_is_refused() {
    let town = Town::on(Kind::Webhook).await;
    let settings = town.network().settings(&town.network().account());
    let stranger = town.open(settings, "whsec_b3RoZXI=");
    let refused = stranger.publish(&town.post("Le tram B"), key(1)).await;
    assert!(matches!(refused, Err(DeliveryError::Locked(_))), "{refused:?}");
    assert_eq!(town.posts(), []);
    assert_eq!(town.sandbox.account_for(|line| line.status == Some(401)), 1);
}
