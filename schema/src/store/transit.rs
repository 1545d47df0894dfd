//! Lines and stops, as a timetable brings them.

use std::collections::{BTreeSet, HashMap};

use sea_orm::{
    ColumnTrait as _, DatabaseTransaction, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, QueryTrait as _,
    sea_query::{Expr, OnConflict},
};

use super::{
    Store, StoreResult,
    outbox::{self, Line},
};
use crate::{
    entity::{line, line_stop, stop},
    id::{AuthorityId, LineId, SourceId, StopId},
    value::{TransitLine, TransitNetwork, TransitStop},
};

/// Rows in one statement: SQLite takes 32,766 parameters, a row has up to 14.
const ROWS: usize = 1_000;

impl Store {
    /// The lines of an authority in their order, retired ones too: alerts go on naming them.
    pub async fn lines(&self, authority: AuthorityId) -> StoreResult<Vec<line::Model>> {
        let own = line::Entity::find().filter(line::Column::AuthorityId.eq(authority));
        Ok(own
            .order_by_asc(line::Column::Position)
            .order_by_asc(line::Column::Key)
            .all(&self.db)
            .await?)
    }

    /// The stops of an authority, by name, retired ones too.
    pub async fn stops(&self, authority: AuthorityId) -> StoreResult<Vec<stop::Model>> {
        let own = stop::Entity::find().filter(stop::Column::AuthorityId.eq(authority));
        Ok(own
            .order_by_asc(stop::Column::Name)
            .order_by_asc(stop::Column::Key)
            .all(&self.db)
            .await?)
    }

    /// Which line of an authority serves which stop.
    pub async fn served(&self, authority: AuthorityId) -> StoreResult<Vec<line_stop::Model>> {
        let own = line::Entity::find()
            .select_only()
            .column(line::Column::Id)
            .filter(line::Column::AuthorityId.eq(authority));
        let served = line_stop::Entity::find().filter(line_stop::Column::LineId.in_subquery(own.into_query()));
        Ok(served.all(&self.db).await?)
    }

    /// Replaces the lines and stops that `source` brought with what it brings now. Ids stay with their keys, which are
    /// this timetable's own: another operator may have a line 1, too. What is not in it any more is retired, not
    /// removed: closed stops are just those that alerts name.
    pub(super) async fn put_transit(
        &self,
        tx: &DatabaseTransaction,
        authority: AuthorityId,
        source: SourceId,
        network: &TransitNetwork,
    ) -> StoreResult<()> {
        let lines = self.put_lines(tx, authority, source, &network.lines).await?;
        let stops = self.put_stops(tx, authority, source, &network.stops).await?;
        put_served(tx, source, &lines, &stops, &network.served).await?;
        outbox::append(tx, self, authority, Line::Places).await
    }

    async fn put_lines(
        &self,
        tx: &DatabaseTransaction,
        authority: AuthorityId,
        source: SourceId,
        lines: &[TransitLine],
    ) -> StoreResult<HashMap<String, LineId>> {
        let known = line::Entity::find()
            .filter(line::Column::SourceId.eq(source))
            .all(tx)
            .await?;
        let mut ids: HashMap<String, LineId> = known.iter().map(|row| (row.key.clone(), row.id)).collect();
        let retire = line::Entity::update_many().col_expr(line::Column::RetiredAt, Expr::value(self.clock.now()));
        retire
            .filter(line::Column::SourceId.eq(source))
            .filter(line::Column::RetiredAt.is_null())
            .exec(tx)
            .await?;
        let rows: Vec<_> = (0_i32..)
            .zip(lines)
            .map(|(position, line)| {
                let id = *ids.entry(line.key.clone()).or_insert_with(|| self.ids.make());
                line_row(id, authority, source, position, line).into_active_model()
            })
            .collect();
        for run in rows.chunks(ROWS) {
            line::Entity::insert_many(run.to_vec())
                .on_conflict(line_update())
                .exec_without_returning(tx)
                .await?;
        }
        Ok(ids)
    }

