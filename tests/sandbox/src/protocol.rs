//! What every network's miniature has in common: routes, faults, the journal.

use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use futures_util::FutureExt;
use http::{Request, Response};
use hyper::body::Incoming;
use serde_json::Value;

use crate::account::Account;
use crate::call::Call;
use crate::clock::{Clock, now};
use crate::fault::{Fault, Faults, Operation};
use crate::gallery::Gallery;
use crate::journal::{Journal, RequestLine};
use crate::listener::{Cut, Handler};
use crate::lock::lock;
use crate::post::Post;
use crate::reply::Reply;

/// A network's own rules over its own state.
pub(crate) trait Protocol: Sized + Send + 'static {
    /// The network at this origin (without a final slash), empty.
    fn open(url: &str, clock: Clock) -> Self;
    /// What a client is told, beside the secret, to reach the account: the names are those of `Network::settings`, and
    /// of the network's own addresses.
    fn settings(&self, account: &Account) -> Value;
    /// `None`: this network has no such method at such a path.
    fn route(&self, call: &Call) -> Option<Route<Self>>;
    /// The network's own words for a refusal that its rules did not cause.
    fn refuse(&self, refusal: &Refusal, call: &Call) -> Reply;
    fn open_account(&mut self, handle: &str, name: &str) -> Account;
    fn accounts(&self) -> Vec<Account>;
    /// From now on the account's secret, and all that was derived from it, is refused.
    fn revoke(&mut self, account: &str);
    /// All posts, oldest first, deleted ones too.
    fn posts(&self) -> Vec<Post>;
    /// The next upload is still being processed for this many polls. Most networks process images at once.
    fn process_next_upload(&mut self, _polls: u32) {}
}

pub(crate) struct Route<P> {
    pub(crate) operation: Operation,
    pub(crate) handle: fn(&mut P, &Call) -> Reply,
}

#[derive(Debug)]
pub(crate) enum Refusal {
    RateLimited { retry_after_s: u64 },
    ServerError,
    TokenRevoked,
    TokenExpired,
    Content(String),
    UnknownRoute,
}

/// How the request ends.
enum Ending {
    Answer,
    Late(Duration),
    Hang,
    Cut,
}

/// A protocol at work, seen without its type.
pub(crate) trait Engine: Send + Sync {
    fn faults(&self) -> &Faults;
    fn open_account(&self, handle: &str, name: &str) -> Account;
    fn accounts(&self) -> Vec<Account>;
    fn settings(&self, account: &Account) -> Value;
    fn revoke(&self, account: &str);
    fn posts(&self) -> Vec<Post>;
    fn handler(self: Arc<Self>) -> Handler;
}

pub(crate) struct Running<P> {
    pub(crate) name: &'static str,
    pub(crate) protocol: Mutex<P>,
    pub(crate) faults: Faults,
    pub(crate) journal: Arc<Journal>,
    pub(crate) gallery: Arc<Gallery>,
    pub(crate) clock: Clock,
}

impl<P: Protocol> Engine for Running<P> {
    fn faults(&self) -> &Faults {
        &self.faults
    }

    fn open_account(&self, handle: &str, name: &str) -> Account {
        lock(&self.protocol).open_account(handle, name)
    }

    fn accounts(&self) -> Vec<Account> {
        lock(&self.protocol).accounts()
    }

    fn settings(&self, account: &Account) -> Value {
        lock(&self.protocol).settings(account)
    }

    fn revoke(&self, account: &str) {
        lock(&self.protocol).revoke(account);
    }

    fn posts(&self) -> Vec<Post> {
        lock(&self.protocol).posts()
    }

    fn handler(self: Arc<Self>) -> Handler {
        Arc::new(move |request| Arc::clone(&self).converse(request).boxed())
    }
}

impl<P: Protocol> Running<P> {
    async fn converse(self: Arc<Self>, request: Request<Incoming>) -> Result<Response<Body>, Cut> {
        let call = Call::read(request, now(&self.clock)).await?;
        self.gallery.keep(&call);
        let (operation, reply, ending) = self.decide(&call);
        let answered = matches!(ending, Ending::Answer | Ending::Late(_));
        self.journal.record(RequestLine {
            server: self.name,
            method: call.method.to_string(),
            path: call.path,
            operation,
            account: reply.account.clone(),
            status: answered.then_some(reply.status.as_u16()),
            at: call.at,
            violation: reply.violation.clone(),
        });
        match ending {
            Ending::Answer => Ok(reply.into()),
            Ending::Late(delay) => {
                tokio::time::sleep(delay).await;
                Ok(reply.into())
            }
            Ending::Hang => pending().await,
            Ending::Cut => Err(Cut),
        }
    }

    fn decide(&self, call: &Call) -> (Option<Operation>, Reply, Ending) {
        let mut protocol = lock(&self.protocol);
        let Some(Route { operation, handle }) = protocol.route(call) else {
            let reply = protocol.refuse(&Refusal::UnknownRoute, call).violation("no such route");
            return (None, reply, Ending::Answer);
        };
        let (reply, ending) = match self.faults.take(operation) {
            None => (handle(&mut protocol, call), Ending::Answer),
            Some(Fault::Slow(delay)) => (handle(&mut protocol, call), Ending::Late(delay)),
            Some(Fault::CommitThenHang) => (handle(&mut protocol, call), Ending::Hang),
            Some(Fault::CommitThenCut) => (handle(&mut protocol, call), Ending::Cut),
            Some(Fault::CommitThenServerError) => {
                let committed = handle(&mut protocol, call);
                let mut reply = protocol.refuse(&Refusal::ServerError, call);
                (reply.account, reply.violation) = (committed.account, committed.violation);
                (reply, Ending::Answer)
            }
            Some(Fault::StillProcessing { polls }) => {
                protocol.process_next_upload(polls);
                (handle(&mut protocol, call), Ending::Answer)
            }
            Some(Fault::Hang) => (protocol.refuse(&Refusal::ServerError, call), Ending::Hang),
            Some(Fault::Cut) => (protocol.refuse(&Refusal::ServerError, call), Ending::Cut),
            Some(Fault::ServerError) => (protocol.refuse(&Refusal::ServerError, call), Ending::Answer),
            Some(Fault::TokenRevoked) => (protocol.refuse(&Refusal::TokenRevoked, call), Ending::Answer),
            Some(Fault::ExpiredToken) => (protocol.refuse(&Refusal::TokenExpired, call), Ending::Answer),
            Some(Fault::Refused(text)) => (protocol.refuse(&Refusal::Content(text), call), Ending::Answer),
            Some(Fault::RateLimited { retry_after_s }) => (
                protocol.refuse(&Refusal::RateLimited { retry_after_s }, call),
                Ending::Answer,
            ),
        };
        (Some(operation), reply, ending)
    }
}
