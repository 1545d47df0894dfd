//! Everything there is to know for telling people of a revision.

use sea_orm::{ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use super::{Store, StoreError, StoreResult};
use crate::{
    entity::{authority, item, line, media, occurrence, post_template, revision, stop, variant, zone},
    id::{MediaId, RevisionId},
    value::{Detail, Selectors},
};

/// A revision with the names behind its ids.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Who publishes.
    pub authority: authority::Model,
    /// The item's row as it is now.
    pub item: item::Model,
    /// What is to be told.
    pub revision: revision::Model,
    /// Lines concerned: as a whole, or by one of their stops or journeys; in the network's order.
    pub lines: Vec<line::Model>,
    /// Stops concerned, by name.
    pub stops: Vec<stop::Model>,
    /// Zones concerned, by name.
    pub zones: Vec<zone::Model>,
    /// Pictures, in the item's order.
    pub pictures: Vec<media::Model>,
    /// Videos and documents, in the item's order.
    pub attachments: Vec<media::Model>,
    /// Dates from now on, in order, when it is an event.
    pub dates: Vec<occurrence::Model>,
    /// How the authority puts its posts together.
    pub templates: Vec<post_template::Model>,
    /// What people wrote for single accounts.
    pub variants: Vec<variant::Model>,
}

impl Store {
    /// The facts of a revision.
    pub async fn facts(&self, revision: RevisionId) -> StoreResult<Facts> {
        let revision = revision::Entity::find_by_id(revision)
            .one(&self.db)
            .await?
            .ok_or(StoreError::NotFound)?;
        let item = item::Entity::find_by_id(revision.item_id)
            .one(&self.db)
            .await?
            .ok_or(StoreError::NotFound)?;
        let ahead = occurrence::Entity::find()
            .filter(occurrence::Column::ItemId.eq(item.id))
            .filter(occurrence::Column::EndsAt.gt(self.clock.now()));
        let dates = ahead.order_by_asc(occurrence::Column::StartsAt).all(&self.db).await?;
        self.facts_with(item, revision, dates).await
    }

    /// The facts of a revision, stored or not, with its dates from now on.
    pub(super) async fn facts_with(
        &self,
        item: item::Model,
        revision: revision::Model,
        dates: Vec<occurrence::Model>,
    ) -> StoreResult<Facts> {
        let authority = self
            .authority(revision.authority_id)
            .await?
            .ok_or(StoreError::NotFound)?;
        let content = &revision.content;
        let stops = stop::Entity::find()
            .filter(stop::Column::Id.is_in(content.stops.iter().copied()))
            .order_by_asc(stop::Column::Name);
        let zones = zone::Entity::find()
            .filter(zone::Column::Id.is_in(content.zones.iter().copied()))
            .order_by_asc(zone::Column::Name);
        let pictures = self.files_named(&content.pictures).await?;
        let attachments = self.files_named(&content.attachments).await?;
        Ok(Facts {
            lines: self.lines_concerned(&revision).await?,
            stops: stops.all(&self.db).await?,
            zones: zones.all(&self.db).await?,
            dates,
            templates: self.templates(authority.id).await?,
            variants: self.variants_of(&[item.id]).await?,
            pictures,
            attachments,
            authority,
            item,
            revision,
        })
    }

    /// Pictures, videos and documents, in this order.
    async fn files_named(&self, ids: &[MediaId]) -> StoreResult<Vec<media::Model>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let named = media::Entity::find().filter(media::Column::Id.is_in(ids.iter().copied()));
        let mut rows = named.all(&self.db).await?;
        rows.sort_by_key(|row| ids.iter().position(|id| *id == row.id));
        Ok(rows)
    }

    /// A follower of a line wants to know of a closed stop or a late journey on it, too.
    async fn lines_concerned(&self, revision: &revision::Model) -> StoreResult<Vec<line::Model>> {
        let content = &revision.content;
        let (keys, timetable) = match &content.detail {
            Detail::Disruption(disruption) => (keys(&disruption.selectors), disruption.timetable),
            Detail::Event(_) | Detail::Article(_) => (Vec::new(), None),
        };
        let mut by_key = Condition::all().add(line::Column::Key.is_in(keys));
        if let Some(timetable) = timetable {
            by_key = by_key.add(line::Column::SourceId.eq(timetable));
        }
        let named = Condition::any()
            .add(line::Column::Id.is_in(content.lines.iter().copied()))
            .add(by_key);
        let lines = line::Entity::find()
            .filter(line::Column::AuthorityId.eq(revision.authority_id))
            .filter(named);
        Ok(lines.order_by_asc(line::Column::Position).all(&self.db).await?)
    }
}

fn keys(selectors: &Selectors) -> Vec<&str> {
    let named = selectors.0.iter().flat_map(|selector| {
        [
            selector.line.as_deref(),
            selector.trip.as_ref().and_then(|trip| trip.line.as_deref()),
        ]
    });
    named.flatten().collect()
}
