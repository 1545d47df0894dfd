//! The life of an item, from its draft to its withdrawal.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use beffroi_schema::{
    draft::Draft,
    id::ItemId,
    store::{StoreError, StoreResult, StoredItem},
    value::{self, ItemContent, Language, Texts, Topics, Venue},
};

use super::{
    content::{DetailInput, ItemContentInput},
    items::DeskItem,
    scope, within,
};
use crate::graphql::{
    context::Asked as _,
    error::Code,
    guard::{Role, RoleGuard, requires},
    problem::{Problem, settle},
    reading::node::NodeId,
    scalar::DateTime,
};

/// Acts on items.
#[derive(Debug, Default)]
pub struct ItemMutation;

#[Object]
impl ItemMutation {
    /// Writes a draft: residents do not see it.
    #[graphql(guard = "RoleGuard(value::Role::Contributor)", directive = requires::apply(Role::Contributor))]
    async fn create_draft(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is wanted.")] input: CreateDraftInput,
    ) -> Result<ItemPayload> {
        let home = within(ctx, value::Role::Contributor, &input.authority_id).await?;
        let mut content = blank(home.language.clone(), input.detail.blank(&home));
        let mut problems: Vec<_> = input.detail.missing().into_iter().collect();
        input.content.apply(&mut content, &mut problems);
        input.detail.apply(&mut content.detail, &mut problems);
        let draft = Draft {
            authority: home.id,
            content,
            key: input.idempotency_key,
        };
        if !problems.is_empty() {
            problems.extend(draft.problems());
            return answered(ctx, Err(StoreError::Problems(problems)));
        }
        answered(ctx, ctx.store()?.create_draft(draft, ctx.viewer()?).await)
    }

    /// Changes a draft or a scheduled item.
    #[graphql(guard = "RoleGuard(value::Role::Contributor)", directive = requires::apply(Role::Contributor))]
    async fn edit_draft(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is wanted.")] input: EditItemInput,
    ) -> Result<ItemPayload> {
        let scope = scope(ctx, value::Role::Contributor)?;
        let (id, version) = (item(&input.id)?, input.version);
        let done = match changed(ctx, &scope, input).await {
            Ok(content) => {
                let store = ctx.store()?;
                store.edit_draft(&scope, id, version, content, ctx.viewer()?).await
            }
            Err(refused) => Err(refused),
        };
        answered(ctx, done)
    }

    /// Makes a draft or a scheduled item public: residents read it, accounts and phones follow.
    #[graphql(guard = "RoleGuard(value::Role::Editor)", directive = requires::apply(Role::Editor))]
    async fn publish_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The item's global id.")] id: ID,
        #[graphql(desc = "The version it is based on.")] version: i32,
    ) -> Result<ItemPayload> {
        let scope = scope(ctx, value::Role::Editor)?;
        let store = ctx.store()?;
        answered(ctx, store.publish(&scope, item(&id)?, version, ctx.viewer()?).await)
    }

    /// Has a draft go out by itself, or at another time than planned.
    #[graphql(guard = "RoleGuard(value::Role::Editor)", directive = requires::apply(Role::Editor))]
    async fn schedule_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The item's global id.")] id: ID,
        #[graphql(desc = "The version it is based on.")] version: i32,
        #[graphql(desc = "When it goes out: in the future.")] publish_at: DateTime,
    ) -> Result<ItemPayload> {
        let scope = scope(ctx, value::Role::Editor)?;
        let (store, at) = (ctx.store()?, publish_at.utc());
        let done = store.schedule(&scope, item(&id)?, version, at, ctx.viewer()?).await;
        answered(ctx, done)
    }

    /// Changes what a public item says, everywhere it stands.
    #[graphql(guard = "RoleGuard(value::Role::Editor)", directive = requires::apply(Role::Editor))]
    async fn amend_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is wanted.")] input: EditItemInput,
    ) -> Result<ItemPayload> {
        let scope = scope(ctx, value::Role::Editor)?;
        let (id, version) = (item(&input.id)?, input.version);
        let done = match changed(ctx, &scope, input).await {
            Ok(content) => ctx.store()?.amend(&scope, id, version, content, ctx.viewer()?).await,
            Err(refused) => Err(refused),
        };
        answered(ctx, done)
    }

    /// Says that a disruption is over; it stays readable as past.
    #[graphql(guard = "RoleGuard(value::Role::Editor)", directive = requires::apply(Role::Editor))]
    async fn resolve_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The disruption's global id.")] id: ID,
        #[graphql(desc = "The version it is based on.")] version: i32,
    ) -> Result<ItemPayload> {
        let scope = scope(ctx, value::Role::Editor)?;
        let store = ctx.store()?;
        answered(ctx, store.resolve(&scope, item(&id)?, version, ctx.viewer()?).await)
    }

    /// Takes a public item back, everywhere it stands. A tombstone stays.
    #[graphql(guard = "RoleGuard(value::Role::Editor)", directive = requires::apply(Role::Editor))]
    async fn withdraw_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The item's global id.")] id: ID,
        #[graphql(desc = "The version it is based on.")] version: i32,
    ) -> Result<ItemPayload> {
        let scope = scope(ctx, value::Role::Editor)?;
        let store = ctx.store()?;
        answered(ctx, store.withdraw(&scope, item(&id)?, version, ctx.viewer()?).await)
    }
}

