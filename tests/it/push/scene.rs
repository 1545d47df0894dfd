//! A town with one item, and phones that follow it.

use std::collections::BTreeMap;

use beffroi_schema::{
    bus::Bus,
    clock::{Clock, Timestamp},
    device::{DeviceDraft, DeviceSettings},
    entity::{authority, campaign, device, follow, item, revision, told},
    id::{AuthorityId, CampaignId, DeviceId, Ids, ItemId, RevisionId},
    store::{
        Registered, Seal, Store,
        campaigns::{NewCampaign, Run},
    },
    value::{
        ArticleDetail, Audience, AuthorityKind, CampaignKind, Change, Detail, Follow, FollowKind, ItemContent,
        ItemStatus, Kind, Language, Note, Outcome, Platform, Severity, Topics, TransportKind, Venue, Words,
    },
};
use beffroi_tests::database::Database;
use chrono::{DateTime, Duration};
use sea_orm::{EntityTrait as _, IntoActiveModel as _};

/// What every phone follows unless a test says otherwise.
pub const TOPIC: &str = "voirie";

pub struct Town {
    pub store: Store,
    pub clock: Clock,
    pub database: Database,
    pub authority: AuthorityId,
    pub item: ItemId,
}

/// Noon in Paris, in June.
pub fn noon() -> Timestamp {
    DateTime::parse_from_rfc3339("2026-06-10T10:00:00Z").unwrap().to_utc()
}

impl Town {
    pub async fn new() -> Self {
        Self::at(noon()).await
    }

    pub async fn at(now: Timestamp) -> Self {
        let database = Database::new().await.unwrap();
        let clock = Clock::fixed(now);
        let ids = Ids::seeded(clock.clone(), 1);
        let store = Store::new(
            database.connection.clone(),
            clock.clone(),
            ids,
            Bus::local(),
            Seal::new([1; 32]),
        );
        let mut town = Self {
            authority: store.ids().make(),
            item: store.ids().make(),
            store,
            clock,
            database,
        };
        town.authority = town.new_authority("valbourg").await;
        town.new_item().await;
        town
    }

    pub async fn new_authority(&self, slug: &str) -> AuthorityId {
        let row = authority::Model {
            id: self.store.ids().make(),
            slug: slug.to_owned(),
            kind: AuthorityKind::Commune,
            parent_id: None,
            name: slug.to_owned(),
            language: Language::french(),
            time_zone: "Europe/Paris".to_owned(),
            boundary: None,
            created_at: self.clock.now(),
            updated_at: self.clock.now(),
        };
        let id = row.id;
        let insert = authority::Entity::insert(row.into_active_model());
        insert.exec_without_returning(&self.database.connection).await.unwrap();
        id
    }

    async fn new_item(&self) {
        let row = item::Model {
            id: self.item,
            authority_id: self.authority,
            kind: Kind::Disruption,
            status: ItemStatus::Published,
            version: 1,
            language: Language::french(),
            topics: Topics::default(),
            venue: Venue::default(),
            link: None,
            held: None,
            draft_key: None,
            publish_at: None,
            published_at: Some(self.clock.now()),
            updated_at: self.clock.now(),
            withdrawn_at: None,
            created_at: self.clock.now(),
            created_by: None,
        };
        let insert = item::Entity::insert(row.into_active_model());
        insert.exec_without_returning(&self.database.connection).await.unwrap();
    }

    pub async fn revision(&self, version: i32) -> RevisionId {
        let row = revision::Model {
            id: self.store.ids().make(),
            item_id: self.item,
            authority_id: self.authority,
            version,
            change: Change::Published,
            class: None,
            quiet: false,
            at: self.clock.now(),
            by: None,
            content: ItemContent {
                language: Language::french(),
                texts: beffroi_schema::value::Texts::default(),
                topics: Topics::default(),
                venue: Venue::default(),
                link: None,
                zones: Vec::new(),
                lines: Vec::new(),
                stops: Vec::new(),
                pictures: Vec::new(),
                attachments: Vec::new(),
                detail: Detail::Article(ArticleDetail::default()),
            },
        };
        let id = row.id;
        let insert = revision::Entity::insert(row.into_active_model());
        insert.exec_without_returning(&self.database.connection).await.unwrap();
        id
    }

    /// A phone that follows [`TOPIC`].
    pub async fn phone(&self, token: &str, settings: DeviceSettings) -> Registered {
        let phone = self
            .store
            .register_device(self.authority, draft(token, settings))
            .await
            .unwrap();
        self.store
            .follow(phone.device, &phone.credential, &[topic(TOPIC)])
            .await
            .unwrap();
        phone
    }

