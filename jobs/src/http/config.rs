//! How the door to the outside is set.

use std::path::PathBuf;

use beffroi_schema::config::{ConfigError, Section};
use serde::{Deserialize, Serialize};

/// Bounds of the time-outs. A delivery makes several calls within its lease of five minutes.
const TIMEOUT_S: std::ops::RangeInclusive<u64> = 1..=60;

/// Connections to the outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OutboundConfig {
    /// Whom to write to about our requests: an address that every server we call sees in the user agent.
    pub contact: String,
    /// Hosts on private addresses that may be reached all the same, as `host:port`; the host as it stands in the URL.
    pub allow_private: Vec<String>,
    /// A PEM file of certificate authorities to trust beside those of the system.
    pub extra_roots: Option<PathBuf>,
    /// Seconds to wait for a connection.
    pub connect_timeout_s: u64,
    /// Seconds to wait for a whole answer, from the first byte sent to the last received.
    pub timeout_s: u64,
}

impl Default for OutboundConfig {
    fn default() -> Self {
        Self {
            contact: env!("CARGO_PKG_REPOSITORY").to_owned(),
            allow_private: Vec::new(),
            extra_roots: None,
            connect_timeout_s: 10,
            timeout_s: 30,
        }
    }
}

impl Section for OutboundConfig {
    const NAME: &'static str = "outbound";

    fn check(&self) -> Result<(), ConfigError> {
        let limits = [
            ("outbound.connect_timeout_s", self.connect_timeout_s),
            ("outbound.timeout_s", self.timeout_s),
        ];
        match limits.into_iter().find(|(_, seconds)| !TIMEOUT_S.contains(seconds)) {
            None => Ok(()),
            Some((key, _)) => Err(ConfigError::OutOfBounds {
                key,
                wrong: format!("must be within {TIMEOUT_S:?}"),
            }),
        }
    }
}
