//! A campaign to everybody who follows [`TOPIC`].

use std::time::Duration;

use anyhow::Context as _;
use beffroi_schema::{
    entity::{campaign, revision},
    id::{CampaignId, ItemId},
    store::campaigns::NewCampaign,
    value::{Audience, CampaignKind, CampaignState, Kind, Language, Note, Severity, Words},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use super::{TOPIC, Town};

/// How long the note is of use: longer than any campaign takes.
const OF_USE: Duration = Duration::from_hours(24);

/// Publishes an item, and starts a campaign that tells of it. It is urgent: nobody's quiet hours hold it back, whenever
/// the benchmark is run.
pub async fn start_campaign(town: &Town) -> anyhow::Result<CampaignId> {
    let item = town.publish("Le tram B est à l’arrêt").await?;
    let revision = revision::Entity::find()
        .filter(revision::Column::ItemId.eq(item))
        .order_by_desc(revision::Column::Version)
        .one(&town.database.connection)
        .await?
        .context("nothing was published")?;
    let new = NewCampaign {
        authority: town.authority,
        item,
        revision: revision.id,
        note: note(item, revision.version, town),
        audience: Audience {
            topics: vec![TOPIC.to_owned()],
            ..Audience::default()
        },
    };
    town.store
        .start_campaign(new)
        .await?
        .context("the campaign did not start")
}

fn note(item: ItemId, version: i32, town: &Town) -> Note {
    let words = Words {
        title: "Tram B interrompu".to_owned(),
        body: "Aucun tram entre Gare et Centre jusqu’à 18 h.".to_owned(),
    };
    Note {
        words: [(Language::french(), words)].into(),
        fallback: Language::french(),
        item,
        version,
        kind: Kind::Disruption,
        campaign: CampaignKind::Alert,
        severity: Some(Severity::Severe),
        link: "https://valbourg.example/i/1".to_owned(),
        tag: "AZdaPowAcACAAAAAAAAAAQ".to_owned(),
        urgent: true,
        expires_at: town.store.clock().now() + OF_USE,
    }
}

/// How many were sent, once the campaign is done.
pub async fn sent(town: &Town, campaign: CampaignId) -> anyhow::Result<Option<i64>> {
    let row = campaign::Entity::find_by_id(campaign)
        .one(&town.database.connection)
        .await?
        .context("the campaign is gone")?;
    Ok((row.state == CampaignState::Done).then_some(row.sent))
}
