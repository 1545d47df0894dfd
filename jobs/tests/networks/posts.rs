//! What readers see.

use beffroi_jobs::networks::DeliveryError;
use beffroi_sandbox::{Fault, Kind, Operation};
use beffroi_schema::value::LinkStyle;

use serde_json::Value;

use crate::town::{LINK, Town, card, key, kinds, picture};

#[tokio::test]
async fn a_post_arrives_with_its_picture_and_alternative_text() {
    for kind in kinds(|can| can.images > 0) {
        let town = Town::on(kind).await;
        let mut post = town.post("Été : le tram B est à l’arrêt 🚊");
        post.pictures = vec![picture("Une rame à quai")];
        let remote = town.account.publish(&post, key(1)).await.unwrap();
        let [seen] = town.posts().try_into().unwrap();
        assert!(seen.text.starts_with(&post.text), "{kind:?}: {}", seen.text);
        let described = town.capabilities().alt_text.is_some();
        let alt = if described { "Une rame à quai" } else { "" };
        // Where photos are seen alone, each says what the post says as well.
        let told = seen.images[0].alt.replace(&post.text, "");
        assert_eq!(told.trim(), alt, "{kind:?}");
        assert_eq!(seen.remote_id, remote.id, "{kind:?}");
        let page = reqwest::get(remote.url.unwrap()).await.unwrap();
        assert!(page.status().is_success(), "{kind:?}: {}", page.url());
        town.assert_correct();
    }
}

#[tokio::test]
async fn readers_reach_the_item() {
    for kind in kinds(|can| can.link != LinkStyle::Nowhere) {
        let town = Town::on(kind).await;
        let mut post = town.post("Le tram B est à l’arrêt");
        post.card = (town.capabilities().link == LinkStyle::Card).then(card);
        town.account.publish(&post, key(1)).await.unwrap();
        let [seen] = town.posts().try_into().unwrap();
        let linked = seen.card.is_some_and(|card| card.url == LINK) || seen.text.contains(LINK);
        assert!(linked, "{kind:?}");
        town.assert_correct();
    }
}

#[tokio::test]
async fn a_post_with_pictures_alone_still_links_where_the_card_was_ours_to_lose() {
    let town = Town::on(Kind::Facebook).await;
    let mut post = town.post("Le tram B est à l’arrêt");
    post.pictures = vec![picture("")];
    town.account.publish(&post, key(1)).await.unwrap();
    assert!(town.posts()[0].text.ends_with(LINK));
}

#[tokio::test]
async fn what_was_fitted_is_taken() {
    for kind in Kind::ALL {
        let town = Town::on(kind).await;
        let long = "Voir @mairie@ville.example et https://ville.example/une/page/assez/longue 👩‍👩‍👧‍👦 e\u{301}té\u{a0}! "
            .repeat(900);
        town.account.publish(&town.post(&long), key(1)).await.unwrap();
        let limit = town.capabilities().text;
        let seen = &town.posts()[0].text;
        assert!(
            beffroi_schema::text::count::units(seen, &limit) + 100 > limit.units as usize,
            "{kind:?}: room was left"
        );
        town.assert_correct();
    }
}

#[tokio::test]
async fn an_amended_post_says_something_else_in_the_same_place() {
    for kind in kinds(|can| can.edit) {
        let town = Town::on(kind).await;
        let mut post = town.post("Le tram B est à l’arrêt");
        if town.capabilities().images > 0 {
            post.pictures = vec![picture("Une rame")];
        }
        let remote = town.account.publish(&post, key(1)).await.unwrap();
        town.later(chrono::Duration::minutes(5));
        let mut amended = town.post("Mise à jour : le tram B repart");
        amended.pictures = post.pictures.clone();
        for _ in 0..2 {
            let again = town.account.amend(&remote, &amended, key(2)).await.unwrap();
            assert_eq!(again.id, remote.id, "{kind:?}");
        }
        let [seen] = town.posts().try_into().unwrap();
        assert!(seen.text.starts_with(&amended.text), "{kind:?}: {}", seen.text);
        assert_eq!(seen.images.len(), post.pictures.len(), "{kind:?}");
        assert_eq!(seen.history.len(), 1, "{kind:?}");
        town.assert_correct();
    }
}

