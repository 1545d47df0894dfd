//! Firebase Cloud Messaging, HTTP v1, in miniature: the OAuth token endpoint and `messages:send`.
//!
//! <https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages/send>

mod error;
mod message;
mod oauth;
mod outcome;
mod phone;
mod server;
mod service_account;
mod shape;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::clock::Clock;
use crate::fault::{Fault, Operation};
use crate::journal::Journal;
use crate::listener::Handler;
use server::Server;

pub use outcome::Outcome;
pub use phone::{Notification, Target};
pub use service_account::KeyError;

/// FCM in miniature.
#[derive(Clone)]
pub struct Fcm {
    url: String,
    project: &'static str,
    authority_pem: Option<String>,
    server: Arc<Server>,
    goaway: watch::Sender<()>,
}

impl Fcm {
    pub(crate) fn new(
        url: String,
        authority_pem: Option<String>,
        clock: Clock,
        journal: Arc<Journal>,
    ) -> Result<Self, KeyError> {
        let server = Arc::new(Server::new(&url, clock, journal)?);
        Ok(Self {
            url,
            project: service_account::PROJECT,
            authority_pem,
            server,
            goaway: watch::Sender::new(()),
        })
    }

    pub(crate) fn handler(&self) -> Handler {
        Arc::clone(&self.server).handler()
    }

    pub(crate) fn leavers(&self) -> watch::Receiver<()> {
        self.goaway.subscribe()
    }

    /// The origin of `/v1/projects/{project}/messages:send`, without a final slash.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The origin of OAuth: goes into the key file as `token_uri`.
    pub fn token_url(&self) -> String {
        service_account::token_url(&self.url)
    }

    pub fn project(&self) -> &'static str {
        self.project
    }

    /// The authority a client must trust, as PEM; `None` when served in clear.
    pub fn authority_pem(&self) -> Option<&str> {
        self.authority_pem.as_deref()
    }

    /// A key file as Google issues them, aimed at this miniature.
    pub fn service_account_json(&self) -> String {
        service_account::json(&self.url)
    }

    /// What happens to the next message for this registration token. `Unregistered` and `SenderIdMismatch` hold for
    /// good, as they do at Google; the others once each, in order.
    pub fn script(&self, token: &str, outcome: Outcome) {
        self.server.scripts().push(token, outcome);
    }

    /// What happens to the next `n` messages for tokens without a script of their own.
    pub fn next_n(&self, n: usize, outcome: Outcome) {
        self.server.scripts().push_any(n, outcome);
    }

    /// What happens to the next request for an access token.
    pub fn next_sign_in(&self, fault: Fault) {
        self.server.faults().push(Some(Operation::SignIn), fault);
    }

    /// An access token as the token endpoint hands them out, for tools that cannot sign an assertion; none when the
    /// system has no randomness to give.
    pub fn access_token(&self) -> Option<String> {
        self.server.mint_access_token()
    }

    /// All access tokens handed out so far are refused (401), as after a key rotation.
    pub fn revoke_access_tokens(&self) {
        self.server.revoke_access_tokens();
    }

    /// Asks every open HTTP/2 connection to finish its streams and leave.
    pub fn goaway(&self) {
        self.goaway.send_replace(());
    }

    /// Every answer of `messages:send` takes this long from now on.
    pub fn set_latency(&self, latency: Duration) {
        self.server.set_latency(latency);
    }

    /// Messages accepted for delivery since the start, replacements included, `validate_only` not.
    pub fn accepted(&self) -> u64 {
        self.server.accepted()
    }

    /// Access tokens handed out since the start.
    pub fn sign_ins(&self) -> u64 {
        self.server.sign_ins()
    }

    /// What the phones show, oldest arrival first: one notification for each target and tag. Only the newest
    /// ten thousand are remembered.
    pub fn phones(&self) -> Vec<Notification> {
        self.server.phones()
    }
}

impl std::fmt::Debug for Fcm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fcm").field("url", &self.url).finish_non_exhaustive()
    }
}
