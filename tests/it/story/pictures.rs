//! Pictures, and what networks take of them.

use axum::{
    body::{Body, Bytes, to_bytes},
    http::Request,
};
use beffroi_sandbox::Post;
use beffroi_schema::{
    address::Addresses,
    entity::{account, media},
    id::ItemId,
    store::{About, CheckResult, Facts, machine},
    telling::render,
    value::{
        AccountRules, Capabilities, Change, DeliveryState, Label, Language, MediaKind, Needs, Network, Rule, Scope,
        VideoLimit,
    },
};
use beffroi_tests::{City, scene};
use chrono::Duration;
use tower::ServiceExt as _;

use super::accounts;

/// What the picky server takes.
const LITTLE: usize = 200_000;

/// A picture that every network takes.
fn small() -> Vec<u8> {
    scene::photograph(40, 30)
}

async fn picture(city: &City, bytes: Vec<u8>, alt: &str) -> media::Model {
    let about = About {
        alt: Label::only(Language::french(), alt),
        ..About::default()
    };
    let by = machine("test");
    city.store.put_picture(city.authority, bytes, about, &by).await.unwrap()
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
    let well = CheckResult::Well(Box::new(account.health.clone().unwrap()), abilities);
    let next = city.clock.now() + Duration::hours(6);
    city.store.settle_check(account, well, next).await.unwrap();
}

