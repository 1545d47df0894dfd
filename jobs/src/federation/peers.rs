//! Asks actors of other servers who they are, and remembers it for a while.

use std::time::Duration;

use beffroi_schema::{
    clock::Timestamp,
    entity::federated_peer,
    store::{Store, StoreError},
};
use chrono::TimeDelta;
use reqwest::{
    Method, StatusCode,
    header::{ACCEPT, HeaderValue},
};
use serde_json::Value;
use url::Url;

use super::{
    Federation,
    activity::{id_of, same_server, text},
    keys::SigningKey,
    signature::{self, ACTIVITY},
};
use crate::http::CallError;

/// What an actor says of itself is believed for so long.
const FRESH: TimeDelta = TimeDelta::hours(24);
/// A key that does not fit may have been replaced: it is asked for again, but no sooner.
pub(super) const ASKED_AGAIN: TimeDelta = TimeDelta::minutes(5);
/// Largest description of an actor.
const MAX_BYTES: usize = 256 * 1024;
/// Longest id and handle that are kept.
const MAX_ADDRESS: usize = 2_048;

/// Why an actor is not known.
#[derive(Debug)]
pub(super) enum Unknown {
    /// Nobody is there any more.
    Gone,
    /// Its server cannot say so now.
    Later(Option<Duration>, String),
    /// It will never be.
    Never(String),
    /// A fault of ours.
    Fault(StoreError),
}

impl From<StoreError> for Unknown {
    fn from(error: StoreError) -> Self {
        Self::Fault(error)
    }
}

/// Whether what is known of an actor is still believed.
pub(super) fn is_fresh(peer: &federated_peer::Model, now: Timestamp) -> bool {
    now - peer.fetched_at < FRESH
}

impl Federation<'_> {
    /// Asks the owner of a key who they are.
    pub(super) async fn ask_for_key(&self, key_id: &str) -> Result<federated_peer::Model, Unknown> {
        let document = self.ask(key_id).await?;
        // Some servers give the key an address of its own, which names its owner.
        let document = match document.get("owner").and_then(id_of) {
            Some(owner) if document.get("inbox").is_none() && same_server(&owner, key_id) => self.ask(&owner).await?,
            Some(_) | None => document,
        };
        let now = self.store.clock().now();
        let peer = described(&document, key_id, now)
            .ok_or_else(|| Unknown::Never("its owner does not own up to this key".to_owned()))?;
        self.store.put_peer(&peer).await?;
        Ok(peer)
    }

    /// Reads a document of another server, signed: some show nothing to who does not say who they are.
    pub(super) async fn ask(&self, address: &str) -> Result<Value, Unknown> {
        let never = |why: &str| Unknown::Never(why.to_owned());
        let mut url = Url::parse(address).map_err(|_| never("this is no address"))?;
        url.set_fragment(None);
        if address.len() > MAX_ADDRESS || !self.http.trusts(&url) {
            return Err(never("an address in clear is not believed"));
        }
        let call = self
            .http
            .call(Method::GET, url.clone())
            .header(ACCEPT, HeaderValue::from_static(ACTIVITY));
        let call = signed_headers(self.store, self, &url)
            .await?
            .into_iter()
            .fold(call, |call, (name, value)| call.header(name, value));
        let answer = call.send(MAX_BYTES).await.map_err(|error| match error {
            CallError::Forbidden(reason) => Unknown::Never(reason),
            CallError::NotSent(reason) | CallError::Lost(reason) => Unknown::Later(None, reason),
            CallError::TooLong(_) => never("its description is too long"),
        })?;
        match answer.status {
            status if status.is_success() => answer.json().ok_or_else(|| never("its description is no JSON")),
            StatusCode::NOT_FOUND | StatusCode::GONE => Err(Unknown::Gone),
            status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
                Err(Unknown::Later(answer.wait, format!("it answered {status}")))
            }
            status => Err(Unknown::Never(format!("it answered {status}"))),
        }
    }
}

/// Signed by the oldest of our actors; by nobody where there is none.
async fn signed_headers(
    store: &Store,
    federation: &Federation<'_>,
    url: &Url,
) -> Result<Vec<(reqwest::header::HeaderName, HeaderValue)>, StoreError> {
    let Some(actor) = store.first_federated_actor().await? else {
        return Ok(Vec::new());
    };
    let key_id = format!("{}#main-key", federation.addresses.actor(&actor.name));
    let key = SigningKey::read(&store.federated_key(&actor)?).ok_or(StoreError::Sealed)?;
    let headers = signature::headers(&key, &key_id, &Method::GET, url, None, store.clock().now());
    Ok(headers.unwrap_or_default())
}

/// What an actor's own document says, if it owns this key and all of it stands on one server.
fn described(document: &Value, key_id: &str, now: Timestamp) -> Option<federated_peer::Model> {
    let uri = text(document, "id")?;
    let shown = document.get("publicKey")?;
    let keys = shown.as_array().map_or(std::slice::from_ref(shown), Vec::as_slice);
    let key = keys.iter().find(|key| text(key, "id").as_deref() == Some(key_id))?;
    let inbox = text(document, "inbox")?;
    let owned = text(key, "owner").is_none_or(|owner| owner == uri);
    if !owned || !same_server(&uri, key_id) || !same_server(&uri, &inbox) || uri.len() > MAX_ADDRESS {
        return None;
    }
    let shared = document.get("endpoints").and_then(|ends| text(ends, "sharedInbox"));
    let name = text(document, "preferredUsername").unwrap_or_default();
    let host = Url::parse(&uri).ok()?.host_str()?.to_owned();
    Some(federated_peer::Model {
        key_id: key_id.to_owned(),
        public_key: text(key, "publicKeyPem")?,
        shared_inbox: shared.filter(|shared| same_server(shared, &uri)),
        inbox,
        handle: format!("{name}@{host}").chars().take(MAX_ADDRESS).collect(),
        fetched_at: now,
        uri,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_actor_speaks_for_its_own_server_only() {
        let document = |inbox: &str, shared: &str, owner: &str| {
            json!({ "id": "https://pair.example/users/lea", "preferredUsername": "lea", "inbox": inbox,
                "endpoints": { "sharedInbox": shared },
                "publicKey": { "id": "https://pair.example/users/lea#main-key", "owner": owner, "publicKeyPem": "…" } })
        };
        let (inbox, shared) = ("https://pair.example/users/lea/inbox", "https://pair.example/inbox");
        let lea = "https://pair.example/users/lea";
        let read = |document: &Value, key: &str| described(document, key, Timestamp::default());
        let key = "https://pair.example/users/lea#main-key";
        let known = read(&document(inbox, shared, lea), key).unwrap();
        assert_eq!(
            (known.handle.as_str(), known.shared_inbox.as_deref()),
            ("lea@pair.example", Some(shared))
        );
        assert_eq!(
            read(&document(inbox, shared, lea), "https://pair.example/users/max#main-key"),
            None
        );
        assert_eq!(read(&document("https://victime.example/inbox", shared, lea), key), None);
        assert_eq!(
            read(&document(inbox, shared, "https://pair.example/users/max"), key),
            None
        );
        let reflected = read(&document(inbox, "https://victime.example/inbox", lea), key).unwrap();
        assert_eq!(reflected.shared_inbox, None);
    }
}
