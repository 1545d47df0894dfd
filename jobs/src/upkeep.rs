//! What must happen from time to time: scheduled items go out, what is of no use any more goes. Nobody outside is asked:
//! what is due to go out waits for nobody.

use beffroi_schema::{
    address::Addresses,
    store::{Store, StoreResult, machine},
};

/// Keeps the house in order.
#[derive(Debug)]
pub struct Upkeep<'a> {
    store: &'a Store,
    addresses: &'a Addresses,
}

impl<'a> Upkeep<'a> {
    /// Of what is in `store`.
    pub fn new(store: &'a Store, addresses: &'a Addresses) -> Self {
        Self { store, addresses }
    }

    /// Does what is due. False: nothing is.
    pub async fn step(&self) -> StoreResult<bool> {
        let published = self.store.publish_due(&machine("schedule")).await;
        let dropped = self.store.drop_expired_uploads().await;
        let moved = self.store.move_former_file().await;
        let requests = self.store.forget_requests().await;
        let subscribers = self.store.forget_subscribers().await;
        let connections = self.store.forget_connections().await;
        let reminded = self.remind().await;
        let forgotten = requests? + subscribers? + connections?;
        Ok(published? > 0 || dropped? > 0 || moved? || reminded? || forgotten > 0)
    }

    /// Says who must agree again, before an authorisation ends.
    async fn remind(&self) -> StoreResult<bool> {
        let reminders = self.store.remind().await?;
        for reminder in &reminders {
            tracing::warn!(
                account = %reminder.account.name,
                network = %reminder.account.network,
                days = reminder.days,
                people = ?reminder.people,
                page = self.addresses.connect_again(reminder.account.id),
                "an authorisation ends: it must be given again"
            );
        }
        Ok(!reminders.is_empty())
    }
}
