//! Who did what.

use async_graphql::{Context, ID, Json, Object, Result};
use beffroi_schema::{entity::audit, id::AuditId, value};
use uuid::Uuid;

use crate::graphql::{
    context::Asked as _,
    error::Code,
    guard::{Role, RoleGuard, requires},
    id,
    reading::connection::{Connection, Edge, page_size},
    scalar::DateTime,
};

/// The query of the audit log.
#[derive(Debug, Default)]
pub struct AuditQuery;

#[Object]
impl AuditQuery {
    /// Who did what in the authorities where the viewer is an administrator, newest first. Operators also see what
    /// concerns the whole instance.
    #[graphql(
        guard = "RoleGuard(value::Role::Admin)",
        directive = requires::apply(Role::Admin),
        complexity = "20 + page_size(first) * child_complexity"
    )]
    async fn audit_log(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many: 20 when absent, at most 100.")] first: Option<i32>,
        #[graphql(desc = "The cursor to continue after.")] after: Option<String>,
    ) -> Result<Connection<AuditEntry>> {
        let scope = ctx.viewer()?.scope(value::Role::Admin);
        let first = page_size(first);
        let before = after.as_deref().map(cursor).transpose()?;
        let mut lines = ctx.store()?.audit_log(&scope, first as u64, before).await?;
        let more = lines.len() > first;
        lines.truncate(first);
        let edges = lines.into_iter().map(|line| Edge {
            cursor: line.id.to_string(),
            node: AuditEntry(line),
        });
        Ok(Connection::of(edges.collect(), more, before.is_some()))
    }
}

fn cursor(text: &str) -> Result<AuditId> {
    let id = Uuid::parse_str(text).map_err(|_| Code::BadUserInput.error("this is not a cursor of the audit log"))?;
    Ok(AuditId(id))
}

/// One act.
#[derive(Clone, Debug)]
pub struct AuditEntry(audit::Model);

/// One act.
#[Object]
impl AuditEntry {
    /// When, in UTC.
    async fn at(&self) -> DateTime {
        DateTime::at(self.0.at, "UTC")
    }

    /// The person's name at that time, or the token's.
    async fn who(&self) -> &str {
        &self.0.who
    }

    /// The verb: `item.publish`.
    async fn action(&self) -> &str {
        &self.0.action
    }

    /// What it was done to.
    async fn subject(&self) -> &str {
        &self.0.subject
    }

    /// Where; null means the whole instance.
    async fn authority_id(&self) -> Option<ID> {
        self.0.authority_id.map(|at| id::global("Authority", at.0))
    }

    /// What else matters about it; never a secret. Null when there is nothing more to say.
    async fn detail(&self) -> Option<Json<&serde_json::Value>> {
        (!self.0.detail.is_null()).then_some(Json(&self.0.detail))
    }
}
