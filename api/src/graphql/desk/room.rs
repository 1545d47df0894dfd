//! The desk: everything staff see of the authorities where they work.

use std::{str::FromStr as _, sync::Arc};

use async_graphql::{Context, ID, Object, Result};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use beffroi_schema::{
    board,
    clock::Timestamp,
    id::{AuthorityId, ItemId},
    store::{ItemFilter, StoredItem, TaskFilter},
    value::{self, Scope},
};
use chrono::SecondsFormat;
use uuid::Uuid;

use super::{
    accounts::Account,
    drafting,
    federation::FederatedActor,
    items::DeskItem,
    scope, settings,
    sources::Source,
    tasks::Task,
    within,
    wording::Templates,
    words::{ItemStatus, TaskState},
};
use crate::graphql::{
    context::Asked as _,
    error::Code,
    guard::{Role, RoleGuard, requires},
    id,
    reading::{
        connection::{Connection, Edge, page_size},
        place::Zone,
    },
    scalar::DateTime,
    words::Kind,
};

/// The way to the desk.
#[derive(Debug, Default)]
pub struct DeskQuery;

#[Object]
impl DeskQuery {
    /// What staff see of the authorities where they have a role; what belongs to others is absent.
    #[graphql(guard = "RoleGuard(value::Role::Contributor)", directive = requires::apply(Role::Contributor))]
    async fn desk(&self, ctx: &Context<'_>) -> Result<Desk> {
        Ok(Desk {
            scope: scope(ctx, value::Role::Contributor)?,
        })
    }
}

/// Where the viewer works.
#[derive(Debug)]
pub struct Desk {
    scope: Scope,
}

