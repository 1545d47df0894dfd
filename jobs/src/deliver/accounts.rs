//! Accounts that are open: kept while their row stays the same, because some networks hold a session in them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use beffroi_schema::{
    entity::account,
    id::AccountId,
    store::{Access, Store},
};
use secrecy::SecretString;

use crate::{
    http::Http,
    networks::{Credentials, Keyring, SocialNetwork, registry::AccountSettings},
};

/// Accounts kept open; when there are more, all are closed and opened again as they are needed.
const MAX_OPEN: usize = 1_000;

/// How long one process asks a token endpoint before another may: longer than a call takes.
const LEASE: Duration = Duration::from_mins(2);

type Opened = (i32, Arc<dyn SocialNetwork>);

/// Opens accounts, and keeps them.
#[derive(Debug)]
pub struct Accounts {
    http: Http,
    open: Mutex<HashMap<AccountId, Opened>>,
}

impl Accounts {
    /// Accounts reached through `http`.
    pub fn new(http: Http) -> Self {
        Self {
            http,
            open: Mutex::new(HashMap::new()),
        }
    }

    /// The account, ready to speak; or why it cannot be, for people.
    pub fn open(&self, store: &Store, row: &account::Model) -> Result<Arc<dyn SocialNetwork>, String> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((version, network)) = open.get(&row.id)
            && *version == row.version
        {
            return Ok(Arc::clone(network));
        }
        let settings: AccountSettings = serde_json::from_value(row.settings.clone())
            .map_err(|error| format!("its settings cannot be read: {error}"))?;
        let secret = if row.network.by_hand() {
            SecretString::default()
        } else {
            store.account_secret(row).map_err(|error| error.to_string())?
        };
        let keyring = Stored {
            store: store.clone(),
            account: row.clone(),
            owner: store.ids().secret(),
        };
        let credentials = Credentials {
            secret,
            keyring: Arc::new(keyring),
        };
        let network: Arc<dyn SocialNetwork> = Arc::from(settings.open(credentials, &self.http));
        if open.len() >= MAX_OPEN {
            open.clear();
        }
        open.insert(row.id, (row.version, Arc::clone(&network)));
        Ok(network)
    }
}

/// What is given for an account's secret, in the store.
#[derive(Debug)]
struct Stored {
    store: Store,
    account: account::Model,
    /// Names this keyring where it asks for a new token.
    owner: String,
}

#[async_trait]
impl Keyring for Stored {
    async fn held(&self) -> Result<Option<Access>, String> {
        let held = self.store.access(&self.account).await;
        held.map_err(|error| error.to_string())
    }

    async fn claim(&self) -> Result<bool, String> {
        let claimed = self.store.claim_access(self.account.id, &self.owner, LEASE).await;
        claimed.map_err(|error| error.to_string())
    }

    async fn settle(&self, given: Option<&Access>) -> Result<(), String> {
        let settled = self.store.settle_access(&self.account, &self.owner, given).await;
        settled.map_err(|error| error.to_string())
    }
}
