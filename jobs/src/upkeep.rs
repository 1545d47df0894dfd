//! What must happen from time to time: scheduled items go out, what is of no use any more goes. Nobody outside is asked:
//! what is due to go out waits for nobody.

use beffroi_schema::store::{Store, StoreResult, machine};

/// Keeps the house in order.
#[derive(Debug)]
pub struct Upkeep<'a> {
    store: &'a Store,
}

impl<'a> Upkeep<'a> {
    /// Of what is in `store`.
    pub fn new(store: &'a Store) -> Self {
        Self { store }
    }

    /// Does what is due. False: nothing is.
    pub async fn step(&self) -> StoreResult<bool> {
        let published = self.store.publish_due(&machine("schedule")).await;
        let dropped = self.store.drop_expired_uploads().await;
        let moved = self.store.move_former_file().await;
        let requests = self.store.forget_requests().await;
        let subscribers = self.store.forget_subscribers().await;
        let connections = self.store.forget_connections().await;
        let forgotten = requests? + subscribers? + connections?;
        Ok(published? > 0 || dropped? > 0 || moved? || forgotten > 0)
    }
}
