//! One server of the fediverse in miniature, in secure mode: it shows its people to nobody who does not sign, takes
//! nothing unsigned, asks for the key of whoever writes to it, and remembers what it was told.
//!
//! <https://www.w3.org/TR/activitypub/>, <https://docs.joinmastodon.org/spec/security/>
//!
//! It signs and verifies with another library than we do. What it would not do as a correct server is a violation:
//! [`Peer::violations`].

mod inbox;
mod letter;
mod signature;

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use futures_util::FutureExt as _;
use http::{Method, Response, StatusCode};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;

pub use letter::{Letter, Tamper};

use crate::call::Call;
use crate::clock::{Clock, now};
use crate::listener::{Cut, Handler, Listener};
use crate::lock::lock;

/// Its keys: the one it begins with, and the one it has after [`Peer::rotate_key`].
const KEYS: [&str; 2] = [include_str!("one.pem"), include_str!("two.pem")];

/// What happens to the next activity that is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeerFault {
    /// Answered so; nothing is taken.
    Status(u16),
    /// Taken, and then answered so.
    TakenThen(u16),
    /// Taken, and the connection closes without an answer.
    TakenThenCut,
    /// The connection closes without an answer; nothing is taken.
    Cut,
    /// Taken, this much later.
    Slow(Duration),
}

/// The server. Dropping it closes its port.
pub struct Peer {
    url: String,
    shared: Arc<Shared>,
    _tasks: JoinSet<()>,
}

struct Shared {
    url: String,
    clock: Clock,
    /// Where everybody else is: the router of the instance, and its address.
    world: Mutex<Option<(Router, String)>>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    key: usize,
    gone: bool,
    numbered: u64,
    faults: VecDeque<PeerFault>,
    /// Taken, each once, in the order in which they came.
    taken: Vec<Value>,
    /// Objects as they are now, by id.
    objects: Vec<(String, Value)>,
    /// Deliveries, taken or not.
    deliveries: usize,
    /// Questions for its people.
    questions: usize,
    violations: Vec<String>,
}

impl Peer {
    /// On a free loopback port.
    pub async fn start(clock: Clock) -> io::Result<Self> {
        let listener = Listener::bind(0, None).await?;
        let url = listener.url();
        let shared = Arc::new(Shared {
            url: url.clone(),
            clock,
            world: Mutex::default(),
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

    /// Shows it the instance that it speaks with, which believes itself to be at `address`.
    pub fn meet(&self, router: Router, address: &str) {
        *lock(&self.shared.world) = Some((router, address.trim_end_matches('/').to_owned()));
    }

    /// Without a final slash.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The id of one of its people.
    pub fn person(&self, name: &str) -> String {
        self.shared.person(name)
    }

    /// What was taken, each once, in order.
    pub fn taken(&self) -> Vec<Value> {
        lock(&self.shared.state).taken.clone()
    }

    /// The types of what was taken.
    pub fn kinds(&self) -> Vec<String> {
        let kind = |activity: &Value| activity["type"].as_str().unwrap_or_default().to_owned();
        self.taken().iter().map(kind).collect()
    }

    /// The objects that it knows, as they are now; what was deleted is not among them.
    pub fn objects(&self) -> Vec<Value> {
        let state = lock(&self.shared.state);
        state.objects.iter().map(|(_, object)| object.clone()).collect()
    }

    /// How often somebody delivered.
    pub fn deliveries(&self) -> usize {
        lock(&self.shared.state).deliveries
    }

    /// How often somebody asked for one of its people.
    pub fn questions(&self) -> usize {
        lock(&self.shared.state).questions
    }

    /// What a correct server would not have sent.
    pub fn violations(&self) -> Vec<String> {
        lock(&self.shared.state).violations.clone()
    }

    /// The next delivery meets this fault. Several wait in line.
    pub fn next(&self, fault: PeerFault) {
        lock(&self.shared.state).faults.push_back(fault);
    }

    /// Its people sign with another key from now on.
    pub fn rotate_key(&self) {
        lock(&self.shared.state).key = 1;
    }

    /// Its people are gone: whoever asks for one is told so.
    pub fn go(&self) {
        lock(&self.shared.state).gone = true;
    }

    /// A new id.
    pub fn number(&self) -> String {
        let mut state = lock(&self.shared.state);
        state.numbered += 1;
        format!("{}/activities/{}", self.url, state.numbered)
    }
}

impl Shared {
    fn person(&self, name: &str) -> String {
        format!("{}/users/{name}", self.url)
    }

    fn handler(self: Arc<Self>) -> Handler {
        Arc::new(move |request| {
            let shared = Arc::clone(&self);
            async move {
                let call = Call::read(request, now(&shared.clock)).await?;
                shared.answer(call).await
            }
            .boxed()
        })
    }

    async fn answer(&self, call: Call) -> Result<Response<Body>, Cut> {
        let segments: Vec<String> = call.segments().into_iter().map(str::to_owned).collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        match (&call.method, segments.as_slice()) {
            (&Method::GET, ["users", name]) => Ok(self.introduce(name, &call).await),
            (&Method::POST, ["inbox"] | ["users", _, "inbox"]) => self.take(&call).await,
            _ => {
                self.violate(format!("no such route: {} {}", call.method, call.path));
                Ok(status(StatusCode::NOT_FOUND))
            }
        }
    }

    /// Who one of its people is, for whoever signs the question.
    async fn introduce(&self, name: &str, call: &Call) -> Response<Body> {
        lock(&self.state).questions += 1;
        if let Err(why) = self.verify(call).await {
            self.violate(format!("a question that is not signed well: {why}"));
            return status(StatusCode::UNAUTHORIZED);
        }
        if lock(&self.state).gone {
            return status(StatusCode::GONE);
        }
        let me = self.person(name);
        let document = json!({
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
            "id": me, "type": "Person", "preferredUsername": name,
            "inbox": format!("{me}/inbox"), "outbox": format!("{me}/outbox"),
            "endpoints": { "sharedInbox": format!("{}/inbox", self.url) },
            "publicKey": { "id": format!("{me}#main-key"), "owner": me, "publicKeyPem": self.public_key() },
        });
        let mut response = Response::new(Body::from(document.to_string()));
        let kind = http::HeaderValue::from_static("application/activity+json");
        response.headers_mut().insert(http::header::CONTENT_TYPE, kind);
        response
    }

    fn violate(&self, what: String) {
        lock(&self.state).violations.push(what);
    }
}

fn status(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

impl fmt::Debug for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Peer").field("url", &self.url).finish_non_exhaustive()
    }
}
