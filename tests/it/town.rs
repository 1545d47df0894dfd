//! A small town in an empty database, for what is read: two tram lines, a station, two quarters.

use std::sync::Arc;

use async_graphql::{Request, Variables};
use beffroi_api::graphql::{
    context::{Asker, PublicUrl},
    schema::{self, Contract},
};
use beffroi_schema::{
    board::{Board, Boards},
    bus::Bus,
    clock::{Clock, Timestamp},
    draft::Draft,
    entity::{line, line_stop, stop},
    id::{AuthorityId, Ids, ItemId, LineId, StopId, ZoneId},
    store::{KEY_BYTES, Seal, Store, ZoneDraft, machine},
    value::{
        ArticleDetail, Cause, Detail, DisruptionDetail, Effect, EventDetail, ItemContent, Language, Mode, Periods,
        Point, Recurrence, Scope, Selectors, Severity, Shape, Text, Texts, Topics, Venue,
    },
};
use beffroi_tests::{database::Database, scene};
use chrono::{DateTime, Duration, NaiveDateTime, Utc};
use sea_orm::{DatabaseConnection, EntityTrait as _, IntoActiveModel as _};
use serde_json::Value;

/// The town and everything that reads it.
pub struct Town {
    pub clock: Clock,
    _database: Database,
    pub store: Store,
    pub boards: Boards,
    pub contract: Contract,
    pub authority: AuthorityId,
    /// Line A calls at Gare (both platforms) and Mairie.
    pub line_a: LineId,
    /// Line B calls at Gare, platform 2.
    pub line_b: LineId,
    /// A station with two platforms.
    pub gare: StopId,
    pub platform_2: StopId,
    pub mairie: StopId,
    /// Around Mairie.
    pub centre: ZoneId,
    /// Beside it, with a common edge.
    pub faubourg: ZoneId,
}

/// 2026-06-01, 10:00 in Paris.
pub fn start() -> Timestamp {
    at("2026-06-01T08:00:00Z")
}

pub fn at(text: &str) -> Timestamp {
    DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&Utc)
}

pub fn local(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap()
}

/// Two lines and the stops they call at, as a timetable would have brought them.
struct Transport {
    line_a: LineId,
    line_b: LineId,
    gare: StopId,
    platform_2: StopId,
    mairie: StopId,
}

impl Transport {
    async fn laid(db: &DatabaseConnection, ids: &Ids, authority: AuthorityId) -> Self {
        let stops = [
            ("gare", None, (43.61, 1.47)),
            ("gare:1", Some(0), (43.61, 1.47)),
            ("gare:2", Some(0), (43.61, 1.47)),
            ("mairie", None, (43.605, 1.445)),
        ];
        let id: [StopId; 4] = std::array::from_fn(|_| ids.make());
        let rows = stops.iter().zip(id).map(|(&(key, parent, at), own)| {
            stop_row(own, authority, key, parent.map(|at: usize| id[at]), at).into_active_model()
        });
        stop::Entity::insert_many(rows)
            .exec_without_returning(db)
            .await
            .unwrap();
        let [gare, platform_1, platform_2, mairie] = id;

        let (line_a, line_b) = (ids.make(), ids.make());
        let rows = [line_row(line_a, authority, "A", 0), line_row(line_b, authority, "B", 1)];
        let rows = rows.map(line::Model::into_active_model);
        line::Entity::insert_many(rows)
            .exec_without_returning(db)
            .await
            .unwrap();

        let calls = [
            (line_a, platform_1),
            (line_a, platform_2),
            (line_a, mairie),
            (line_b, platform_2),
        ];
        let rows = calls.map(|(line_id, stop_id)| line_stop::Model { line_id, stop_id }.into_active_model());
        line_stop::Entity::insert_many(rows)
            .exec_without_returning(db)
            .await
            .unwrap();
        Self {
            line_a,
            line_b,
            gare,
            platform_2,
            mairie,
        }
    }
}

impl Town {
    pub async fn new() -> Self {
        Self::holding(beffroi_schema::board::MAX_ITEMS).await
    }

    /// A town whose board holds so many items.
    pub async fn holding(capacity: usize) -> Self {
        let clock = Clock::fixed(start());
        let ids = Ids::seeded(clock.clone(), 7);
        let database = Database::new().await.unwrap();
        let db = database.connection.clone();
        let store = Store::new(
            db.clone(),
            clock.clone(),
            ids.clone(),
            Bus::local(),
            Seal::new([1; KEY_BYTES]),
        );
        let by = machine("test");
        let valbourg = scene::commune("valbourg");
        let authority = store.create_authority(valbourg, &by).await.unwrap().id;
        let [centre, faubourg] = [("centre", 1.44), ("faubourg", 1.45)].map(|(slug, west)| square(slug, west, 43.60));
        let centre = store.put_zone(authority, centre, &by).await.unwrap().id;
        let faubourg = store.put_zone(authority, faubourg, &by).await.unwrap().id;
        let transport = Transport::laid(&db, &ids, authority).await;
        let boards = Boards::holding(store.clone(), capacity).await.unwrap();
        let public_url = PublicUrl("https://valbourg.example/".parse().unwrap());
        Self {
            contract: schema::contract(boards.clone(), public_url, true),
            clock,
            _database: database,
            store,
            boards,
            authority,
            line_a: transport.line_a,
            line_b: transport.line_b,
            gare: transport.gare,
            platform_2: transport.platform_2,
            mairie: transport.mairie,
            centre,
            faubourg,
        }
    }

    /// The board as it is now.
    pub async fn board(&self) -> Arc<Board> {
        self.boards.by_slug("valbourg").await.unwrap().unwrap()
    }