    async fn put_stops(
        &self,
        tx: &DatabaseTransaction,
        authority: AuthorityId,
        source: SourceId,
        stops: &[TransitStop],
    ) -> StoreResult<HashMap<String, StopId>> {
        let known = stop::Entity::find()
            .filter(stop::Column::SourceId.eq(source))
            .all(tx)
            .await?;
        let mut ids: HashMap<String, StopId> = known.iter().map(|row| (row.key.clone(), row.id)).collect();
        let retire = stop::Entity::update_many().col_expr(stop::Column::RetiredAt, Expr::value(self.clock.now()));
        retire
            .filter(stop::Column::SourceId.eq(source))
            .filter(stop::Column::RetiredAt.is_null())
            .exec(tx)
            .await?;
        for stop in stops {
            ids.entry(stop.key.clone()).or_insert_with(|| self.ids.make());
        }
        let rows: Vec<_> = stops
            .iter()
            .map(|stop| stop_row(&ids, authority, source, stop).into_active_model())
            .collect();
        for run in rows.chunks(ROWS) {
            stop::Entity::insert_many(run.to_vec())
                .on_conflict(stop_update())
                .exec_without_returning(tx)
                .await?;
        }
        Ok(ids)
    }
}

/// Replaces which stops the lines of `source` serve: a line without journeys serves none.
async fn put_served(
    tx: &DatabaseTransaction,
    source: SourceId,
    lines: &HashMap<String, LineId>,
    stops: &HashMap<String, StopId>,
    served: &[(String, String)],
) -> StoreResult<()> {
    let pair = |(line, stop): &(String, String)| Some((*lines.get(line)?, *stops.get(stop)?));
    let pairs: BTreeSet<(LineId, StopId)> = served.iter().filter_map(pair).collect();
    let own = line::Entity::find()
        .select_only()
        .column(line::Column::Id)
        .filter(line::Column::SourceId.eq(source));
    line_stop::Entity::delete_many()
        .filter(line_stop::Column::LineId.in_subquery(own.into_query()))
        .exec(tx)
        .await?;
    let rows: Vec<_> = pairs
        .into_iter()
        .map(|(line_id, stop_id)| line_stop::Model { line_id, stop_id }.into_active_model())
        .collect();
    for run in rows.chunks(ROWS) {
        line_stop::Entity::insert_many(run.to_vec())
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

fn line_row(id: LineId, authority: AuthorityId, source: SourceId, position: i32, line: &TransitLine) -> line::Model {
    line::Model {
        id,
        authority_id: authority,
        source_id: Some(source),
        key: line.key.clone(),
        agency: line.agency.clone(),
        short_name: line.short_name.clone(),
        long_name: line.long_name.clone(),
        mode: line.mode,
        color: line.color.clone(),
        text_color: line.text_color.clone(),
        shape: line.shape.clone(),
        position,
        retired_at: None,
    }
}

fn line_update() -> OnConflict {
    use line::Column::{Agency, Color, LongName, Mode, Position, RetiredAt, Shape, ShortName, SourceId, TextColor};
    let columns = [
        SourceId, Agency, ShortName, LongName, Mode, Color, TextColor, Shape, Position, RetiredAt,
    ];
    OnConflict::column(line::Column::Id).update_columns(columns).to_owned()
}

fn stop_row(
    ids: &HashMap<String, StopId>,
    authority: AuthorityId,
    source: SourceId,
    stop: &TransitStop,
) -> stop::Model {
    stop::Model {
        id: ids[&stop.key],
        authority_id: authority,
        source_id: Some(source),
        key: stop.key.clone(),
        name: stop.name.clone(),
        latitude: stop.point.map(|point| point.latitude),
        longitude: stop.point.map(|point| point.longitude),
        location_type: i16::from(stop.location_type),
        parent_id: stop.parent.as_ref().and_then(|parent| ids.get(parent).copied()),
        platform: stop.platform.clone(),
        retired_at: None,
    }
}

fn stop_update() -> OnConflict {
    use stop::Column::{Latitude, LocationType, Longitude, Name, ParentId, Platform, RetiredAt, SourceId};
    let columns = [
        SourceId,
        Name,
        Latitude,
        Longitude,
        LocationType,
        ParentId,
        Platform,
        RetiredAt,
    ];
    OnConflict::column(stop::Column::Id).update_columns(columns).to_owned()
}
