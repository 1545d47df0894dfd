//! Items as staff see them: drafts and public ones, with everything they say and what became of it elsewhere.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use beffroi_schema::{
    entity::revision,
    id::global_of_item,
    store::{StoreError, StoredItem},
    value::{self, Scope},
};

use super::{
    batch::Batch,
    campaigns::Campaign,
    deliveries::Delivery,
    facts::{ItemDetail, ItemText},
    local_time,
    outlook::{Outlook, OutlookInput, OutlookPayload},
    rulings::Ruling,
    scope,
    wording::Variant,
    words::ItemStatus,
};
use crate::graphql::{
    context::Asked as _,
    id,
    problem::settle,
    reading::{Reading as _, item::Venue},
    scalar::{DateTime, LanguageTag, Url},
    words::{Change, ChangeClass, Kind},
};

/// An item, and what its page shares.
#[derive(Clone, Debug)]
pub struct DeskItem {
    stored: Arc<StoredItem>,
    batch: Arc<Batch>,
}

impl DeskItem {
    /// The items of one page, in order.
    pub(super) fn page(ctx: &Context<'_>, scope: Scope, items: Vec<StoredItem>) -> Result<Vec<Self>> {
        let ids = items.iter().map(|item| item.row.id).collect();
        let batch = Batch::of(ctx.store()?, scope, ids);
        let item = |stored| Self {
            stored: Arc::new(stored),
            batch: Arc::clone(&batch),
        };
        Ok(items.into_iter().map(item).collect())
    }

    /// One item by itself.
    pub(super) fn alone(ctx: &Context<'_>, scope: Scope, item: StoredItem) -> Result<Self> {
        let batch = Batch::of(ctx.store()?, scope, vec![item.row.id]);
        Ok(Self {
            stored: Arc::new(item),
            batch,
        })
    }

    fn time(&self, ctx: &Context<'_>, at: beffroi_schema::clock::Timestamp) -> Result<DateTime> {
        local_time(ctx, self.stored.row.authority_id, at)
    }
}

/// An item as staff see it, public or not.
#[Object]
impl DeskItem {
    /// Its global id: the one it has for residents, too.
    pub async fn id(&self) -> ID {
        ID(global_of_item(self.stored.row.kind, self.stored.row.id))
    }

    /// Whose it is.
    async fn authority_id(&self) -> ID {
        id::global("Authority", self.stored.row.authority_id.0)
    }

    /// What it is.
    async fn kind(&self) -> Kind {
        self.stored.row.kind.into()
    }

    /// Where it is in its life.
    async fn status(&self) -> ItemStatus {
        self.stored.row.status.into()
    }

    /// Grows by one at each change: pass it with the next one.
    async fn version(&self) -> i32 {
        self.stored.row.version
    }

    /// Why it waits for a person; null when it does not.
    async fn held(&self) -> Option<&str> {
        self.stored.row.held.as_deref()
    }

    /// The language for readers of whose language there is no text.
    async fn language(&self) -> LanguageTag {
        LanguageTag(self.stored.content.language.clone())
    }

    /// Its title in the viewer's language as far as possible; empty while it has none.
    async fn title(&self, ctx: &Context<'_>) -> Result<&str> {
        let content = &self.stored.content;
        let text = content.texts.choose(ctx.wanted()?, &content.language);
        Ok(text.map_or("", |(_, text)| text.title.as_str()))
    }

    /// What it says, in every language it is written in.
    async fn texts(&self) -> Vec<ItemText> {
        ItemText::all(&self.stored.content.texts)
    }

    /// What it is about, as slugs.
    async fn topics(&self) -> &[String] {
        &self.stored.content.topics.0
    }

    /// Where it takes place or applies; null when nothing of that is said.
    async fn venue(&self) -> Option<Venue> {
        let venue = &self.stored.content.venue;
        (*venue != value::Venue::default()).then(|| Venue {
            name: venue.name.clone(),
            address: venue.address.clone(),
            point: venue.point.map(Into::into),
        })
    }

    /// A page elsewhere that says more; null when there is none.
    async fn link(&self) -> Option<&str> {
        self.stored.content.link.as_deref()
    }

    /// The zones it concerns; none: the whole authority.
    async fn zones(&self) -> Vec<ID> {
        let zones = self.stored.content.zones.iter();
        zones.map(|zone| id::global("Zone", zone.0)).collect()
    }

    /// The lines it concerns as a whole.
    async fn lines(&self) -> Vec<ID> {
        let lines = self.stored.content.lines.iter();
        lines.map(|line| id::global("Line", line.0)).collect()
    }

    /// The stops it concerns.
    async fn stops(&self) -> Vec<ID> {
        let stops = self.stored.content.stops.iter();
        stops.map(|stop| id::global("Stop", stop.0)).collect()
    }

    /// Its pictures, in order.
    async fn pictures(&self) -> Vec<ID> {
        let pictures = self.stored.content.pictures.iter();
        pictures.map(|picture| id::global("Picture", picture.0)).collect()
    }

    /// Its videos and documents, in order.
    async fn attachments(&self) -> Vec<ID> {
        let files = self.stored.content.attachments.iter();
        files.map(|file| id::global("Attachment", file.0)).collect()
    }

