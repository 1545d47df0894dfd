//! The client: a message in, FCM's verdict out.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, Request, Uri};
use tokio::time::Instant;
use url::Url;

use crate::answer::{self, MessageName};
use crate::config::{Clock, Config, ConfigError, MAX_CONNECTIONS, parse_url};
use crate::connection::{Answer, Fault};
use crate::dial::{ALPN_H2, ALPN_HTTP1, Dialer, roots};
use crate::error::SendError;
use crate::jwt::Signer;
use crate::message::{Message, Target};
use crate::pool::Pool;
use crate::prepared::Prepared;
use crate::tasks::Tasks;
use crate::token::{Bearer, Tokens};

/// How often a message that FCM did not look at is sent again at once, before the caller hears of it.
const MAX_RESENDS: usize = 3;

/// Sends messages for one project. Cheap to clone; the last clone closes the connections when it is dropped.
///
/// Must be used inside a tokio runtime. A call waits while all streams of all connections are taken.
#[derive(Clone, Debug)]
pub struct Client(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    tasks: Arc<Tasks>,
    pool: Arc<Pool>,
    tokens: Arc<Tokens>,
    clock: Clock,
    request_timeout: Duration,
    uri: Uri,
    headers: HeaderMap,
    sent: AtomicU64,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.tasks.stop();
    }
}

/// What a client is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stats {
    /// Messages without an answer yet, and those being given to a connection.
    pub in_flight: usize,
    /// Connections that are open and take messages.
    pub open_connections: usize,
    /// Messages that FCM accepted since the client was made; validations count too.
    pub sent: u64,
}

impl Client {
    /// Checks the configuration. Opens no connection yet.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        check_connections(config.connections)?;
        let roots = roots(&config)?;
        let tasks = Arc::new(Tasks::default());
        let token_uri = match config.token_uri {
            Some(uri) => uri,
            None => parse_url(&config.account.token_uri)?,
        };
        let signer = Signer::new(&config.account, token_uri.to_string())?;
        let token_dialer = Dialer::new(&token_uri, ALPN_HTTP1, &roots)?;
        let dialer = Dialer::new(&config.endpoint, ALPN_H2, &roots)?;
        let project = config.project_id.as_deref().unwrap_or(&config.account.project_id);
        Ok(Self(Arc::new(Inner {
            uri: send_uri(&config.endpoint, project)?,
            pool: Pool::new(
                dialer,
                Arc::clone(&tasks),
                config.connections,
                config.connect_timeout,
                config.idle_timeout,
            ),
            tokens: Tokens::new(
                signer,
                token_dialer,
                token_uri,
                config.clock.clone(),
                Arc::clone(&tasks),
            ),
            tasks,
            clock: config.clock,
            request_timeout: config.request_timeout,
            headers: common_headers(),
            sent: AtomicU64::new(0),
        })))
    }

    /// Sends `message` to `target`. For more than a few targets, prepare it once: [`Client::send_prepared`].
    pub async fn send(&self, message: &Message, target: &Target) -> Result<MessageName, SendError> {
        self.send_prepared(&Prepared::new(message)?, target).await
    }

    /// Sends a message that was rendered before.
    pub async fn send_prepared(&self, message: &Prepared, target: &Target) -> Result<MessageName, SendError> {
        self.0.deliver(message.body(target)).await
    }

    /// Has FCM check `message` for `target` without delivering it.
    pub async fn validate_only(&self, message: &Message, target: &Target) -> Result<MessageName, SendError> {
        self.0.deliver(Prepared::new(message)?.validating_body(target)).await
    }

    /// Fetches a token and opens `connections` ahead of a campaign, so that it does not start with handshakes. Says how
    /// many are open.
    pub async fn warm_up(&self, connections: usize) -> Result<usize, SendError> {
        self.0.tokens.bearer().await?;
        self.0.pool.warm_up(connections).await.map_err(SendError::from)
    }

    /// Changes how many connections may exist, 1 to [`MAX_CONNECTIONS`]. What is in flight is not disturbed.
    pub fn set_connections(&self, connections: usize) -> Result<(), ConfigError> {
        check_connections(connections)?;
        self.0.pool.set_limit(connections);
        Ok(())
    }

    /// What the client is doing now.
    pub fn stats(&self) -> Stats {
        Stats {
            in_flight: self.0.pool.in_flight(),
            open_connections: self.0.pool.open_connections(),
            sent: self.0.sent.load(Ordering::Relaxed),
        }
    }
}

