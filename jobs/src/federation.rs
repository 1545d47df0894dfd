//! The fediverse, as one of its servers: what came into our inboxes is believed or not, what our actors say is brought
//! to the inboxes of who follows them. What they say is decided in fan-out (`fanout/actors.rs`).

mod activity;
mod deliver;
mod inbox;
mod keys;
mod object;
mod peers;
mod plain;
mod signature;

use beffroi_schema::{
    address::Addresses,
    store::{Store, StoreResult},
};
use tokio_util::sync::CancellationToken;

pub(crate) use self::object::{Voice, activity as told_activity, object, tombstone};
use crate::http::Http;

/// Works through what came in, and what is to go out.
#[derive(Debug)]
pub struct Federation<'a> {
    store: &'a Store,
    http: &'a Http,
    addresses: &'a Addresses,
    halt: &'a CancellationToken,
    owner: &'a str,
}

impl<'a> Federation<'a> {
    /// `owner` names this worker on the rows it holds.
    pub fn new(
        store: &'a Store,
        http: &'a Http,
        addresses: &'a Addresses,
        halt: &'a CancellationToken,
        owner: &'a str,
    ) -> Self {
        Self {
            store,
            http,
            addresses,
            halt,
            owner,
        }
    }

    /// Does what is due. False: nothing is.
    pub async fn step(&self) -> StoreResult<bool> {
        let heard = self.hear().await;
        let told = self.tell().await;
        Ok(heard? || told?)
    }
}
