//! Two authorities with their staff, who ask the contract directly; every statement that reaches the database is noted.

use std::sync::{Arc, Mutex};

use async_graphql::{Request, Variables};
use beffroi_api::graphql::{
    context::{Asker, PublicUrl},
    id,
    schema::{self, Contract},
};
use beffroi_schema::{
    board::Boards,
    bus::Bus,
    clock::Clock,
    draft::Draft,
    entity::{attempt, delivery, handover},
    id::{AccountId, AuthorityId, DeliveryId, HandoverId, Ids, ItemId},
    store::{Access, KEY_BYTES, NewAccount, NewSource, Seal, Store, StoredItem, machine},
    value::{
        AccountRules, Action, AttemptOutcome, Change, DeliveryState, Errand, HandoverState, ItemContent, Network, Role,
        Scope, SourceFormat, SourcePolicy, Viewer,
    },
};
use beffroi_tests::{database::Database, scene};
use sea_orm::{DatabaseConnection, EntityTrait as _, IntoActiveModel as _, Set};
use serde_json::{Value, json};

use crate::town::{article, start};

/// The token of the account: no answer may ever hold it.
pub const ACCOUNT_SECRET: &str = "jeton-tres-secret-4711";

/// Two authorities and what belongs to the first.
pub struct Office {
    _database: Database,
    db: DatabaseConnection,
    statements: Arc<Mutex<Vec<String>>>,
    pub clock: Clock,
    pub store: Store,
    pub contract: Contract,
    pub here: AuthorityId,
    pub elsewhere: AuthorityId,
}

impl Office {
    pub async fn new() -> Self {
        let clock = Clock::fixed(start());
        let database = Database::new().await.unwrap();
        let statements = Arc::new(Mutex::new(Vec::new()));
        let mut db = database.connection.clone();
        let noted = Arc::clone(&statements);
        db.set_metric_callback(move |info| noted.lock().unwrap().push(info.statement.sql.clone()));
        let ids = Ids::seeded(clock.clone(), 11);
        let store = Store::new(db.clone(), clock.clone(), ids, Bus::local(), Seal::new([5; KEY_BYTES]));
        let here = authority(&store, "valbourg").await;
        let elsewhere = authority(&store, "montclair").await;
        let boards = Boards::open(store.clone()).await.unwrap();
        let public_url = PublicUrl("https://ville.example/".parse().unwrap());
        Self {
            _database: database,
            db,
            statements,
            contract: schema::contract(boards, public_url, true),
            clock,
            store,
            here,
            elsewhere,
        }
    }

    /// Asks as this viewer, in English; answers data and errors.
    pub async fn ask(&self, viewer: Option<Viewer>, query: &str, variables: Value) -> Value {
        self.ask_in("en", viewer, query, variables).await
    }

    /// Asks as this viewer, in this language; answers data and errors.
    pub async fn ask_in(&self, language: &str, viewer: Option<Viewer>, query: &str, variables: Value) -> Value {
        let asker = Asker {
            viewer,
            languages: vec![language.parse().unwrap()],
            ..Asker::default()
        };
        let request = Request::new(query)
            .variables(Variables::from_json(variables))
            .data(asker);
        serde_json::to_value(self.contract.execute(request).await).unwrap()
    }

    /// Asks as this role here, and fails on errors.
    pub async fn done(&self, role: Role, query: &str, variables: Value) -> Value {
        let mut answer = self.ask(Some(staff(role, self.here)), query, variables).await;
        assert!(answer.get("errors").is_none(), "{answer:#}");
        answer["data"].take()
    }

    /// What was asked of the database meanwhile.
    pub fn statements(&self) -> Vec<String> {
        std::mem::take(&mut self.statements.lock().unwrap())
    }

    /// The statements meanwhile that write.
    pub fn writes(&self) -> Vec<String> {
        let mut statements = self.statements();
        statements.retain(|sql| ["INSERT", "UPDATE", "DELETE"].iter().any(|verb| sql.starts_with(verb)));
        statements
    }

    pub fn here_id(&self) -> Value {
        json!(id::global("Authority", self.here.0))
    }

    pub async fn draft(&self, content: ItemContent) -> StoredItem {
        let draft = Draft {
            authority: self.here,
            content,
            key: None,
        };
        self.store.create_draft(draft, &machine("test")).await.unwrap()
    }

    pub async fn published(&self, title: &str) -> ItemId {
        let item = self.draft(article(title)).await.row;
        let by = machine("test");
        self.store.publish(&Scope::Instance, item.id, 1, &by).await.unwrap();
        item.id
    }

