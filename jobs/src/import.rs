//! The import loop: polls sources, one poller per source, and has the store reconcile what came.

use std::time::Duration;

use beffroi_schema::{
    entity::source,
    store::{PollOutcome, Store, StoreError, StoreResult},
    value::Language,
};

use crate::{
    http::Http,
    sources::{self, Source, SourceError},
};

/// Sources taken at once.
const SOURCES: u64 = 4;
/// How long a worker has for one poll.
const LEASE: Duration = Duration::from_mins(3);
/// What staff read of a poll that the store could not take.
const NOT_STORED: &str = "what the source said could not be stored";

/// Polls sources.
#[derive(Debug)]
pub struct Imports<'a> {
    store: &'a Store,
    http: &'a Http,
    owner: &'a str,
}

impl<'a> Imports<'a> {
    /// `owner` names this worker on the rows it holds.
    pub fn new(store: &'a Store, http: &'a Http, owner: &'a str) -> Self {
        Self { store, http, owner }
    }

    /// Polls what is due. False: nothing is.
    pub async fn step(&self) -> StoreResult<bool> {
        let sources = self.store.claim_sources(self.owner, SOURCES, LEASE).await?;
        let mut failure = None;
        for source in &sources {
            match self.poll(source).await {
                Ok(()) => {}
                Err(StoreError::NotFound) => {
                    tracing::warn!(source.id = %source.id, "a poll took longer than its lease");
                }
                // One source that fails must not hold back those beside it.
                Err(error) => failure = Some(error),
            }
        }
        failure.map_or(Ok(!sources.is_empty()), Err)
    }

    async fn poll(&self, source: &source::Model) -> StoreResult<()> {
        let started_at = self.store.clock().now();
        let authority = self
            .store
            .authority(source.authority_id)
            .await?
            .ok_or(StoreError::NotFound)?;
        let read = match open(source, &authority.language, self.http) {
            Ok(opened) => opened.fetch(&source.cursor).await,
            Err(wrong) => Err(SourceError::Unreadable(wrong)),
        };
        let wait = match &read {
            Err(SourceError::Status { after, .. }) => *after,
            Ok(_) | Err(SourceError::Unreachable(_) | SourceError::TooLarge { .. } | SourceError::Unreadable(_)) => {
                None
            }
        };
        let outcome = |reading| PollOutcome {
            started_at,
            reading,
            wait,
        };
        let reading = outcome(read.map_err(|error| error.to_string()));
        let settled = self.store.settle_poll(source.id, self.owner, reading).await;
        let (class, summary) = match settled {
            Ok(settled) => settled,
            Err(StoreError::NotFound) => return Err(StoreError::NotFound),
            Err(error) => {
                // Nothing of it was written: the poll failed, is shown as such, and waits longer each time.
                let failed = outcome(Err(NOT_STORED.to_owned()));
                self.store.settle_poll(source.id, self.owner, failed).await?;
                return Err(error);
            }
        };
        tracing::info!(
            source.id = %source.id,
            source.name,
            class = %class,
            entries = summary.entries,
            created = summary.created,
            revised = summary.revised,
            resolved = summary.resolved,
            "a source was polled"
        );
        metrics::counter!("beffroi_polls", "class" => class.as_str()).increment(1);
        Ok(())
    }
}

/// The source of a row, ready to be read, or what is wrong with the row. `language` is the authority's.
pub fn open(source: &source::Model, language: &Language, http: &Http) -> Result<Box<dyn Source>, String> {
    let url = source
        .url
        .parse()
        .map_err(|error| format!("its address cannot be read: {error}"))?;
    sources::open(source.format, url, &source.settings, language, http)
        .map_err(|error| format!("its settings cannot be read: {error}"))
}
