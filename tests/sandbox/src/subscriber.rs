//! A program that subscribes to feeds, in miniature (<https://www.w3.org/TR/websub/>): it confirms only what it means,
//! and believes only what is signed.
//!
//! It signs with code of its own. What it would not be sent by a correct hub is a violation: [`Subscriber::violations`].

use std::collections::{BTreeMap, VecDeque};
use std::fmt::{self, Write as _};
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use futures_util::FutureExt as _;
use http::{HeaderValue, Method, Response, StatusCode, header};
use sha2::{Digest as _, Sha256};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::call::Call;
use crate::clock::{Clock, now};
use crate::listener::{Cut, Handler, Listener};
use crate::lock::lock;

/// A block of SHA-256.
const BLOCK: usize = 64;
/// Stands in every callback, and must come back.
const OWN: (&str, &str) = ("for", "me");

/// What happens to the next request, whatever it asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubscriberFault {
    /// Answered so; nothing else happens.
    Status(u16),
    /// It is not taken now: again in so many seconds.
    Later(u64),
    /// It is to be asked somewhere else.
    Moved,
    /// A page that has nothing to do with the question.
    Babble,
    /// The connection closes without an answer; nothing is taken.
    Cut,
    /// Taken, and the connection closes without an answer.
    TakenThenCut,
    /// Answered correctly, this much later.
    Slow(Duration),
}

/// What one of its callbacks is for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Intent {
    /// `subscribe` or `unsubscribe`.
    pub mode: String,
    /// The feed.
    pub topic: String,
    /// What the hub is to sign with.
    pub secret: Option<String>,
}

/// A feed that was sent to one of its callbacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The callback's name.
    pub name: String,
    /// The type of the body.
    pub content_type: String,
    /// The feed.
    pub body: String,
}

/// The server. Dropping it closes its port.
pub struct Subscriber {
    url: String,
    shared: Arc<Shared>,
    _tasks: JoinSet<()>,
}

struct Shared {
    clock: Clock,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// What it means, by callback.
    intents: BTreeMap<String, Intent>,
    /// What it is subscribed to, by callback.
    standing: BTreeMap<String, Intent>,
    faults: VecDeque<SubscriberFault>,
    questions: Vec<Vec<(String, String)>>,
    denials: Vec<String>,
    deliveries: usize,
    sent: Vec<Sent>,
    violations: Vec<String>,
}

impl Subscriber {
    /// On a free loopback port.
    pub async fn start(clock: Clock) -> io::Result<Self> {
        let listener = Listener::bind(0, None).await?;
        let url = listener.url();
        let shared = Arc::new(Shared {
            clock,
            state: Mutex::default(),
        });
        let mut tasks = JoinSet::new();
        let handler = Arc::clone(&shared).handler();
        tasks.spawn(listener.serve(handler, watch::Sender::new(()).subscribe()));
        Ok(Self {
            url,
            shared,
            _tasks: tasks,
        })
    }

    /// Without a final slash.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// One of its callbacks.
    pub fn callback(&self, name: &str) -> String {
        format!("{}/{name}?{}={}", self.url, OWN.0, OWN.1)
    }

    /// From now on it confirms this, and nothing else, at one of its callbacks.
    pub fn means(&self, name: &str, intent: Intent) {
        lock(&self.shared.state).intents.insert(name.to_owned(), intent);
    }

    /// The next request meets this fault. Several wait in line.
    pub fn next(&self, fault: SubscriberFault) {
        lock(&self.shared.state).faults.push_back(fault);
    }

    /// What it was asked: the parameters of each question.
    pub fn questions(&self) -> Vec<Vec<(String, String)>> {
        lock(&self.shared.state).questions.clone()
    }

    /// Feeds that it was told it cannot have.
    pub fn denials(&self) -> Vec<String> {
        lock(&self.shared.state).denials.clone()
    }

    /// How often somebody sent something, taken or not.
    pub fn deliveries(&self) -> usize {
        lock(&self.shared.state).deliveries
    }

    /// What it took, in order.
    pub fn sent(&self) -> Vec<Sent> {
        lock(&self.shared.state).sent.clone()
    }

    /// What a correct hub would not have sent.
    pub fn violations(&self) -> Vec<String> {
        lock(&self.shared.state).violations.clone()
    }
}

impl Shared {
    fn handler(self: Arc<Self>) -> Handler {
        Arc::new(move |request| {
            let shared = Arc::clone(&self);
            async move {
                let call = Call::read(request, now(&shared.clock)).await?;
                shared.answer(&call).await
            }
            .boxed()
        })
    }

