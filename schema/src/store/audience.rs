//! The devices of an audience, in the order of their ids, however many there are.
//!
//! Each thing followed is one range of one index, already in the order of device ids; the surroundings are one pass over
//! the authority's devices. These streams are merged like sorted files: no device comes twice, nothing is sorted or
//! counted by the database, and what is held in memory is a chunk of each stream.

use std::{
    collections::{BTreeSet, VecDeque},
    ops::RangeInclusive,
};

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DatabaseConnection, EntityTrait as _, FromQueryResult, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, ExprTrait as _},
};
use uuid::Uuid;

use super::StoreResult;
use crate::{
    audience::{DegreeBox, Vicinity},
    device::RADIUS_M,
    entity::{device, follow, told},
    id::{AuthorityId, DeviceId, ItemId},
    value::{Audience, FollowKind, Point, Severity},
};

/// Ids held in memory at once, over all streams (16 bytes each).
const BUFFERED: usize = 64 * 1024;
/// Ids read at once from one stream: enough to make a query worth its while, few enough to be short.
const CHUNK: RangeInclusive<usize> = 64..=4096;
/// The same, of the surroundings: each query is a pass over the authority's devices until so many are found.
const NEAR_CHUNK: usize = 16 * 1024;
/// Rows of devices read at once.
pub const ROWS: usize = 500;

/// All device ids.
pub const EVERY_DEVICE: RangeInclusive<DeviceId> = DeviceId(Uuid::nil())..=DeviceId(Uuid::max());

/// Whose devices are looked for, and for what.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Whose devices.
    pub authority: AuthorityId,
    /// The item they are told of.
    pub item: ItemId,
    /// Which of them.
    pub audience: &'a Audience,
    /// Of a disruption: devices that want only worse ones are left out.
    pub severity: Option<Severity>,
}

/// The ids of an audience, one after the other. Some may be of devices that are gone or that a severity does not
/// concern: see [`concerned`].
#[derive(Debug)]
pub struct Selection<'a, C> {
    db: &'a C,
    authority: AuthorityId,
    vicinity: Vicinity,
    streams: Vec<Stream>,
    chunk: usize,
}

/// Ids in ascending order, read by chunks.
#[derive(Debug)]
struct Stream {
    of: Kin,
    head: VecDeque<DeviceId>,
    /// The next chunk starts here; none when all is read.
    next: Option<RangeInclusive<DeviceId>>,
}

/// Where a stream's ids come from.
#[derive(Clone, Debug)]
enum Kin {
    Followers(FollowKind, String),
    Near(DegreeBox),
    Told(ItemId),
}

#[derive(FromQueryResult)]
struct Whereabouts {
    id: DeviceId,
    latitude: f64,
    longitude: f64,
    radius_m: i32,
}

impl<'a, C: ConnectionTrait> Selection<'a, C> {
    /// The audience, as far as its ids lie in `range`.
    pub fn of(db: &'a C, wanted: Wanted<'_>, range: RangeInclusive<DeviceId>) -> Self {
        let audience = wanted.audience;
        let vicinity = Vicinity::of(audience);
        let near = vicinity.degree_box(f64::from(*RADIUS_M.end())).map(Kin::Near);
        let stream = |of| Stream {
            of,
            head: VecDeque::new(),
            next: Some(range.clone()),
        };
        let streams: Vec<_> = if audience.told_before {
            vec![stream(Kin::Told(wanted.item))]
        } else {
            followed(audience).chain(near).map(stream).collect()
        };
        let chunk = (BUFFERED / streams.len().max(1)).clamp(*CHUNK.start(), *CHUNK.end());
        Self {
            db,
            authority: wanted.authority,
            vicinity,
            streams,
            chunk,
        }
    }

