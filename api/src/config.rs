//! The section `[api]` of the configuration.

use std::net::{Ipv4Addr, SocketAddr};

use beffroi_schema::config::{ConfigError, Section};
use serde::Deserialize;

/// Bounds of `requests_per_minute`.
const REQUESTS_PER_MINUTE: std::ops::RangeInclusive<u32> = 10..=1_000_000;
/// Bounds of `request_timeout_ms`.
const REQUEST_TIMEOUT_MS: std::ops::RangeInclusive<u64> = 10..=60_000;
/// Most proxies that can stand in front.
const MAX_PROXIES: usize = 5;

/// How the instance is reached.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ApiConfig {
    /// The address and port to listen on. TLS is the reverse proxy's work.
    pub listen: SocketAddr,
    /// How many reverse proxies of yours stand in front: as many addresses are believed, from the right, in
    /// `X-Forwarded-For`. 0 believes none.
    pub proxies: usize,
    /// Whether programs may ask for the contract over the wire; its text is public at `/schema.graphql` either way.
    pub introspection: bool,
    /// Requests that one address may make in a minute, on each process.
    pub requests_per_minute: u32,
    /// After how many milliseconds a request is given up.
    pub request_timeout_ms: u64,
    /// How log lines are written: `auto` (for people on a terminal, JSON elsewhere), `human` or `json`.
    pub log: LogFormat,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people on a terminal, JSON elsewhere.
    #[default]
    Auto,
    /// For people.
    Human,
    /// One JSON object a line.
    Json,
}

impl Default for ApiConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            proxies: 0,
            introspection: true,
            requests_per_minute: 600,
            request_timeout_ms: 10_000,
            log: LogFormat::Auto,
        }
    }
}

impl Section for ApiConfig {
    const NAME: &'static str = "api";

    fn check(&self) -> Result<(), ConfigError> {
        let out = |key, wrong: String| Err(ConfigError::OutOfBounds { key, wrong });
        if !REQUESTS_PER_MINUTE.contains(&self.requests_per_minute) {
            return out(
                "api.requests_per_minute",
                format!("must be within {REQUESTS_PER_MINUTE:?}"),
            );
        }
        if !REQUEST_TIMEOUT_MS.contains(&self.request_timeout_ms) {
            return out(
                "api.request_timeout_ms",
                format!("must be within {REQUEST_TIMEOUT_MS:?}"),
            );
        }
        if self.proxies > MAX_PROXIES {
            return out("api.proxies", format!("must be at most {MAX_PROXIES}"));
        }
        Ok(())
    }
}
