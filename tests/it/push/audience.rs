//! Whom an audience means: the store's merged streams against asking every device one by one.

use std::collections::{BTreeMap, BTreeSet};

use beffroi_schema::{
    audience::Vicinity,
    device::Area,
    entity::{device, told},
    id::{DeviceId, LineId, StopId},
    store::Wanted,
    value::{Audience, CampaignKind, Follow, FollowKind, Kind, Point, Severity},
};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use sea_orm::{EntityTrait as _, IntoActiveModel as _};

use super::scene::{Town, draft, settings, topic};

const DEVICES: usize = 300;
const AUDIENCES: usize = 60;
const LINES: u128 = 6;
const TOPICS: [&str; 4] = ["voirie", "culture", "sport", "eau"];

fn line(number: u128) -> LineId {
    LineId(uuid::Uuid::from_u128(number))
}

fn anywhere(rng: &mut StdRng) -> Point {
    Point {
        latitude: rng.random_range(48.0..48.2),
        longitude: rng.random_range(-1.8..-1.5),
    }
}

struct Census {
    follows: BTreeMap<DeviceId, BTreeSet<Follow>>,
    told: BTreeSet<DeviceId>,
    rows: Vec<device::Model>,
}

impl Census {
    /// Registers phones that follow whatever the dice say. One in ten is another authority's.
    async fn take(town: &Town, rng: &mut StdRng) -> Self {
        let elsewhere = town.new_authority("autreville").await;
        let mut follows = BTreeMap::new();
        for number in 0..DEVICES {
            let mut wanted = settings();
            wanted.min_severity = [Severity::Info, Severity::Warning, Severity::Severe][rng.random_range(0..3)];
            wanted.area = rng.random_bool(0.5).then(|| Area {
                point: anywhere(rng),
                radius_m: rng.random_range(100..5_000),
            });
            let authority = if rng.random_bool(0.1) {
                elsewhere
            } else {
                town.authority
            };
            let draft = draft(&format!("token-{number}"), wanted);
            let phone = town.store.register_device(authority, draft).await.unwrap();
            let set: BTreeSet<Follow> = (0..rng.random_range(0..4)).map(|_| some_follow(rng)).collect();
            let list: Vec<Follow> = set.iter().cloned().collect();
            town.store.follow(phone.device, &phone.credential, &list).await.unwrap();
            follows.insert(phone.device, set);
        }
        let rows = device::Entity::find().all(&town.database.connection).await.unwrap();
        Self {
            follows,
            told: BTreeSet::new(),
            rows,
        }
    }

    /// One in three was told of the item before.
    async fn tell(&mut self, town: &Town, rng: &mut StdRng) {
        let campaign = town.campaign(1, |_| {}).await;
        let lucky: Vec<DeviceId> = self.follows.keys().copied().filter(|_| rng.random_bool(0.33)).collect();
        let rows = lucky.iter().map(|device| {
            told::Model {
                device_id: *device,
                campaign_id: campaign,
                item_id: town.item,
                kind: CampaignKind::Alert,
                at: town.clock.now(),
                urgent: false,
            }
            .into_active_model()
        });
        let insert = told::Entity::insert_many(rows);
        insert.exec_without_returning(&town.database.connection).await.unwrap();
        self.told.extend(lucky);
    }

    fn means(&self, wanted: &Wanted<'_>) -> Vec<DeviceId> {
        let vicinity = Vicinity::of(wanted.audience);
        let concerned = |row: &&device::Model| {
            let near = match (row.latitude, row.longitude, row.radius_m) {
                (Some(latitude), Some(longitude), Some(radius)) => {
                    vicinity.touches(Point { latitude, longitude }, radius)
                }
                _ => false,
            };
            let follows = self.follows[&row.id]
                .iter()
                .any(|follow| names(wanted.audience, follow));
            row.authority_id == wanted.authority
                && wanted.severity.is_none_or(|severity| severity >= row.min_severity)
                && if wanted.audience.told_before {
                    self.told.contains(&row.id)
                } else {
                    near || follows
                }
        };
        let mut ids: Vec<DeviceId> = self.rows.iter().filter(concerned).map(|row| row.id).collect();
        ids.sort();
        ids
    }
}