    /// Many phones that follow [`TOPIC`]: the first is registered, the others are written beside it.
    pub async fn phones(&self, count: usize) {
        let first = self.phone("token-0", settings()).await.device;
        let template = self.device_row(first).await.unwrap();
        let others: Vec<device::Model> = (1..count).map(|number| self.copy(&template, number)).collect();
        for chunk in others.chunks(500) {
            let follows = chunk.iter().map(|phone| follow::Model {
                device_id: phone.id,
                kind: FollowKind::Topic,
                target: TOPIC.to_owned(),
                authority_id: phone.authority_id,
            });
            let phones = chunk.iter().cloned().map(device::Model::into_active_model);
            let insert = device::Entity::insert_many(phones);
            insert.exec_without_returning(&self.database.connection).await.unwrap();
            let insert = follow::Entity::insert_many(follows.map(follow::Model::into_active_model));
            insert.exec_without_returning(&self.database.connection).await.unwrap();
        }
    }

    fn copy(&self, template: &device::Model, number: usize) -> device::Model {
        device::Model {
            id: self.store.ids().make(),
            address: format!("token-{number}"),
            address_sha256: format!("hash-{number}"),
            ..template.clone()
        }
    }

    pub fn note(&self, version: i32, campaign: CampaignKind) -> Note {
        let words = |title: &str| Words {
            title: title.to_owned(),
            body: "…".to_owned(),
        };
        Note {
            words: BTreeMap::from([
                (Language::french(), words("Tram B interrompu")),
                (Language::english(), words("Tram B stopped")),
            ]),
            fallback: Language::french(),
            item: self.item,
            version,
            kind: Kind::Disruption,
            campaign,
            severity: Some(Severity::Warning),
            link: "https://valbourg.example/i/1".to_owned(),
            tag: "AZdaPowAcACAAAAAAAAAAQ".to_owned(),
            urgent: false,
            expires_at: self.clock.now() + Duration::hours(24),
        }
    }

    /// Starts a campaign for the followers of [`TOPIC`], with the alert as `change` leaves it, and lays out its pages.
    pub async fn campaign(&self, version: i32, change: impl FnOnce(&mut Note)) -> CampaignId {
        let mut note = self.note(version, CampaignKind::Alert);
        change(&mut note);
        let id = self.start(version, note, followers()).await.unwrap();
        while self.store.plan_campaign().await.unwrap() {}
        id
    }

    pub async fn start(&self, version: i32, note: Note, audience: Audience) -> Option<CampaignId> {
        let new = NewCampaign {
            authority: self.authority,
            item: self.item,
            revision: self.revision(version).await,
            note,
            audience,
        };
        self.store.start_campaign(new).await.unwrap()
    }

    /// Claims and settles pages as long as one is due, with one outcome for all. The addresses that were written to.
    pub async fn send_all(&self, outcome: Outcome) -> Vec<String> {
        let mut written = Vec::new();
        while let Some(run) = self.store.claim_page().await.unwrap() {
            written.extend(addresses(&run));
            let outcomes = vec![outcome.clone(); run.targets().len()];
            self.store.settle_page(run, &outcomes).await.unwrap();
        }
        written.sort();
        written
    }

    pub async fn campaign_row(&self, id: CampaignId) -> campaign::Model {
        let find = campaign::Entity::find_by_id(id);
        find.one(&self.database.connection).await.unwrap().unwrap()
    }

    pub async fn device_row(&self, id: DeviceId) -> Option<device::Model> {
        let find = device::Entity::find_by_id(id);
        find.one(&self.database.connection).await.unwrap()
    }

    pub async fn told(&self) -> Vec<told::Model> {
        told::Entity::find().all(&self.database.connection).await.unwrap()
    }
}

pub fn settings() -> DeviceSettings {
    DeviceSettings {
        app_version: Some("2.1.0".to_owned()),
        language: Language::french(),
        time_zone: "Europe/Paris".to_owned(),
        quiet_hours: None,
        daily_cap: None,
        min_severity: Severity::Info,
        area: None,
    }
}

pub fn draft(token: &str, settings: DeviceSettings) -> DeviceDraft {
    DeviceDraft {
        transport: TransportKind::FcmToken,
        address: token.to_owned().into(),
        platform: Platform::Android,
        settings,
    }
}

pub fn topic(slug: &str) -> Follow {
    Follow {
        kind: FollowKind::Topic,
        target: slug.to_owned(),
    }
}

pub fn followers() -> Audience {
    Audience {
        topics: vec![TOPIC.to_owned()],
        ..Audience::default()
    }
}

pub fn addresses(run: &Run) -> Vec<String> {
    run.targets().iter().map(|target| target.address.clone()).collect()
}
