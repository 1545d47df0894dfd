//! What readers did.

use beffroi_jobs::networks::DeliveryError;
use beffroi_sandbox::Kind;
use beffroi_schema::value::Metrics;

use crate::town::{Town, key};

#[tokio::test]
async fn a_post_is_told_to_be_shown_liked_shared_and_answered() {
    for kind in [Kind::Threads, Kind::Instagram, Kind::Linkedin] {
        let town = Town::on(kind).await;
        let remote = town.deliver(&town.post("Le tram B est à l’arrêt"), key(1)).await;
        let answer = town.post("Il repart");
        town.account.reply(&remote, &answer, key(2)).await.unwrap();
        let told = Metrics {
            likes: Some(2),
            shares: Some(1),
            replies: Some(1),
            views: Some(40),
        };
        assert_eq!(town.account.metrics(&remote).await, Ok(told), "{kind:?}");
        town.assert_correct();
    }
}

#[tokio::test]
async fn channels_tell_the_signs_under_a_message_and_its_answers() {
    for (kind, likes, replies) in [(Kind::Discord, 3, None), (Kind::Slack, 1, Some(1))] {
        let town = Town::on(kind).await;
        let remote = town.deliver(&town.post("Le tram B est à l’arrêt"), key(1)).await;
        town.deliver(&town.post("Le marché est ouvert"), key(2)).await;
        if town.capabilities().reply {
            town.account
                .reply(&remote, &town.post("Il repart"), key(3))
                .await
                .unwrap();
        }
        let metrics = town.account.metrics(&remote).await.unwrap();
        assert_eq!((metrics.likes, metrics.replies), (Some(likes), replies), "{kind:?}");
        town.account.withdraw(&remote).await.unwrap();
        let gone = town.account.metrics(&remote).await;
        assert!(matches!(gone, Err(DeliveryError::Gone(_))), "{kind:?}: {gone:?}");
        town.assert_correct();
    }
}
