//! X: what a post costs, edits with Premium, links only where they are paid for.

use beffroi_jobs::networks::DeliveryError;
use beffroi_sandbox::{Fault, Kind, Operation};
use beffroi_schema::value::{LinkStyle, Price};
use chrono::Duration;
use serde_json::json;

use crate::town::{LINK, Town, key, picture};

#[tokio::test]
async fn what_it_costs_and_whether_links_go_is_for_the_settings_to_say() {
    let town = Town::on(Kind::X).await;
    let usual = town.account.check().await.unwrap().1;
    let price = Price {
        post: 15_000,
        link: 200_000,
    };
    assert_eq!(
        (usual.price, usual.link, usual.edit),
        (Some(price), LinkStyle::Nowhere, false)
    );
    // Its own: X gives each refresh token once.
    let other = town.network().open_account("valbourg_paying", "Valbourg");
    let paying = town.opened_for(&other, |settings| {
        settings["links"] = json!(true);
        settings["link_price"] = json!(90_000);
    });
    let can = paying.check().await.unwrap().1;
    let price = Price {
        post: 15_000,
        link: 90_000,
    };
    assert_eq!((can.price, can.link), (Some(price), LinkStyle::InText));
    town.assert_correct();
}

#[tokio::test]
async fn a_post_with_a_link_and_a_picture_is_found_although_x_writes_addresses_its_own_way() {
    let town = Town::on(Kind::X).await;
    let mut post = town.post("Tram B & C à l’arrêt < 20 h");
    post.text = format!("{}\nhttps://www.valbourg.fr/i/tram-b", post.text);
    post.pictures = vec![picture("Une rame")];
    let started = town.now();
    town.network().next(Operation::Create, Fault::CommitThenCut);
    town.account.publish(&post, key(1)).await.unwrap_err();
    let found = town.account.find(&post, key(1), started).await.unwrap().unwrap();
    assert_eq!(found.id, town.posts()[0].remote_id);
    assert!(!town.posts()[0].text.contains(LINK), "a link costs");
    town.assert_correct();
}

#[tokio::test]
async fn an_edit_takes_the_place_of_the_post_under_a_new_id_for_half_an_hour() {
    let town = Town::on(Kind::X).await;
    let premium = town.network().open_account("valbourg_premium", "Valbourg Premium");
    let account = town.opened_for(&premium, |_| {});
    let can = account.check().await.unwrap().1;
    assert_eq!(
        (can.edit, can.edit_within_s, can.text.units),
        (true, Some(1_800), 4_000)
    );
    let first = account
        .publish(&town.post("Le tram B est à l’arrêt"), key(1))
        .await
        .unwrap();

    town.later(Duration::minutes(5));
    let other = town.post("Le tram B repart");
    town.network().next(Operation::Edit, Fault::CommitThenCut);
    let lost = account.amend(&first, &other, key(2)).await;
    assert!(matches!(lost, Err(DeliveryError::Retry { .. })), "{lost:?}");
    let edited = account.amend(&first, &other, key(2)).await.unwrap();
    assert_ne!(edited.id, first.id);
    let [seen] = town.posts().try_into().unwrap();
    assert_eq!((&seen.remote_id, &seen.text), (&edited.id, &other.text));
    assert_eq!(seen.history.len(), 1, "the lost edit was found, and not made again");

    town.later(Duration::minutes(26));
    let late = account.amend(&edited, &town.post("Encore autre chose"), key(3)).await;
    assert!(matches!(late, Err(DeliveryError::Refused(_))), "{late:?}");
    town.assert_correct();
}

#[tokio::test]
async fn a_user_who_posted_the_last_time_of_a_window_rests() {
    let town = Town::on(Kind::X).await;
    for left in (0..100).rev() {
        assert_eq!(town.account.rests_until(), None, "{left}");
        town.account
            .publish(&town.post(&format!("Message {left}")), key(left))
            .await
            .unwrap();
    }
    let until = town.account.rests_until().unwrap();
    assert!(until > town.now() && until <= town.now() + Duration::minutes(15));
    town.assert_correct();
}

#[tokio::test]
async fn readers_are_counted() {
    let town = Town::on(Kind::X).await;
    let remote = town.deliver(&town.post("Le tram B est à l’arrêt"), key(1)).await;
    let metrics = town.account.metrics(&remote).await.unwrap();
    assert_eq!((metrics.likes, metrics.views), (Some(2), Some(40)));
    town.assert_correct();
}
