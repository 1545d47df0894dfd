//! What subscribers are sent, and for how long.

use beffroi_sandbox::{Intent, SubscriberFault};
use beffroi_schema::{
    feeds::{Collection, Feed, Format},
    value::Severity,
};
use beffroi_tests::{City, scene};
use chrono::Duration;

use super::{NEWS, ask, asked, means, read, rows, sent, subscribed};
use crate::town::placed;

#[tokio::test]
async fn what_is_sent_is_the_feed_as_it_stands() {
    let city = City::new().await;
    let mut topics = Vec::new();
    for collection in Collection::ALL {
        for format in Format::ALL.into_iter().filter(|format| format.holds(collection)) {
            if format.is_pushed() {
                topics.push((Feed::of("valbourg", collection, format), format));
            }
        }
    }
    assert_eq!(topics.len(), 22);
    let narrow = Feed {
        zone: Some("centre".to_owned()),
        ..Feed::of("valbourg", Collection::News, Format::Rss)
    };
    topics.push((narrow, Format::Rss));
    for (number, (feed, _)) in topics.iter().enumerate() {
        subscribed(&city, &number.to_string(), &city.addresses().feed(feed)).await;
    }
    assert_eq!(
        city.subscriber.deliveries(),
        0,
        "what was there before is read at the address"
    );

    for content in [
        scene::article("Voirie"),
        scene::market(),
        scene::disruption("Tram", Severity::Severe),
    ] {
        city.publish(placed(content, 43.605, 1.445)).await;
    }
    city.settle().await;
    for (number, (feed, format)) in topics.iter().enumerate() {
        let address = city.addresses().feed(feed);
        let (_, stands) = read(&city, "GET", &address, None).await;
        assert_eq!(sent(&city, &number.to_string()), [stands], "{address}");
        let all = city.subscriber.sent();
        let one = all.iter().find(|one| one.name == number.to_string()).unwrap();
        assert_eq!(one.content_type, format.media_type(), "{address}");
    }

    let before = city.subscriber.deliveries();
    city.publish(placed(scene::article("Encore"), 43.605, 1.445)).await;
    city.settle().await;
    let told = topics
        .iter()
        .filter(|(feed, _)| matches!(feed.collection, Collection::All | Collection::News));
    assert_eq!(
        city.subscriber.deliveries() - before,
        told.count(),
        "others did not change"
    );
}

#[tokio::test]
async fn a_feed_without_a_secret_is_not_signed_and_a_new_secret_holds_from_then_on() {
    let city = City::new().await;
    for secret in [None, Some("un"), Some("deux")] {
        let intent = Intent {
            mode: "subscribe".to_owned(),
            topic: NEWS.to_owned(),
            secret: secret.map(str::to_owned),
        };
        city.subscriber.means("a", intent);
        let callback = city.subscriber.callback("a");
        let fields = [
            ("hub.mode", "subscribe"),
            ("hub.topic", NEWS),
            ("hub.callback", &callback),
            ("hub.secret", secret.unwrap_or_default()),
        ];
        assert_eq!(ask(&city, &fields).await.status(), 202);
        city.settle().await;
        let before = sent(&city, "a").len();
        city.publish(scene::article("Un")).await;
        city.settle().await;
        // The subscriber complains of another signature, and of one that it did not ask for.
        assert_eq!(sent(&city, "a").len(), before + 1, "{secret:?}");
    }
    assert_eq!(rows(&city).await.len(), 1, "who asks again is the same");
}

#[tokio::test]
async fn who_does_not_answer_is_told_later_in_one_document() {
    let city = City::new().await;
    subscribed(&city, "a", NEWS).await;
    city.subscriber.next(SubscriberFault::Status(503));
    city.subscriber.next(SubscriberFault::Cut);
    city.publish(scene::article("Premier")).await;
    city.settle().await;
    city.publish(scene::article("Second")).await;
    city.settle().await;
    assert_eq!(city.subscriber.deliveries(), 1, "a later change waits with the first");
    city.later(Duration::seconds(16)).await;
    assert_eq!((city.subscriber.deliveries(), sent(&city, "a").len()), (2, 0));
    city.later(Duration::seconds(16)).await;
    assert_eq!(city.subscriber.deliveries(), 2, "longer each time");
    city.later(Duration::seconds(16)).await;
    let [body] = &sent(&city, "a")[..] else {
        panic!("one document")
    };
    assert!(body.contains("Premier") && body.contains("Second"), "{body}");

    city.subscriber.next(SubscriberFault::Later(600));
    city.publish(scene::article("Tiers")).await;
    city.settle().await;
    city.later(Duration::minutes(9)).await;
    assert_eq!(sent(&city, "a").len(), 1, "it asked for ten minutes");
    city.later(Duration::minutes(2)).await;
    assert_eq!(sent(&city, "a").len(), 2);
}

