//! What an item points at: zones, lines, stops, pictures, attachments. All of the item's own authority.

use std::collections::{BTreeSet, HashMap};

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DatabaseTransaction, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};

use crate::{
    entity::{item, item_attachment, item_line, item_media, item_stop, item_zone, line, media, stop, zone},
    id::{ItemId, LineId, MediaId, StopId, ZoneId},
    store::StoreResult,
    value::{ItemContent, MediaKind, Problem, ProblemCode},
};

/// What one item points at.
#[derive(Default)]
pub(super) struct Links {
    pub zones: Vec<ZoneId>,
    pub lines: Vec<LineId>,
    pub stops: Vec<StopId>,
    pub pictures: Vec<MediaId>,
    pub attachments: Vec<MediaId>,
}

/// One kind of link: the table that joins, the table it leads to, and the field of the content that holds it.
macro_rules! write_links {
    ($tx:expr, $item:expr, $wanted:expr, $path:literal, $join:ident.$field:ident, $target:ident) => {{
        let wanted: BTreeSet<_> = $wanted.iter().copied().collect();
        let mine = $target::Entity::find()
            .select_only()
            .column($target::Column::Id)
            .filter($target::Column::Id.is_in(wanted.iter().copied()))
            .filter($target::Column::AuthorityId.eq($item.authority_id));
        let known = mine.into_tuple::<sea_orm::prelude::Uuid>().all($tx).await?.len();
        if known != wanted.len() {
            return Err(unknown($path).into());
        }
        $join::Entity::delete_many()
            .filter($join::Column::ItemId.eq($item.id))
            .exec($tx)
            .await?;
        let rows: Vec<_> = wanted
            .into_iter()
            .map(|$field| {
                $join::Model {
                    item_id: $item.id,
                    $field,
                }
                .into_active_model()
            })
            .collect();
        if !rows.is_empty() {
            $join::Entity::insert_many(rows).exec_without_returning($tx).await?;
        }
    }};
}

macro_rules! read_links {
    ($db:expr, $ids:expr, $links:expr, $list:ident, $join:ident.$field:ident) => {{
        let of_items = $join::Entity::find().filter($join::Column::ItemId.is_in($ids.iter().copied()));
        for row in of_items.all($db).await? {
            $links.entry(row.item_id).or_default().$list.push(row.$field);
        }
    }};
}

pub(super) async fn write(tx: &DatabaseTransaction, item: &item::Model, content: &ItemContent) -> StoreResult<()> {
    write_links!(tx, item, content.zones, "zones", item_zone.zone_id, zone);
    write_links!(tx, item, content.lines, "lines", item_line.line_id, line);
    write_links!(tx, item, content.stops, "stops", item_stop.stop_id, stop);
    write_pictures(tx, item, &content.pictures).await?;
    write_attachments(tx, item, &content.attachments).await
}

pub(super) async fn read(db: &impl ConnectionTrait, ids: &[ItemId]) -> StoreResult<HashMap<ItemId, Links>> {
    let mut links: HashMap<ItemId, Links> = HashMap::new();
    read_links!(db, ids, links, zones, item_zone.zone_id);
    read_links!(db, ids, links, lines, item_line.line_id);
    read_links!(db, ids, links, stops, item_stop.stop_id);
    for links in links.values_mut() {
        links.zones.sort_unstable();
        links.lines.sort_unstable();
        links.stops.sort_unstable();
    }
    let pictures = item_media::Entity::find().filter(item_media::Column::ItemId.is_in(ids.iter().copied()));
    for row in pictures.order_by_asc(item_media::Column::Position).all(db).await? {
        links.entry(row.item_id).or_default().pictures.push(row.media_id);
    }
    let attachments = item_attachment::Entity::find()
        .filter(item_attachment::Column::ItemId.is_in(ids.iter().copied()))
        .order_by_asc(item_attachment::Column::Position);
    for row in attachments.all(db).await? {
        links.entry(row.item_id).or_default().attachments.push(row.media_id);
    }
    Ok(links)
}

/// One kind of files of an item, in order.
macro_rules! write_files {
    ($tx:expr, $item:expr, $wanted:expr, $path:literal, $join:ident, $kinds:expr) => {{
        let mine = media::Entity::find()
            .select_only()
            .column(media::Column::Id)
            .filter(media::Column::Id.is_in($wanted.iter().copied()))
            .filter(media::Column::Kind.is_in($kinds))
            .filter(media::Column::AuthorityId.eq($item.authority_id));
        let known = mine.into_tuple::<sea_orm::prelude::Uuid>().all($tx).await?.len();
        if known != $wanted.iter().collect::<BTreeSet<_>>().len() || known != $wanted.len() {
            return Err(unknown($path).into());
        }
        $join::Entity::delete_many()
            .filter($join::Column::ItemId.eq($item.id))
            .exec($tx)
            .await?;
        let row = |(position, &media_id): (i32, &MediaId)| {
            $join::Model {
                item_id: $item.id,
                media_id,
                position,
            }
            .into_active_model()
        };
        let rows: Vec<_> = (0..).zip($wanted).map(row).collect();
        if !rows.is_empty() {
            $join::Entity::insert_many(rows).exec_without_returning($tx).await?;
        }
    }};
}

async fn write_pictures(tx: &DatabaseTransaction, item: &item::Model, pictures: &[MediaId]) -> StoreResult<()> {
    write_files!(tx, item, pictures, "pictures", item_media, [MediaKind::Picture]);
    Ok(())
}

async fn write_attachments(tx: &DatabaseTransaction, item: &item::Model, files: &[MediaId]) -> StoreResult<()> {
    let kinds = [MediaKind::Video, MediaKind::Document];
    write_files!(tx, item, files, "attachments", item_attachment, kinds);
    Ok(())
}

fn unknown(path: &str) -> Problem {
    Problem::new(
        ProblemCode::Unknown,
        path,
        "L’un de ces identifiants n’existe pas chez cette collectivité, ou y figure deux fois.",
        "One of these ids does not exist in this authority, or is there twice.",
    )
}