/// A draft to write.
#[derive(Debug, InputObject)]
pub struct CreateDraftInput {
    /// Who will publish it.
    authority_id: ID,
    /// Names this very draft: sent again with the same key, it is not written a second time.
    idempotency_key: Option<String>,
    /// What it says.
    content: ItemContentInput,
    /// What kind of item it is, and what only that kind has.
    detail: DetailInput,
}

/// What to change about an item.
#[derive(Debug, InputObject)]
pub struct EditItemInput {
    /// The item.
    id: ID,
    /// The version that the change is based on: an older one answers `CONFLICT`, with `currentVersion`.
    version: i32,
    /// What it says from now on; absent: as before.
    content: Option<ItemContentInput>,
    /// What only its kind has, from now on; absent: as before.
    detail: Option<DetailInput>,
}

/// The item as it is after an act.
#[derive(Debug, SimpleObject)]
pub struct ItemPayload {
    /// The item; null when there are problems: nothing was written then.
    item: Option<DeskItem>,
    /// What to put right.
    problems: Vec<Problem>,
}

fn blank(language: Language, detail: value::Detail) -> ItemContent {
    ItemContent {
        language,
        texts: Texts::default(),
        topics: Topics::default(),
        venue: Venue::default(),
        link: None,
        zones: Vec::new(),
        lines: Vec::new(),
        stops: Vec::new(),
        pictures: Vec::new(),
        attachments: Vec::new(),
        detail,
    }
}

/// The item that an id names; an id of something else names none.
pub(super) fn item(id: &ID) -> Result<ItemId> {
    match NodeId::read(id) {
        Ok(NodeId::Item(item)) => Ok(item),
        Ok(NodeId::Authority(_) | NodeId::Place(_)) | Err(_) => Err(Code::NotFound.error("no item with this id")),
    }
}

/// What an item will say: what it says at that version, changed.
async fn changed(ctx: &Context<'_>, scope: &value::Scope, input: EditItemInput) -> StoreResult<ItemContent> {
    let (Ok(store), Ok(id)) = (ctx.store(), item(&input.id)) else {
        return Err(StoreError::NotFound);
    };
    let StoredItem { row, mut content } = store.item(scope, id).await?.ok_or(StoreError::NotFound)?;
    if row.version != input.version {
        return Err(StoreError::Conflict { current: row.version });
    }
    let mut problems = Vec::new();
    if let Some(input) = input.content {
        input.apply(&mut content, &mut problems);
    }
    if let Some(detail) = input.detail {
        detail.apply(&mut content.detail, &mut problems);
    }
    if problems.is_empty() {
        Ok(content)
    } else {
        Err(StoreError::Problems(problems))
    }
}

fn answered(ctx: &Context<'_>, done: StoreResult<StoredItem>) -> Result<ItemPayload> {
    let (stored, problems) = settle(done)?;
    let scope = scope(ctx, value::Role::Contributor)?;
    let item = stored.map(|stored| DeskItem::alone(ctx, scope, stored)).transpose()?;
    Ok(ItemPayload { item, problems })
}
