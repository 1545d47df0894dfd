//! Sources that poll the operator.

use beffroi_schema::{
    entity::{poll, source},
    id::SourceId,
    store::{ItemFilter, NewSource, StoredItem, machine},
    value::{Scope, SourceFormat, SourcePolicy},
};
use serde_json::json;

use super::City;

/// Seconds between two polls: so often that a test may set the pace by its clock.
const INTERVAL_S: i32 = 10;
/// Items of a town in a test.
const MOST_ITEMS: u64 = 200;

impl City {
    /// A source of what the operator serves under `name`, whose entries are published.
    pub async fn source(&self, format: SourceFormat, name: &str) -> source::Model {
        self.source_with(format, name, |_| {}).await
    }

    /// The same, with something else about it.
    pub async fn source_with(
        &self,
        format: SourceFormat,
        name: &str,
        change: impl FnOnce(&mut NewSource),
    ) -> source::Model {
        let mut new = NewSource {
            authority: self.authority,
            format,
            name: name.to_owned(),
            url: format!("{}/{name}", self.operator.url()),
            settings: json!({}),
            policy: SourcePolicy::Publish,
            interval_s: INTERVAL_S,
        };
        change(&mut new);
        self.store.create_source(new, &machine("test")).await.unwrap()
    }

    /// The last poll of a source.
    pub async fn last_poll(&self, source: SourceId) -> poll::Model {
        self.store.polls_of(&[source], 1).await.unwrap().swap_remove(0)
    }

    /// Every item of the town, public or not.
    pub async fn items(&self) -> Vec<StoredItem> {
        let filter = ItemFilter {
            authority: Some(self.authority),
            ..ItemFilter::default()
        };
        self.store
            .items(&Scope::Instance, &filter, None, MOST_ITEMS)
            .await
            .unwrap()
    }
}
