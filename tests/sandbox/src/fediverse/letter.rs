//! What one of its people sends, honestly or not.

use axum::body::Body;
use bytes::Bytes;
use chrono::TimeDelta;
use http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::Peer;
use super::signature::{digest, sign};
use crate::clock::now;
use crate::lock::lock;

/// What is wrong with a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tamper {
    /// Nothing.
    Nothing,
    /// It is not signed.
    Unsigned,
    /// Its digest is that of another body.
    Digest,
    /// Its body was changed with its digest, after it was signed.
    Body,
    /// It is signed with a key that its sender does not show.
    Key,
    /// It was signed so many hours ago.
    Hours(i64),
    /// It was signed for another inbox.
    Path,
}

/// A request, ready to be sent once or several times.
#[derive(Debug, Clone)]
pub struct Letter {
    path: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Peer {
    /// One of its people follows an actor.
    pub async fn follow(&self, name: &str, actor: &str) -> StatusCode {
        let follow = json!({ "id": self.number(), "type": "Follow", "actor": self.person(name), "object": actor });
        self.send(name, &follow, Tamper::Nothing).await
    }

    /// One of its people puts an activity into the shared inbox.
    pub async fn send(&self, name: &str, activity: &Value, tamper: Tamper) -> StatusCode {
        self.post(&self.letter(name, activity, tamper)).await
    }

    /// What would be sent.
    pub fn letter(&self, name: &str, activity: &Value, tamper: Tamper) -> Letter {
        let (path, body) = ("/federation/inbox", activity.to_string());
        let hours = if let Tamper::Hours(hours) = tamper { hours } else { 0 };
        let date = (now(&self.shared.clock) - TimeDelta::hours(hours)).format("%a, %d %b %Y %H:%M:%S GMT");
        let host = self.instance_host();
        let digested = if tamper == Tamper::Digest {
            b"something else"
        } else {
            body.as_bytes()
        };
        let digests = digest(digested);
        let signed_path = if tamper == Tamper::Path { "/another/inbox" } else { path };
        let text = format!("(request-target): post {signed_path}\nhost: {host}\ndate: {date}\ndigest: {digests}");
        let own = lock(&self.shared.state).key;
        let key = if tamper == Tamper::Key { 1 - own } else { own };
        let signature = format!(
            "keyId=\"{}#main-key\",algorithm=\"rsa-sha256\",headers=\"(request-target) host date digest\",signature=\"{}\"",
            self.person(name),
            sign(key, &text)
        );
        let (digests, body) = if tamper == Tamper::Body {
            let other = body.replace("\"type\"", "\"x\":1,\"type\"");
            (digest(other.as_bytes()), other)
        } else {
            (digests, body)
        };
        let mut headers = HeaderMap::new();
        let mut set = |name: &'static str, value: &str| {
            headers.extend(HeaderValue::from_str(value).map(|value| (http::HeaderName::from_static(name), value)));
        };
        set("host", &host);
        set("date", &date.to_string());
        set("digest", &digests);
        set(header::CONTENT_TYPE.as_str(), "application/activity+json");
        if tamper != Tamper::Unsigned {
            set("signature", &signature);
        }
        Letter {
            path: path.to_owned(),
            headers,
            body: body.into(),
        }
    }

    /// Sends it.
    pub async fn post(&self, letter: &Letter) -> StatusCode {
        let Some((router, _)) = lock(&self.shared.world).clone() else {
            return StatusCode::BAD_GATEWAY;
        };
        let mut request = Request::new(Body::from(letter.body.clone()));
        *request.method_mut() = http::Method::POST;
        *request.uri_mut() = letter.path.parse().unwrap_or_default();
        *request.headers_mut() = letter.headers.clone();
        match router.oneshot(request).await {
            Ok(answer) => answer.status(),
            Err(never) => match never {},
        }
    }

    /// A document of the instance, as a program of the fediverse reads it.
    pub async fn look(&self, address: &str) -> Result<Value, String> {
        self.shared.look(address).await
    }

    fn instance_host(&self) -> String {
        let world = lock(&self.shared.world).clone();
        let base = world.map(|(_, base)| base).unwrap_or_default();
        base.split("://").nth(1).unwrap_or_default().to_owned()
    }
}