/// What staff see of the authorities where they have a role.
#[Object]
impl Desk {
    /// Items, drafts included, last changed first.
    #[graphql(complexity = "page_size(first) * child_complexity / 4 + 10")]
    async fn items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of this authority only; null: of all.")] authority_id: Option<ID>,
        #[graphql(desc = "In this state only; null: in any.")] status: Option<ItemStatus>,
        #[graphql(desc = "Of this kind only; null: of any.")] kind: Option<Kind>,
        #[graphql(desc = "Entries of the page: 20 when null, at most 100.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before; null: the first page.")] after: Option<String>,
    ) -> Result<Connection<DeskItem>> {
        let filter = ItemFilter {
            authority: named(authority_id.as_ref())?,
            status: status.map(value::ItemStatus::from),
            kind: kind.map(value::Kind::from),
        };
        let first = page_size(first);
        let before = after.as_deref().map(read_cursor).transpose()?;
        let store = ctx.store()?;
        // One more than wanted says whether there is a next page.
        let mut items = store.items(&self.scope, &filter, before, first as u64 + 1).await?;
        let more = items.len() > first;
        items.truncate(first);
        let cursors: Vec<_> = items.iter().map(cursor).collect();
        let nodes = DeskItem::page(ctx, self.scope.clone(), items)?;
        let edges = cursors
            .into_iter()
            .zip(nodes)
            .map(|(cursor, node)| Edge { cursor, node });
        Ok(Connection::of(edges.collect(), more, before.is_some()))
    }

    /// An item by its global id; null when there is none at this desk.
    #[graphql(complexity = "10 + child_complexity")]
    async fn item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The item's global id.")] id: ID,
    ) -> Result<Option<DeskItem>> {
        let found = ctx.store()?.item(&self.scope, drafting::item(&id)?).await?;
        found
            .map(|found| DeskItem::alone(ctx, self.scope.clone(), found))
            .transpose()
    }

    /// Social networks that accounts can be on, and what says which account it is.
    #[graphql(complexity = "10 + child_complexity")]
    async fn networks(&self) -> Vec<settings::Description> {
        settings::networks()
    }

    /// How an authority puts its posts together.
    #[graphql(complexity = "10 + child_complexity")]
    async fn templates(&self, ctx: &Context<'_>, #[graphql(desc = "Whose.")] authority_id: ID) -> Result<Templates> {
        let home = within(ctx, value::Role::Contributor, &authority_id).await?;
        Ok(Templates::of(ctx.store()?.templates(home.id).await?))
    }

    /// Accounts on social networks, by name.
    #[graphql(complexity = "10 + 10 * child_complexity")]
    async fn accounts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of this authority only; null: of all.")] authority_id: Option<ID>,
    ) -> Result<Vec<Account>> {
        let authority = named(authority_id.as_ref())?;
        let rows = ctx.store()?.accounts(&self.scope, authority).await?;
        Ok(Account::all(rows).collect())
    }

    /// Accounts in the fediverse that this instance serves itself, by name.
    #[graphql(complexity = "10 + 10 * child_complexity")]
    async fn federated_actors(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of this authority only; null: of all.")] authority_id: Option<ID>,
    ) -> Result<Vec<FederatedActor>> {
        let authority = named(authority_id.as_ref())?;
        let rows = ctx.store()?.federated_actors(&self.scope, authority).await?;
        Ok(rows.into_iter().map(FederatedActor).collect())
    }

    /// What people are to do on networks that do not let us: first what is due first. At most a hundred.
    #[graphql(complexity = "10 + page_size(first) * child_complexity / 4")]
    async fn tasks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of this authority only; null: of all.")] authority_id: Option<ID>,
        #[graphql(desc = "In this state only; null: those that are open.")] state: Option<TaskState>,
        #[graphql(desc = "Those that the viewer has taken only; null: all.")] mine: Option<bool>,
        #[graphql(desc = "Those that are due by then only; null: all.")] due_by: Option<DateTime>,
        #[graphql(desc = "Tasks of the list: 20 when null, at most 100.")] first: Option<i32>,
    ) -> Result<Vec<Task>> {
        let filter = TaskFilter {
            authority: named(authority_id.as_ref())?,
            state: Some(state.map_or(value::HandoverState::Open, Into::into)),
            mine: mine.unwrap_or_default(),
            due_by: due_by.map(DateTime::utc),
        };
        let first = page_size(first) as u64;
        let tasks = ctx.store()?.tasks(&self.scope, &filter, first, ctx.viewer()?).await?;
        Task::page(ctx, self.scope.clone(), tasks)
    }

    /// Sources, by name.
    #[graphql(complexity = "10 + 10 * child_complexity")]
    async fn sources(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of this authority only; null: of all.")] authority_id: Option<ID>,
    ) -> Result<Vec<Source>> {
        let authority = named(authority_id.as_ref())?;
        let store = ctx.store()?;
        Ok(Source::all(store, store.sources(&self.scope, authority).await?))
    }

    /// The zones of an authority, by name.
    #[graphql(complexity = "10 + 10 * child_complexity")]
    async fn zones(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The authority.")] authority_id: ID,
    ) -> Result<Vec<Zone>> {
        let home = within(ctx, value::Role::Contributor, &authority_id).await?;
        let rows = ctx.store()?.zones(home.id).await?;
        let zone = |row| Zone(Arc::new(board::Zone::from(row)));
        Ok(rows.into_iter().map(zone).collect())
    }
}

fn named(authority: Option<&ID>) -> Result<Option<AuthorityId>> {
    authority.map(|id| id::local("Authority", id)).transpose()
}

/// The place of an item in the list: when it was last changed, and its id among those of that instant.
fn cursor(item: &StoredItem) -> String {
    let at = item.row.updated_at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    BASE64_URL_SAFE_NO_PAD.encode(format!("{at} {}", item.row.id))
}

fn read_cursor(text: &str) -> Result<(Timestamp, ItemId)> {
    let read = || {
        let text = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (at, id) = text.split_once(' ')?;
        Some((Timestamp::from_str(at).ok()?, ItemId(Uuid::parse_str(id).ok()?)))
    };
    read().ok_or_else(|| Code::BadUserInput.error("this is not a cursor of this list"))
}
