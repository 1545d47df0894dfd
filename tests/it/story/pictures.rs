//! Pictures, and what networks take of them.

use std::io::Cursor;

use beffroi_schema::{
    entity::{account, media},
    id::ItemId,
    store::{CheckResult, NewPicture, machine},
    value::{DeliveryState, Label, Language},
};
use beffroi_tests::{City, scene};
use chrono::Duration;
use image::{ImageFormat, Rgb, RgbImage};

use super::accounts;

/// A picture that every network takes.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
/// What the picky server takes.
const LITTLE: usize = 200_000;

async fn picture(city: &City, bytes: Vec<u8>, alt: &str) -> media::Model {
    let picture = NewPicture {
        authority: city.authority,
        bytes,
        mime: "image/png".to_owned(),
        width: 4,
        height: 3,
        alt: Label::only(Language::french(), alt),
        credit: None,
    };
    city.store.put_picture(picture, &machine("test")).await.unwrap()
}

/// The tram has stopped, and a picture shows it.
async fn publish(city: &City, bytes: Vec<u8>, alt: &str) -> ItemId {
    let picture = picture(city, bytes, alt).await;
    let mut content = scene::tram_stopped();
    content.pictures = vec![picture.id];
    let item = city.publish(content).await;
    city.settle().await;
    item
}

/// The server says what it takes.
async fn takes(city: &City, account: &account::Model, bytes: usize, alt: u32) {
    let mut abilities = account.capabilities.clone().unwrap();
    abilities.image_bytes = bytes as u64;
    abilities.alt_text = Some(alt);
    let well = CheckResult::Well(account.health.clone().unwrap(), abilities);
    let next = city.clock.now() + Duration::hours(6);
    city.store.settle_check(account, well, next).await.unwrap();
}

#[tokio::test]
async fn pictures_go_to_each_network_with_their_alternative_text() {
    let city = City::new().await;
    let accounts = accounts(&city).await;
    let item = publish(&city, PNG.to_vec(), "Une rame à quai").await;
    for account in &accounts {
        let [post] = city.posts(account).try_into().unwrap();
        let seen: Vec<_> = post
            .images
            .iter()
            .map(|image| (image.alt.as_str(), image.bytes_len))
            .collect();
        assert_eq!(seen, [("Une rame à quai", PNG.len())], "{}", account.network);
        let link = format!("https://valbourg.example/valbourg/disruption/{item}");
        assert!(post.text.contains(&link), "{}: {}", account.network, post.text);
    }
}

#[tokio::test]
async fn a_picture_that_is_too_heavy_goes_lighter_and_its_text_shorter() {
    let city = City::new().await;
    let accounts = accounts(&city).await;
    for account in &accounts {
        takes(&city, account, LITTLE, 20).await;
    }
    let ink = |x: u32, y: u32| [(x * 7) ^ (y * 13), (x * 31) ^ y, x ^ (y * 17)].map(|n| n.to_le_bytes()[0]);
    let mut file = Cursor::new(Vec::new());
    let picture = RgbImage::from_fn(900, 600, |x, y| Rgb(ink(x, y)));
    picture.write_to(&mut file, ImageFormat::Png).unwrap();
    let file = file.into_inner();
    assert!(file.len() > LITTLE, "{}", file.len());
    publish(&city, file, "Une famille : 👩‍👩‍👧‍👦👩‍👩‍👧‍👦").await;
    for account in &accounts {
        let [post] = city.posts(account).try_into().unwrap();
        let [image] = post.images.try_into().unwrap();
        assert!((1..=LITTLE).contains(&image.bytes_len), "{}", account.network);
        assert_eq!(image.alt, "Une famille…", "{}: no half a family", account.network);
    }
}

#[tokio::test]
async fn a_picture_that_nothing_makes_lighter_is_refused_with_a_sentence() {
    let city = City::new().await;
    let accounts = accounts(&city).await;
    for account in &accounts {
        takes(&city, account, 4, 100).await;
    }
    let item = publish(&city, PNG.to_vec(), "Une rame à quai").await;
    for account in &accounts {
        let [row] = city.deliveries(item, account).await.try_into().unwrap();
        assert_eq!(row.state, DeliveryState::Refused, "{}", account.network);
        assert!(row.reason.unwrap().contains("4 bytes"), "{}", account.network);
    }
}

#[tokio::test]
async fn the_same_picture_with_other_words_changes_nothing_that_is_public() {
    let city = City::new().await;
    let first = picture(&city, PNG.to_vec(), "Une rame à quai").await;
    let mut content = scene::tram_stopped();
    content.pictures = vec![first.id];
    let id = city.publish(content).await;
    city.settle().await;
    assert_eq!(
        picture(&city, PNG.to_vec(), "Une rame à quai").await.id,
        first.id,
        "kept once"
    );
    let second = picture(&city, PNG.to_vec(), "Un quai").await;
    assert_eq!((second.sha256 == first.sha256, second.id == first.id), (true, false));
    // The board loads the item again, with its picture.
    city.amend(id, |content| {
        content.link = Some("https://valbourg.example/tram".to_owned());
    })
    .await;
    city.settle().await;
    let board = city
        .graphql("{ feed { nodes { ... on Disruption { images { alt } } } } }")
        .await;
    assert_eq!(
        board["feed"]["nodes"][0]["images"][0]["alt"], "Une rame à quai",
        "{board}"
    );
}
