//! From a handle to an actor (WebFinger, RFC 7033), and what runs here (`NodeInfo` 2.1).

use axum::{
    Json,
    extract::{Query, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use beffroi_schema::value::Scope;
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::{absent, fault};
use crate::state::AppState;

/// Browsers of other sites may ask (RFC 7033 §5).
const ANYBODY: (HeaderName, HeaderValue) = (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
/// RFC 7033 §10.2.
const DESCRIPTOR: (HeaderName, HeaderValue) = (
    header::CONTENT_TYPE,
    HeaderValue::from_static("application/jrd+json; charset=utf-8"),
);
/// The version of `NodeInfo` that is spoken.
const SCHEMA: &str = "http://nodeinfo.diaspora.software/ns/schema/2.1";

#[derive(Deserialize)]
pub(super) struct Asked {
    resource: Option<String>,
}

/// `?resource=acct:travaux@ville.example`, or the actor's address.
pub(super) async fn webfinger(State(state): State<AppState>, Query(asked): Query<Asked>) -> Response {
    let Some(resource) = asked.resource else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let host = host(state.public_url());
    let Some(name) = name(&resource, &host).or_else(|| state.addresses().read_actor(&resource)) else {
        return absent();
    };
    match state.store().federated_actor(name).await {
        Ok(Some(actor)) => {
            let me = state.addresses().actor(&actor.name);
            let home = state.boards().authorities();
            let home = home.iter().find(|known| known.id == actor.authority_id);
            let page = home.map(|home| state.addresses().authority(&home.slug));
            let said = json!({
                "subject": format!("acct:{}@{host}", actor.name),
                "aliases": [me],
                "links": [
                    { "rel": "self", "type": "application/activity+json", "href": me },
                    { "rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": page },
                ],
            });
            ([DESCRIPTOR, ANYBODY], said.to_string()).into_response()
        }
        Ok(None) => absent(),
        Err(error) => fault(&error),
    }
}

/// The name in `acct:name@host`, when the host is ours; names are the same in any case.
fn name<'a>(resource: &'a str, host: &str) -> Option<&'a str> {
    let (name, at) = resource
        .strip_prefix("acct:")?
        .trim_start_matches('@')
        .rsplit_once('@')?;
    at.eq_ignore_ascii_case(host).then_some(name)
}

/// Behind the `@` of our handles.
pub(crate) fn host(public: &Url) -> String {
    let host = public.host_str().unwrap_or_default();
    public
        .port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Where the description of this instance is.
pub(super) async fn nodeinfo_links(State(state): State<AppState>) -> Response {
    let public = state.public_url().as_str().trim_end_matches('/');
    let links = json!({ "links": [{ "rel": SCHEMA, "href": format!("{public}/nodeinfo/2.1") }] });
    ([ANYBODY], Json(links)).into_response()
}

/// What runs here, and how much of it.
pub(super) async fn nodeinfo(State(state): State<AppState>) -> Response {
    let actors = match state.store().federated_actors(&Scope::Instance, None).await {
        Ok(actors) => actors.into_iter().filter(|actor| actor.active).count(),
        Err(error) => return fault(&error),
    };
    let said = json!({
        "version": "2.1",
        "software": {
            "name": "beffroi",
            "version": env!("CARGO_PKG_VERSION"),
            "repository": env!("CARGO_PKG_REPOSITORY"),
        },
        "protocols": ["activitypub"],
        "services": { "inbound": [], "outbound": [] },
        "openRegistrations": false,
        "usage": { "users": { "total": actors } },
        "metadata": {},
    });
    let kind = format!("application/json; profile=\"{SCHEMA}#\"");
    ([(header::CONTENT_TYPE, kind)], [ANYBODY], said.to_string()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_is_ours_by_its_host() {
        assert_eq!(name("acct:travaux@ville.example", "ville.example"), Some("travaux"));
        assert_eq!(name("acct:@travaux@VILLE.example", "ville.example"), Some("travaux"));
        assert_eq!(name("acct:travaux@autre.example", "ville.example"), None);
        assert_eq!(name("travaux@ville.example", "ville.example"), None);
        let at = |url: &str| host(&url.parse().unwrap());
        assert_eq!(at("https://ville.example/"), "ville.example");
        assert_eq!(at("http://127.0.0.1:8080/"), "127.0.0.1:8080");
    }
}