#[tokio::test]
async fn who_may_have_it_is_sent_the_same_again() {
    let city = City::new().await;
    subscribed(&city, "a", NEWS).await;
    city.subscriber.next(SubscriberFault::TakenThenCut);
    city.publish(scene::article("Un")).await;
    city.settle().await;
    city.later(Duration::minutes(1)).await;
    let sent = sent(&city, "a");
    assert_eq!((sent.len(), &sent[0]), (2, &sent[1]));
}

#[tokio::test]
async fn who_is_dead_is_given_up_after_a_day() {
    let city = City::new().await;
    let callback = city.subscriber.callback("a");
    means(&city, "a", "subscribe", NEWS);
    let fields = [
        ("hub.mode", "subscribe"),
        ("hub.topic", NEWS),
        ("hub.callback", &callback),
    ];
    assert_eq!(ask(&city, &fields).await.status(), 202);
    city.settle().await;
    for _ in 0..60 {
        city.subscriber.next(SubscriberFault::Status(500));
    }
    city.publish(scene::article("Un")).await;
    city.settle().await;
    let mut half_hours = 0;
    while !rows(&city).await.is_empty() {
        city.later(Duration::minutes(30)).await;
        half_hours += 1;
        assert!(half_hours < 60, "never given up");
    }
    assert!(half_hours > 40, "{half_hours}");
    assert_eq!(city.subscriber.deliveries(), 30);
}

#[tokio::test]
async fn who_is_gone_is_told_nothing_any_more() {
    let city = City::new().await;
    subscribed(&city, "a", NEWS).await;
    subscribed(&city, "b", NEWS).await;
    city.subscriber.next(SubscriberFault::Status(410));
    city.publish(scene::article("Un")).await;
    city.settle().await;
    assert_eq!(rows(&city).await.len(), 1);
    city.publish(scene::article("Deux")).await;
    city.settle().await;
    assert_eq!(city.subscriber.deliveries(), 3);
}

#[tokio::test]
async fn a_subscription_ends_with_its_lease_unless_it_is_renewed() {
    let city = City::new().await;
    subscribed(&city, "a", NEWS).await;
    city.clock.advance(Duration::minutes(90));
    city.publish(scene::article("Un")).await;
    asked(&city, "a", "subscribe", NEWS).await;
    city.settle().await;
    assert_eq!(
        sent(&city, "a").len(),
        1,
        "what was published before the renewal is not lost"
    );
    city.later(Duration::minutes(90)).await;
    city.publish(scene::article("Deux")).await;
    city.settle().await;
    assert_eq!(sent(&city, "a").len(), 2);
    city.clock.advance(Duration::minutes(30));
    city.publish(scene::article("Trois")).await;
    city.settle().await;
    assert_eq!(sent(&city, "a").len(), 2, "two hours after the renewal it is over");
    assert_eq!(rows(&city).await, [], "and forgotten");
}

#[tokio::test]
async fn a_slow_subscriber_delays_itself_alone() {
    let city = City::new().await;
    subscribed(&city, "a", NEWS).await;
    subscribed(&city, "b", NEWS).await;
    city.publish(scene::article("Un")).await;
    city.subscriber
        .next(SubscriberFault::Slow(std::time::Duration::from_secs(3)));
    let other_has_it = || city.subscriber.sent().len() == 1;
    let ended = beffroi_tests::die_when(city.worker.tell_subscribers(), other_has_it).await;
    assert!(!ended && city.subscriber.deliveries() == 2);
    // The worker died while it waited: after its lease another one goes on.
    city.later(Duration::minutes(4)).await;
    for name in ["a", "b"] {
        let mut sent = sent(&city, name);
        sent.dedup();
        assert_eq!(sent.len(), 1, "{name}");
    }
}

#[tokio::test]
async fn two_workers_tell_each_subscriber_once() {
    let city = City::new().await;
    for name in ["a", "b", "c"] {
        subscribed(&city, name, NEWS).await;
    }
    let other = city.another_worker().await;
    city.publish(scene::article("Un")).await;
    let (one, two) = tokio::join!(city.worker.tell_subscribers(), other.tell_subscribers());
    one.unwrap();
    two.unwrap();
    city.settle().await;
    assert_eq!(city.subscriber.deliveries(), 3);
    other.die().await;
}
