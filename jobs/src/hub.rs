//! The hub's loop: asks subscribers whether they meant it, and sends them the feeds that changed (W3C `WebSub`,
//! <https://www.w3.org/TR/websub/>).
//!
//! What is sent is always the feed as it is now: who was away for an hour is sent one document, not each that it missed.
//! What may have arrived is sent again, because the same document twice changes nothing. Callbacks are known to their
//! subscribers alone: no line of the log names one.

use std::{collections::HashMap, fmt::Write as _, time::Duration};

use beffroi_schema::{
    address::Addresses,
    board::Boards,
    entity::subscriber,
    feeds,
    store::{Known, Store, StoreError, StoreResult, Telling},
    value::HubMode,
};
use bytes::Bytes;
use reqwest::{
    Method, StatusCode,
    header::{CONTENT_TYPE, HeaderName, HeaderValue, LINK},
};
use ring::hmac;
use secrecy::ExposeSecret as _;
use sha2::{Digest as _, Sha256};
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::{
    abreast::{Taken, abreast},
    http::{Answer, Call, CallError, Http},
};

/// Subscribers spoken to at once; beyond that nothing more is taken.
const SUBSCRIBERS: usize = 32;
/// Subscribers taken at once: all of them are begun at once, so that no lease runs out before its turn.
const TAKEN: u64 = 16;
/// How long a worker has for one: longer than the longest call.
const LEASE: Duration = Duration::from_mins(3);
/// Longest answer to a question: a challenge is 43 bytes.
const MAX_CHALLENGE: usize = 16 * 1024;
/// Longest answer to what is sent; nothing is read of it.
const MAX_ANSWER: usize = 1024 * 1024;
/// Where the signature stands (§7.1).
const SIGNATURE: HeaderName = HeaderName::from_static("x-hub-signature");
/// What who asked for a feed is told when there is none.
const NO_FEED: &str = "there is no such feed";

/// Works for the subscribers of our feeds.
#[derive(Debug)]
pub struct Hub<'a> {
    store: &'a Store,
    http: &'a Http,
    addresses: &'a Addresses,
    boards: &'a OnceCell<Boards>,
    halt: &'a CancellationToken,
    owner: &'a str,
}

/// A subscriber in a worker's hands.
struct Turn {
    row: subscriber::Model,
    /// None: there is no such feed.
    feed: Option<Fresh>,
}

/// A feed as it is now. Cheap to clone.
#[derive(Clone)]
struct Fresh {
    media_type: &'static str,
    body: Bytes,
    known: Known,
}

impl<'a> Hub<'a> {
    /// `owner` names this worker on the rows it holds; the boards are opened when somebody subscribes.
    pub fn new(
        store: &'a Store,
        http: &'a Http,
        addresses: &'a Addresses,
        boards: &'a OnceCell<Boards>,
        halt: &'a CancellationToken,
        owner: &'a str,
    ) -> Self {
        Self {
            store,
            http,
            addresses,
            boards,
            halt,
            owner,
        }
    }

    /// Does what is due, and goes on as long as there is something. False: nothing was.
    pub async fn step(&self) -> StoreResult<bool> {
        abreast(
            self.halt,
            self.store.bus(),
            SUBSCRIBERS,
            || self.take(),
            |turn| self.work(turn),
        )
        .await
    }

    /// Subscribers that are due, with their feeds: each is written once, however many are sent it.
    async fn take(&self) -> StoreResult<Taken<Turn>> {
        let rows = self.store.claim_subscribers(self.owner, TAKEN, LEASE).await?;
        let more = rows.len() as u64 >= TAKEN;
        if rows.is_empty() {
            return Ok(Taken { work: Vec::new(), more });
        }
        let open = || Boards::open(self.store.clone());
        let boards = self.boards.get_or_try_init(open).await?;
        boards.refresh().await?;
        let mut written: HashMap<String, Option<Fresh>> = HashMap::new();
        let mut turns = Vec::with_capacity(rows.len());
        for row in rows {
            let feed = match written.get(&row.topic) {
                Some(feed) => feed.clone(),
                None => self.fresh(boards, &row.topic).await?,
            };
            written.insert(row.topic.clone(), feed.clone());
            turns.push(Turn { row, feed });
        }
        Ok(Taken { work: turns, more })
    }

    /// The feed at an address; none: there is none any more.
    async fn fresh(&self, boards: &Boards, topic: &str) -> StoreResult<Option<Fresh>> {
        let Some(feed) = self.addresses.feed_at(topic) else {
            return Ok(None);
        };
        // Read before the board: what is published meanwhile is looked at once more.
        let seq = boards.version();
        let board = boards.by_slug(&feed.authority).await?;
        let now = self.store.clock().now();
        let document = board.and_then(|board| feeds::write(&feed, &board, self.addresses, now));
        Ok(document.map(|document| Fresh {
            media_type: document.media_type,
            known: Known {
                seq,
                hash: hex(&Sha256::digest(&document.body)),
            },
            body: document.body.into(),
        }))
    }

