//! Tokens that live for weeks, each exchanged for a younger one while it lives.
//! <https://developers.facebook.com/docs/threads/get-started/long-lived-tokens>

use beffroi_schema::{clock::Timestamp, value::Access};
use chrono::TimeDelta;
use reqwest::Method;
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::Granted;
use crate::{
    http::Http,
    networks::{DeliveryError, graph},
};

/// How long such a token lives at most: what was pasted does not say when it was given.
const LIVES: TimeDelta = TimeDelta::days(60);
/// A younger token is not exchanged.
const OLD_ENOUGH: TimeDelta = TimeDelta::hours(24);

/// Where a token is exchanged, and by what word.
#[derive(Clone, Debug)]
pub(in crate::networks) struct Exchange {
    url: Url,
    grant: &'static str,
}

impl Exchange {
    /// On the server of `api`, outside its versions.
    pub(in crate::networks) fn beside(api: &Url, grant: &'static str) -> Self {
        let mut url = api.clone();
        url.set_path("/refresh_access_token");
        Self { url, grant }
    }

    /// A younger token for one that is still taken.
    pub(super) async fn younger(&self, http: &Http, token: &SecretString) -> Result<Access, DeliveryError> {
        let query = [("grant_type", self.grant), ("access_token", token.expose_secret())];
        let given: Granted = graph::asked(http.call(Method::GET, self.url.clone()).query(&query)).await?;
        let now = http.clock().now();
        let lives = given
            .expires_in
            .map_or(LIVES, |seconds| TimeDelta::seconds(seconds.into()));
        Ok(Access {
            token: given.access_token,
            until: now + lives,
            renew_from: now + lives / 2,
            refresh: None,
            // Nobody need agree again before this one ends.
            consent: Some(now + lives),
        })
    }
}

/// The token that an account's secret is, whose age nobody told us: a day from now it is old enough in any case.
pub(super) fn first(secret: &SecretString, now: Timestamp) -> Access {
    Access {
        token: secret.clone(),
        until: now + LIVES,
        renew_from: now + OLD_ENOUGH,
        refresh: None,
        consent: None,
    }
}
