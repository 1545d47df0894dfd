//! Who did what: written in the same transaction as the act, so neither exists without the other.

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, DatabaseTransaction, EntityTrait as _, IntoActiveModel as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use serde_json::Value;

use super::{Store, StoreResult};
use crate::{
    entity::audit,
    id::{AuditId, AuthorityId},
    value::{Scope, Viewer},
};

/// Most lines read at once.
pub const MAX_AUDIT_LINES: u64 = 100;

impl Store {
    /// Writes one line: who, which verb (`item.publish`), on which row, in which authority, and what else matters.
    pub(crate) async fn audit(
        &self,
        tx: &DatabaseTransaction,
        viewer: &Viewer,
        action: &str,
        subject: impl ToString,
        authority: Option<AuthorityId>,
        detail: Value,
    ) -> StoreResult<()> {
        let line = audit::Model {
            id: self.ids.make(),
            at: self.clock.now(),
            who: viewer.name.clone(),
            staff_id: viewer.staff,
            authority_id: authority,
            action: action.to_owned(),
            subject: subject.to_string(),
            detail,
        };
        line.into_active_model().insert(tx).await?;
        Ok(())
    }

    /// Lines within `scope`, newest first, before `before`: at most `first` (bounded by [`MAX_AUDIT_LINES`]) and one
    /// more, which says that there are others.
    pub async fn audit_log(
        &self,
        scope: &Scope,
        first: u64,
        before: Option<AuditId>,
    ) -> StoreResult<Vec<audit::Model>> {
        let mut lines = audit::Entity::find().order_by_desc(audit::Column::Id);
        if let Scope::Authorities(authorities) = scope {
            lines = lines.filter(audit::Column::AuthorityId.is_in(authorities.iter().copied()));
        }
        if let Some(before) = before {
            lines = lines.filter(audit::Column::Id.lt(before));
        }
        Ok(lines.limit(first.min(MAX_AUDIT_LINES) + 1).all(&self.db).await?)
    }
}
