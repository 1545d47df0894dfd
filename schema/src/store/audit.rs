//! The audit log: who did what. Written in the same transaction as the act.

use sea_orm::{DatabaseTransaction, EntityTrait as _, IntoActiveModel as _};

use super::{Store, StoreResult};
use crate::{entity::audit, id::AuthorityId, value::Viewer};

/// Adds one line.
pub(super) async fn write(
    tx: &DatabaseTransaction,
    store: &Store,
    by: &Viewer,
    action: &str,
    subject: impl std::fmt::Display + Send,
    authority: Option<AuthorityId>,
) -> StoreResult<()> {
    let line = audit::Model {
        id: store.ids.make(),
        at: store.clock.now(),
        who: by.name.clone(),
        staff_id: by.staff,
        authority_id: authority,
        action: action.to_owned(),
        subject: subject.to_string(),
        detail: serde_json::Value::Null,
    };
    audit::Entity::insert(line.into_active_model())
        .exec_without_returning(tx)
        .await?;
    Ok(())
}
