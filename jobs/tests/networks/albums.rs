//! Flickr and Google Photos: an item is an album.

use std::{sync::Arc, time::Duration};

use beffroi_jobs::networks::DeliveryError;
use beffroi_sandbox::{Fault, Kind, Operation};
use beffroi_schema::{
    id::MediaId,
    value::{Picture, Rendered},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::town::{Town, key, picture};

const ALBUMS: [Kind; 2] = [Kind::Flickr, Kind::GooglePhotos];

/// The photo of this number.
fn photo(number: u128) -> Picture {
    Picture {
        media: MediaId(Uuid::from_u128(number)),
        ..picture(&format!("Photo {number}"))
    }
}

fn album(town: &Town, photos: &[u128]) -> Rendered {
    let mut post = town.post("Fête de la musique");
    post.pictures = photos.iter().map(|number| photo(*number)).collect();
    post
}

/// What each photo of the one album there is says it shows.
fn shown(town: &Town, post: &Rendered) -> Vec<String> {
    let [seen] = town.posts().try_into().unwrap();
    let told = seen.images.into_iter().map(|image| image.alt.replace(&post.text, ""));
    told.map(|alt| alt.trim().to_owned()).collect()
}

fn asked(town: &Town, path: &str) -> usize {
    let requests = town.sandbox.requests();
    let asked = requests
        .iter()
        .filter(|line| line.method == "POST" && line.path == path);
    asked.count()
}

#[tokio::test]
async fn all_photos_of_an_item_are_in_one_album_that_is_called_as_it_is() {
    for kind in ALBUMS {
        let town = Town::on(kind).await;
        let post = album(&town, &[1, 2, 3]);
        town.account.publish(&post, key(1)).await.unwrap();
        assert_eq!(shown(&town, &post), ["Photo 1", "Photo 2", "Photo 3"], "{kind:?}");
        assert_eq!(town.posts()[0].title.as_deref(), Some(post.title.as_str()), "{kind:?}");
        town.assert_correct();
    }
}

#[tokio::test]
async fn photos_that_come_later_join_the_album_and_those_that_go_leave_it() {
    for kind in ALBUMS {
        let town = Town::on(kind).await;
        let remote = town.account.publish(&album(&town, &[1, 2]), key(1)).await.unwrap();
        let mut later = album(&town, &[2, 3]);
        later.title = "Fête de la musique, en images".to_owned();
        for _ in 0..2 {
            town.account.amend(&remote, &later, key(2)).await.unwrap();
        }
        assert_eq!(shown(&town, &later), ["Photo 2", "Photo 3"], "{kind:?}");
        assert_eq!(town.posts()[0].title.as_deref(), Some(later.title.as_str()), "{kind:?}");
        town.assert_correct();
    }
}

#[tokio::test]
async fn what_an_earlier_try_left_is_taken_up() {
    for (kind, uploads, albums) in [
        (Kind::Flickr, "/services/upload/", None),
        (Kind::GooglePhotos, "/v1/uploads", Some("/v1/albums")),
    ] {
        let town = Town::on(kind).await;
        let post = album(&town, &[1]);
        for fault in [Fault::Cut, Fault::ServerError] {
            town.network().next(Operation::Create, fault);
            let lost = town.account.publish(&post, key(1)).await;
            assert!(matches!(lost, Err(DeliveryError::Doubtful(_))), "{kind:?}: {lost:?}");
        }
        assert_eq!(town.posts(), [], "{kind:?}: nobody sees it");
        town.account.publish(&post, key(1)).await.unwrap();
        assert_eq!(shown(&town, &post), ["Photo 1"], "{kind:?}");
        // Google's uploads are photos no more once a day has passed, and are made anew; its album is not.
        let made = albums.map_or_else(|| asked(&town, uploads), |albums| asked(&town, albums));
        assert_eq!(made, 1, "{kind:?}");
        town.assert_correct();
    }
}

#[tokio::test]
async fn on_flickr_an_album_that_is_shown_in_part_is_found_and_shown_whole() {
    for accident in [Fault::Cut, Fault::RateLimited { retry_after_s: 30 }] {
        let town = Town::on(Kind::Flickr).await;
        let post = album(&town, &[1, 2, 3]);
        town.network().next(Operation::Create, Fault::Slow(Duration::ZERO));
        town.network().next(Operation::Create, accident);
        let lost = town.account.publish(&post, key(1)).await;
        assert!(matches!(lost, Err(DeliveryError::Doubtful(_))), "{lost:?}");
        assert_eq!(shown(&town, &post), ["Photo 1"]);
        let found = town.account.find(&post, key(1), town.now()).await.unwrap();
        assert_eq!(found.map(|found| found.id), Some(town.posts()[0].remote_id.clone()));
        assert_eq!(shown(&town, &post), ["Photo 1", "Photo 2", "Photo 3"]);
        town.assert_correct();
    }
}

#[tokio::test]
async fn on_flickr_whoever_opens_an_album_and_likes_its_photos_is_counted() {
    let town = Town::on(Kind::Flickr).await;
    let remote = town.account.publish(&album(&town, &[1, 2]), key(1)).await.unwrap();
    for _ in 0..3 {
        reqwest::get(remote.url.clone().unwrap()).await.unwrap();
    }
    let told = town.account.metrics(&remote).await.unwrap();
    assert_eq!((told.views, told.likes, told.replies), (Some(6), Some(4), Some(2)));
    town.account.withdraw(&remote).await.unwrap();
    let gone = town.account.metrics(&remote).await;
    assert!(matches!(gone, Err(DeliveryError::Gone(_))), "{gone:?}");
    town.assert_correct();
}

#[tokio::test]
async fn on_flickr_a_wrong_secret_locks_the_account_and_is_not_repeated() {
    let town = Town::on(Kind::Flickr).await;
    let account = town.network().account();
    let mut secret: Value = serde_json::from_str(&account.secret).unwrap();
    secret["token_secret"] = json!("another");
    for (secret, words) in [
        (secret.to_string(), "not signed"),
        ("abc-secret".to_owned(), "consumer_key"),
    ] {
        let wrong = town.open(town.network().settings(&account), &secret);
        let refused = wrong.check().await;
        let Err(DeliveryError::Locked(reason)) = refused else {
            panic!("{refused:?}")
        };
        assert!(reason.contains(words) && !reason.contains("abc-secret"), "{reason}");
    }
    assert_eq!(town.sandbox.account_for(|line| line.violation.is_some()), 1);
}

#[tokio::test]
async fn a_file_that_google_makes_no_photo_of_is_left_out_unless_it_is_the_only_one() {
    let town = Town::on(Kind::GooglePhotos).await;
    let mut post = album(&town, &[1, 2]);
    post.pictures[1].bytes = Arc::from(&b"no picture"[..]);
    town.account.publish(&post, key(1)).await.unwrap();
    assert_eq!(shown(&town, &post), ["Photo 1"]);
    post.pictures.remove(0);
    let refused = town.account.publish(&post, key(2)).await;
    let Err(DeliveryError::Refused(reason)) = refused else {
        panic!("{refused:?}")
    };
    assert!(reason.contains("error while trying to create"), "{reason}");
    assert_eq!(town.posts().len(), 1);
    town.assert_correct();
}
