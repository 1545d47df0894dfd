//! One HTTP/2 connection: its life, and one message on one of its streams.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use h2::client::{ResponseFuture, SendRequest};
use h2::{Reason, RecvStream};
use http::{HeaderMap, Request, StatusCode};
use tokio::sync::watch;
use tokio::time::Instant;

/// Streams that FCM allows on one connection; it closes those with more.
pub const MAX_STREAMS: usize = 100;
/// Answers are a few hundred bytes.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// A connection that opens, carries messages, and closes.
#[derive(Debug)]
pub(crate) struct Connection {
    state: watch::Sender<State>,
    in_flight: AtomicUsize,
    born: Instant,
    /// When the last answer came, in milliseconds after `born`.
    heard_ms: AtomicU64,
}

#[derive(Debug)]
enum State {
    Opening,
    Open(SendRequest<Bytes>),
    /// It never opened.
    Failed(String),
    Closed,
}

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Why there is no answer.
pub(crate) enum Fault {
    /// No connection could be opened.
    NotOpened(String),
    /// The other side did not look at the message, and takes no more on this connection.
    ConnectionEnded,
    /// The other side did not look at the message (RFC 9113 §8.7).
    Refused,
    /// It may have looked at it.
    Interrupted(String),
    /// It may have looked at it, and said nothing in time.
    Timeout,
}

impl Connection {
    pub(crate) fn new() -> Self {
        Self {
            state: watch::Sender::new(State::Opening),
            in_flight: AtomicUsize::new(0),
            born: Instant::now(),
            heard_ms: AtomicU64::new(0),
        }
    }

    pub(crate) fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::Relaxed)
    }

    /// Counts one more message; the pool counts under its lock, so that no connection is given too many.
    pub(crate) fn enter(&self) {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn leave(&self) {
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
    }

    pub(crate) fn is_open(&self) -> bool {
        matches!(*self.state.borrow(), State::Open(_))
    }

    pub(crate) fn is_closed(&self) -> bool {
        matches!(*self.state.borrow(), State::Closed)
    }

    pub(crate) fn opened(&self, sender: SendRequest<Bytes>) {
        self.state.send_if_modified(|state| {
            // A connection may be given up while it opens.
            let opening = matches!(state, State::Opening);
            if opening {
                *state = State::Open(sender);
            }
            opening
        });
    }

    /// Tells all who wait for it that it will not open.
    pub(crate) fn failed(&self, reason: String) {
        self.state.send_replace(State::Failed(reason));
    }

    /// Takes no more messages. Those in flight go on; when the last has ended, HTTP/2 says goodbye by itself.
    pub(crate) fn close(&self) {
        self.state.send_if_modified(|state| {
            let closing = matches!(state, State::Opening | State::Open(_));
            if closing {
                *state = State::Closed;
            }
            closing
        });
    }

    /// When the last answer came, or the connection was born.
    pub(crate) fn heard_at(&self) -> Instant {
        self.born + Duration::from_millis(self.heard_ms.load(Ordering::Relaxed))
    }

    /// Waits until the connection is open. Its driver bounds the time.
    pub(crate) async fn sender(&self) -> Result<SendRequest<Bytes>, Fault> {
        if let State::Open(sender) = &*self.state.borrow() {
            return Ok(sender.clone());
        }
        let mut state = self.state.subscribe();
        let settled = state.wait_for(|state| !matches!(state, State::Opening)).await;
        match settled.as_deref() {
            Ok(State::Open(sender)) => Ok(sender.clone()),
            Ok(State::Failed(reason)) => Err(Fault::NotOpened(reason.clone())),
            // Given up between being picked and being used.
            Ok(State::Closed | State::Opening) | Err(_) => Err(Fault::ConnectionEnded),
        }
    }

    /// One request and its answer.
    pub(crate) async fn exchange(&self, head: Request<()>, body: Bytes, limit: Duration) -> Result<Answer, Fault> {
        let mut sender = self.sender().await?;
        let (answer, mut stream) = sender.send_request(head, false).map_err(|_| Fault::ConnectionEnded)?;
        // A stream that is closed already says why in its answer.
        let _ = stream.send_data(body, true);
        let answer = tokio::time::timeout(limit, read(answer))
            .await
            .map_err(|_| Fault::Timeout)?
            .map_err(fault)?;
        let now = u64::try_from(self.born.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.heard_ms.store(now, Ordering::Relaxed);
        Ok(answer)
    }
}

async fn read(answer: ResponseFuture) -> Result<Answer, h2::Error> {
    let (head, body) = answer.await?.into_parts();
    Ok(Answer {
        status: head.status,
        headers: head.headers,
        body: read_body(body).await?,
    })
}

/// What exceeds [`MAX_ANSWER_BYTES`] is left unread: such a body is not FCM's, and its status says enough.
async fn read_body(mut body: RecvStream) -> Result<Bytes, h2::Error> {
    let Some(first) = body.data().await else {
        return Ok(Bytes::new());
    };
    let first = first?;
    body.flow_control().release_capacity(first.len())?;
    // The usual answer is one frame, and needs no copy.
    if body.is_end_stream() {
        return Ok(first);
    }
    let mut whole = BytesMut::from(&first[..]);
    while let Some(more) = body.data().await {
        let more = more?;
        body.flow_control().release_capacity(more.len())?;
        if whole.len() + more.len() > MAX_ANSWER_BYTES {
            break;
        }
        whole.extend_from_slice(&more);
    }
    Ok(whole.freeze())
}

/// h2 reports a GOAWAY only to streams that the other side said it did not process; the others go on.
#[expect(clippy::needless_pass_by_value, reason = "used as a function for map_err")]
fn fault(error: h2::Error) -> Fault {
    if error.is_go_away() && error.is_remote() {
        Fault::ConnectionEnded
    } else if error.is_reset() && error.is_remote() && error.reason() == Some(Reason::REFUSED_STREAM) {
        Fault::Refused
    } else {
        Fault::Interrupted(error.to_string())
    }
}
