//! Where the hub is, what it can be asked, and whether that was meant.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use beffroi_sandbox::{Subscriber, SubscriberFault};
use beffroi_schema::{
    feeds::{Collection, Feed, Format},
    store::machine,
    value::Scope,
};
use beffroi_tests::{City, scene};
use chrono::Duration;
use std::{sync::Arc, time::SystemTime};
use tower::ServiceExt as _;

use super::{HUB, NEWS, SECRET, ask, asked, means, read, rows, sent, subscribed};

/// Requests of one host that wait for their confirmation.
const MOST_UNCONFIRMED: usize = 20;

#[tokio::test]
async fn every_feed_that_is_pushed_says_where_the_hub_is() {
    let city = City::new().await;
    city.publish(scene::article("Un")).await;
    city.settle().await;
    for collection in Collection::ALL {
        for format in Format::ALL.into_iter().filter(|format| format.holds(collection)) {
            let address = city.addresses().feed(&Feed::of("valbourg", collection, format));
            let (whole, body) = read(&city, "GET", &address, None).await;
            let tag = whole.headers()[header::ETAG].to_str().unwrap();
            let (known, _) = read(&city, "GET", &address, Some(tag)).await;
            assert_eq!(known.status(), StatusCode::NOT_MODIFIED);
            let (head, _) = read(&city, "HEAD", &address, None).await;
            let pushed = !matches!(format, Format::Alerts | Format::AlertsJson);
            let expected = [format!("<{address}>; rel=\"self\""), format!("<{HUB}>; rel=\"hub\"")];
            for answer in [&whole, &known, &head] {
                let links = answer.headers().get_all(header::LINK).iter();
                let links: Vec<_> = links.map(|link| link.to_str().unwrap()).collect();
                assert_eq!(links, if pushed { &expected[..] } else { &[] }, "{address}");
            }
            let named = match format {
                Format::Rss => format!("<atom:link rel=\"hub\" href=\"{HUB}\"/>"),
                Format::Atom | Format::Cap => format!("<link rel=\"hub\" href=\"{HUB}\"/>"),
                Format::Json => format!("\"hubs\":[{{\"type\":\"WebSub\",\"url\":\"{HUB}\"}}]"),
                Format::Calendar | Format::GeoJson | Format::Kml | Format::Alerts | Format::AlertsJson => continue,
            };
            assert!(body.contains(&named) && body.contains(&address), "{body}");
        }
    }
}

