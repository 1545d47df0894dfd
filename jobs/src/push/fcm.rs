//! Firebase Cloud Messaging: Android, iOS and browsers.

mod config;
mod outcome;

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use beffroi_schema::{
    clock::{Clock, Timestamp},
    value::{Language, Note, Outcome, Platform, Target, TransportKind},
};
use fcm::{Client, MessageError, Prepared, QuotaScope, SendError};
use futures_util::{StreamExt as _, stream};

pub use self::config::{FcmSetupError, PushConfig};
use self::outcome::{QUOTA_PAUSE, known_good, outcome};
use super::{Transport, payload};

/// Messages without an answer that one page may have: a page.
const IN_FLIGHT: usize = 500;
/// One message, with its wait for a stream and for a connection. Shorter than the lease of a page.
const MESSAGE_TIMEOUT: Duration = Duration::from_mins(1);

/// Sends through FCM for one project.
#[derive(Debug)]
pub struct Fcm {
    client: Client,
    clock: Clock,
    /// The whole project was asked to wait.
    paused_until: Mutex<Option<Timestamp>>,
}

type Group = (Option<Language>, Platform);
type Bodies = HashMap<Group, Result<Prepared, MessageError>>;

#[async_trait]
impl Transport for Fcm {
    async fn send(&self, note: &Note, targets: &[Target]) -> Vec<Outcome> {
        let bodies = prepare(note, targets, self.clock.now());
        let sends: Vec<_> = targets
            .iter()
            .map(|target| self.send_one(&bodies, group(note, target), target))
            .collect();
        let results: Vec<_> = stream::iter(sends).buffered(IN_FLIGHT).collect().await;
        let good = known_good(targets.iter().map(|target| group(note, target)).zip(&results));
        let outcomes = targets.iter().zip(results).map(|(target, result)| match result {
            Ok(()) => Outcome::Sent,
            Err(error) => outcome(&error, good.contains(&group(note, target))),
        });
        outcomes.collect()
    }
}

impl Fcm {
    /// From the configuration; none when no service account is named: then nothing is pushed.
    pub async fn open(config: &PushConfig, clock: Clock) -> Result<Option<Self>, FcmSetupError> {
        let Some(settings) = config.to_fcm(clock.clone()).await? else {
            return Ok(None);
        };
        Ok(Some(Self {
            client: Client::new(settings)?,
            clock,
            paused_until: Mutex::default(),
        }))
    }

    async fn send_one(&self, bodies: &Bodies, group: Group, target: &Target) -> Result<(), SendError> {
        if let Some(left) = self.pause_left() {
            return Err(SendError::Unavailable {
                retry_after: Some(left),
            });
        }
        let body = match bodies.get(&group) {
            Some(Ok(body)) => body,
            Some(Err(error)) => return Err(error.clone().into()),
            None => {
                return Err(SendError::NotSent {
                    reason: "no body was prepared".to_owned(),
                });
            }
        };
        let address = address(target);
        let sent = self.client.send_prepared(body, &address);
        let result = tokio::time::timeout(MESSAGE_TIMEOUT, sent)
            .await
            .unwrap_or(Err(SendError::Timeout));
        if let Err(error) = &result {
            self.heed(error);
        }
        result.map(|_| ())
    }

    /// When the project, and not one device, is asked to wait, nothing more leaves until then.
    fn heed(&self, error: &SendError) {
        let of_device = matches!(
            error,
            SendError::Quota {
                scope: Some(QuotaScope::Device),
                ..
            }
        );
        let without_date = matches!(error, SendError::Quota { .. }).then_some(QUOTA_PAUSE);
        let Some(wait) = error.retry_after().or(without_date).filter(|_| !of_device) else {
            return;
        };
        let until = chrono::Duration::from_std(wait)
            .ok()
            .map(|wait| self.clock.now() + wait);
        let mut paused = self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
        *paused = (*paused).max(until);
    }

    fn pause_left(&self) -> Option<Duration> {
        let paused = *self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
        let left = (paused? - self.clock.now()).to_std().ok()?;
        (!left.is_zero()).then_some(left)
    }
}

/// Devices that receive the same bytes. Without any words, no language.
fn group(note: &Note, target: &Target) -> Group {
    let wanted = std::slice::from_ref(&target.language);
    let language = Language::choose(wanted, &note.fallback, note.words.keys()).cloned();
    (language, target.platform)
}

/// One body for each language and platform, whatever the number of devices.
fn prepare(note: &Note, targets: &[Target], now: Timestamp) -> Bodies {
    let mut bodies = Bodies::new();
    for target in targets {
        let group = group(note, target);
        bodies.entry(group).or_insert_with_key(|(language, platform)| {
            let language = language.as_ref().unwrap_or(&note.fallback);
            Prepared::new(&payload::message(note, language, *platform, now))
        });
    }
    bodies
}

fn address(target: &Target) -> fcm::Target {
    match target.transport {
        TransportKind::FcmToken => fcm::Target::Token(target.address.clone()),
        TransportKind::FcmFid => fcm::Target::Fid(target.address.clone()),
    }
}
