//! Published, amended, resolved, withdrawn: every copy follows.

use beffroi_schema::value::{DeliveryState, FollowKind, Language};
use beffroi_tests::{
    City,
    scene::{self, TRANSPORT},
};
use chrono::Duration;

use super::{accounts, texts};

#[tokio::test]
async fn one_item_reaches_the_app_the_phones_and_the_networks() {
    let city = City::new().await;
    let accounts = accounts(&city).await;
    city.phone("marie", &[(FollowKind::Topic, TRANSPORT)]).await;
    city.phone("paul", &[(FollowKind::Topic, "culture")]).await;
    let item = city.publish(scene::tram_stopped()).await;
    city.settle().await;

    let feed = city.graphql("{ feed { nodes { title posts { url } } } }").await;
    let shown = &feed["feed"]["nodes"][0];
    assert_eq!(shown["title"], "Tram B interrompu entre Gare et Mairie");
    assert_eq!(shown["posts"].as_array().unwrap().len(), accounts.len());
    let [told] = city.screen("marie").try_into().unwrap();
    assert_eq!(city.screen("paul").len(), 0);
    let opened = city
        .graphql(&format!("{{ item(id: \"{}\") {{ title }} }}", told.data["item"]))
        .await;
    assert_eq!(opened["item"]["title"], shown["title"], "what is told can be opened");
    for account in &accounts {
        let [post] = city.posts(account).try_into().unwrap();
        assert!(
            post.text.starts_with("⚠️ Tram B interrompu entre Gare et Mairie"),
            "{}",
            post.text
        );
        let link = format!("https://valbourg.example/valbourg/disruption/{item}");
        let linked = post.text.contains(&link) || post.card.is_some_and(|card| card.url == link);
        assert!(linked, "{}: readers reach the item", account.network);
        let [delivery] = city.deliveries(item, account).await.try_into().unwrap();
        assert_eq!((delivery.state, delivery.attempts), (DeliveryState::Done, 1));
    }
}

#[tokio::test]
async fn when_it_changes_every_copy_changes() {
    let city = City::new().await;
    let accounts = accounts(&city).await;
    let stubborn = city.account_without_edits().await;
    city.phone("marie", &[(FollowKind::Topic, TRANSPORT)]).await;
    let item = city.publish(scene::tram_stopped()).await;
    city.settle().await;
    city.later(Duration::minutes(20)).await;
    city.amend(item, |content| {
        let text = content.texts.0.get_mut(&Language::french()).unwrap();
        text.title = "Tram B interrompu sur toute la ligne".to_owned();
    })
    .await;
    city.settle().await;

    for account in &accounts {
        let [post] = city.posts(account).try_into().unwrap();
        assert!(
            post.text
                .contains("Mise à jour\u{a0}: Tram B interrompu sur toute la ligne"),
            "{}",
            post.text
        );
        assert_eq!(post.history.len(), 1, "edited once on {}", account.network);
    }
    let [first, correction] = city.posts(&stubborn).try_into().unwrap();
    assert_eq!(correction.reply_to, Some(first.remote_id), "a reply corrects it");
    assert!(correction.text.contains("sur toute la ligne"));
    let link = format!("https://valbourg.example/valbourg/disruption/{item}");
    assert_eq!(correction.card.unwrap().url, link, "and leads to the item");
    let feed = city.graphql("{ feed { nodes { title } } }").await;
    assert_eq!(
        feed["feed"]["nodes"][0]["title"],
        "Tram B interrompu sur toute la ligne"
    );
}

#[tokio::test]
async fn when_it_ends_every_copy_says_so() {
    let city = City::new().await;
    let accounts = accounts(&city).await;
    city.phone("marie", &[(FollowKind::Topic, TRANSPORT)]).await;
    let item = city.publish(scene::tram_stopped()).await;
    city.settle().await;
    city.clock.advance(Duration::minutes(40));
    // She came after the first word: there is nothing to take back for her.
    city.phone("jeanne", &[(FollowKind::Topic, TRANSPORT)]).await;
    city.resolve(item).await;
    city.settle().await;

    for account in &accounts {
        let [text] = texts(&city, account).try_into().unwrap();
        assert!(text.starts_with("✅ Terminé\u{a0}: "), "{text}");
        assert!(text.contains("Retour à la normale."), "{text}");
    }
    let [shown] = city.screen("marie").try_into().unwrap();
    assert!(shown.replaced(), "the end takes the place of the alert");
    assert!(shown.title.unwrap().starts_with("✅ Terminé"));
    assert_eq!(city.screen("jeanne").len(), 0);
    let ended = city
        .graphql("{ disruptions(inEffect: false) { nodes { resolvedAt } } }")
        .await;
    assert!(ended["disruptions"]["nodes"][0]["resolvedAt"].is_string());
}

#[tokio::test]
async fn when_it_is_withdrawn_it_is_gone_everywhere_and_a_tombstone_stays() {
    let city = City::new().await;
    let mut accounts = accounts(&city).await;
    accounts.push(city.account_without_edits().await);
    let item = city.publish(scene::article("Place fermée samedi")).await;
    city.settle().await;
    for day in ["dimanche", "lundi"] {
        city.amend(item, |content| {
            let text = content.texts.0.get_mut(&Language::french()).unwrap();
            text.title = format!("Place fermée {day}");
        })
        .await;
        city.settle().await;
    }
    city.withdraw(item).await;
    city.settle().await;

    for account in &accounts {
        assert_eq!(texts(&city, account), Vec::<String>::new(), "{}", account.network);
        let receipt = city.store.receipt(item, account.id).await.unwrap().unwrap();
        assert!(receipt.withdrawn_at.is_some());
    }
    let feed = city.graphql("{ feed { nodes { id } } }").await;
    assert_eq!(feed["feed"]["nodes"].as_array().unwrap().len(), 0);
    assert!(city.item(item).await.row.withdrawn_at.is_some());
}

#[tokio::test]
async fn amended_before_anybody_was_told_it_is_told_once() {
    let city = City::new().await;
    let accounts = accounts(&city).await;
    city.phone("marie", &[(FollowKind::Topic, TRANSPORT)]).await;
    let item = city.publish(scene::tram_stopped()).await;
    city.amend(item, |content| content.link = Some("https://tav.example/b".to_owned()))
        .await;
    city.settle().await;
    for account in &accounts {
        let [post] = city.posts(account).try_into().unwrap();
        assert!(!post.text.contains("Mise à jour"), "nobody saw another: {}", post.text);
    }
    assert_eq!(city.campaigns(item).await.len(), 1);
}

#[tokio::test]
async fn withdrawn_before_anybody_was_told_it_is_never_told() {
    let city = City::new().await;
    let accounts = accounts(&city).await;
    let item = city.publish(scene::tram_stopped()).await;
    city.withdraw(item).await;
    city.settle().await;
    for account in &accounts {
        assert!(city.posts(account).is_empty());
    }
}
