//! What goes over the wire when all is well.

use std::sync::atomic::Ordering;
use std::time::Duration;

use fcm::{
    AndroidConfig, AndroidNotification, ApnsConfig, Client, ConfigError, Message, MessagePriority, Notification,
    Prepared, SendError, ServiceAccount, Target,
};
use serde_json::json;

use crate::stub::{Reply, Stub, key_file};
use crate::token_endpoint::SECRET;

pub fn token() -> Target {
    Target::Token("device-1".to_owned())
}

fn stopped_tram() -> Message {
    Message {
        notification: Some(Notification::new("Tram B", "Stopped at Gare")),
        data: [("id".to_owned(), "d-7".to_owned())].into(),
        android: Some(AndroidConfig {
            collapse_key: Some("d-7".to_owned()),
            priority: Some(MessagePriority::High),
            ttl: Some(Duration::from_hours(1)),
            notification: Some(AndroidNotification {
                tag: Some("d-7".to_owned()),
                ..AndroidNotification::default()
            }),
            ..AndroidConfig::default()
        }),
        apns: Some(ApnsConfig {
            headers: [("apns-collapse-id".to_owned(), "d-7".to_owned())].into(),
            payload: Some(json!({ "aps": { "sound": "default" } })),
            ..ApnsConfig::default()
        }),
        ..Message::default()
    }
}

#[tokio::test]
async fn a_message_is_sent_over_tls_as_the_api_wants_it() {
    let stub = Stub::tls(|_| Reply::accepted()).await;
    let client = stub.client();
    let name = client.send(&stopped_tram(), &token()).await.unwrap();
    assert_eq!(name.as_str(), "projects/valbourg/messages/0:1");
    let ask = stub.seen.asks().remove(0);
    assert_eq!(ask.path, "/v1/projects/valbourg/messages:send");
    assert_eq!(ask.authorization, format!("Bearer {SECRET}-1"));
    let expected = json!({ "message": {
        "token": "device-1",
        "notification": { "title": "Tram B", "body": "Stopped at Gare" },
        "data": { "id": "d-7" },
        "android": { "collapse_key": "d-7", "priority": "HIGH", "ttl": "3600s", "notification": { "tag": "d-7" } },
        "apns": { "headers": { "apns-collapse-id": "d-7" }, "payload": { "aps": { "sound": "default" } } },
    }});
    assert_eq!(ask.body, expected);
    let stats = client.stats();
    assert_eq!((stats.sent, stats.open_connections, stats.in_flight), (1, 1, 0));
}

#[tokio::test]
async fn a_prepared_message_serves_many_targets_without_tls() {
    let stub = Stub::plain(|_| Reply::accepted()).await;
    let client = stub.client();
    let prepared = Prepared::new(&stopped_tram()).unwrap();
    client.send_prepared(&prepared, &token()).await.unwrap();
    client
        .send_prepared(&prepared, &Target::Fid("f-1".to_owned()))
        .await
        .unwrap();
    let asks = stub.seen.asks();
    assert_eq!(asks[0].body["message"]["token"], "device-1");
    assert_eq!(asks[1].body["message"]["fid"], "f-1");
    assert_eq!(asks[0].body["message"]["android"], asks[1].body["message"]["android"]);
    assert_eq!(stub.seen.connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn validation_says_so_on_the_wire() {
    let stub = Stub::plain(|_| Reply::accepted()).await;
    stub.client().validate_only(&stopped_tram(), &token()).await.unwrap();
    assert_eq!(stub.seen.asks()[0].body["validate_only"], true);
}

#[tokio::test]
async fn another_project_may_be_named() {
    let stub = Stub::plain(|_| Reply::accepted()).await;
    let mut config = stub.config();
    config.project_id = Some("montfleur".to_owned());
    Client::new(config)
        .unwrap()
        .send(&stopped_tram(), &token())
        .await
        .unwrap();
    assert_eq!(stub.seen.asks()[0].path, "/v1/projects/montfleur/messages:send");
}

#[tokio::test]
async fn what_fcm_would_refuse_is_not_sent() {
    let stub = Stub::plain(|_| Reply::accepted()).await;
    let client = stub.client();
    let with = |key: &str, value: String| Message {
        data: [(key.to_owned(), value)].into(),
        ..Message::default()
    };
    let error = client.send(&with("from", String::new()), &token()).await.unwrap_err();
    let SendError::InvalidArgument {
        field_violations,
        fcm_error: false,
        ..
    } = error
    else {
        panic!("{error}")
    };
    assert_eq!(field_violations[0].field, "message.data.from");
    let error = client.send(&with("k", "x".repeat(4096)), &token()).await.unwrap_err();
    assert!(matches!(error, SendError::PayloadTooLarge { bytes: 4104 }), "{error}");
    assert_eq!((stub.seen.asks().len(), stub.tokens.calls()), (0, 0));
}

#[tokio::test]
async fn secrets_are_never_shown() {
    let stub = Stub::plain(|_| Reply::accepted()).await;
    let config = stub.config();
    let client = Client::new(config.clone()).unwrap();
    client.send(&stopped_tram(), &token()).await.unwrap();
    let shown = format!("{config:?} {client:#?}");
    assert!(
        shown.contains("sender@valbourg.example"),
        "the Debug output is looked at: {shown}"
    );
    assert!(!shown.contains(SECRET) && !shown.contains("PRIVATE KEY"), "{shown}");
}

#[tokio::test]
async fn a_configuration_that_cannot_work_is_refused() {
    let file = key_file("https://oauth2.googleapis.com/token");
    let user = ServiceAccount::from_json(&file.replace("service_account", "authorized_user"));
    assert!(matches!(user, Err(ConfigError::KeyFile { .. })));
    assert!(matches!(
        ServiceAccount::from_json("{\n}"),
        Err(ConfigError::KeyFile { line: 2, .. })
    ));
    let spoilt = ServiceAccount::from_json(&file.replace("BEGIN PRIVATE", "BEGIN")).unwrap();
    let refused = Client::new(fcm::Config::new(spoilt).unwrap()).unwrap_err();
    assert!(matches!(refused, ConfigError::PrivateKey(_)), "{refused}");

    let good = fcm::Config::new(ServiceAccount::from_json(&file).unwrap()).unwrap();
    let mut config = good.clone();
    config.connections = 0;
    assert_eq!(Client::new(config).unwrap_err(), ConfigError::Connections(0));
    let mut config = good.clone();
    config.endpoint = "ftp://localhost/".parse().unwrap();
    assert!(matches!(Client::new(config).unwrap_err(), ConfigError::Url { .. }));
    let mut config = good;
    config.extra_roots_pem = Some("no certificate".to_owned());
    assert!(matches!(Client::new(config).unwrap_err(), ConfigError::Roots(_)));
}