    async fn answer(&self, call: &Call) -> Result<Response<Body>, Cut> {
        if value(call, OWN.0) != Some(OWN.1) {
            self.violate(format!("the callback's own query is lost: {}", call.path));
        }
        if call.method == Method::POST {
            lock(&self.state).deliveries += 1;
        }
        let fault = lock(&self.state).faults.pop_front();
        match fault {
            Some(SubscriberFault::Status(code)) => {
                return Ok(status(StatusCode::from_u16(code).unwrap_or_default()));
            }
            Some(SubscriberFault::Later(seconds)) => {
                return Ok(with(
                    StatusCode::SERVICE_UNAVAILABLE,
                    header::RETRY_AFTER,
                    &seconds.to_string(),
                ));
            }
            Some(SubscriberFault::Moved) => {
                return Ok(with(
                    StatusCode::TEMPORARY_REDIRECT,
                    header::LOCATION,
                    "/elsewhere?for=me",
                ));
            }
            Some(SubscriberFault::Babble) => return Ok(Response::new(Body::from("<p>Bienvenue</p>"))),
            Some(SubscriberFault::Cut) => return Err(Cut),
            Some(SubscriberFault::Slow(delay)) => tokio::time::sleep(delay).await,
            Some(SubscriberFault::TakenThenCut) | None => {}
        }
        let answer = match call.method {
            Method::GET => self.confirm(call),
            Method::POST => self.take(call),
            _ => {
                self.violate(format!("no hub asks so: {} {}", call.method, call.path));
                status(StatusCode::METHOD_NOT_ALLOWED)
            }
        };
        if fault == Some(SubscriberFault::TakenThenCut) {
            return Err(Cut);
        }
        Ok(answer)
    }

    /// Verification of intent (§5.3), or a refusal (§5.2).
    fn confirm(&self, call: &Call) -> Response<Body> {
        let name = call.segment(0).to_owned();
        let (mode, topic) = (value(call, "hub.mode"), value(call, "hub.topic").unwrap_or_default());
        let mut state = lock(&self.state);
        state.questions.push(call.query.clone());
        let known = state.intents.get(&name).cloned();
        let known = known.filter(|intent| intent.topic == topic && Some(intent.mode.as_str()) == mode);
        let lease = value(call, "hub.lease_seconds").and_then(|text| text.parse::<u64>().ok());
        match (mode, value(call, "hub.challenge")) {
            (Some("denied"), None) => {
                state.denials.push(topic.to_owned());
                state.standing.remove(&name);
                status(StatusCode::OK)
            }
            (Some("subscribe"), Some(challenge)) if lease.is_some() => match known {
                Some(intent) => {
                    state.standing.insert(name, intent);
                    Response::new(Body::from(challenge.to_owned()))
                }
                None => status(StatusCode::NOT_FOUND),
            },
            (Some("unsubscribe"), Some(challenge)) => match known {
                Some(_) => {
                    state.standing.remove(&name);
                    Response::new(Body::from(challenge.to_owned()))
                }
                None => status(StatusCode::NOT_FOUND),
            },
            _ => {
                state.violations.push(format!("no question of a hub: {:?}", call.query));
                status(StatusCode::BAD_REQUEST)
            }
        }
    }

    /// A feed (§7).
    fn take(&self, call: &Call) -> Response<Body> {
        let name = call.segment(0).to_owned();
        let standing = lock(&self.state).standing.get(&name).cloned();
        let wrong = match &standing {
            None => Some("nobody asked for it".to_owned()),
            Some(intent) => wrong_with(call, intent),
        };
        if let Some(wrong) = wrong {
            self.violate(format!("a feed at {name}: {wrong}"));
            return status(StatusCode::ACCEPTED);
        }
        lock(&self.state).sent.push(Sent {
            name,
            content_type: call.header("content-type").unwrap_or_default().to_owned(),
            body: String::from_utf8_lossy(&call.raw).into_owned(),
        });
        status(StatusCode::ACCEPTED)
    }

    fn violate(&self, what: String) {
        lock(&self.state).violations.push(what);
    }
}

/// Why a feed is not what was asked for.
fn wrong_with(call: &Call, intent: &Intent) -> Option<String> {
    let links: Vec<&str> = call
        .headers
        .get_all(header::LINK)
        .iter()
        .filter_map(|link| link.to_str().ok())
        .collect();
    let links = links.join(", ");
    if !links.contains(&format!("<{}>; rel=\"self\"", intent.topic)) || !links.contains("; rel=\"hub\"") {
        return Some(format!("its links do not say what it is: {links}"));
    }
    let expected = intent
        .secret
        .as_ref()
        .map(|secret| format!("sha256={}", hmac(secret.as_bytes(), &call.raw)));
    let signature = call.header("x-hub-signature");
    (signature != expected.as_deref()).then(|| format!("its signature does not hold: {signature:?}"))
}

/// RFC 2104, written out.
fn hmac(key: &[u8], text: &[u8]) -> String {
    let digest = Sha256::digest(key);
    let key = if key.len() > BLOCK { &digest[..] } else { key };
    let pad = |with: u8| {
        let mut block = [with; BLOCK];
        block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
        block
    };
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(text).finalize();
    let outer = Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize();
    outer.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn value<'a>(call: &'a Call, name: &str) -> Option<&'a str> {
    let found = call.query.iter().find(|(key, _)| key == name);
    found.map(|(_, value)| value.as_str())
}

fn status(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

fn with(code: StatusCode, name: header::HeaderName, value: &str) -> Response<Body> {
    let mut response = status(code);
    let value = HeaderValue::from_str(value);
    response.headers_mut().extend(value.map(|value| (name, value)));
    response
}

impl fmt::Debug for Subscriber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscriber")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231 §4.3 and §4.7.
    #[test]
    fn signatures_are_those_of_the_standard() {
        assert_eq!(
            hmac(b"Jefe", b"what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(
            hmac(&[0xaa; 131], b"Test Using Larger Than Block-Size Key - Hash Key First"),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }
}
