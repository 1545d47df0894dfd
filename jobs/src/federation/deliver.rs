//! Brings what our actors say to the inboxes of who follows them.
//!
//! Servers are spoken to side by side, each one thing after the other: a slow one delays itself alone. What may have
//! left is sent again, because receivers know an activity by its id.

use std::time::Duration;

use beffroi_schema::{
    clock::Timestamp,
    entity::federated_actor,
    store::{Handed, Parcel, StoreError, StoreResult},
};
use bytes::Bytes;
use chrono::TimeDelta;
use reqwest::{Method, StatusCode};
use url::Url;

use super::{Federation, keys::SigningKey, signature};
use crate::{
    abreast::{Taken, abreast},
    http::{Answer, CallError},
};

/// Servers spoken to at once; beyond that nothing more is taken.
const SERVERS: usize = 32;
/// Deliveries taken at once: no more than can be begun at once, so that no lease runs out before its turn.
const TAKEN: u64 = 32;
/// Deliveries to one server in one go; the others are given back, so that no lease runs out behind them.
const IN_A_ROW: usize = 4;
/// How long a worker has for them: longer than twice so many calls that are given up.
const LEASE: Duration = Duration::from_mins(5);
/// Most bytes of an answer; nothing is read of it.
const MAX_ANSWER: usize = 1024 * 1024;
/// Pause after the first failure; it doubles at each further one in a row.
const FIRST_PAUSE: Duration = Duration::from_secs(30);
/// After so many failures it does not double any more.
const MAX_DOUBLINGS: u32 = 12;
/// Longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_hours(6);
/// Shortest pause when a server says how long to wait.
const LEAST_PAUSE: Duration = Duration::from_secs(1);
/// Pauses are stretched or shortened by so much.
const JITTER: std::ops::Range<f64> = 0.8..1.2;
/// What could not be delivered for so long is not news any more.
const GIVEN_UP_AFTER: TimeDelta = TimeDelta::hours(48);
/// A server that refuses us is left alone for so long, or until somebody there follows us.
const REFUSED_PAUSE: Duration = Duration::from_hours(24);

impl Federation<'_> {
    /// Delivers what is due, and goes on as long as there is something. False: nothing was.
    pub(super) async fn tell(&self) -> StoreResult<bool> {
        abreast(
            self.halt,
            self.store.bus(),
            SERVERS,
            || self.take(),
            |parcels| self.tell_server(parcels),
        )
        .await
    }

    /// Deliveries that are due, by server.
    async fn take(&self) -> StoreResult<Taken<Vec<Parcel>>> {
        let mut by_server: Vec<Vec<Parcel>> = Vec::new();
        let parcels = self.store.claim_parcels(self.owner, TAKEN, LEASE).await?;
        let more = parcels.len() as u64 >= TAKEN;
        for parcel in parcels {
            let same = |known: &Vec<Parcel>| known.iter().any(|one| one.delivery.host == parcel.delivery.host);
            match by_server.iter().position(same) {
                Some(at) if by_server[at].len() < IN_A_ROW => by_server[at].push(parcel),
                None => by_server.push(vec![parcel]),
                Some(_) => self.settle(&parcel, Handed::Untried).await?,
            }
        }
        Ok(Taken { work: by_server, more })
    }

    /// One thing after the other. A server that does not answer is not asked for the rest.
    async fn tell_server(&self, parcels: Vec<Parcel>) -> StoreResult<()> {
        let mut silent = false;
        for parcel in parcels {
            let handed = if silent {
                Handed::Untried
            } else {
                self.hand_over(&parcel).await?
            };
            silent |= matches!(handed, Handed::Gone(_) | Handed::Later { host_waits: true, .. });
            match self.settle(&parcel, handed).await {
                Ok(()) | Err(StoreError::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn settle(&self, parcel: &Parcel, handed: Handed) -> StoreResult<()> {
        let id = parcel.delivery.id;
        if !matches!(handed, Handed::Untried) {
            tracing::info!(delivery.id = %id, host = parcel.delivery.host, ?handed, "an activity was delivered or not");
        }
        self.store.settle_parcel(id, self.owner, handed).await
    }

    async fn hand_over(&self, parcel: &Parcel) -> StoreResult<Handed> {
        let now = self.store.clock().now();
        let Ok(url) = Url::parse(&parcel.delivery.inbox) else {
            return Ok(Handed::Dropped("its inbox is no address".to_owned()));
        };
        if !self.http.trusts(&url) {
            return Ok(Handed::Dropped("an inbox in clear is not written to".to_owned()));
        }
        let body = Bytes::from(parcel.body.clone());
        let headers = self.signed(&parcel.actor, &url, &body, now)?;
        let call = headers
            .into_iter()
            .fold(self.http.call(Method::POST, url), |call, (name, value)| {
                call.header(name, value)
            });
        Ok(match call.body(body).send(MAX_ANSWER).await {
            Ok(answer) => self.answered(parcel, &answer, now),
            Err(CallError::Forbidden(reason)) => Handed::Dropped(reason),
            Err(error @ CallError::TooLong(_)) => Handed::Dropped(error.to_string()),
            Err(error @ (CallError::NotSent(_) | CallError::Lost(_))) => {
                self.later(parcel, None, error.to_string(), true, now)
            }
        })
    }

    fn signed(
        &self,
        actor: &federated_actor::Model,
        url: &Url,
        body: &[u8],
        now: Timestamp,
    ) -> StoreResult<Vec<(reqwest::header::HeaderName, reqwest::header::HeaderValue)>> {
        let key = SigningKey::read(&self.store.federated_key(actor)?).ok_or(StoreError::Sealed)?;
        let key_id = format!("{}#main-key", self.addresses.actor(&actor.name));
        let headers = signature::headers(&key, &key_id, &Method::POST, url, Some(body), now);
        Ok(headers.unwrap_or_default())
    }

    fn answered(&self, parcel: &Parcel, answer: &Answer, now: Timestamp) -> Handed {
        let said = format!("it answered {}", answer.status);
        match answer.status {
            status if status.is_success() => Handed::Taken,
            StatusCode::NOT_FOUND | StatusCode::GONE => Handed::Gone(said),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                self.later(parcel, Some(REFUSED_PAUSE), said, true, now)
            }
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                self.later(parcel, answer.wait, said, true, now)
            }
            // What it fails at may be this one activity: others do not wait for it.
            status if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT => {
                self.later(parcel, answer.wait, said, false, now)
            }
            _ => Handed::Dropped(said),
        }
    }

    /// Again later; what is too old by now is given up.
    fn later(
        &self,
        parcel: &Parcel,
        asked: Option<Duration>,
        reason: String,
        host_waits: bool,
        now: Timestamp,
    ) -> Handed {
        if now - parcel.delivery.created_at >= GIVEN_UP_AFTER {
            return Handed::Dropped(format!("given up: {reason}"));
        }
        let failures = parcel.delivery.attempts.max(parcel.failures);
        let doublings = u32::try_from(failures).unwrap_or_default().min(MAX_DOUBLINGS);
        let own = (FIRST_PAUSE * 2_u32.pow(doublings)).min(LONGEST_PAUSE);
        let pause = asked.map_or_else(
            || own.mul_f64(self.store.ids().jitter(JITTER)),
            |asked| asked.clamp(LEAST_PAUSE, REFUSED_PAUSE),
        );
        Handed::Later {
            at: now + pause,
            reason,
            host_waits,
        }
    }
}
