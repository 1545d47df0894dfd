//! Signing in: one session for the life of the account in memory, renewed when its token has run out.

use std::sync::Arc;

use beffroi_schema::clock::Timestamp;
use reqwest::{Method, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use url::Url;

use super::{
    super::{
        DeliveryError,
        answer::{MAX_ANSWER, Twice, no_server, unanswered},
        budget::Budget,
    },
    wire::{is_dead_token, verdict},
};
use crate::http::{Answer, Call, Http};

/// Signs calls.
#[derive(Debug)]
pub(super) struct Sessions {
    http: Http,
    pds: Url,
    identifier: String,
    password: SecretString,
    current: Mutex<Option<Arc<Session>>>,
    budget: Budget,
}

/// `com.atproto.server.createSession`, `refreshSession`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Session {
    did: String,
    /// The account's own document: it names the server that holds it, which need not be the one that lets us in.
    #[serde(default)]
    did_doc: Document,
    access_jwt: SecretString,
    refresh_jwt: SecretString,
}

/// What is read of a DID document. <https://atproto.com/specs/did#did-documents>
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Document {
    service: Vec<Endpoint>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Endpoint {
    id: String,
    service_endpoint: Value,
}

impl Document {
    /// Where the account's records are.
    fn server(&self) -> Option<Url> {
        let server = self
            .service
            .iter()
            .find(|service| service.id.ends_with("#atproto_pds"))?;
        server.service_endpoint.as_str()?.parse().ok()
    }
}

impl Sessions {
    pub(super) fn new(http: &Http, pds: &Url, identifier: &str, password: SecretString) -> Self {
        let (http, pds, identifier) = (http.clone(), pds.clone(), identifier.to_owned());
        Self {
            http,
            pds,
            identifier,
            password,
            current: Mutex::new(None),
            budget: Budget::default(),
        }
    }

    pub(super) fn http(&self) -> &Http {
        &self.http
    }

    pub(super) fn rests_until(&self) -> Option<Timestamp> {
        self.budget.take()
    }

    /// Whose session it is.
    pub(super) async fn did(&self) -> Result<String, DeliveryError> {
        Ok(self.renewed(None).await?.did.clone())
    }

    /// The server that holds the account, by its own DID.
    pub(super) async fn server(&self) -> Result<String, DeliveryError> {
        let session = self.renewed(None).await?;
        let server = session.did_doc.server();
        let server = server.as_ref().unwrap_or(&self.pds);
        let host = server.host_str().unwrap_or_default();
        // A colon stands for a path in such a name. <https://w3c-ccg.github.io/did-method-web/#method-specific-identifier>
        let port = server.port().map(|port| format!("%3A{port}")).unwrap_or_default();
        Ok(format!("did:web:{host}{port}"))
    }

    /// Makes a signed call that has to succeed.
    pub(super) async fn signed<'a>(
        &'a self,
        method: Method,
        nsid: &str,
        twice: Twice,
        fill: impl Fn(Call<'a>, &str) -> Call<'a> + Send + Sync,
    ) -> Result<Answer, DeliveryError> {
        settled(self.answered(method, nsid, twice, fill).await?, twice)
    }

    /// Makes a signed call; `fill` is given the account's DID. When the token has run out, once more with a new one: a
    /// call that was refused for its token did nothing.
    pub(super) async fn answered<'a>(
        &'a self,
        method: Method,
        nsid: &str,
        twice: Twice,
        fill: impl Fn(Call<'a>, &str) -> Call<'a> + Send + Sync,
    ) -> Result<Answer, DeliveryError> {
        let session = self.renewed(None).await?;
        let first = fill(self.call(method.clone(), nsid)?, &session.did).bearer(&session.access_jwt);
        let answer = self.counted(first, twice).await?;
        if !is_dead_token(&answer) {
            return Ok(answer);
        }
        let session = self.renewed(Some(&session)).await?;
        let second = fill(self.call(method, nsid)?, &session.did).bearer(&session.access_jwt);
        self.counted(second, twice).await
    }

    /// Sign-ins are counted apart: that no more of them are left keeps nothing from being posted.
    async fn counted(&self, call: Call<'_>, twice: Twice) -> Result<Answer, DeliveryError> {
        let answer = call.send(MAX_ANSWER).await.map_err(|error| unanswered(error, twice))?;
        let now = self.http.clock().now();
        self.budget.spent(now, answer.spent(now));
        Ok(answer)
    }

    /// The session; another one when it is `dead`. Whoever comes while it is being renewed waits and shares it.
    async fn renewed(&self, dead: Option<&Arc<Session>>) -> Result<Arc<Session>, DeliveryError> {
        let mut current = self.current.lock().await;
        let fresh = match (&*current, dead) {
            (Some(session), Some(dead)) if Arc::ptr_eq(session, dead) => match self.refresh(dead).await? {
                Some(session) => session,
                None => self.sign_in().await?,
            },
            (Some(session), _) => return Ok(Arc::clone(session)),
            (None, _) => self.sign_in().await?,
        };
        Ok(Arc::clone(current.insert(Arc::new(fresh))))
    }

    async fn sign_in(&self) -> Result<Session, DeliveryError> {
        let call = self.call(Method::POST, "com.atproto.server.createSession")?;
        let call = call.json(&json!({ "identifier": self.identifier, "password": self.password.expose_secret() }));
        let answer = call
            .send(MAX_ANSWER)
            .await
            .map_err(|error| unanswered(error, Twice::Harmless))?;
        let answer = settled(answer, Twice::Harmless).map_err(no_server)?;
        answer
            .json()
            .ok_or_else(|| DeliveryError::Locked("this is no AT Protocol server".to_owned()))
    }

    /// `None` when the refresh token has run out too.
    async fn refresh(&self, session: &Session) -> Result<Option<Session>, DeliveryError> {
        let call = self
            .call(Method::POST, "com.atproto.server.refreshSession")?
            .bearer(&session.refresh_jwt);
        let answer = call
            .send(MAX_ANSWER)
            .await
            .map_err(|error| unanswered(error, Twice::Harmless))?;
        if is_dead_token(&answer) || answer.status == StatusCode::UNAUTHORIZED {
            return Ok(None);
        }
        Ok(settled(answer, Twice::Harmless).map_err(no_server)?.json())
    }

    fn call(&self, method: Method, nsid: &str) -> Result<Call<'_>, DeliveryError> {
        let url = self
            .pds
            .join(&format!("/xrpc/{nsid}"))
            .map_err(|error| DeliveryError::Locked(error.to_string()))?;
        Ok(self.http.call(method, url))
    }
}

pub(super) fn settled(answer: Answer, twice: Twice) -> Result<Answer, DeliveryError> {
    if answer.status.is_success() {
        Ok(answer)
    } else {
        Err(verdict(&answer, twice))
    }
}