    /// A minute passes, and the content is public; boards follow only when they are told to.
    pub async fn publish(&self, content: ItemContent) -> ItemId {
        self.clock.advance(Duration::minutes(1));
        let draft = Draft {
            authority: self.authority,
            content,
            key: None,
        };
        let by = machine("test");
        let item = self.store.create_draft(draft, &by).await.unwrap().row;
        self.store
            .publish(&Scope::Instance, item.id, item.version, &by)
            .await
            .unwrap();
        item.id
    }

    /// The item's version now.
    pub async fn version(&self, id: ItemId) -> i32 {
        self.store
            .item(&Scope::Instance, id)
            .await
            .unwrap()
            .unwrap()
            .row
            .version
    }

    /// Says something else.
    pub async fn amend(&self, id: ItemId, content: ItemContent) {
        let version = self.version(id).await;
        self.store
            .amend(&Scope::Instance, id, version, content, &machine("test"))
            .await
            .unwrap();
    }

    pub async fn resolve(&self, id: ItemId) {
        let version = self.version(id).await;
        self.store
            .resolve(&Scope::Instance, id, version, &machine("test"))
            .await
            .unwrap();
    }

    pub async fn withdraw(&self, id: ItemId) {
        let version = self.version(id).await;
        self.store
            .withdraw(&Scope::Instance, id, version, &machine("test"))
            .await
            .unwrap();
    }

    /// Asks the contract, as a reader of French; fails on errors.
    pub async fn ask(&self, query: &str, variables: Value) -> Value {
        let answer = self.answer(query, variables, "fr").await;
        assert!(answer.errors.is_empty(), "{:?}", answer.errors);
        answer.data.into_json().unwrap()
    }

    /// Asks the contract in a language.
    pub async fn answer(&self, query: &str, variables: Value, language: &str) -> async_graphql::Response {
        let asker = Asker {
            languages: vec![language.parse().unwrap()],
            ..Asker::default()
        };
        let request = Request::new(query)
            .variables(Variables::from_json(variables))
            .data(asker);
        self.contract.execute(request).await
    }
}

fn square(slug: &str, west: f64, south: f64) -> ZoneDraft {
    let (east, north) = (west + 0.01, south + 0.01);
    let ring = format!("[[{west},{south}],[{east},{south}],[{east},{north}],[{west},{north}],[{west},{south}]]");
    let shape: Shape = serde_json::from_str(&format!(r#"{{"type":"Polygon","coordinates":[{ring}]}}"#)).unwrap();
    ZoneDraft {
        slug: slug.to_owned(),
        name: slug.to_owned(),
        shape,
    }
}

fn stop_row(
    id: StopId,
    authority: AuthorityId,
    key: &str,
    parent: Option<StopId>,
    (latitude, longitude): (f64, f64),
) -> stop::Model {
    stop::Model {
        id,
        authority_id: authority,
        source_id: None,
        key: key.to_owned(),
        name: key.to_owned(),
        latitude: Some(latitude),
        longitude: Some(longitude),
        location_type: i16::from(key == "gare"),
        parent_id: parent,
        platform: None,
        retired_at: None,
    }
}

fn line_row(id: LineId, authority: AuthorityId, name: &str, position: i32) -> line::Model {
    line::Model {
        id,
        authority_id: authority,
        source_id: None,
        key: name.to_owned(),
        agency: Some("TAM".to_owned()),
        short_name: name.to_owned(),
        long_name: format!("Ligne {name}"),
        mode: Mode::Tram,
        color: "1B5E20".to_owned(),
        text_color: "FFFFFF".to_owned(),
        shape: None,
        position,
        retired_at: None,
    }
}

fn content(title: &str, detail: Detail) -> ItemContent {
    let text = Text {
        title: title.to_owned(),
        summary: String::new(),
        body: String::new(),
    };
    ItemContent {
        language: Language::french(),
        texts: Texts::only(Language::french(), text),
        topics: Topics::default(),
        venue: Venue::default(),
        link: None,
        zones: Vec::new(),
        lines: Vec::new(),
        stops: Vec::new(),
        pictures: Vec::new(),
        attachments: Vec::new(),
        detail,
    }
}

pub fn article(title: &str) -> ItemContent {
    content(title, Detail::Article(ArticleDetail::default()))
}

pub fn pinned(title: &str, until: Timestamp) -> ItemContent {
    let detail = ArticleDetail {
        section: Some("voirie".to_owned()),
        pinned_until: Some(until),
    };
    content(title, Detail::Article(detail))
}

pub fn disruption(title: &str, severity: Severity) -> ItemContent {
    let detail = DisruptionDetail {
        cause: Cause::TechnicalProblem,
        effect: Effect::NoService,
        severity,
        impact: Periods::default(),
        display: Periods::default(),
        selectors: Selectors::default(),
        timetable: None,
        resolved_at: None,
    };
    content(title, Detail::Disruption(detail))
}

pub fn event(title: &str, start: &str, rule: Option<&str>) -> ItemContent {
    let starts_at = local(start);
    let detail = EventDetail {
        starts_at,
        ends_at: Some(starts_at + Duration::hours(2)),
        time_zone: "Europe/Paris".to_owned(),
        all_day: false,
        recurrence: Recurrence {
            rule: rule.map(str::to_owned),
            ..Recurrence::default()
        },
    };
    content(title, Detail::Event(detail))
}

/// On the map.
pub fn placed(mut content: ItemContent, latitude: f64, longitude: f64) -> ItemContent {
    content.venue.point = Some(Point { latitude, longitude });
    content
}
