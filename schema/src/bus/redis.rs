//! The bus over Redis pub/sub.

use std::{sync::Arc, time::Duration};

use redis::{
    AsyncCommands as _, Client, PushInfo, PushKind,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use tokio::sync::{OnceCell, watch};

/// The one channel. Its messages are empty.
const CHANNEL: &str = "beffroi:look";
/// Longest wait for Redis to answer.
const RESPONSE_TIMEOUT: Duration = Duration::from_millis(500);
/// Longest wait for Redis to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// Longest pause between two tries to connect again.
const RECONNECT_PAUSE: Duration = Duration::from_secs(2);
/// Tries of one command before it is given up; looking makes up for it.
const RETRIES: usize = 1;

/// Why the bus cannot be used. Never contains the URL, which may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// The URL cannot be read.
    #[error("the Redis URL cannot be read; expected redis://, rediss:// or redis+unix://")]
    Url,
    /// Redis does not answer.
    #[error("Redis does not answer: {0}")]
    Down(String),
}

/// A connection that is made when first needed and mended by itself.
#[derive(Clone)]
pub(super) struct Wire(Arc<Inner>);

struct Inner {
    client: Client,
    here: watch::Sender<u64>,
    connection: OnceCell<ConnectionManager>,
}

impl std::fmt::Debug for Wire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Wire(redis)")
    }
}

impl Wire {
    pub(super) fn open(url: &str, here: watch::Sender<u64>) -> Result<Self, BusError> {
        let client = Client::open(with_resp3(url)).map_err(|_| BusError::Url)?;
        Ok(Self(Arc::new(Inner {
            client,
            here,
            connection: OnceCell::new(),
        })))
    }

    pub(super) async fn nudge(&self) {
        let told = match self.connection().await {
            Ok(mut connection) => connection
                .publish::<_, _, ()>(CHANNEL, "")
                .await
                .map_err(|e| e.to_string()),
            Err(error) => Err(error.to_string()),
        };
        if let Err(reason) = told {
            tracing::warn!(
                reason,
                "the bus could not nudge the other processes; they look by themselves"
            );
        }
    }

    /// Connects if not connected. A connection that was lost is mended when it is next used, so it is used: a process
    /// that only listens would never hear a Redis that came back.
    pub(super) async fn connect(&self) {
        if let Err(error) = self.check().await {
            tracing::debug!(%error, "the bus is not connected");
        }
    }

    pub(super) async fn check(&self) -> Result<(), BusError> {
        let mut connection = self.connection().await?;
        connection
            .ping::<()>()
            .await
            .map_err(|error| BusError::Down(error.to_string()))
    }

    async fn connection(&self) -> Result<ConnectionManager, BusError> {
        let connect = || async {
            let mut connection = ConnectionManager::new_with_config(self.0.client.clone(), self.config()).await?;
            connection.subscribe(CHANNEL).await?;
            Ok(connection)
        };
        let connected: redis::RedisResult<_> = self.0.connection.get_or_try_init(connect).await;
        connected.cloned().map_err(|error| BusError::Down(error.to_string()))
    }

    /// Pushed messages, and the loss of the connection, are both a reason to look: what was said meanwhile is not repeated.
    fn config(&self) -> ConnectionManagerConfig {
        let here = self.0.here.clone();
        let hear = move |info: PushInfo| {
            if matches!(
                info.kind,
                PushKind::Message | PushKind::Disconnection | PushKind::Subscribe
            ) {
                here.send_modify(|count| *count = count.wrapping_add(1));
            }
            Ok::<(), redis::aio::SendError>(())
        };
        ConnectionManagerConfig::new()
            .set_push_sender(hear)
            .set_automatic_resubscription()
            .set_response_timeout(Some(RESPONSE_TIMEOUT))
            .set_connection_timeout(Some(CONNECT_TIMEOUT))
            .set_max_delay(RECONNECT_PAUSE)
            .set_number_of_retries(RETRIES)
    }
}

/// Pushed messages need the third version of Redis's protocol.
fn with_resp3(url: &str) -> String {
    if url.contains("protocol=") {
        return url.to_owned();
    }
    let joint = if url.contains('?') { '&' } else { '?' };
    format!("{url}{joint}protocol=resp3")
}
