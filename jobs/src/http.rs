//! The only door to the outside: every request to a network, a source or a transport over HTTP goes through it.
//!
//! It says who we are, gives up in time, reads no more than it was told to, and refuses private addresses whatever
//! name or redirect leads there (server-side request forgery: staff and feeds choose addresses).

mod call;
mod config;
mod guard;
mod wait;

use std::{sync::Arc, time::Duration};

use beffroi_schema::clock::Clock;
use reqwest::{Certificate, Method, redirect};
use url::Url;

pub use call::{Answer, Call, CallError};
pub use config::OutboundConfig;
use guard::Guard;

/// Redirects followed when reading. Calls that change something follow none.
const MAX_REDIRECTS: usize = 5;

/// Idle connections kept open to one host.
const MAX_IDLE_PER_HOST: usize = 4;

/// Opens connections to the outside. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Http {
    reader: reqwest::Client,
    caller: reqwest::Client,
    guard: Arc<Guard>,
    clock: Clock,
}

/// The configuration of the door does not stand.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// An entry of `allow_private` is no `host:port`.
    #[error("outbound.allow_private: `{0}` is not host:port")]
    AllowList(String),
    /// The file of further roots cannot be read, or holds no certificate.
    #[error("outbound.extra_roots: {0}")]
    Roots(String),
    /// The TLS library does not start.
    #[error("outbound connections: {0}")]
    Client(#[from] reqwest::Error),
}

impl Http {
    /// Opens the door. A rustls provider must have been installed before.
    pub fn new(config: &OutboundConfig, clock: Clock) -> Result<Self, SetupError> {
        let guard = Arc::new(Guard::new(&config.allow_private)?);
        let reader = client(config, &guard)?.redirect(guarded_redirects(&guard)).build()?;
        let caller = client(config, &guard)?.redirect(redirect::Policy::none()).build()?;
        Ok(Self {
            reader,
            caller,
            guard,
            clock,
        })
    }

    /// The clock that waits are counted by.
    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Whether what stands at `url` comes from whom it says: over TLS, or from a private host that the configuration names.
    pub fn trusts(&self, url: &Url) -> bool {
        url.scheme() == "https" || self.guard.names_exactly(url)
    }

    /// Prepares to read `url`, wherever it has moved to.
    pub fn read(&self, url: Url) -> Call<'_> {
        Call::new(self, self.reader.get(url))
    }

    /// Prepares a call to an interface. Redirects are not followed: a token stays with the host it was given to.
    pub fn call(&self, method: Method, url: Url) -> Call<'_> {
        Call::new(self, self.caller.request(method, url))
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that builds clients")]
fn client(config: &OutboundConfig, guard: &Arc<Guard>) -> Result<reqwest::ClientBuilder, SetupError> {
    let builder = reqwest::Client::builder()
        .user_agent(format!("Beffroi/{} (+{})", env!("CARGO_PKG_VERSION"), config.contact))
        .connect_timeout(Duration::from_secs(config.connect_timeout_s))
        .timeout(Duration::from_secs(config.timeout_s))
        .pool_max_idle_per_host(MAX_IDLE_PER_HOST)
        .dns_resolver(Arc::clone(guard))
        // A proxy would look names up itself, past the guard.
        .no_proxy();
    let Some(path) = &config.extra_roots else {
        return Ok(builder);
    };
    let unreadable = |why: String| SetupError::Roots(format!("{}: {why}", path.display()));
    let pem = std::fs::read(path).map_err(|error| unreadable(error.to_string()))?;
    let roots = Certificate::from_pem_bundle(&pem).map_err(|error| unreadable(error.to_string()))?;
    if roots.is_empty() {
        return Err(unreadable("no certificate in it".to_owned()));
    }
    Ok(builder.tls_certs_merge(roots))
}

fn guarded_redirects(guard: &Arc<Guard>) -> redirect::Policy {
    let guard = Arc::clone(guard);
    redirect::Policy::custom(move |attempt| {
        if attempt.previous().len() > MAX_REDIRECTS {
            return attempt.error("too many redirects");
        }
        match guard.check(attempt.url()) {
            Ok(()) => attempt.follow(),
            Err(forbidden) => attempt.error(forbidden),
        }
    })
}

#[cfg(test)]
mod tests;