    /// What only its kind has.
    async fn detail(&self) -> ItemDetail {
        ItemDetail::from(&self.stored.content.detail)
    }

    /// When it goes out by itself; null when it is not scheduled.
    async fn publish_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
        self.stored.row.publish_at.map(|at| self.time(ctx, at)).transpose()
    }

    /// When it was first made public; null when it never was.
    async fn published_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
        self.stored.row.published_at.map(|at| self.time(ctx, at)).transpose()
    }

    /// When it was taken back; null when it was not.
    async fn withdrawn_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
        self.stored.row.withdrawn_at.map(|at| self.time(ctx, at)).transpose()
    }

    /// When it was last changed.
    async fn updated_at(&self, ctx: &Context<'_>) -> Result<DateTime> {
        self.time(ctx, self.stored.row.updated_at)
    }

    /// When its first draft was made.
    async fn created_at(&self, ctx: &Context<'_>) -> Result<DateTime> {
        self.time(ctx, self.stored.row.created_at)
    }

    /// Its page for residents; null while it is not public.
    async fn url(&self, ctx: &Context<'_>) -> Result<Option<Url>> {
        let row = &self.stored.row;
        let authorities = ctx.boards()?.authorities();
        let home = authorities.iter().find(|known| known.id == row.authority_id);
        let public = row.status == value::ItemStatus::Published;
        let addresses = ctx.addresses()?;
        Ok(home
            .filter(|_| public)
            .map(|home| Url(addresses.item(&home.slug, row.kind, row.id))))
    }

    /// Its public states, newest first.
    #[graphql(complexity = "5 + 2 * child_complexity")]
    async fn revisions(&self) -> Result<Vec<Revision>> {
        let rows = self.batch.revisions(self.stored.row.id).await?;
        Ok(rows.iter().cloned().map(Revision).collect())
    }

    /// What was brought to accounts on social networks, oldest first.
    #[graphql(complexity = "5 + 2 * child_complexity")]
    async fn deliveries(&self) -> Result<Vec<Delivery>> {
        let rows = self.batch.deliveries(self.stored.row.id).await?;
        let delivery = |row| Delivery::new(row, Arc::clone(&self.batch));
        Ok(rows.iter().cloned().map(delivery).collect())
    }

    /// What people wrote for single accounts.
    #[graphql(complexity = "5 + child_complexity")]
    async fn variants(&self) -> Result<Vec<Variant>> {
        let row = &self.stored.row;
        let rows = self.batch.variants(row.id).await?.iter().cloned();
        Ok(rows.map(|written| Variant::new(written, row.version)).collect())
    }

    /// What the rules of each account said of it, those that it does not go to included.
    #[graphql(complexity = "5 + 2 * child_complexity")]
    async fn rulings(&self) -> Result<Vec<Ruling>> {
        let rows = self.batch.rulings(self.stored.row.id).await?;
        let ruling = |row| Ruling::new(row, Arc::clone(&self.batch));
        Ok(rows.iter().cloned().map(ruling).collect())
    }

    /// What would become of it on every account, if this were done now: nothing is written.
    #[graphql(complexity = "20 + 10 * child_complexity")]
    async fn outlook(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is meant to be done.")] input: OutlookInput,
    ) -> Result<OutlookPayload> {
        let mut problems = Vec::new();
        let intent = input.intent(&self.stored, &mut problems);
        let store = ctx.store()?;
        let looked = if problems.is_empty() {
            let (scope, id) = (scope(ctx, value::Role::Contributor)?, self.stored.row.id);
            store.outlook(&scope, ctx.addresses()?, id, intent, ctx.viewer()?).await
        } else {
            Err(StoreError::Problems(problems))
        };
        let (accounts, problems) = settle(looked)?;
        let accounts = accounts.map(|accounts| accounts.into_iter().map(Outlook).collect());
        Ok(OutlookPayload::new(accounts, problems))
    }

    /// What was brought to phones, newest first.
    #[graphql(complexity = "5 + 2 * child_complexity")]
    async fn campaigns(&self) -> Result<Vec<Campaign>> {
        let rows = self.batch.campaigns(self.stored.row.id).await?;
        Ok(rows.iter().cloned().map(Campaign).collect())
    }
}

/// One public state of an item.
#[derive(Debug)]
pub struct Revision(revision::Model);

/// A public state of an item, frozen when it was made public.
#[Object]
impl Revision {
    /// The item's version that it froze.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// What it did to the item.
    async fn change(&self) -> Change {
        self.0.change.into()
    }

    /// How a disruption changed; null for other items.
    async fn class(&self) -> Option<ChangeClass> {
        self.0.class.map(Into::into)
    }

    /// Whether it is shown in the app only: nobody was told.
    async fn quiet(&self) -> bool {
        self.0.quiet
    }

    /// When.
    async fn at(&self, ctx: &Context<'_>) -> Result<DateTime> {
        local_time(ctx, self.0.authority_id, self.0.at)
    }

    /// What it said.
    async fn texts(&self) -> Vec<ItemText> {
        ItemText::all(&self.0.content.texts)
    }
}