    /// The next id; none at the end.
    pub async fn next(&mut self) -> StoreResult<Option<DeviceId>> {
        let mut streams = std::mem::take(&mut self.streams);
        let mut least: Option<DeviceId> = None;
        for stream in &mut streams {
            self.fill(stream).await?;
            least = [least, stream.head.front().copied()].into_iter().flatten().min();
        }
        for stream in &mut streams {
            stream.head.pop_front_if(|id| Some(*id) == least);
        }
        // What ran dry is asked no more: an audience of a hundred stops soon has few streams left.
        streams.retain(|stream| !stream.head.is_empty() || stream.next.is_some());
        self.streams = streams;
        Ok(least)
    }

    /// Reads chunks until the stream has an id to show, or is at its end.
    async fn fill(&self, stream: &mut Stream) -> StoreResult<()> {
        while stream.head.is_empty()
            && let Some(range) = stream.next.take()
        {
            let (read, last) = match &stream.of {
                Kin::Followers(kind, target) => self.followers(*kind, target, &range).await?,
                Kin::Told(item) => self.told(*item, &range).await?,
                Kin::Near(bounds) => self.near(bounds, &range).await?,
            };
            stream.head = read;
            stream.next = last
                .map(|last| after(last)..=*range.end())
                .filter(|rest| !rest.is_empty());
        }
        Ok(())
    }

    async fn followers(&self, kind: FollowKind, target: &str, range: &RangeInclusive<DeviceId>) -> StoreResult<Chunk> {
        let ids: Vec<DeviceId> = follow::Entity::find()
            .select_only()
            .column(follow::Column::DeviceId)
            .filter(follow::Column::AuthorityId.eq(self.authority))
            .filter(follow::Column::Kind.eq(kind))
            .filter(follow::Column::Target.eq(target))
            .filter(follow::Column::DeviceId.between(*range.start(), *range.end()))
            .order_by_asc(follow::Column::DeviceId)
            .limit(self.chunk as u64)
            .into_tuple()
            .all(self.db)
            .await?;
        let last = self.last_of_full(ids.len(), ids.last());
        Ok((ids.into(), last))
    }

    async fn told(&self, item: ItemId, range: &RangeInclusive<DeviceId>) -> StoreResult<Chunk> {
        let ids: Vec<DeviceId> = told::Entity::find()
            .select_only()
            .column(told::Column::DeviceId)
            .distinct()
            .filter(told::Column::ItemId.eq(item))
            .filter(told::Column::DeviceId.between(*range.start(), *range.end()))
            .order_by_asc(told::Column::DeviceId)
            .limit(self.chunk as u64)
            .into_tuple()
            .all(self.db)
            .await?;
        let last = self.last_of_full(ids.len(), ids.last());
        Ok((ids.into(), last))
    }

    /// The database discards what the box and each device's own radius exclude; the exact comparison is made here.
    async fn near(&self, bounds: &DegreeBox, range: &RangeInclusive<DeviceId>) -> StoreResult<Chunk> {
        use device::Column::{AuthorityId, GoneAt, Id, Latitude, Longitude, RadiusM};
        let reach = |degrees: f64| Expr::col(RadiusM).mul(degrees);
        let (north, east) = (bounds.north_per_metre, bounds.east_per_metre);
        let rows = device::Entity::find()
            .select_only()
            .columns([Id, Latitude, Longitude, RadiusM])
            .filter(AuthorityId.eq(self.authority))
            .filter(Id.between(*range.start(), *range.end()))
            .filter(Expr::col(Latitude).add(reach(north)).gte(bounds.south))
            .filter(Expr::col(Latitude).sub(reach(north)).lte(bounds.north))
            .filter(Expr::col(Longitude).add(reach(east)).gte(bounds.west))
            .filter(Expr::col(Longitude).sub(reach(east)).lte(bounds.east))
            .filter(GoneAt.is_null())
            .order_by_asc(Id)
            .limit(NEAR_CHUNK as u64)
            .into_model::<Whereabouts>()
            .all(self.db)
            .await?;
        let last = rows.last().map(|row| row.id).filter(|_| rows.len() == NEAR_CHUNK);
        let touched = |row: &Whereabouts| {
            let point = Point {
                latitude: row.latitude,
                longitude: row.longitude,
            };
            self.vicinity.touches(point, row.radius_m)
        };
        Ok((rows.iter().filter(|row| touched(row)).map(|row| row.id).collect(), last))
    }

