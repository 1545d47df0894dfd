//! The connections of a client: as few as carry what is in flight, each within FCM's limit.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use h2::client::{Builder, SendRequest};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep_until, timeout};

use crate::connection::{Connection, Fault, MAX_STREAMS};
use crate::dial::{Dialer, Io};
use crate::tasks::Tasks;

/// Connections opened at the same time by a warm-up: TLS costs the other side more than it costs us.
const WARM_UP_AT_ONCE: usize = 4;

/// Up to `limit` connections.
#[derive(Debug)]
pub(crate) struct Pool {
    dialer: Dialer,
    tasks: Arc<Tasks>,
    connect_timeout: Duration,
    idle_timeout: Duration,
    /// One permit for each stream of each connection that may exist: who holds one finds a free stream.
    streams: Semaphore,
    /// Permits still out that a smaller limit took away.
    debt: AtomicUsize,
    connections: Mutex<Connections>,
}

#[derive(Debug)]
struct Connections {
    /// Those that take messages, open or opening.
    current: Vec<Arc<Connection>>,
    limit: usize,
}

/// The right to one stream of one connection.
pub(crate) struct Lease<'a> {
    pool: &'a Pool,
    pub(crate) connection: Arc<Connection>,
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        self.connection.leave();
        if !self.pool.settle_one() {
            self.pool.streams.add_permits(1);
        }
    }
}

impl Pool {
    pub(crate) fn new(
        dialer: Dialer,
        tasks: Arc<Tasks>,
        limit: usize,
        connect_timeout: Duration,
        idle_timeout: Duration,
    ) -> Arc<Self> {
        Arc::new(Self {
            dialer,
            tasks,
            connect_timeout,
            idle_timeout,
            streams: Semaphore::new(limit * MAX_STREAMS),
            debt: AtomicUsize::new(0),
            connections: Mutex::new(Connections {
                current: Vec::with_capacity(limit),
                limit,
            }),
        })
    }

    /// Waits for a free stream: while all are taken, this is the back-pressure on callers.
    pub(crate) async fn lease(self: &Arc<Self>) -> Result<Lease<'_>, Fault> {
        let permit = self
            .streams
            .acquire()
            .await
            .map_err(|_| Fault::NotOpened("the pool is closed".to_owned()))?;
        let connection = self.pick();
        permit.forget();
        Ok(Lease { pool: self, connection })
    }

    /// The open connection with the fewest messages in flight, else one that is opening, else a new one.
    fn pick(self: &Arc<Self>) -> Arc<Connection> {
        let mut connections = self.connections();
        let free = connections
            .current
            .iter()
            .filter(|connection| connection.in_flight() < MAX_STREAMS);
        let best = free
            .min_by_key(|connection| (!connection.is_open(), connection.in_flight()))
            .cloned();
        let connection = best.unwrap_or_else(|| self.open_one(&mut connections));
        connection.enter();
        connection
    }

    fn open_one(self: &Arc<Self>, connections: &mut Connections) -> Arc<Connection> {
        let connection = Arc::new(Connection::new());
        connections.current.push(Arc::clone(&connection));
        self.tasks.start(Arc::clone(self).drive(Arc::clone(&connection)));
        connection
    }

    /// Opens up to `count` connections ahead of need; says how many are open.
    pub(crate) async fn warm_up(self: &Arc<Self>, count: usize) -> Result<usize, Fault> {
        let opening = futures_util::stream::iter(0..count).map(|nth| async move {
            let connection = {
                let mut connections = self.connections();
                if nth >= connections.limit {
                    return Ok(());
                }
                match connections.current.get(nth) {
                    Some(connection) => Arc::clone(connection),
                    None => self.open_one(&mut connections),
                }
            };
            connection.sender().await.map(drop)
        });
        let opened: Vec<Result<(), Fault>> = opening.buffer_unordered(WARM_UP_AT_ONCE).collect().await;
        opened.into_iter().collect::<Result<(), Fault>>()?;
        Ok(self.open_connections())
    }

    /// Changes how many connections may exist. Those too many finish what they carry.
    pub(crate) fn set_limit(&self, limit: usize) {
        let mut connections = self.connections();
        let (new, old) = (limit * MAX_STREAMS, connections.limit * MAX_STREAMS);
        connections.limit = limit;
        if new >= old {
            let settled = (old..new).take_while(|_| self.settle_one()).count();
            self.streams.add_permits(new - old - settled);
        } else {
            let taken = self.streams.forget_permits(old - new);
            self.debt.fetch_add(old - new - taken, Ordering::Relaxed);
        }
        let kept = limit.min(connections.current.len());
        for connection in connections.current.drain(kept..) {
            connection.close();
        }
    }

    /// Pays one permit of the debt, if there is one.
    fn settle_one(&self) -> bool {
        self.debt
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |debt| debt.checked_sub(1))
            .is_ok()
    }

    /// Gives `connection` no more messages.
    pub(crate) fn retire(&self, connection: &Arc<Connection>, reason: &str) {
        self.connections()
            .current
            .retain(|other| !Arc::ptr_eq(other, connection));
        connection.close();
        tracing::debug!(reason, "a connection to FCM takes no more messages");
    }

    pub(crate) fn open_connections(&self) -> usize {
        self.connections()
            .current
            .iter()
            .filter(|connection| connection.is_open())
            .count()
    }

    pub(crate) fn in_flight(&self) -> usize {
        let all = self.connections().limit * MAX_STREAMS + self.debt.load(Ordering::Relaxed);
        all.saturating_sub(self.streams.available_permits())
    }

    /// A connection's whole life.
    async fn drive(self: Arc<Self>, connection: Arc<Connection>) {
        let opened = timeout(self.connect_timeout, self.open()).await;
        let (sender, http2) = match opened.unwrap_or_else(|_| Err("no connection in time".to_owned())) {
            Ok(opened) => opened,
            Err(reason) => {
                tracing::warn!(reason, "no connection to FCM");
                connection.failed(reason);
                return self.retire(&connection, "it did not open");
            }
        };
        connection.opened(sender);
        tokio::pin!(http2);
        loop {
            tokio::select! {
                _ = &mut http2 => break,
                () = sleep_until(self.next_look(&connection)) => {
                    // Closed a whole idle time ago, and still there: the other side does not answer any more.
                    if connection.is_closed() {
                        break;
                    }
                    self.retire_if_idle(&connection);
                }
            }
        }
        self.retire(&connection, "the connection ended");
    }

    async fn open(&self) -> Result<(SendRequest<Bytes>, h2::client::Connection<Box<dyn Io>, Bytes>), String> {
        let io = self.dialer.dial().await?;
        let mut http2 = Builder::new();
        http2.enable_push(false).initial_max_send_streams(MAX_STREAMS);
        http2.handshake(io).await.map_err(|error| error.to_string())
    }

    fn next_look(&self, connection: &Connection) -> Instant {
        let (now, idle_at) = (Instant::now(), connection.heard_at() + self.idle_timeout);
        if idle_at > now {
            idle_at
        } else {
            now + self.idle_timeout
        }
    }

    /// Under the lock, so that no message is given to it meanwhile.
    fn retire_if_idle(&self, connection: &Arc<Connection>) {
        let mut connections = self.connections();
        if connection.in_flight() == 0 && connection.heard_at() + self.idle_timeout <= Instant::now() {
            connections.current.retain(|other| !Arc::ptr_eq(other, connection));
            connection.close();
        }
    }

    fn connections(&self) -> MutexGuard<'_, Connections> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