#[tokio::test]
async fn pictures_go_to_each_network_with_their_alternative_text() {
    let city = City::new().await;
    let accounts = accounts(&city).await;
    let item = publish(&city, small(), "Une rame à quai").await;
    let picture = city.item(item).await.content.pictures[0];
    let (kept, _) = city.store.media_bytes(picture).await.unwrap().unwrap();
    let size = kept.len();
    for account in &accounts {
        let [post] = city.posts(account).try_into().unwrap();
        let seen: Vec<_> = post
            .images
            .iter()
            .map(|image| (image.alt.as_str(), image.bytes_len))
            .collect();
        assert_eq!(seen, [("Une rame à quai", size)], "{}", account.network);
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
    let file = scene::photograph(900, 600);
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
    let item = publish(&city, small(), "Une rame à quai").await;
    for account in &accounts {
        let [row] = city.deliveries(item, account).await.try_into().unwrap();
        assert_eq!(row.state, DeliveryState::Refused, "{}", account.network);
        assert!(row.reason.unwrap().contains("4 bytes"), "{}", account.network);
    }
}

#[tokio::test]
async fn the_same_picture_with_other_words_changes_nothing_that_is_public() {
    let city = City::new().await;
    let first = picture(&city, small(), "Une rame à quai").await;
    let mut content = scene::tram_stopped();
    content.pictures = vec![first.id];
    let id = city.publish(content).await;
    city.settle().await;
    assert_eq!(
        picture(&city, small(), "Une rame à quai").await.id,
        first.id,
        "kept once"
    );
    let second = picture(&city, small(), "Un quai").await;
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

#[tokio::test]
async fn where_nothing_goes_without_a_picture_a_card_is_drawn() {
    let city = City::new().await;
    let accounts = accounts(&city).await;
    for account in &accounts {
        let mut abilities = account.capabilities.clone().unwrap();
        (abilities.needs, abilities.images) = (Needs::Picture, 1);
        let well = CheckResult::Well(Box::new(account.health.clone().unwrap()), abilities);
        let next = city.clock.now() + Duration::hours(6);
        city.store.settle_check(account, well, next).await.unwrap();
    }
    let item = city.publish(scene::tram_stopped()).await;
    city.settle().await;
    let mut cards = std::collections::BTreeSet::new();
    for account in &accounts {
        let [row] = city.deliveries(item, account).await.try_into().unwrap();
        let [card] = row.rendered.unwrap().pictures.try_into().unwrap();
        assert_eq!((card.width, card.height), (1080, 1350), "{}", account.network);
        let (bytes, _) = city.store.media_bytes(card.media).await.unwrap().unwrap();
        assert_eq!(image::load_from_memory(&bytes).unwrap().width(), 1080);
        let title = city
            .item(item)
            .await
            .content
            .texts
            .0
            .into_values()
            .next()
            .unwrap()
            .title;
        assert!(
            card.alt.is_empty() || card.alt.contains(&title),
            "{}: {}",
            account.network,
            card.alt
        );
        cards.insert(card.media);
    }
    assert_eq!(cards.len(), 1, "drawn once, kept once");
}

#[tokio::test]
async fn what_a_network_fetches_is_in_the_form_that_it_takes() {
    let city = City::new().await;
    let account = city.account(Network::Instagram, AccountRules::default()).await;
    // As wide as no picture may be there, and a card in place of none.
    publish(&city, scene::photograph(900, 300), "Une rame à quai").await;
    city.publish(scene::article("La piscine rouvre")).await;
    city.settle().await;
    let [photograph, card] = city.posts(&account).try_into().unwrap();
    for (post, sides) in [(photograph, (573, 300)), (card, (1080, 1350))] {
        let (mime, file) = fetched(&city, &post).await;
        assert_eq!(mime, "image/jpeg", "{}", post.text);
        let shown = image::load_from_memory(&file).unwrap();
        assert_eq!((shown.width(), shown.height()), sides, "{}", post.text);
    }
}

#[tokio::test]
async fn where_only_old_forms_are_fetched_a_new_one_is_written_anew() {
    let city = City::new().await;
    let mut accounts = Vec::new();
    for network in [Network::Slack, Network::GoogleBusiness, Network::Threads] {
        accounts.push(city.account(network, AccountRules::default()).await);
    }
    let photograph = image::load_from_memory(&scene::photograph(900, 600)).unwrap();
    let mut webp = std::io::Cursor::new(Vec::new());
    photograph.write_to(&mut webp, image::ImageFormat::WebP).unwrap();
    publish(&city, webp.into_inner(), "Une rame à quai").await;
    for account in accounts {
        let [post] = city.posts(&account).try_into().unwrap();
        let (mime, file) = fetched(&city, &post).await;
        assert_eq!(mime, "image/jpeg", "{}", account.network);
        assert!(image::load_from_memory(&file).is_ok(), "{}", account.network);
    }
}

/// The kind and the bytes of the one picture of a post, from where the network is told that it is.
async fn fetched(city: &City, post: &Post) -> (String, Bytes) {
    let [image] = &post.images[..] else {
        panic!("{post:?}");
    };
    let address = image.url.as_deref().unwrap();
    let path = address.strip_prefix("https://valbourg.example").unwrap();
    let request = Request::get(path).body(Body::empty()).unwrap();
    let response = city.router.clone().oneshot(request).await.unwrap();
    let mime = response.headers()["content-type"].to_str().unwrap().to_owned();
    (mime, to_bytes(response.into_body(), usize::MAX).await.unwrap())
}

#[tokio::test]
async fn where_videos_go_the_first_that_is_taken_takes_the_place_of_pictures() {
    let city = City::new().await;
    let [account, ..] = &accounts(&city).await[..] else {
        panic!("no account");
    };
    let mut abilities = account.capabilities.clone().unwrap();
    let limit = VideoLimit {
        bytes: 10_000,
        seconds: 60,
    };
    (abilities.video, abilities.alt_text) = (Some(limit), Some(300));
    let picture = picture(&city, small(), "Une rame à quai").await;
    let mut content = scene::tram_stopped();
    content.pictures = vec![picture.id];
    let item = city.publish(content).await;
    let revisions = city.store.revisions_of(&Scope::Instance, &[item]).await.unwrap();
    let revision = revisions[0].id;
    let mut facts = city.store.facts(revision).await.unwrap();
    let video = |size: i64, duration: i64| media::Model {
        kind: MediaKind::Video,
        mime: "video/mp4".to_owned(),
        size,
        duration_ms: Some(duration),
        alt: Label::only(Language::french(), "Le tram repart"),
        ..picture.clone()
    };
    let addresses = Addresses::below(&"https://valbourg.example".parse().unwrap());
    let told = |facts: &Facts, abilities: &Capabilities| {
        let now = city.clock.now();
        render(facts, &addresses, account, abilities, Change::Published, now)
    };
    for (files, seconds) in [
        (vec![video(10_001, 5_000)], None),
        (vec![video(9_000, 60_001)], None),
        (vec![video(10_001, 5_000), video(9_000, 59_001)], Some(60)),
    ] {
        facts.attachments = files;
        let post = told(&facts, &abilities).unwrap();
        assert_eq!(post.video.as_ref().map(|video| video.seconds), seconds);
        assert_eq!(post.pictures.len(), usize::from(seconds.is_none()), "one or the other");
        assert!(post.video.is_none_or(|video| video.alt == "Le tram repart"));
    }
    abilities.needs = Needs::Video;
    facts.attachments.clear();
    assert!(told(&facts, &abilities).unwrap_err().contains("videos alone"));
    city.settle().await;
}

#[tokio::test]
async fn networks_of_videos_get_the_whole_film_and_what_has_none_is_not_chosen_for_them() {
    let city = City::new().await;
    let networks = [Network::Youtube, Network::Dailymotion, Network::Tiktok];
    let mixed = [
        Network::Mastodon,
        Network::Telegram,
        Network::Facebook,
        Network::Threads,
        Network::Instagram,
        Network::X,
        Network::Discord,
        Network::Linkedin,
    ];
    let mut also = Vec::new();
    for network in mixed {
        also.push(city.account(network, AccountRules::default()).await);
    }
    let mut accounts = Vec::new();
    for network in networks {
        accounts.push(city.account(network, AccountRules::default()).await);
    }
    let silent = city.publish(scene::article("Le musée rouvre")).await;
    city.settle().await;
    let video = city.video().await;
    let mut news = scene::article("Le chantier, vu du ciel");
    news.attachments = vec![video.id];
    city.publish(news).await;
    city.settle().await;
    for account in &accounts {
        assert_eq!(city.deliveries(silent, account).await, [], "{}", account.network);
        let [post] = city.posts(account).try_into().unwrap();
        assert!(post.text.contains("vu du ciel"), "{}: {}", account.network, post.text);
        let sent = post.video.unwrap().bytes_len;
        assert_eq!(i64::try_from(sent).unwrap(), video.size, "{}", account.network);
    }
    let rulings = city.store.rulings_of(&Scope::Instance, &[silent]).await.unwrap();
    let rules: Vec<_> = rulings.iter().map(|row| row.rule).collect();
    assert_eq!(rules.iter().filter(|rule| **rule == Rule::Videos).count(), 3);
    for account in &also {
        let [quiet, filmed] = city.posts(account).try_into().unwrap();
        assert!(quiet.video.is_none(), "{}", account.network);
        assert!(
            filmed.video.is_some() && filmed.images.is_empty(),
            "{}",
            account.network
        );
    }
}