    /// Where a chunk ended, if more may follow it.
    fn last_of_full(&self, read: usize, last: Option<&DeviceId>) -> Option<DeviceId> {
        last.copied().filter(|_| read == self.chunk)
    }
}

/// The ids of a chunk, and the last one that was read if more may follow.
type Chunk = (VecDeque<DeviceId>, Option<DeviceId>);

/// The first id that can follow `id`.
pub fn after(id: DeviceId) -> DeviceId {
    DeviceId(Uuid::from_u128(id.0.as_u128().saturating_add(1)))
}

fn followed(audience: &Audience) -> impl Iterator<Item = Kin> {
    let kind = audience.kind.iter().map(|kind| (FollowKind::Kind, kind.to_string()));
    let topics = audience.topics.iter().map(|topic| (FollowKind::Topic, topic.clone()));
    let lines = audience.lines.iter().map(|line| (FollowKind::Line, line.to_string()));
    let stops = audience.stops.iter().map(|stop| (FollowKind::Stop, stop.to_string()));
    let zones = audience.zones.iter().map(|zone| (FollowKind::Zone, zone.to_string()));
    let all = kind.chain(topics).chain(lines).chain(stops).chain(zones);
    // A stop named twice is one stream.
    let once: BTreeSet<(FollowKind, String)> = all.collect();
    once.into_iter().map(|(kind, target)| Kin::Followers(kind, target))
}

/// Of `ids`, the devices that live and want to hear of that severity, in the order of their ids.
pub async fn concerned(
    db: &impl ConnectionTrait,
    wanted: Wanted<'_>,
    ids: &[DeviceId],
) -> StoreResult<Vec<device::Model>> {
    let mut devices = Vec::with_capacity(ids.len());
    for ids in ids.chunks(ROWS) {
        let mut rows = device::Entity::find()
            .filter(device::Column::Id.is_in(ids.iter().copied()))
            .filter(device::Column::AuthorityId.eq(wanted.authority))
            .filter(device::Column::GoneAt.is_null())
            .order_by_asc(device::Column::Id);
        if let Some(severity) = wanted.severity {
            let at_most = Severity::ALL.iter().filter(|least| **least <= severity).copied();
            rows = rows.filter(device::Column::MinSeverity.is_in(at_most));
        }
        devices.extend(rows.all(db).await?);
    }
    Ok(devices)
}

/// A walk through an audience, in the order of the ids of its devices. It reads each stream once, whatever the runs it
/// is asked for.
#[derive(Debug)]
pub struct Walk<'a> {
    wanted: Wanted<'a>,
    selection: Selection<'a, DatabaseConnection>,
}

impl Walk<'_> {
    /// The next devices, up to `limit`; fewer only at the end.
    pub async fn next(&mut self, limit: usize) -> StoreResult<Vec<device::Model>> {
        let mut devices = Vec::new();
        while devices.len() < limit {
            let ids = self.selection.take(limit - devices.len()).await?;
            if ids.is_empty() {
                break;
            }
            devices.extend(concerned(self.selection.db, self.wanted, &ids).await?);
        }
        Ok(devices)
    }
}

impl super::Store {
    /// The devices of an audience, as they are when the walk comes to them.
    pub fn audience<'a>(&'a self, wanted: Wanted<'a>) -> Walk<'a> {
        Walk {
            wanted,
            selection: Selection::of(&self.db, wanted, EVERY_DEVICE),
        }
    }
}

impl<C: ConnectionTrait> Selection<'_, C> {
    /// The next `count` ids; fewer only at the end.
    pub async fn take(&mut self, count: usize) -> StoreResult<Vec<DeviceId>> {
        let mut ids = Vec::with_capacity(count.min(ROWS));
        while ids.len() < count
            && let Some(id) = self.next().await?
        {
            ids.push(id);
        }
        Ok(ids)
    }
}
