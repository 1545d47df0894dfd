//! What belongs to the items of one page, read once for all of them when the first of them is asked: a page of a hundred
//! items costs as many statements as a page of one.

use std::{collections::HashMap, hash::Hash, sync::Arc};

use beffroi_schema::{
    entity::{attempt, delivery, receipt, revision, ruling, variant},
    id::{AccountId, DeliveryId, ItemId},
    store::{Store, StoreResult, campaigns::Progress},
    value::Scope,
};
use tokio::sync::OnceCell;

use super::accounts::Account;

/// The items of one page, and what was read about them so far.
#[derive(Debug)]
pub(super) struct Batch {
    store: Store,
    scope: Scope,
    items: Vec<ItemId>,
    revisions: OnceCell<HashMap<ItemId, Vec<revision::Model>>>,
    deliveries: OnceCell<HashMap<ItemId, Vec<delivery::Model>>>,
    attempts: OnceCell<HashMap<DeliveryId, Vec<attempt::Model>>>,
    receipts: OnceCell<HashMap<(ItemId, AccountId), receipt::Model>>,
    accounts: OnceCell<HashMap<AccountId, Account>>,
    campaigns: OnceCell<HashMap<ItemId, Vec<Progress>>>,
    variants: OnceCell<HashMap<ItemId, Vec<variant::Model>>>,
    rulings: OnceCell<HashMap<ItemId, Vec<ruling::Model>>>,
}

impl Batch {
    /// Nothing is read yet.
    pub(super) fn of(store: &Store, scope: Scope, items: Vec<ItemId>) -> Arc<Self> {
        Arc::new(Self {
            store: store.clone(),
            scope,
            items,
            revisions: OnceCell::new(),
            deliveries: OnceCell::new(),
            attempts: OnceCell::new(),
            receipts: OnceCell::new(),
            accounts: OnceCell::new(),
            campaigns: OnceCell::new(),
            variants: OnceCell::new(),
            rulings: OnceCell::new(),
        })
    }

    /// The public states of an item, newest first.
    pub(super) async fn revisions(&self, item: ItemId) -> StoreResult<&[revision::Model]> {
        let read = async {
            let rows = self.store.revisions_of(&self.scope, &self.items).await?;
            StoreResult::Ok(grouped(rows, |row| row.item_id))
        };
        Ok(listed(self.revisions.get_or_try_init(|| read).await?, &item))
    }

    /// The deliveries of an item, oldest first.
    pub(super) async fn deliveries(&self, item: ItemId) -> StoreResult<&[delivery::Model]> {
        Ok(listed(self.all_deliveries().await?, &item))
    }

    /// The attempts at a delivery of one of the items, oldest first.
    pub(super) async fn attempts(&self, delivery: DeliveryId) -> StoreResult<&[attempt::Model]> {
        let read = async {
            let deliveries = self.all_deliveries().await?.values().flatten();
            let ids: Vec<_> = deliveries.map(|row| row.id).collect();
            StoreResult::Ok(grouped(self.store.attempts_of(&ids).await?, |row| row.delivery_id))
        };
        Ok(listed(self.attempts.get_or_try_init(|| read).await?, &delivery))
    }

    /// What an item became on an account.
    pub(super) async fn receipt(&self, item: ItemId, account: AccountId) -> StoreResult<Option<&receipt::Model>> {
        let read = async {
            let rows = self.store.receipts_of(&self.items).await?.into_iter();
            StoreResult::Ok(rows.map(|row| ((row.item_id, row.account_id), row)).collect())
        };
        Ok(self.receipts.get_or_try_init(|| read).await?.get(&(item, account)))
    }

    /// An account that a delivery goes to.
    pub(super) async fn account(&self, id: AccountId) -> StoreResult<Option<&Account>> {
        let read = async {
            let rows = self.store.accounts(&self.scope, None).await?;
            StoreResult::Ok(Account::all(rows).map(|account| (account.key(), account)).collect())
        };
        Ok(self.accounts.get_or_try_init(|| read).await?.get(&id))
    }

    /// The campaigns of an item, newest first.
    pub(super) async fn campaigns(&self, item: ItemId) -> StoreResult<&[Progress]> {
        let read = async {
            let rows = self.store.campaigns_of_items(&self.scope, &self.items).await?;
            StoreResult::Ok(grouped(rows, |row| row.campaign.item_id))
        };
        Ok(listed(self.campaigns.get_or_try_init(|| read).await?, &item))
    }

    /// What people wrote for single accounts of an item.
    pub(super) async fn variants(&self, item: ItemId) -> StoreResult<&[variant::Model]> {
        let read = async {
            let rows = self.store.variants_of(&self.items).await?;
            StoreResult::Ok(grouped(rows, |row| row.item_id))
        };
        Ok(listed(self.variants.get_or_try_init(|| read).await?, &item))
    }

    /// What the rules of accounts said of an item.
    pub(super) async fn rulings(&self, item: ItemId) -> StoreResult<&[ruling::Model]> {
        let read = async {
            let rows = self.store.rulings_of(&self.scope, &self.items).await?;
            StoreResult::Ok(grouped(rows, |row| row.item_id))
        };
        Ok(listed(self.rulings.get_or_try_init(|| read).await?, &item))
    }

    async fn all_deliveries(&self) -> StoreResult<&HashMap<ItemId, Vec<delivery::Model>>> {
        let read = async {
            let rows = self.store.deliveries_of(&self.scope, &self.items).await?;
            StoreResult::Ok(grouped(rows, |row| row.item_id))
        };
        self.deliveries.get_or_try_init(|| read).await
    }
}

/// Rows by the key they share, in the order they came.
fn grouped<K: Eq + Hash, R>(rows: Vec<R>, key: impl Fn(&R) -> K) -> HashMap<K, Vec<R>> {
    let mut groups: HashMap<K, Vec<R>> = HashMap::new();
    for row in rows {
        groups.entry(key(&row)).or_default().push(row);
    }
    groups
}

fn listed<'a, K: Eq + Hash, R>(groups: &'a HashMap<K, Vec<R>>, key: &K) -> &'a [R] {
    groups.get(key).map_or(&[], Vec::as_slice)
}
