//! An item's content, to and from its tables.

use std::collections::{BTreeMap, HashMap};

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DatabaseTransaction, EntityTrait, IntoActiveModel as _, PrimaryKeyTrait,
    QueryFilter as _, Set,
};

use super::links;
use crate::{
    entity::{article, disruption, event, item, translation},
    id::ItemId,
    store::StoreResult,
    value::{ArticleDetail, Detail, DisruptionDetail, EventDetail, ItemContent, Kind, Text, Texts},
};

/// Replaces what the item `row` says.
pub(in crate::store) async fn write_content(
    tx: &DatabaseTransaction,
    row: &item::Model,
    content: &ItemContent,
) -> StoreResult<()> {
    write_common(tx, row, content).await?;
    write_texts(tx, row.id, &content.texts).await?;
    links::write(tx, row, content).await?;
    match &content.detail {
        Detail::Event(detail) => replace::<event::Entity>(tx, row.id, event_row(row.id, detail)).await,
        Detail::Disruption(detail) => replace::<disruption::Entity>(tx, row.id, disruption_row(row.id, detail)).await,
        Detail::Article(detail) => {
            let stored = article::Model {
                item_id: row.id,
                section: detail.section.clone(),
                pinned_until: detail.pinned_until,
            };
            replace::<article::Entity>(tx, row.id, stored.into_active_model()).await
        }
    }
}

/// What each of the items `rows` says: a fixed number of statements, however many they are.
pub(in crate::store) async fn read_contents(
    db: &impl ConnectionTrait,
    rows: &[item::Model],
) -> StoreResult<HashMap<ItemId, ItemContent>> {
    let ids: Vec<ItemId> = rows.iter().map(|row| row.id).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut texts = read_texts(db, &ids).await?;
    let mut details = read_details(db, &ids).await?;
    let mut links = links::read(db, &ids).await?;
    let content = |row: &item::Model| {
        let links = links.remove(&row.id).unwrap_or_default();
        let content = ItemContent {
            language: row.language.clone(),
            texts: texts.remove(&row.id).unwrap_or_default(),
            topics: row.topics.clone(),
            venue: row.venue.clone(),
            link: row.link.clone(),
            zones: links.zones,
            lines: links.lines,
            stops: links.stops,
            pictures: links.pictures,
            attachments: links.attachments,
            detail: details.remove(&row.id)?,
        };
        Some((row.id, content))
    };
    Ok(rows.iter().filter_map(content).collect())
}

async fn write_common(tx: &DatabaseTransaction, row: &item::Model, content: &ItemContent) -> StoreResult<()> {
    let changed = item::ActiveModel {
        id: Set(row.id),
        language: Set(content.language.clone()),
        topics: Set(content.topics.clone()),
        venue: Set(content.venue.clone()),
        link: Set(content.link.clone()),
        ..Default::default()
    };
    item::Entity::update(changed).exec(tx).await?;
    Ok(())
}

async fn write_texts(tx: &DatabaseTransaction, id: ItemId, texts: &Texts) -> StoreResult<()> {
    translation::Entity::delete_many()
        .filter(translation::Column::ItemId.eq(id))
        .exec(tx)
        .await?;
    let rows = texts.0.iter().map(|(language, text)| {
        let (language, Text { title, summary, body }) = (language.clone(), text.clone());
        translation::Model {
            item_id: id,
            language,
            title,
            summary,
            body,
        }
        .into_active_model()
    });
    let rows: Vec<_> = rows.collect();
    if !rows.is_empty() {
        translation::Entity::insert_many(rows)
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

async fn read_texts(db: &impl ConnectionTrait, ids: &[ItemId]) -> StoreResult<HashMap<ItemId, Texts>> {
    let rows = translation::Entity::find()
        .filter(translation::Column::ItemId.is_in(ids.iter().copied()))
        .all(db)
        .await?;
    let mut texts: HashMap<ItemId, BTreeMap<_, _>> = HashMap::new();
    for translation::Model {
        item_id,
        language,
        title,
        summary,
        body,
    } in rows
    {
        texts
            .entry(item_id)
            .or_default()
            .insert(language, Text { title, summary, body });
    }
    Ok(texts.into_iter().map(|(id, texts)| (id, Texts(texts))).collect())
}

/// Replaces the one row that an item has in the table of its kind.
async fn replace<E>(
    tx: &DatabaseTransaction,
    id: ItemId,
    row: impl sea_orm::IntoActiveModel<E::ActiveModel>,
) -> StoreResult<()>
where
    E: EntityTrait,
    E::ActiveModel: Send,
    ItemId: Into<<E::PrimaryKey as PrimaryKeyTrait>::ValueType>,
{
    E::delete_by_id(id).exec(tx).await?;
    E::insert(row.into_active_model()).exec_without_returning(tx).await?;
    Ok(())
}

async fn read_details(db: &impl ConnectionTrait, ids: &[ItemId]) -> StoreResult<HashMap<ItemId, Detail>> {
    let mut details = HashMap::new();
    for kind in Kind::ALL {
        match kind {
            Kind::Event => {
                let rows = event::Entity::find()
                    .filter(event::Column::ItemId.is_in(ids.iter().copied()))
                    .all(db)
                    .await?;
                details.extend(rows.into_iter().map(|row| (row.item_id, event_detail(row))));
            }
            Kind::Disruption => {
                let rows = disruption::Entity::find()
                    .filter(disruption::Column::ItemId.is_in(ids.iter().copied()))
                    .all(db)
                    .await?;
                details.extend(rows.into_iter().map(|row| (row.item_id, disruption_detail(row))));
            }
            Kind::Article => {
                let rows = article::Entity::find()
                    .filter(article::Column::ItemId.is_in(ids.iter().copied()))
                    .all(db)
                    .await?;
                let detail = |row: article::Model| ArticleDetail {
                    section: row.section,
                    pinned_until: row.pinned_until,
                };
                details.extend(rows.into_iter().map(|row| (row.item_id, Detail::Article(detail(row)))));
            }
        }
    }
    Ok(details)
}

fn event_row(item_id: ItemId, detail: &EventDetail) -> event::ActiveModel {
    let EventDetail {
        starts_at,
        ends_at,
        time_zone,
        all_day,
        recurrence,
    } = detail.clone();
    event::Model {
        item_id,
        starts_at,
        ends_at,
        time_zone,
        all_day,
        recurrence,
    }
    .into_active_model()
}

fn event_detail(row: event::Model) -> Detail {
    let event::Model {
        item_id: _,
        starts_at,
        ends_at,
        time_zone,
        all_day,
        recurrence,
    } = row;
    Detail::Event(EventDetail {
        starts_at,
        ends_at,
        time_zone,
        all_day,
        recurrence,
    })
}

fn disruption_row(item_id: ItemId, detail: &DisruptionDetail) -> disruption::ActiveModel {
    let DisruptionDetail {
        cause,
        effect,
        severity,
        impact,
        display,
        selectors,
        timetable,
        resolved_at,
    } = detail.clone();
    disruption::Model {
        item_id,
        cause,
        effect,
        severity,
        impact,
        display,
        selectors,
        timetable_id: timetable,
        resolved_at,
    }
    .into_active_model()
}

fn disruption_detail(row: disruption::Model) -> Detail {
    let disruption::Model {
        item_id: _,
        cause,
        effect,
        severity,
        impact,
        display,
        selectors,
        timetable_id,
        resolved_at,
    } = row;
    Detail::Disruption(DisruptionDetail {
        cause,
        effect,
        severity,
        impact,
        display,
        selectors,
        timetable: timetable_id,
        resolved_at,
    })
}
