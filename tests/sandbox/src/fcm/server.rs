//! The two endpoints at work.

use std::future::pending;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::body::Body;
use futures_util::FutureExt;
use http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use serde_json::{Value, json};

use super::error::{self, FieldViolation};
use super::message::Message;
use super::oauth::{self, OAuth, Unauthorised};
use super::outcome::{self, Outcome, Scripts};
use super::phone::{Notification, Phones, Target};
use super::service_account::{KeyError, PROJECT};
use crate::call::{self, Call};
use crate::clock::{Clock, now};
use crate::fault::{Fault, Faults, Operation};
use crate::journal::{Journal, RequestLine};
use crate::listener::{Cut, Handler};
use crate::lock::lock;
use crate::reply::Reply;

const SERVER: &str = "fcm";

pub(super) struct Server {
    oauth: Mutex<OAuth>,
    scripts: Mutex<Scripts>,
    faults: Faults,
    phones: Mutex<Phones>,
    latency_ms: AtomicU64,
    journal: Arc<Journal>,
    clock: Clock,
}

/// A reply to send, or how the request ends without one.
enum Ending {
    Answer(Reply),
    Late(Reply, Duration),
    Hang(Reply),
    Cut(Reply),
}

impl Server {
    pub(super) fn new(origin: &str, clock: Clock, journal: Arc<Journal>) -> Result<Self, KeyError> {
        Ok(Self {
            oauth: Mutex::new(OAuth::new(origin)?),
            scripts: Mutex::default(),
            faults: Faults::default(),
            phones: Mutex::default(),
            latency_ms: AtomicU64::new(0),
            journal,
            clock,
        })
    }

    pub(super) fn handler(self: Arc<Self>) -> Handler {
        Arc::new(move |request| Arc::clone(&self).converse(request).boxed())
    }