impl Inner {
    /// Sends `body`; once more with a new token if FCM did not accept the present one.
    async fn deliver(&self, body: Bytes) -> Result<MessageName, SendError> {
        let bearer = self.tokens.bearer().await?;
        let verdict = self.post(&bearer, body.clone()).await;
        if !matches!(verdict, Err(SendError::Unauthenticated { .. })) {
            return verdict;
        }
        match self.tokens.successor(&bearer).await? {
            Some(successor) => self.post(&successor, body).await,
            None => verdict,
        }
    }

    async fn post(&self, bearer: &Bearer, body: Bytes) -> Result<MessageName, SendError> {
        let answer = self.exchange(bearer, body).await?;
        let name = answer::read(answer.status, &answer.headers, &answer.body, self.clock.now())?;
        self.sent.fetch_add(1, Ordering::Relaxed);
        Ok(name)
    }

    /// One answer, on whichever connection gives it.
    async fn exchange(&self, bearer: &Bearer, body: Bytes) -> Result<Answer, Fault> {
        let mut resends = 0;
        loop {
            let lease = self.pool.lease().await?;
            let started = Instant::now();
            let answer = lease
                .connection
                .exchange(self.head(bearer), body.clone(), self.request_timeout)
                .await;
            let Err(fault) = answer else { return answer };
            match fault {
                Fault::ConnectionEnded => self
                    .pool
                    .retire(&lease.connection, "the other side closes the connection"),
                Fault::Refused => {}
                Fault::Timeout => {
                    // A connection without one answer all this time is dead, whatever TCP believes.
                    if lease.connection.heard_at() < started {
                        self.pool.retire(&lease.connection, "the connection fell silent");
                    }
                    return Err(fault);
                }
                Fault::NotOpened(_) | Fault::Interrupted(_) => return Err(fault),
            }
            if resends == MAX_RESENDS {
                return Err(fault);
            }
            resends += 1;
        }
    }

    fn head(&self, bearer: &Bearer) -> Request<()> {
        let mut head = Request::new(());
        *head.method_mut() = Method::POST;
        *head.uri_mut() = self.uri.clone();
        let headers = head.headers_mut();
        headers.clone_from(&self.headers);
        headers.insert(AUTHORIZATION, bearer.header.clone());
        head
    }
}

impl From<Fault> for SendError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::NotOpened(reason) => Self::NotSent { reason },
            Fault::ConnectionEnded => Self::NotSent {
                reason: "FCM closes its connections".to_owned(),
            },
            Fault::Refused => Self::NotSent {
                reason: "FCM refuses streams".to_owned(),
            },
            Fault::Interrupted(reason) => Self::Interrupted { reason },
            Fault::Timeout => Self::Timeout,
        }
    }
}

fn check_connections(connections: usize) -> Result<(), ConfigError> {
    if (1..=MAX_CONNECTIONS).contains(&connections) {
        Ok(())
    } else {
        Err(ConfigError::Connections(connections))
    }
}

fn send_uri(endpoint: &Url, project: &str) -> Result<Uri, ConfigError> {
    let address = format!(
        "{}/v1/projects/{project}/messages:send",
        endpoint.as_str().trim_end_matches('/')
    );
    Uri::try_from(address.as_str()).map_err(|error| ConfigError::Url {
        url: address,
        reason: error.to_string(),
    })
}

fn common_headers() -> HeaderMap {
    HeaderMap::from_iter([
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (
            USER_AGENT,
            HeaderValue::from_static(concat!("fcm-rs/", env!("CARGO_PKG_VERSION"))),
        ),
    ])
}