    pub async fn account(&self, name: &str) -> AccountId {
        let new = NewAccount {
            authority: self.here,
            network: Network::Mastodon,
            name: name.to_owned(),
            settings: json!({ "network": "mastodon", "instance": "https://mastodon.example" }),
            secret: Some(ACCOUNT_SECRET.to_owned().into()),
            rules: AccountRules::default(),
        };
        self.store.create_account(new, &machine("test")).await.unwrap().id
    }

    /// Its network says until when it takes what somebody agreed to.
    pub async fn authorised(&self, account: AccountId) {
        let (store, until) = (&self.store, self.clock.now() + chrono::Duration::days(60));
        let row = store.account(&Scope::Instance, account).await.unwrap().unwrap();
        let lease = std::time::Duration::from_mins(1);
        assert!(store.claim_access(account, "test", lease).await.unwrap());
        let given = Access {
            token: ACCOUNT_SECRET.to_owned().into(),
            until,
            renew_from: until,
            refresh: None,
            consent: Some(until),
        };
        store.settle_access(&row, "test", Some(&given)).await.unwrap();
    }

    pub async fn source(&self, name: &str) -> beffroi_schema::id::SourceId {
        let new = NewSource {
            authority: self.here,
            format: SourceFormat::GtfsRtAlerts,
            name: name.to_owned(),
            url: "https://feeds.example/alerts".to_owned(),
            settings: json!({}),
            policy: SourcePolicy::Draft,
            interval_s: 60,
        };
        self.store.create_source(new, &machine("test")).await.unwrap().id
    }

    /// A delivery of a public item that the network refused.
    pub async fn refused(&self, item: ItemId, account: AccountId) -> DeliveryId {
        let revisions = self.store.revisions_of(&Scope::Instance, &[item]).await.unwrap();
        let now = self.clock.now();
        let row = delivery::Model {
            id: self.store.ids().make(),
            authority_id: self.here,
            item_id: item,
            revision_id: revisions[0].id,
            account_id: account,
            version: revisions[0].version,
            change: Change::Published,
            action: Action::Publish,
            state: DeliveryState::Refused,
            rendered: None,
            due_at: now,
            attempts: 1,
            searches: 0,
            attempting_since: None,
            reason: Some("422 text too long".to_owned()),
            weight: 0,
            queue: None,
            slot: None,
            turn_at: None,
            cleared_at: None,
            lease_owner: None,
            lease_until: None,
            created_at: now,
            settled_at: Some(now),
        };
        let tried = attempt::Model {
            id: self.store.ids().make(),
            delivery_id: row.id,
            number: 1,
            started_at: now,
            ended_at: Some(now),
            outcome: Some(AttemptOutcome::Refused),
            reason: Some("422 text too long".to_owned()),
            cost: None,
        };
        let id = row.id;
        let row = delivery::Entity::insert(row.into_active_model());
        row.exec_without_returning(&self.db).await.unwrap();
        let tried = attempt::Entity::insert(tried.into_active_model());
        tried.exec_without_returning(&self.db).await.unwrap();
        id
    }

    /// A person is to post a public item by hand.
    pub async fn task(&self, account: AccountId) -> HandoverId {
        let item = self.published("À publier à la main").await;
        let delivery = self.refused(item, account).await;
        let waiting = delivery::ActiveModel {
            id: Set(delivery),
            state: Set(DeliveryState::ByHand),
            ..Default::default()
        };
        delivery::Entity::update(waiting).exec(&self.db).await.unwrap();
        let now = self.clock.now();
        let row = handover::Model {
            id: self.store.ids().make(),
            authority_id: self.here,
            delivery_id: delivery,
            errand: Errand::Post,
            reason: "this network takes no posts from programs".to_owned(),
            composer: Some("https://reseau.example/ecrire".to_owned()),
            state: HandoverState::Open,
            due_at: now,
            claimed_by: None,
            claimed_name: None,
            claimed_until: None,
            created_at: now,
            closed_at: None,
            closed_name: None,
            url: None,
            note: None,
        };
        let id = row.id;
        let row = handover::Entity::insert(row.into_active_model());
        row.exec_without_returning(&self.db).await.unwrap();
        id
    }
}

async fn authority(store: &Store, slug: &str) -> AuthorityId {
    store
        .create_authority(scene::commune(slug), &machine("test"))
        .await
        .unwrap()
        .id
}

/// Somebody with this role there; an operator has it everywhere.
pub fn staff(role: Role, at: AuthorityId) -> Viewer {
    Viewer {
        staff: None,
        name: role.to_string(),
        roles: vec![((role != Role::Operator).then_some(at), role)],
    }
}
