//! Consents of OAuth 1.0a: RFC 5849 §2. A token is asked for before the person goes to the network's page, and becomes
//! the account's when they come back with its verifier.

use std::collections::BTreeMap;

use beffroi_schema::value::{Application, Found, RequestToken};
use reqwest::{Method, header::AUTHORIZATION};
use serde_json::json;
use url::{Url, form_urlencoded};

use super::{Asking, Door, doors::below};
use crate::{
    http::Http,
    networks::{
        DeliveryError,
        answer::{MAX_ANSWER, Twice, by_status, reason, unanswered, unsettled},
        oauth1::Signer,
    },
};

/// Where a token is asked for that a person then agrees to: <https://www.flickr.com/services/api/auth.oauth.html>
const REQUESTS: &str = "/services/oauth/request_token";

/// The page where the person agrees to the token, and the token. What tells which connection it is stands in the address
/// to come back to: this protocol gives nothing else back.
pub(super) async fn page(
    asking: &Asking<'_>,
    http: &Http,
    door: &Door,
    application: &Application,
) -> Result<(Url, RequestToken), DeliveryError> {
    let strange = |error: url::ParseError| DeliveryError::Refused(error.to_string());
    let mut back = Url::parse(asking.redirect).map_err(strange)?;
    back.query_pairs_mut().append_pair("state", asking.state);
    let signer = Signer::of(application, None);
    let url = below(&door.tokens, REQUESTS);
    let given = ask(http, &url, &signer, ("oauth_callback", back.as_str())).await?;
    let token = token(&given)?;
    let mut page = door.page.clone();
    page.query_pairs_mut()
        .append_pair("oauth_token", &token.token)
        .extend_pairs(door.extra);
    Ok((page, token))
}

/// The account's token, which has no end.
pub(super) async fn exchange(
    asking: &Asking<'_>,
    http: &Http,
    door: &Door,
    application: &Application,
    verifier: &str,
) -> Result<Found, DeliveryError> {
    let lost = || DeliveryError::Refused("the token that was agreed to is not there any more: start again".to_owned());
    let signer = Signer::of(application, Some(asking.token.ok_or_else(lost)?));
    let given = ask(http, &door.tokens, &signer, ("oauth_verifier", verifier)).await?;
    let RequestToken { token, secret } = token(&given)?;
    let secret = json!({ "consumer_key": application.id, "consumer_secret": application.secret, "token": token,
        "token_secret": secret });
    Ok(Found {
        id: None,
        name: given.get("username").cloned().unwrap_or_default(),
        secret: secret.to_string(),
        access: None,
        until: None,
    })
}

/// Answers, and refusals, are forms: §2.1, §3.2.
async fn ask(
    http: &Http,
    url: &Url,
    signer: &Signer,
    protocol: (&str, &str),
) -> Result<BTreeMap<String, String>, DeliveryError> {
    let header = signer.handshake(url, protocol, http.clock().now());
    let header = header.ok_or_else(|| DeliveryError::Refused("the key of the application is no key".to_owned()))?;
    let call = http.call(Method::GET, url.clone()).header(AUTHORIZATION, header);
    let answer = call.send(MAX_ANSWER).await;
    let answer = answer.map_err(|error| unanswered(error, Twice::Harmless))?;
    let given: BTreeMap<String, String> = form_urlencoded::parse(&answer.body).into_owned().collect();
    if answer.status.is_success() {
        return Ok(given);
    }
    let problem = given.get("oauth_problem").map(String::as_str);
    Err(by_status(&answer, reason(&answer, problem), Twice::Harmless))
}

fn token(given: &BTreeMap<String, String>) -> Result<RequestToken, DeliveryError> {
    let part = |name: &str| given.get(name).cloned();
    let pair = part("oauth_token").zip(part("oauth_token_secret"));
    let strange = || unsettled("the answer holds no token".to_owned(), Twice::Harmless);
    let (token, secret) = pair.ok_or_else(strange)?;
    Ok(RequestToken { token, secret })
}