#[tokio::test]
async fn an_answer_stands_under_its_post_once() {
    for kind in kinds(|can| can.reply) {
        let town = Town::on(kind).await;
        let remote = town
            .account
            .publish(&town.post("Le tram B est à l’arrêt"), key(1))
            .await
            .unwrap();
        let mut answer = town.post("✅ Terminé : le tram B repart");
        answer.card = (town.capabilities().link == LinkStyle::Card).then(card);
        let under = town.account.reply(&remote, &answer, key(2)).await.unwrap();
        if town.capabilities().idempotent_s > 0 {
            assert_eq!(
                town.account.reply(&remote, &answer, key(2)).await.unwrap().id,
                under.id,
                "{kind:?}"
            );
        }
        let [first, second] = town.posts().try_into().unwrap();
        let linked = second.card.is_some_and(|card| card.url == LINK) || second.text.contains(LINK);
        let linking = town.capabilities().link != LinkStyle::Nowhere;
        assert_eq!(linked, linking, "{kind:?}: a correction leads to the item");
        assert_eq!(
            (second.reply_to, second.remote_id),
            (Some(first.remote_id), under.id),
            "{kind:?}"
        );
        town.assert_correct();
    }
}

#[tokio::test]
async fn a_withdrawn_post_is_gone_however_often_it_is_withdrawn() {
    for kind in kinds(|can| can.delete) {
        let town = Town::on(kind).await;
        let post = town.post("Le tram B est à l’arrêt");
        let remote = town.account.publish(&post, key(1)).await.unwrap();
        for _ in 0..2 {
            assert_eq!(town.account.withdraw(&remote).await, Ok(()), "{kind:?}");
        }
        assert_eq!(town.posts(), [], "{kind:?}");
        if town.capabilities().edit {
            let amended = town.account.amend(&remote, &post, key(2)).await;
            assert!(matches!(amended, Err(DeliveryError::Gone(_))), "{kind:?}: {amended:?}");
        }
        assert_eq!(town.posts(), [], "{kind:?}: an amendment brings nothing back");
        town.assert_correct();
    }
}

#[tokio::test]
async fn a_picture_that_is_being_processed_is_waited_for() {
    let town = Town::on(Kind::Mastodon).await;
    town.network()
        .next(Operation::Upload, Fault::StillProcessing { polls: 1 });
    let mut post = town.post("Le tram B est à l’arrêt");
    post.pictures = vec![picture("Une rame")];
    town.account.publish(&post, key(1)).await.unwrap();
    assert_eq!(town.posts()[0].images.len(), 1);
    town.assert_correct();
}

/// On Bluesky, who is named is known by the server alone.
#[tokio::test]
async fn a_name_leads_to_its_person_where_somebody_has_it() {
    let town = Town::on(Kind::Bluesky).await;
    let account = town.network().account();
    let post = town.post(&format!("Avec @{} et @personne.example", account.handle));
    let remote = town.account.publish(&post, key(1)).await.unwrap();
    let method = format!("{}/xrpc/com.atproto.repo.getRecord", town.network().url());
    let mut url: reqwest::Url = method.parse().unwrap();
    url.query_pairs_mut()
        .append_pair("repo", &account.id)
        .append_pair("collection", "app.bsky.feed.post")
        .append_pair("rkey", remote.id.rsplit('/').next().unwrap());
    let answer = reqwest::get(url).await.unwrap().text().await.unwrap();
    let record: Value = serde_json::from_str(&answer).unwrap();
    let facets = record["value"]["facets"].as_array().unwrap();
    let named: Vec<_> = facets
        .iter()
        .filter_map(|facet| facet["features"][0]["did"].as_str())
        .collect();
    assert_eq!(named, [account.id.as_str()], "{answer}");
    town.assert_correct();
}