fn some_follow(rng: &mut StdRng) -> Follow {
    match rng.random_range(0..3) {
        0 => topic(TOPICS[rng.random_range(0..TOPICS.len())]),
        1 => Follow {
            kind: FollowKind::Line,
            target: line(rng.random_range(0..LINES)).to_string(),
        },
        _ => Follow {
            kind: FollowKind::Kind,
            target: "disruption".to_owned(),
        },
    }
}

fn names(audience: &Audience, follow: &Follow) -> bool {
    match follow.kind {
        FollowKind::Topic => audience.topics.contains(&follow.target),
        FollowKind::Line => audience.lines.iter().any(|line| line.to_string() == follow.target),
        FollowKind::Kind => audience.kind.is_some_and(|kind| kind.as_str() == follow.target),
        FollowKind::Stop | FollowKind::Zone => false,
    }
}

fn some_audience(rng: &mut StdRng) -> Audience {
    let (south, west) = (rng.random_range(48.0..48.15), rng.random_range(-1.8..-1.6));
    let corners = [(0.0, 0.0), (0.0, 0.05), (0.05, 0.05), (0.0, 0.0)].map(|(n, e)| [west + e, south + n]);
    let triangle = serde_json::json!({ "type": "Polygon", "coordinates": [corners] });
    Audience {
        kind: rng.random_bool(0.2).then_some(Kind::Disruption),
        topics: TOPICS
            .iter()
            .filter(|_| rng.random_bool(0.25))
            .map(|&slug| slug.to_owned())
            .collect(),
        lines: (0..LINES).filter(|_| rng.random_bool(0.2)).map(line).collect(),
        stops: Vec::new(),
        zones: Vec::new(),
        points: (0..rng.random_range(0..3)).map(|_| anywhere(rng)).collect(),
        shapes: if rng.random_bool(0.3) {
            vec![serde_json::from_value(triangle).unwrap()]
        } else {
            Vec::new()
        },
        told_before: rng.random_bool(0.3),
    }
}

/// Every device of the audience, asked for by small runs.
async fn selected(town: &Town, wanted: Wanted<'_>, limit: usize) -> Vec<DeviceId> {
    let mut ids: Vec<DeviceId> = Vec::new();
    let mut walk = town.store.audience(wanted);
    loop {
        let devices = walk.next(limit).await.unwrap();
        assert!(devices.len() <= limit);
        ids.extend(devices.iter().map(|device| device.id));
        if devices.len() < limit {
            return ids;
        }
    }
}

#[tokio::test]
async fn an_audience_is_everyone_it_names_once() {
    let town = Town::new().await;
    let mut rng = StdRng::seed_from_u64(7);
    let mut census = Census::take(&town, &mut rng).await;
    census.tell(&town, &mut rng).await;
    let mut audiences: Vec<Audience> = (0..AUDIENCES).map(|_| some_audience(&mut rng)).collect();
    // So many streams that each is read in small chunks, of which the kind's followers need several.
    audiences.push(Audience {
        kind: Some(Kind::Disruption),
        stops: (0..1_100).map(|number| StopId(uuid::Uuid::from_u128(number))).collect(),
        points: vec![anywhere(&mut rng)],
        ..Audience::default()
    });
    let mut found = 0;
    for (number, audience) in audiences.iter().enumerate() {
        let wanted = Wanted {
            authority: town.authority,
            item: town.item,
            audience,
            severity: [None, Some(Severity::Warning)][number % 2],
        };
        let limit = if number < AUDIENCES {
            [7, 1_000][number % 2]
        } else {
            1_000
        };
        let ids = selected(&town, wanted, limit).await;
        assert_eq!(ids, census.means(&wanted), "audience {number}: {audience:?}");
        found += ids.len();
    }
    assert!(
        found > 1_000,
        "only {found} devices were found in all: the dice are loaded"
    );
}
