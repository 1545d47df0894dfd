//! What every request may need.

use std::{sync::Arc, time::Duration};

use beffroi_schema::{
    address::Addresses,
    board::Boards,
    config::{ConfigError, Instance, Section as _},
    store::Store,
};
use metrics_exporter_prometheus::PrometheusHandle;
use url::Url;

use crate::{
    config::ApiConfig,
    graphql::{
        answers::Answers,
        context::PublicUrl,
        schema::{self, Contract},
    },
    health,
    limits::{Requests, SignIns},
    site,
};

/// What every request may need. Clones share it.
#[derive(Clone)]
pub struct AppState(Arc<Inner>);

struct Inner {
    addresses: Addresses,
    answers: Answers,
    boards: Boards,
    contract: Contract,
    feeds: site::feeds::Kept,
    public_url: Url,
    proxies: usize,
    request_timeout: Duration,
    requests: Requests,
    sign_ins: SignIns,
    metrics: PrometheusHandle,
}

impl std::fmt::Debug for AppState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AppState")
            .field("public_url", &self.0.public_url.as_str())
            .finish_non_exhaustive()
    }
}

impl AppState {
    /// The state over the boards and the store they follow.
    pub fn new(boards: Boards, instance: &Instance, config: &ApiConfig) -> Result<Self, ConfigError> {
        config.check()?;
        Ok(Self(Arc::new(Inner {
            contract: schema::contract(
                boards.clone(),
                PublicUrl(instance.public_url.clone()),
                config.introspection,
            ),
            addresses: Addresses::below(&instance.public_url),
            answers: Answers::new(boards.clone()),
            boards,
            feeds: site::feeds::Kept::default(),
            public_url: instance.public_url.clone(),
            proxies: config.proxies,
            request_timeout: Duration::from_millis(config.request_timeout_ms),
            requests: Requests::per_minute(config.requests_per_minute),
            sign_ins: SignIns::default(),
            metrics: health::recorder(),
        })))
    }

    /// The store.
    pub fn store(&self) -> &Store {
        self.0.boards.store()
    }

    /// What residents read, in memory.
    pub fn boards(&self) -> &Boards {
        &self.0.boards
    }

    /// Answers of public reads that are kept.
    pub(crate) fn answers(&self) -> &Answers {
        &self.0.answers
    }

    /// Feeds that were written a moment ago.
    pub(crate) fn feeds(&self) -> &site::feeds::Kept {
        &self.0.feeds
    }

    /// Public addresses.
    pub(crate) fn addresses(&self) -> &Addresses {
        &self.0.addresses
    }

    /// The executable contract.
    pub fn contract(&self) -> &Contract {
        &self.0.contract
    }

    /// Where people reach the instance.
    pub fn public_url(&self) -> &Url {
        &self.0.public_url
    }

    /// How many reverse proxies stand in front.
    pub(crate) fn proxies(&self) -> usize {
        self.0.proxies
    }

    /// After how long a request is given up.
    pub(crate) fn request_timeout(&self) -> Duration {
        self.0.request_timeout
    }

    /// How many requests each address may still make.
    pub(crate) fn requests(&self) -> &Requests {
        &self.0.requests
    }

    /// How many tries at signing in are left.
    pub(crate) fn sign_ins(&self) -> &SignIns {
        &self.0.sign_ins
    }

    /// What was counted so far.
    pub(crate) fn metrics(&self) -> &PrometheusHandle {
        &self.0.metrics
    }
}