#[tokio::test]
async fn what_is_no_subscription_is_refused_at_once() {
    let city = City::new().await;
    let good = [
        ("hub.mode", "unsubscribe"),
        ("hub.topic", NEWS),
        ("hub.callback", "https://reader.example/x"),
    ];
    assert_eq!(ask(&city, &good).await.status(), StatusCode::ACCEPTED);
    let (secret, query) = ("x".repeat(200), "x".repeat(1_500));
    let callback = format!("https://reader.example/{query}");
    let whole = "x".repeat(9_000);
    for (name, value, status) in [
        ("hub.mode", "publish", StatusCode::BAD_REQUEST),
        ("hub.mode", "", StatusCode::BAD_REQUEST),
        ("hub.callback", "ftp://reader.example/", StatusCode::BAD_REQUEST),
        ("hub.callback", "reader", StatusCode::BAD_REQUEST),
        (
            "hub.callback",
            "https://me:pass@reader.example/",
            StatusCode::BAD_REQUEST,
        ),
        ("hub.callback", "https://reader.example/#x", StatusCode::BAD_REQUEST),
        ("hub.callback", &callback, StatusCode::BAD_REQUEST),
        ("hub.secret", &secret, StatusCode::BAD_REQUEST),
        ("hub.secret", &secret[1..], StatusCode::ACCEPTED),
        ("hub.lease_seconds", "soon", StatusCode::BAD_REQUEST),
        ("x", &whole, StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let mut fields: Vec<_> = good.into_iter().filter(|(known, _)| *known != name).collect();
        fields.push((name, value));
        assert_eq!(ask(&city, &fields).await.status(), status, "{name}={value}");
    }
    let json = Request::post("/hub").header(header::CONTENT_TYPE, "application/json");
    let answer = city
        .router
        .clone()
        .oneshot(json.body(Body::from("{}")).unwrap())
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn what_is_no_feed_of_this_hub_is_refused_at_once() {
    let city = City::new().await;
    for topic in [
        "",
        "https://elsewhere.example/feed",
        "https://valbourg.example/autreville/feeds/news.atom",
        "https://valbourg.example/valbourg/feeds/cats.atom",
        "https://valbourg.example/valbourg/feeds/news.atom?x=1",
        "https://valbourg.example/valbourg/feeds/news.atom?zone=x",
        "https://valbourg.example/valbourg/feeds/disruptions.pb",
    ] {
        let callback = city.subscriber.callback("a");
        let fields = [
            ("hub.mode", "subscribe"),
            ("hub.topic", topic),
            ("hub.callback", &callback),
        ];
        assert_eq!(ask(&city, &fields).await.status(), StatusCode::NOT_FOUND, "{topic}");
    }
    assert_eq!(rows(&city).await, []);
}

#[tokio::test]
async fn nobody_is_subscribed_in_anothers_name() {
    for fault in [
        None,
        Some(SubscriberFault::Babble),
        Some(SubscriberFault::Moved),
        Some(SubscriberFault::Status(410)),
    ] {
        let city = City::new().await;
        if let Some(fault) = fault {
            means(&city, "a", "subscribe", NEWS);
            city.subscriber.next(fault);
        }
        asked(&city, "a", "subscribe", NEWS).await;
        city.settle().await;
        assert_eq!(rows(&city).await, [], "{fault:?}");
        city.publish(scene::article("Un")).await;
        city.settle().await;
        assert_eq!(city.subscriber.deliveries(), 0, "{fault:?}");
    }
}

#[tokio::test]
async fn who_wants_to_leave_is_asked_and_others_cannot_have_it_leave() {
    let city = City::new().await;
    subscribed(&city, "a", NEWS).await;
    asked(&city, "a", "unsubscribe", NEWS).await;
    city.settle().await;
    city.publish(scene::article("Un")).await;
    city.settle().await;
    assert_eq!(sent(&city, "a").len(), 1, "it did not mean to leave");

    means(&city, "a", "unsubscribe", NEWS);
    asked(&city, "a", "unsubscribe", NEWS).await;
    city.publish(scene::article("Deux")).await;
    city.settle().await;
    assert_eq!((sent(&city, "a").len(), rows(&city).await), (1, Vec::new()));
    let last = city.subscriber.questions().pop().unwrap();
    assert!(last.iter().all(|(name, _)| name != "hub.lease_seconds"), "{last:?}");

    let questions = city.subscriber.questions().len();
    asked(&city, "b", "unsubscribe", NEWS).await;
    city.settle().await;
    assert_eq!(city.subscriber.questions().len(), questions, "nothing is there to end");
}

#[tokio::test]
async fn who_cannot_answer_is_asked_again_a_few_times() {
    let city = City::new().await;
    means(&city, "a", "subscribe", NEWS);
    city.subscriber.next(SubscriberFault::Later(120));
    asked(&city, "a", "subscribe", NEWS).await;
    city.settle().await;
    city.later(Duration::seconds(60)).await;
    assert_eq!(city.subscriber.questions().len(), 0, "it asked for two minutes");
    city.later(Duration::seconds(61)).await;
    assert_eq!(city.subscriber.questions().len(), 1);
    assert!(rows(&city).await[0].ends_at.is_some());

    for _ in 0..5 {
        city.subscriber.next(SubscriberFault::Cut);
    }
    means(&city, "b", "subscribe", NEWS);
    asked(&city, "b", "subscribe", NEWS).await;
    city.settle().await;
    for left in [2, 2, 2, 1] {
        city.later(Duration::minutes(5)).await;
        assert_eq!(rows(&city).await.len(), left);
    }
}

#[tokio::test]
async fn leases_are_within_bounds_and_said() {
    let city = City::new().await;
    let leases = [
        ("", "864000"),
        ("7200", "7200"),
        ("10", "3600"),
        ("-1", "3600"),
        ("99999999999", "2592000"),
    ];
    for (number, (wanted, given)) in leases.into_iter().enumerate() {
        let name = number.to_string();
        means(&city, &name, "subscribe", NEWS);
        let callback = city.subscriber.callback(&name);
        let fields = [
            ("hub.mode", "subscribe"),
            ("hub.topic", NEWS),
            ("hub.callback", &callback),
            ("hub.lease_seconds", wanted),
        ];
        assert_eq!(ask(&city, &fields).await.status(), StatusCode::ACCEPTED);
        city.settle().await;
        let question = city.subscriber.questions().pop().unwrap();
        let said = question.iter().find(|(name, _)| name == "hub.lease_seconds").unwrap();
        assert_eq!(said.1, given, "{wanted}");
        let seconds: i64 = given.parse().unwrap();
        let ends_at = city.clock.now() + Duration::seconds(seconds);
        assert!(
            rows(&city).await.iter().any(|row| row.ends_at == Some(ends_at)),
            "{wanted}"
        );
    }
}

#[tokio::test]
async fn a_feed_that_is_not_there_any_more_is_denied() {
    let city = City::new().await;
    let topic = "https://valbourg.example/valbourg/feeds/news.atom?zone=centre";
    subscribed(&city, "a", topic).await;
    asked(&city, "b", "subscribe", topic).await;
    let (zone, by) = (city.zones.centre, machine("test"));
    city.store.remove_zone(&Scope::Instance, zone, &by).await.unwrap();
    city.settle().await;
    assert_eq!(city.subscriber.denials(), [topic, topic]);
    assert_eq!(rows(&city).await, []);
}

#[tokio::test]
async fn an_address_of_this_machine_is_not_called() {
    let city = City::new().await;
    let hands = city.clock.clone();
    let other = Subscriber::start(Arc::new(move || SystemTime::from(hands.now())));
    let other = other.await.unwrap();
    let by_name = other.callback("a").replace("127.0.0.1", "localhost");
    for callback in [
        &other.callback("a"),
        &by_name,
        "http://169.254.169.254/latest/meta-data",
        "http://[::ffff:10.0.0.1]/",
    ] {
        let fields = [
            ("hub.mode", "subscribe"),
            ("hub.topic", NEWS),
            ("hub.callback", callback),
        ];
        assert_eq!(ask(&city, &fields).await.status(), StatusCode::ACCEPTED);
        city.settle().await;
        assert_eq!(rows(&city).await, [], "{callback} is not tried again");
    }
    assert_eq!((other.questions().len(), other.violations()), (0, Vec::new()));
}

#[tokio::test]
async fn one_host_does_not_take_all_the_room() {
    let city = City::new().await;
    for number in 0..MOST_UNCONFIRMED {
        asked(&city, &number.to_string(), "subscribe", NEWS).await;
    }
    let from = |callback: String| {
        let fields = [
            ("hub.mode", "subscribe".to_owned()),
            ("hub.topic", NEWS.to_owned()),
            ("hub.callback", callback),
        ];
        let city = &city;
        async move {
            let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
            ask(city, &fields).await
        }
    };
    let refused = from(city.subscriber.callback("another")).await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.headers()[header::RETRY_AFTER], "300");
    let again = from(city.subscriber.callback("0")).await;
    assert_eq!(again.status(), StatusCode::ACCEPTED, "who has a place keeps it");
    let elsewhere = from("http://localhost:1/".to_owned()).await;
    assert_eq!(elsewhere.status(), StatusCode::ACCEPTED);
    city.settle().await;
    let later = from(city.subscriber.callback("another")).await;
    assert_eq!(
        later.status(),
        StatusCode::ACCEPTED,
        "nobody meant it: there is room again"
    );
    city.settle().await;
}

#[tokio::test]
async fn secrets_are_sealed_and_neither_they_nor_callbacks_are_logged() {
    let city = City::new().await;
    let lines = log::Lines::default();
    let listening = lines.listen();
    subscribed(&city, "a", NEWS).await;
    for fault in [SubscriberFault::Cut, SubscriberFault::Status(500)] {
        city.subscriber.next(fault);
    }
    city.publish(scene::article("Un")).await;
    city.settle().await;
    city.later(Duration::minutes(1)).await;
    city.later(Duration::minutes(1)).await;
    let private = [
        ("hub.mode", "subscribe"),
        ("hub.topic", NEWS),
        ("hub.callback", "http://10.1.2.3/x"),
    ];
    assert_eq!(ask(&city, &private).await.status(), StatusCode::ACCEPTED);
    city.settle().await;
    drop(listening);
    assert_eq!(sent(&city, "a").len(), 1);

    let text = lines.text();
    assert!(text.contains("a subscriber of a feed was worked on"), "{text}");
    for hidden in [SECRET, city.subscriber.url(), "127.0.0.1", "10.1.2.3", "for=me"] {
        assert!(!text.contains(hidden), "{hidden}\n{text}");
    }
    let row = rows(&city).await.remove(0);
    let sealed = row.secret.unwrap();
    assert!(!sealed.windows(SECRET.len()).any(|part| part == SECRET.as_bytes()));
    assert_eq!((row.asked, row.asked_secret), (None, None));
}

/// What our own code logs.
mod log {
    use std::{
        io,
        sync::{Arc, LazyLock, Mutex},
    };

    use tracing::{Dispatch, subscriber::DefaultGuard};
    use tracing_subscriber::{EnvFilter, Registry};

    /// Where there is one subscriber alone, a line is asked about on the thread that meets it first; if that is a test
    /// beside this one, which does not listen, it is never heard. Where there are two, both are asked.
    static BESIDE: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(Registry::default()));

    #[derive(Clone, Default)]
    pub(super) struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Lines {
        /// Until the answer is dropped, on this thread.
        pub(super) fn listen(&self) -> DefaultGuard {
            LazyLock::force(&BESIDE);
            let lines = self.clone();
            let log = tracing_subscriber::fmt()
                .with_env_filter(EnvFilter::new(
                    "beffroi_api=trace,beffroi_jobs=trace,beffroi_schema=trace",
                ))
                .with_writer(move || lines.clone());
            tracing::subscriber::set_default(log.finish())
        }

        pub(super) fn text(&self) -> String {
            String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
        }
    }

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
}
