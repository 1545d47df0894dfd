//! What a client is made from, and why it may be refused.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use url::Url;

use crate::account::ServiceAccount;

/// Google's endpoint of the HTTP v1 API.
pub const DEFAULT_ENDPOINT: &str = "https://fcm.googleapis.com";
/// Connections a client may open until told otherwise.
pub const DEFAULT_CONNECTIONS: usize = 4;
/// More than 25,000 messages in flight is not something one client should hold.
pub const MAX_CONNECTIONS: usize = 256;
/// TCP, TLS and the HTTP/2 preface together.
pub const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Google asks for at least ten seconds, which is what most of FCM's own inner calls take at worst.
pub const DEFAULT_REQUEST_TIMEOUT: Duration = Duration::from_secs(15);
/// FCM dislikes PINGs, and closes what is idle for minutes: closing first avoids a send into a dying connection.
pub const DEFAULT_IDLE_TIMEOUT: Duration = Duration::from_mins(1);

/// Tells the time to a client: tokens expire by it, and a `Retry-After` date is measured from it.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> SystemTime + Send + Sync>);

impl Clock {
    /// A clock that asks `now`.
    pub fn new(now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    pub(crate) fn now(&self) -> SystemTime {
        (self.0)()
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new(SystemTime::now)
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// How a [`Client`](crate::Client) reaches FCM. Start from [`Config::new`] and change what differs.
#[derive(Clone, Debug)]
pub struct Config {
    /// Who sends.
    pub account: ServiceAccount,
    /// The project to send for, when it is not the account's own.
    pub project_id: Option<String>,
    /// Scheme, host and port of the API. `http://` means HTTP/2 without TLS, for stand-ins on the local machine.
    pub endpoint: Url,
    /// Where tokens are asked for, when it is not the address in the key file. It is also the JWT's audience.
    pub token_uri: Option<Url>,
    /// Certificates (PEM) trusted beside Mozilla's roots, for proxies and stand-ins.
    pub extra_roots_pem: Option<String>,
    /// Connections at most, 1 to [`MAX_CONNECTIONS`]; opened when needed. Each carries
    /// [`MAX_STREAMS`](crate::MAX_STREAMS) messages at once, so `rate × round trip ÷ 80` is enough of them.
    pub connections: usize,
    /// See [`DEFAULT_CONNECT_TIMEOUT`].
    pub connect_timeout: Duration,
    /// From the moment a message is written until its answer is read. Less than ten seconds makes
    /// [`SendError::Timeout`](crate::SendError::Timeout) of answers that FCM would still have given.
    pub request_timeout: Duration,
    /// A connection that carried nothing for so long is closed.
    pub idle_timeout: Duration,
    /// What tells the time.
    pub clock: Clock,
}

impl Config {
    /// Google's endpoints and this crate's defaults for one account.
    pub fn new(account: ServiceAccount) -> Result<Self, ConfigError> {
        Ok(Self {
            account,
            project_id: None,
            endpoint: parse_url(DEFAULT_ENDPOINT)?,
            token_uri: None,
            extra_roots_pem: None,
            connections: DEFAULT_CONNECTIONS,
            connect_timeout: DEFAULT_CONNECT_TIMEOUT,
            request_timeout: DEFAULT_REQUEST_TIMEOUT,
            idle_timeout: DEFAULT_IDLE_TIMEOUT,
            clock: Clock::default(),
        })
    }
}

/// Reads an address, naming it in the error.
pub(crate) fn parse_url(text: &str) -> Result<Url, ConfigError> {
    Url::parse(text).map_err(|error| ConfigError::Url {
        url: text.to_owned(),
        reason: error.to_string(),
    })
}

/// Why a client cannot be made. Nothing secret is quoted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The service-account file is not one.
    #[error("the service-account file cannot be used (line {line}): {reason}")]
    KeyFile {
        /// The line where reading stopped; 0 when the file as a whole is wrong.
        line: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The private key is not an RSA key in PKCS#8 PEM.
    #[error("the private key of the service account cannot be used: {0}")]
    PrivateKey(&'static str),
    /// An address is not http(s), or has no host.
    #[error("{url} cannot be used: {reason}")]
    Url {
        /// The address as it was given.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The additional certificates are not PEM certificates.
    #[error("the additional root certificates cannot be used: {0}")]
    Roots(String),
    /// The number of connections is out of range.
    #[error("{0} connections: between 1 and {MAX_CONNECTIONS} are possible")]
    Connections(usize),
}
