//! Every answer that FCM gives instead of accepting, and every way of giving none.

use std::time::{Duration, SystemTime};

use fcm::{Client, Clock, Message, QuotaScope, SendError};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::sending::token;
use crate::stub::{Reply, Stub, config};
use crate::token_endpoint::TokenEndpoint;

const FCM_ERROR: &str = "type.googleapis.com/google.firebase.fcm.v1.FcmError";

fn refusal(status: &str, details: &Value) -> Value {
    json!({ "error": { "code": 0, "message": "said by FCM", "status": status, "details": details } })
}

fn fcm_error(status: &str, code: &str) -> Value {
    refusal(status, &json!([{ "@type": FCM_ERROR, "errorCode": code }]))
}

/// What the client makes of an answer.
async fn made_of(http: u16, headers: Vec<(&'static str, String)>, body: Value) -> SendError {
    let stub = Stub::plain(move |_| Reply::Answer(http, headers.clone(), body.clone())).await;
    let mut config = stub.config();
    config.clock = Clock::new(|| SystemTime::UNIX_EPOCH + Duration::from_hours(24));
    Client::new(config)
        .unwrap()
        .send(&Message::default(), &token())
        .await
        .unwrap_err()
}

fn said() -> String {
    "said by FCM".to_owned()
}

#[tokio::test]
async fn the_error_code_of_fcm_decides() {
    let retry_after = None;
    let cases = [
        (404, "NOT_FOUND", "UNREGISTERED", SendError::Unregistered),
        (
            403,
            "PERMISSION_DENIED",
            "SENDER_ID_MISMATCH",
            SendError::SenderIdMismatch,
        ),
        (
            401,
            "UNAUTHENTICATED",
            "THIRD_PARTY_AUTH_ERROR",
            SendError::ThirdPartyAuth,
        ),
        (
            429,
            "RESOURCE_EXHAUSTED",
            "QUOTA_EXCEEDED",
            SendError::Quota {
                scope: None,
                retry_after,
            },
        ),
        (
            503,
            "UNAVAILABLE",
            "UNAVAILABLE",
            SendError::Unavailable { retry_after },
        ),
        (500, "INTERNAL", "INTERNAL", SendError::Internal { retry_after }),
        (500, "UNKNOWN", "UNSPECIFIED_ERROR", SendError::Internal { retry_after }),
        // The code is stronger than a status and an HTTP code that disagree.
        (400, "INVALID_ARGUMENT", "UNREGISTERED", SendError::Unregistered),
    ];
    for (http, status, code, expected) in cases {
        assert_eq!(
            made_of(http, vec![], fcm_error(status, code)).await,
            expected,
            "{http} {status} {code}"
        );
    }
}

#[tokio::test]
async fn without_a_code_the_status_decides_and_then_http() {
    let none = json!([]);
    let denied = SendError::PermissionDenied { reason: said() };
    assert_eq!(made_of(403, vec![], refusal("PERMISSION_DENIED", &none)).await, denied);
    assert_eq!(
        made_of(404, vec![], refusal("NOT_FOUND", &none)).await,
        SendError::Unregistered
    );
    let unauthenticated = SendError::Unauthenticated { reason: said() };
    assert_eq!(
        made_of(401, vec![], refusal("UNAUTHENTICATED", &none)).await,
        unauthenticated
    );
    assert_eq!(
        made_of(502, vec![], json!("a proxy")).await,
        SendError::Unavailable { retry_after: None }
    );
    assert_eq!(
        made_of(429, vec![], json!({})).await,
        SendError::Quota {
            scope: None,
            retry_after: None
        }
    );
}

#[tokio::test]
async fn a_bare_404_costs_no_device() {
    let error = made_of(404, vec![], json!("no such page")).await;
    assert_eq!(error, SendError::Protocol("HTTP status 404".to_owned()));
    let error = made_of(200, vec![], json!({ "ok": true })).await;
    assert!(matches!(error, SendError::Protocol(_)), "{error}");
}

#[tokio::test]
async fn an_invalid_argument_tells_message_from_target() {
    let SendError::InvalidArgument {
        field_violations,
        fcm_error: true,
        ..
    } = made_of(400, vec![], fcm_error("INVALID_ARGUMENT", "INVALID_ARGUMENT")).await
    else {
        panic!("an FcmError is an invalid target")
    };
    assert_eq!(field_violations, []);
    let violation = json!({ "field": "message.android.ttl", "description": "Illegal duration format" });
    let details = json!([{ "@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation] }]);
    let SendError::InvalidArgument {
        reason,
        field_violations,
        fcm_error: false,
    } = made_of(400, vec![], refusal("INVALID_ARGUMENT", &details)).await
    else {
        panic!("a BadRequest is an invalid message")
    };
    assert_eq!(
        (reason, field_violations[0].field.as_str()),
        (said(), "message.android.ttl")
    );
}

#[tokio::test]
async fn a_quota_says_whose_it_is() {
    let cases = [
        ("project:1234", "Message rate exceeded", QuotaScope::Project),
        ("project:1234", "Device message rate exceeded", QuotaScope::Device),
        ("topic", "Topic rate", QuotaScope::Topic),
    ];
    for (subject, description, expected) in cases {
        let details = json!([
            { "@type": FCM_ERROR, "errorCode": "QUOTA_EXCEEDED" },
            { "@type": "type.googleapis.com/google.rpc.QuotaFailure",
              "violations": [{ "subject": subject, "description": description }] },
        ]);
        let SendError::Quota { scope, .. } = made_of(429, vec![], refusal("RESOURCE_EXHAUSTED", &details)).await else {
            panic!("a 429 is a quota")
        };
        assert_eq!(scope, Some(expected), "{subject} {description}");
    }
}

#[tokio::test]
async fn retry_after_is_read_in_both_forms() {
    let date = "Fri, 02 Jan 1970 00:02:00 GMT";
    for (value, seconds) in [("30", 30), (date, 120)] {
        let error = made_of(503, vec![("retry-after", value.to_owned())], json!({})).await;
        assert_eq!(error.retry_after(), Some(Duration::from_secs(seconds)), "{value}");
    }
}

#[tokio::test]
async fn silence_is_a_timeout_with_unknown_outcome_and_the_end_of_the_connection() {
    let stub = Stub::plain(|_| Reply::Hang).await;
    let mut config = stub.config();
    config.request_timeout = Duration::from_millis(50);
    let client = Client::new(config).unwrap();
    let error = client.send(&Message::default(), &token()).await.unwrap_err();
    assert!(
        matches!(error, SendError::Timeout) && error.outcome_unknown(),
        "{error}"
    );
    assert_eq!(
        client.stats().open_connections,
        0,
        "a silent connection is not used again"
    );
    stub.seen.requests(1).await;
    assert_eq!(stub.seen.asks().len(), 1, "not sent again behind the caller's back");
}

#[tokio::test]
async fn what_cannot_connect_was_not_sent() {
    let tokens = TokenEndpoint::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut config = config(&tokens);
    config.endpoint = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    drop(listener);
    let error = Client::new(config)
        .unwrap()
        .send(&Message::default(), &token())
        .await
        .unwrap_err();
    assert!(
        matches!(error, SendError::NotSent { .. }) && !error.outcome_unknown(),
        "{error}"
    );
}

#[tokio::test]
async fn an_unknown_certificate_is_not_sent_to() {
    let stub = Stub::tls(|_| Reply::accepted()).await;
    let mut config = stub.config();
    config.extra_roots_pem = None;
    let error = Client::new(config)
        .unwrap()
        .send(&Message::default(), &token())
        .await
        .unwrap_err();
    assert!(matches!(error, SendError::NotSent { .. }), "{error}");
    assert_eq!(stub.seen.asks().len(), 0);
}
