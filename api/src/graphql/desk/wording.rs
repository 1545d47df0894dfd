//! How posts are put together: templates, and what a person writes for one account.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use beffroi_schema::{
    entity::{post_template, variant},
    store::TemplateOf,
    text::template::USUAL,
    value::{self, Role},
};

use super::{drafting, scope, within};
use crate::graphql::{
    context::Asked as _,
    guard::{self, RoleGuard, requires},
    id as global,
    problem::{Problem, settle},
    scalar::{DateTime, LanguageTag},
    words::{Kind, Network},
};

/// How posts of one kind are put together.
#[derive(Debug, SimpleObject)]
pub struct PostTemplate {
    /// Of which kind of item.
    kind: Kind,
    /// On which network; null: on every network that has no template of its own.
    network: Option<Network>,
    /// In which language.
    language: LanguageTag,
    /// A line for each thing that is told, with the item's facts in braces: `{subject}`, `{when}`, `{body}`, `{link}`.
    text: String,
}

impl From<post_template::Model> for PostTemplate {
    fn from(row: post_template::Model) -> Self {
        let network: Option<value::Network> = row.network.parse().ok();
        Self {
            kind: row.kind.into(),
            network: network.map(Into::into),
            language: LanguageTag(row.language),
            text: row.text,
        }
    }
}

/// The templates of an authority.
#[derive(Debug, SimpleObject)]
pub struct Templates {
    /// What holds where nobody has said otherwise.
    usual: &'static str,
    /// What a template can name in braces.
    fields: Vec<&'static str>,
    /// What staff have set.
    own: Vec<PostTemplate>,
}

impl Templates {
    pub(super) fn of(rows: Vec<post_template::Model>) -> Self {
        Self {
            usual: USUAL,
            fields: value::TemplateField::ALL.iter().map(|field| field.as_str()).collect(),
            own: rows.into_iter().map(PostTemplate::from).collect(),
        }
    }
}

/// What a person wrote for one account, in place of what the template says.
#[derive(Debug)]
pub struct Variant {
    row: variant::Model,
    item_version: i32,
}

impl Variant {
    pub(super) fn new(row: variant::Model, item_version: i32) -> Self {
        Self { row, item_version }
    }
}

/// What a person wrote for one account, in place of what the template says. It stays when the item changes.
#[Object]
impl Variant {
    /// For which account.
    async fn account_id(&self) -> ID {
        global::global("Account", self.row.account_id.0)
    }

    /// What is posted there.
    async fn text(&self) -> &str {
        &self.row.text
    }

    /// Whether the item has changed since: read it again.
    async fn outdated(&self) -> bool {
        self.row.version < self.item_version
    }

    /// Who wrote it.
    async fn author(&self) -> &str {
        &self.row.author
    }

    /// When.
    async fn written_at(&self) -> DateTime {
        DateTime(self.row.written_at.fixed_offset())
    }
}

/// Acts on the words of posts.
#[derive(Debug, Default)]
pub struct WordingMutation;

#[Object]
impl WordingMutation {
    /// Sets how posts are put together, or goes back to the usual way.
    #[graphql(guard = "RoleGuard(Role::Admin)", directive = requires::apply(guard::Role::Admin))]
    async fn set_template(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is wanted.")] input: SetTemplateInput,
    ) -> Result<WordingPayload> {
        let home = within(ctx, Role::Admin, &input.authority_id).await?;
        let of = TemplateOf {
            authority: home.id,
            kind: input.kind.into(),
            network: input.network.map(Into::into),
            language: input.language.0,
        };
        WordingPayload::of(ctx.store()?.set_template(of, input.text, ctx.viewer()?).await)
    }

    /// Writes what one account is to say of an item, or goes back to its template. It holds for what is sent from now on:
    /// amend the item to change a post that is there.
    #[graphql(guard = "RoleGuard(Role::Editor)", directive = requires::apply(guard::Role::Editor))]
    async fn set_variant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is wanted.")] input: SetVariantInput,
    ) -> Result<WordingPayload> {
        let scope = scope(ctx, Role::Editor)?;
        let item = drafting::item(&input.item_id)?;
        let account = global::local("Account", &input.account_id)?;
        let done = ctx
            .store()?
            .set_variant(&scope, item, account, input.text, ctx.viewer()?);
        WordingPayload::of(done.await)
    }
}

/// A template to set.
#[derive(Debug, InputObject)]
pub struct SetTemplateInput {
    /// Whose posts.
    authority_id: ID,
    /// Of which kind of item.
    kind: Kind,
    /// On which network; null: on every network that has no template of its own.
    network: Option<Network>,
    /// In which language.
    language: LanguageTag,
    /// The template; null: the usual one.
    text: Option<String>,
}

/// What one account is to say of an item.
#[derive(Debug, InputObject)]
pub struct SetVariantInput {
    /// Of which item.
    item_id: ID,
    /// For which account.
    account_id: ID,
    /// The text, without the link; null: what the template says.
    text: Option<String>,
}

/// Whether it was done.
#[derive(Debug, SimpleObject)]
pub struct WordingPayload {
    /// Whether it is so now.
    done: bool,
    /// What to put right.
    problems: Vec<Problem>,
}

impl WordingPayload {
    fn of(answer: beffroi_schema::store::StoreResult<()>) -> Result<Self> {
        let (done, problems) = settle(answer)?;
        Ok(Self {
            done: done.is_some(),
            problems,
        })
    }
}
