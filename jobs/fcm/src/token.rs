//! The access token: fetched once for all, and renewed before it ends.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::HeaderValue;
use ring::rand::{SecureRandom, SystemRandom};
use tokio::sync::watch;
use url::Url;

use crate::config::Clock;
use crate::dial::Dialer;
use crate::error::SendError;
use crate::exchange::{Granted, TokenError, exchange};
use crate::jwt::Signer;
use crate::tasks::Tasks;

/// Connecting and answering together.
const FETCH_TIMEOUT: Duration = Duration::from_secs(15);
/// After a failure every caller is told of it at once for so long, rather than ask again.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(5);
/// FCM refusing fresh tokens is not cured by more of them: one renewal for a 401 in this time.
const PAUSE_AFTER_REFUSAL: Duration = Duration::from_mins(1);
/// A token is renewed at 75 to 85 % of its life, so that many processes do not renew at once.
const RENEW_AFTER_PERCENT: u32 = 75;
const RENEW_SPREAD_PERCENT: u32 = 10;

/// A token, ready to be sent.
#[derive(Debug)]
pub(crate) struct Bearer {
    /// Marked sensitive: neither `Debug` nor HPACK's table ever holds it.
    pub(crate) header: HeaderValue,
    renew_at: SystemTime,
    expires_at: SystemTime,
}

/// Hands out the one current token.
#[derive(Debug)]
pub(crate) struct Tokens {
    signer: Signer,
    dialer: Dialer,
    uri: Url,
    clock: Clock,
    tasks: Arc<Tasks>,
    state: watch::Sender<State>,
}

#[derive(Debug, Default)]
struct State {
    bearer: Option<Arc<Bearer>>,
    failure: Option<(SystemTime, TokenError)>,
    refused_at: Option<SystemTime>,
    fetching: bool,
}

impl State {
    fn usable(&self, now: SystemTime) -> Option<&Arc<Bearer>> {
        self.bearer.as_ref().filter(|bearer| now < bearer.expires_at)
    }

    fn may_fetch(&self, now: SystemTime) -> bool {
        !self.fetching
            && self
                .failure
                .as_ref()
                .is_none_or(|(at, _)| now >= *at + PAUSE_AFTER_FAILURE)
    }

    /// The token, or why there is none.
    fn outcome(&self, now: SystemTime) -> Result<Arc<Bearer>, SendError> {
        match (self.usable(now), &self.failure) {
            (Some(bearer), _) => Ok(Arc::clone(bearer)),
            (None, Some((_, error))) => Err(error.clone().into()),
            (None, None) => Err(SendError::NotSent {
                reason: "the access token ended".to_owned(),
            }),
        }
    }
}

impl Tokens {
    pub(crate) fn new(signer: Signer, dialer: Dialer, uri: Url, clock: Clock, tasks: Arc<Tasks>) -> Arc<Self> {
        Arc::new(Self {
            signer,
            dialer,
            uri,
            clock,
            tasks,
            state: watch::Sender::default(),
        })
    }

    /// The current token. Towards its end a successor is fetched behind the caller's back; only without any token does
    /// the caller wait.
    pub(crate) async fn bearer(self: &Arc<Self>) -> Result<Arc<Bearer>, SendError> {
        let now = self.clock.now();
        if let Some(bearer) = self.state.borrow().usable(now).filter(|bearer| now < bearer.renew_at) {
            return Ok(Arc::clone(bearer));
        }
        self.fetch_if(|state| {
            state.may_fetch(now) && state.bearer.as_ref().is_none_or(|bearer| now >= bearer.renew_at)
        });
        if let Some(bearer) = self.state.borrow().usable(now) {
            return Ok(Arc::clone(bearer));
        }
        self.settled(|state| state.outcome(now)).await
    }

    /// A token other than `refused`, which FCM did not accept; `None` when it was renewed for this reason a moment ago.
    pub(crate) async fn successor(self: &Arc<Self>, refused: &Arc<Bearer>) -> Result<Option<Arc<Bearer>>, SendError> {
        let now = self.clock.now();
        let is_refused = |bearer: &Arc<Bearer>| Arc::ptr_eq(bearer, refused);
        self.fetch_if(|state| {
            let recently = state.refused_at.is_some_and(|at| now < at + PAUSE_AFTER_REFUSAL);
            let wanted = state.may_fetch(now) && state.bearer.as_ref().is_some_and(is_refused) && !recently;
            if wanted {
                state.refused_at = Some(now);
            }
            wanted
        });
        self.settled(|state| Ok(Some(state.outcome(now)?).filter(|bearer| !is_refused(bearer))))
            .await
    }

    /// Starts a fetch if none runs and `wanted` holds, both seen under one lock.
    fn fetch_if(self: &Arc<Self>, wanted: impl FnOnce(&mut State) -> bool) {
        let mut start = false;
        self.state.send_if_modified(|state| {
            start = wanted(state);
            state.fetching |= start;
            false
        });
        if start {
            let tokens = Arc::clone(self);
            self.tasks.start(async move { tokens.fetch().await });
        }
    }

    /// Reads the state when no fetch runs.
    async fn settled<T>(&self, read: impl FnOnce(&State) -> Result<T, SendError>) -> Result<T, SendError> {
        let mut state = self.state.subscribe();
        match state.wait_for(|state| !state.fetching).await {
            Ok(state) => read(&state),
            Err(_) => Err(SendError::NotSent {
                reason: "the client was dropped".to_owned(),
            }),
        }
    }

    async fn fetch(&self) {
        let fetched = match tokio::time::timeout(FETCH_TIMEOUT, self.ask()).await {
            Ok(fetched) => fetched,
            Err(_) => Err(TokenError::Unreachable("no answer in time".to_owned())),
        };
        let now = self.clock.now();
        let fetched = fetched.and_then(|granted| Bearer::new(&granted, now));
        if let Err(TokenError::Unreachable(reason) | TokenError::Refused(reason)) = &fetched {
            tracing::warn!(token_uri = %self.uri, reason, "no access token");
        }
        self.state.send_modify(|state| {
            state.fetching = false;
            match fetched {
                Ok(bearer) => (state.bearer, state.failure) = (Some(Arc::new(bearer)), None),
                Err(error) => state.failure = Some((now, error)),
            }
        });
    }

    async fn ask(&self) -> Result<Granted, TokenError> {
        let jwt = self
            .signer
            .sign(self.clock.now())
            .map_err(|reason| TokenError::Refused(reason.to_owned()))?;
        exchange(&self.dialer, &self.uri, &jwt).await
    }
}

impl Bearer {
    fn new(granted: &Granted, now: SystemTime) -> Result<Self, TokenError> {
        let unusable = || TokenError::Refused("the access token cannot be used".to_owned());
        let life = Duration::from_secs(granted.expires_in);
        if life.is_zero() {
            return Err(unusable());
        }
        let mut header = HeaderValue::try_from(format!("Bearer {}", granted.access_token)).map_err(|_| unusable())?;
        header.set_sensitive(true);
        let expires_at = now.checked_add(life).ok_or_else(unusable)?;
        Ok(Self {
            header,
            renew_at: now + life / 100 * renewal_percent(),
            expires_at,
        })
    }
}

fn renewal_percent() -> u32 {
    let mut byte = [0];
    // Without randomness all processes renew at the same percentage, which is no reason to fail.
    let _ = SystemRandom::new().fill(&mut byte);
    RENEW_AFTER_PERCENT + u32::from(byte[0]) % (RENEW_SPREAD_PERCENT + 1)
}
