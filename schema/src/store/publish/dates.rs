//! The dates of an event, expanded from its rule into rows that can be asked for.

use sea_orm::{ColumnTrait as _, DatabaseTransaction, EntityTrait as _, IntoActiveModel as _, QueryFilter as _};

use crate::{
    entity::{item, occurrence},
    recurrence::{self, Window},
    store::{Store, StoreResult},
    value::{Detail, ItemContent},
};

/// Rows in one statement: SQLite takes 32,766 parameters, a row has 8.
const ROWS: usize = 1_000;

/// Replaces the dates of an event. Items of other kinds have none.
pub(super) async fn write(
    tx: &DatabaseTransaction,
    store: &Store,
    row: &item::Model,
    content: &ItemContent,
) -> StoreResult<()> {
    let Detail::Event(event) = &content.detail else {
        return Ok(());
    };
    occurrence::Entity::delete_many()
        .filter(occurrence::Column::ItemId.eq(row.id))
        .exec(tx)
        .await?;
    let dates = recurrence::expand(event, Window::around(store.clock.now()))?;
    let rows: Vec<_> = dates
        .into_iter()
        .map(|date| occurrence::Model {
            id: store.ids.make(),
            item_id: row.id,
            authority_id: row.authority_id,
            date: date.date,
            starts_at: date.starts_at,
            ends_at: date.ends_at,
            status: date.status,
            note: date.note,
        })
        .map(occurrence::Model::into_active_model)
        .collect();
    for run in rows.chunks(ROWS) {
        occurrence::Entity::insert_many(run.to_vec())
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}