    async fn work(&self, turn: Turn) -> StoreResult<()> {
        let Turn { row, feed } = turn;
        let telling = match (Url::parse(&row.callback), feed) {
            (Err(_), _) => Telling::Gone,
            (Ok(callback), None) => self.deny(&row, callback).await,
            (Ok(callback), Some(feed)) => match row.asked {
                Some(mode) => self.ask(&row, callback, mode, feed.known).await,
                None if row.told.as_ref() == Some(&feed.known.hash) => Telling::Told(feed.known),
                None => self.tell(&row, callback, feed).await?,
            },
        };
        tracing::info!(subscriber.id = %row.id, topic = row.topic, ?telling, "a subscriber of a feed was worked on");
        self.store.settle_subscriber(&row, self.owner, telling).await
    }

    /// Says that there is no such feed, whatever was asked (§5.2).
    async fn deny(&self, row: &subscriber::Model, callback: Url) -> Telling {
        let pairs = [
            ("hub.mode", "denied"),
            ("hub.topic", row.topic.as_str()),
            ("hub.reason", NO_FEED),
        ];
        let call = self.http.call(Method::GET, callback).query(&pairs);
        match call.send(MAX_ANSWER).await {
            Ok(_) => Telling::Gone,
            Err(error) => failed(&error),
        }
    }

    /// Asks whether the subscriber meant what was asked in its name (§5.3).
    async fn ask(&self, row: &subscriber::Model, callback: Url, mode: HubMode, known: Known) -> Telling {
        let (challenge, lease) = (self.store.ids().secret(), row.asked_lease_s.to_string());
        let mut pairs = vec![
            ("hub.mode", mode.as_str()),
            ("hub.topic", row.topic.as_str()),
            ("hub.challenge", challenge.as_str()),
        ];
        if mode == HubMode::Subscribe {
            pairs.push(("hub.lease_seconds", &lease));
        }
        let call = self.http.call(Method::GET, callback).query(&pairs);
        match call.send(MAX_CHALLENGE).await {
            Ok(answer) if answer.status.is_success() && answer.body == challenge.as_bytes() => {
                Telling::Confirmed(known)
            }
            Ok(answer) if answer.status.is_server_error() || answer.status == StatusCode::TOO_MANY_REQUESTS => {
                Telling::Failed { wait: answer.wait }
            }
            Ok(_) | Err(CallError::TooLong(_)) => Telling::Declined,
            Err(error) => failed(&error),
        }
    }

    /// Sends the feed (§7).
    async fn tell(&self, row: &subscriber::Model, callback: Url, feed: Fresh) -> StoreResult<Telling> {
        let links = format!("<{}>; rel=\"self\", <{}>; rel=\"hub\"", row.topic, self.addresses.hub());
        let call = self.http.call(Method::POST, callback);
        let mut call = with(call, LINK, &links).header(CONTENT_TYPE, HeaderValue::from_static(feed.media_type));
        let secret = match self.store.subscriber_secret(row) {
            Ok(secret) => secret,
            // Unsigned, it would not be believed.
            Err(StoreError::Sealed) => return Ok(Telling::Failed { wait: None }),
            Err(error) => return Err(error),
        };
        if let Some(secret) = secret {
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes());
            let signature = hmac::sign(&key, &feed.body);
            call = with(call, SIGNATURE, &format!("sha256={}", hex(signature.as_ref())));
        }
        Ok(match call.body(feed.body).send(MAX_ANSWER).await {
            Ok(Answer { status, .. }) if status.is_success() => Telling::Told(feed.known),
            Ok(Answer { status, .. }) if status == StatusCode::GONE => Telling::Gone,
            Ok(answer) => Telling::Failed { wait: answer.wait },
            Err(error) => failed(&error),
        })
    }
}

/// Adds a header of ASCII: addresses of ours are percent-encoded.
fn with<'a>(call: Call<'a>, name: HeaderName, value: &str) -> Call<'a> {
    match HeaderValue::from_str(value) {
        Ok(value) => call.header(name, value),
        Err(_) => call,
    }
}

fn failed(error: &CallError) -> Telling {
    match error {
        // An address that we do not call is not tried again and again.
        CallError::Forbidden(_) => Telling::Gone,
        CallError::NotSent(_) | CallError::Lost(_) | CallError::TooLong(_) => Telling::Failed { wait: None },
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
            // Writing to a text does not fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}
