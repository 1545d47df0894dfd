//! Consents: a person agrees on the network's page that our application posts for them, and what comes back becomes the
//! secret of an account. RFC 6749 §4.1 with RFC 7636, as each network does it: `doors` has one entry a network.

mod doors;
mod meta;
mod signed;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use beffroi_schema::value::{Application, Found, Network, RequestToken};
use chrono::TimeDelta;
use reqwest::{Method, header::AUTHORIZATION};
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;

use self::doors::{Door, Gives, door};
use super::{
    DeliveryError,
    answer::{MAX_ANSWER, Twice, by_status, no_server, reason, unanswered, unsettled},
    oauth::{Granted, asking, basic, form, granted},
};
use crate::http::Http;

/// How people read who asks them to agree.
const NAME: &str = "Beffroi";

/// A consent that is asked for.
#[derive(Debug)]
pub struct Asking<'a> {
    /// On which network.
    pub network: Network,
    /// The settings of the account, which may say where the network is.
    pub settings: &'a Value,
    /// Where the network sends the person back.
    pub redirect: &'a str,
    /// What it gives back with its answer.
    pub state: &'a str,
    /// What proves that the code is ours.
    pub verifier: &'a str,
    /// What the person agreed to, where it was asked for before they did.
    pub token: Option<&'a RequestToken>,
}

/// Our application, as a Mastodon server names it.
#[derive(Deserialize)]
struct Registered {
    client_id: String,
    client_secret: String,
}

impl Asking<'_> {
    /// The network's page where the person agrees, and the application that they agree to: one that the town has there,
    /// or one that registers itself; and the token that they agree to, where there is one before they do.
    pub async fn page(
        &self,
        http: &Http,
        known: Option<Application>,
    ) -> Result<(Application, Url, Option<RequestToken>), DeliveryError> {
        let door = self.door()?;
        let application = match (known, &door.register) {
            (Some(application), _) => application,
            (None, Some(registry)) => self.register(http, registry, door.scopes).await?,
            (None, None) => return Err(DeliveryError::Refused("an application is needed there".to_owned())),
        };
        if door.gives == Gives::Signed {
            let (page, token) = signed::page(self, http, &door, &application).await?;
            return Ok((application, page, Some(token)));
        }
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier));
        let mut page = door.page.clone();
        {
            let mut query = page.query_pairs_mut();
            query.append_pair("response_type", "code");
            query.append_pair(door.id, &application.id);
            query.append_pair("redirect_uri", self.redirect);
            query.append_pair("scope", door.scopes);
            query.append_pair("state", self.state);
            if door.pkce {
                query.append_pair("code_challenge", &challenge);
                query.append_pair("code_challenge_method", "S256");
            }
            query.extend_pairs(door.extra);
        }
        Ok((application, page, None))
    }

    /// What the code is exchanged for: the accounts that the consent opens, one at least.
    pub async fn exchange(
        &self,
        http: &Http,
        application: &Application,
        code: &str,
    ) -> Result<Vec<Found>, DeliveryError> {
        let door = self.door()?;
        match door.gives {
            Gives::Pages { instagram } => meta::pages(self, http, &door, application, code, instagram).await,
            Gives::Signed => Ok(vec![signed::exchange(self, http, &door, application, code).await?]),
            Gives::Profile => meta::profile(self, http, &door, application, code).await,
            Gives::Token => Ok(vec![lasting(&self.code(http, &door, application, code).await?, http)]),
            Gives::Refresh | Gives::Either => {
                let given = self.code(http, &door, application, code).await?;
                let found = if door.gives == Gives::Either && given.refresh_token.is_none() {
                    lasting(&given, http)
                } else {
                    renewable(given, &door, application, http)?
                };
                Ok(vec![found])
            }
        }
    }

    fn door(&self) -> Result<Door, DeliveryError> {
        door(self.network, self.settings)
            .ok_or_else(|| DeliveryError::Refused("nobody agrees to anything on this network's pages".to_owned()))
    }

    /// <https://docs.joinmastodon.org/methods/apps/#create>
    async fn register(&self, http: &Http, registry: &Url, scopes: &str) -> Result<Application, DeliveryError> {
        let body = json!({ "client_name": NAME, "redirect_uris": self.redirect, "scopes": scopes });
        let call = http.call(Method::POST, registry.clone()).json(&body);
        let answer = call.send(MAX_ANSWER).await;
        let answer = answer.map_err(|error| unanswered(error, Twice::Harmless))?;
        if !answer.status.is_success() {
            return Err(no_server(by_status(&answer, reason(&answer, None), Twice::Harmless)));
        }
        let strange = || unsettled("the server does not register applications".to_owned(), Twice::Harmless);
        let Registered {
            client_id: id,
            client_secret: secret,
        } = answer.json().ok_or_else(strange)?;
        Ok(Application { id, secret })
    }

    /// RFC 6749 §4.1.3
    async fn code(
        &self,
        http: &Http,
        door: &Door,
        application: &Application,
        code: &str,
    ) -> Result<Granted, DeliveryError> {
        let mut ask = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", self.redirect),
        ];
        if door.pkce {
            ask.push(("code_verifier", self.verifier));
        }
        let mut call = asking(http, &door.tokens);
        if door.header {
            let pair = [&application.id, &application.secret].map(|part| Some(part.as_str().into()));
            let [id, secret] = pair;
            call = call.header(AUTHORIZATION, basic(id, secret)?);
        } else {
            ask.extend([(door.id, &*application.id), ("client_secret", &*application.secret)]);
        }
        granted(call.body(form(&ask).into())).await
    }
}

/// A token that calls carry as it is.
fn lasting(given: &Granted, http: &Http) -> Found {
    Found {
        id: None,
        name: String::new(),
        secret: given.access_token.expose_secret().to_owned(),
        access: None,
        until: given.until(http.clock().now()),
    }
}

/// A token that more are asked for with, and the first of them.
fn renewable(given: Granted, door: &Door, application: &Application, http: &Http) -> Result<Found, DeliveryError> {
    let none = "the network gave no refresh token: withdraw the application's access there, then agree again";
    let refresh = given
        .refresh_token
        .ok_or_else(|| DeliveryError::Refused(none.to_owned()))?;
    let mut secret = Map::new();
    for (name, value) in [
        (door.id, &*application.id),
        ("client_secret", &*application.secret),
        ("refresh_token", refresh.expose_secret()),
    ] {
        secret.insert(name.to_owned(), value.into());
    }
    let now = http.clock().now();
    let after = |seconds: u32| now + TimeDelta::seconds(seconds.into());
    Ok(Found {
        id: None,
        name: String::new(),
        secret: Value::Object(secret).to_string(),
        access: given
            .expires_in
            .map(|seconds| (given.access_token.expose_secret().to_owned(), after(seconds))),
        until: given.refresh_token_expires_in.map(after),
    })
}
