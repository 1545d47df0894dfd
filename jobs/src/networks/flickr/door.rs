//! How Flickr is spoken to: signed calls, and what their answers mean.

use beffroi_schema::{clock::Clock, value::Picture};
use bytes::Bytes;
use reqwest::{
    Method,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue},
    multipart::{Form, Part},
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::{Url, form_urlencoded};

use super::{
    super::{
        DeliveryError,
        answer::{MAX_ANSWER, Twice, by_status, reason, unanswered},
        oauth1::Signer,
    },
    FlickrSettings,
    wire::{Outcome, strange, uploaded, verdict},
};
use crate::http::{Call, Http};

/// Calls in the name of an account.
#[derive(Debug)]
pub(super) struct Door {
    http: Http,
    rest: Url,
    uploads: Url,
    secret: SecretString,
}

impl Door {
    pub(super) fn new(settings: &FlickrSettings, secret: SecretString, http: &Http) -> Self {
        Self {
            http: http.clone(),
            rest: settings.rest.clone(),
            uploads: settings.upload.clone(),
            secret,
        }
    }

    pub(super) fn clock(&self) -> &Clock {
        self.http.clock()
    }

    fn signed(&self, url: &Url, parameters: &[(&str, &str)]) -> Result<Call<'_>, DeliveryError> {
        let lacks = "the secret is not JSON with consumer_key, consumer_secret, token and token_secret";
        let signer: Option<Signer> = serde_json::from_str(self.secret.expose_secret()).ok();
        let now = self.clock().now();
        let header = signer.and_then(|signer| signer.authorization(&Method::POST, url, parameters, now));
        let header = header.ok_or_else(|| DeliveryError::Locked(lacks.to_owned()))?;
        Ok(self.http.call(Method::POST, url.clone()).header(AUTHORIZATION, header))
    }

    /// What a method gives.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        method: &str,
        twice: Twice,
        parameters: &[(&str, &str)],
    ) -> Result<T, DeliveryError> {
        let fixed = [("method", method), ("format", "json"), ("nojsoncallback", "1")];
        let all: Vec<_> = fixed.iter().chain(parameters).copied().collect();
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&all)
            .finish();
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
        let call = self.signed(&self.rest, &all)?.header(CONTENT_TYPE, kind);
        let answer = call.body(Bytes::from(form)).send(MAX_ANSWER).await;
        let answer = answer.map_err(|error| unanswered(error, twice))?;
        if !answer.status.is_success() {
            return Err(by_status(&answer, reason(&answer, None), twice));
        }
        let Outcome { stat, code, message } = answer.json().ok_or_else(|| strange(twice))?;
        if stat != "ok" {
            return Err(verdict(&answer, code, &message, twice));
        }
        answer.json().ok_or_else(|| strange(twice))
    }

    /// A call that is worth repeating, of which nothing is read.
    pub(super) async fn tell(&self, method: &str, parameters: &[(&str, &str)]) -> Result<(), DeliveryError> {
        let _done: Value = self.ask(method, Twice::Harmless, parameters).await?;
        Ok(())
    }

    /// The number of the photo that comes of a picture. Nobody sees it yet.
    pub(super) async fn upload(&self, parameters: &[(&str, &str)], picture: &Picture) -> Result<String, DeliveryError> {
        let file = Part::bytes(picture.bytes.to_vec()).file_name("photo");
        let file = file.mime_str(&picture.mime);
        let file = file.map_err(|error| DeliveryError::Refused(error.to_string()))?;
        let form = parameters.iter().fold(Form::new(), |form, (name, value)| {
            form.text((*name).to_owned(), (*value).to_owned())
        });
        let call = self.signed(&self.uploads, parameters)?;
        let answer = call.multipart(form.part("photo", file)).send(MAX_ANSWER).await;
        let answer = answer.map_err(|error| unanswered(error, Twice::Harmless))?;
        if !answer.status.is_success() {
            return Err(by_status(&answer, reason(&answer, None), Twice::Harmless));
        }
        uploaded(&answer)
    }
}

/// Somebody took away what was just there: another try makes it anew.
pub(super) fn vanished(error: DeliveryError) -> DeliveryError {
    match error {
        DeliveryError::Gone(reason) => DeliveryError::Retry { after: None, reason },
        DeliveryError::Retry { .. }
        | DeliveryError::Doubtful(_)
        | DeliveryError::Refused(_)
        | DeliveryError::Locked(_) => error,
    }
}

/// What is not there any more need not be told anything.
pub(super) fn passed_over(done: Result<(), DeliveryError>) -> Result<(), DeliveryError> {
    match done {
        Err(DeliveryError::Gone(_)) => Ok(()),
        Ok(()) | Err(_) => done,
    }
}