    pub(super) fn scripts(&self) -> MutexGuard<'_, Scripts> {
        lock(&self.scripts)
    }

    pub(super) fn faults(&self) -> &Faults {
        &self.faults
    }

    pub(super) fn revoke_access_tokens(&self) {
        lock(&self.oauth).revoke_all();
    }

    pub(super) fn mint_access_token(&self) -> Option<String> {
        lock(&self.oauth).mint(now(&self.clock))
    }

    pub(super) fn set_latency(&self, latency: Duration) {
        self.latency_ms.store(
            u64::try_from(latency.as_millis()).unwrap_or(u64::MAX),
            Ordering::Relaxed,
        );
    }

    pub(super) fn accepted(&self) -> u64 {
        lock(&self.phones).arrived()
    }

    pub(super) fn sign_ins(&self) -> u64 {
        lock(&self.oauth).sign_ins
    }

    pub(super) fn phones(&self) -> Vec<Notification> {
        lock(&self.phones).notifications()
    }

    async fn converse(self: Arc<Self>, request: Request<Incoming>) -> Result<Response<Body>, Cut> {
        let call = Call::read(request, now(&self.clock)).await?;
        let (operation, ending) = match (&call.method, &*call.segments()) {
            (&Method::POST, ["token"]) => (Some(Operation::SignIn), self.sign_in(&call)),
            (&Method::POST, ["v1", "projects", project, "messages:send"]) => {
                (Some(Operation::Send), self.send(&call, project))
            }
            _ => (None, Ending::Answer(no_such_route())),
        };
        self.record(&call, operation, &ending);
        let latency = match operation {
            Some(Operation::Send) => self.latency_ms.load(Ordering::Relaxed),
            _ => 0,
        };
        if latency > 0 {
            tokio::time::sleep(Duration::from_millis(latency)).await;
        }
        match ending {
            Ending::Answer(reply) => Ok(reply.into()),
            Ending::Late(reply, delay) => {
                tokio::time::sleep(delay).await;
                Ok(reply.into())
            }
            Ending::Hang(_) => pending().await,
            Ending::Cut(_) => Err(Cut),
        }
    }

    fn record(&self, call: &Call, operation: Option<Operation>, ending: &Ending) {
        let (reply, answered) = match ending {
            Ending::Answer(reply) | Ending::Late(reply, _) => (reply, true),
            Ending::Hang(reply) | Ending::Cut(reply) => (reply, false),
        };
        self.journal.record(RequestLine {
            server: SERVER,
            method: call.method.to_string(),
            path: call.path.clone(),
            operation,
            account: reply.account.clone(),
            status: answered.then_some(reply.status.as_u16()),
            at: call.at,
            violation: reply.violation.clone(),
        });
    }

    fn sign_in(&self, call: &Call) -> Ending {
        let internal = || Reply::json(StatusCode::INTERNAL_SERVER_ERROR, &json!({"error": "internal_failure"}));
        let busy = |seconds: u64| {
            let body = json!({"error": "rate_limit_exceeded"});
            Reply::json(StatusCode::TOO_MANY_REQUESTS, &body).header("retry-after", seconds.to_string())
        };
        let grant = || lock(&self.oauth).grant(call);
        match self.faults.take(Operation::SignIn) {
            None | Some(Fault::StillProcessing { .. }) => Ending::Answer(grant()),
            Some(Fault::Slow(delay)) => Ending::Late(grant(), delay),
            Some(Fault::Hang) => Ending::Hang(internal()),
            Some(Fault::CommitThenHang) => Ending::Hang(grant()),
            Some(Fault::Cut) => Ending::Cut(internal()),
            Some(Fault::CommitThenCut) => Ending::Cut(grant()),
            Some(Fault::ServerError | Fault::CommitThenServerError) => Ending::Answer(internal()),
            Some(Fault::RateLimited { retry_after_s }) => Ending::Answer(busy(retry_after_s)),
            Some(Fault::TokenRevoked | Fault::ExpiredToken) => {
                Ending::Answer(oauth::refuse("invalid_grant", "Invalid grant: account not found"))
            }
            Some(Fault::Refused(text)) => Ending::Answer(oauth::refuse("invalid_grant", &text)),
        }
    }

    fn send(&self, call: &Call, project: &str) -> Ending {
        let message = match self.admit(call, project) {
            Ok(message) => message,
            Err(reply) => return Ending::Answer(*reply),
        };
        if message.validate_only {
            return Ending::Answer(sent("fake_message_id"));
        }
        match self.scripts().take(message.target.as_str()) {
            None => Ending::Answer(self.deliver(message, call)),
            Some(outcome) => {
                let quiet = if outcome.accepts() {
                    self.deliver(message, call)
                } else {
                    sent("none")
                };
                match outcome.reply() {
                    Some(reply) => Ending::Answer(reply),
                    None if matches!(outcome, Outcome::Cut | Outcome::AcceptedThenCut) => Ending::Cut(quiet),
                    None => Ending::Hang(quiet),
                }
            }
        }
    }

    /// The message, if the caller may send it and it is one.
    fn admit(&self, call: &Call, project: &str) -> Result<Message, Box<Reply>> {
        match lock(&self.oauth).authorise(call) {
            Ok(()) => {}
            Err(Unauthorised::Missing) => return Err(Box::new(error::unauthenticated().violation("no access token"))),
            Err(Unauthorised::Unknown | Unauthorised::Expired) => return Err(Box::new(error::unauthenticated())),
        }
        if project != PROJECT {
            let reply = error::permission_denied(project);
            return Err(Box::new(reply.violation(format!("another project: {project}"))));
        }
        let message = match read_json(call).and_then(Message::read) {
            Ok(message) => message,
            Err(violations) => return Err(Box::new(error::bad_request(&violations))),
        };
        match &message.target {
            Target::Token(token) | Target::Fid(token) if !well_formed(token) => Err(Box::new(
                outcome::invalid_token().violation("malformed registration token"),
            )),
            Target::Token(_) | Target::Fid(_) | Target::Topic(_) | Target::Condition(_) => Ok(message),
        }
    }

    fn deliver(&self, message: Message, call: &Call) -> Reply {
        let arrival = lock(&self.phones).show(message, call.at);
        sent(&format!("0:{:016}%{arrival:016x}", call.at.timestamp_micros()))
    }
}

fn sent(id: &str) -> Reply {
    Reply::ok(&json!({"name": format!("projects/{PROJECT}/messages/{id}")})).by(PROJECT)
}

fn read_json(call: &Call) -> Result<&Value, Vec<FieldViolation>> {
    let wrong = |description: &str| {
        Err(vec![FieldViolation {
            field: String::new(),
            description: description.to_owned(),
        }])
    };
    match &call.body {
        call::Body::Json(json @ Value::Object(_)) => Ok(json),
        call::Body::Json(_) | call::Body::Malformed(_) => wrong("Invalid JSON payload received."),
        call::Body::Empty => wrong("The message is not set."),
        call::Body::Form { .. } | call::Body::Raw(_) => wrong("Invalid content type: JSON expected."),
        call::Body::TooLarge => wrong("Request payload size exceeds the limit."),
    }
}

fn well_formed(token: &str) -> bool {
    !token.is_empty()
        && token
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_:.".contains(&byte))
}

fn no_such_route() -> Reply {
    error::error(StatusCode::NOT_FOUND, "NOT_FOUND", "Method not found.", &[]).violation("no such route")
}
