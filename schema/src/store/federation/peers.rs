//! Actors of other servers, as they described themselves.

use sea_orm::{
    ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _,
    sea_query::{Expr, OnConflict},
};

use super::super::{Store, StoreResult};
use crate::entity::{federated_follower, federated_peer};

impl Store {
    /// The actor that a key belongs to, as far as it was asked before.
    pub async fn peer_by_key(&self, key_id: &str) -> StoreResult<Option<federated_peer::Model>> {
        Ok(federated_peer::Entity::find()
            .filter(federated_peer::Column::KeyId.eq(key_id))
            .order_by_desc(federated_peer::Column::FetchedAt)
            .one(&self.db)
            .await?)
    }

    /// Keeps what an actor says of itself. Where it is told from now on follows.
    pub async fn put_peer(&self, peer: &federated_peer::Model) -> StoreResult<()> {
        let tx = self.write().await?;
        let newer = OnConflict::column(federated_peer::Column::Uri)
            .update_columns([
                federated_peer::Column::KeyId,
                federated_peer::Column::PublicKey,
                federated_peer::Column::Inbox,
                federated_peer::Column::SharedInbox,
                federated_peer::Column::Handle,
                federated_peer::Column::FetchedAt,
            ])
            .to_owned();
        federated_peer::Entity::insert(peer.clone().into_active_model())
            .on_conflict(newer)
            .exec_without_returning(&tx)
            .await?;
        federated_follower::Entity::update_many()
            .col_expr(federated_follower::Column::Inbox, Expr::value(told_at(peer)))
            .filter(federated_follower::Column::Peer.eq(&peer.uri))
            .exec(&tx)
            .await?;
        Ok(tx.commit().await?)
    }
}

/// Where a follower is told.
pub(super) fn told_at(peer: &federated_peer::Model) -> &str {
    peer.shared_inbox.as_deref().unwrap_or(&peer.inbox)
}
