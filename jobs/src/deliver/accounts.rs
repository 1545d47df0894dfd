//! Accounts that are open: kept while their row stays the same, because some networks hold a session in them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use beffroi_schema::{entity::account, id::AccountId, store::Store};
use secrecy::SecretString;

use crate::{
    http::Http,
    networks::{SocialNetwork, registry::AccountSettings},
};

/// Accounts kept open; when there are more, all are closed and opened again as they are needed.
const MAX_OPEN: usize = 1_000;

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
        let network: Arc<dyn SocialNetwork> = Arc::from(settings.open(secret, &self.http));
        if open.len() >= MAX_OPEN {
            open.clear();
        }
        open.insert(row.id, (row.version, Arc::clone(&network)));
        Ok(network)
    }
}
