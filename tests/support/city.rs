//! The whole application: store, boards, router and worker over a migrated database, and the outside world in miniature.
//!
//! ```text
//! let city = City::new().await;
//! let account = city.account(Network::Mastodon, AccountRules::default()).await;
//! city.publish(scene::tram_stopped()).await;
//! city.settle().await;
//! assert_eq!(city.posts(&account).len(), 1);
//! ```
//!
//! A City that is dropped fails its test when work is left that is due, or when the sandbox saw a request that no
//! correct client sends.

mod accounts;
mod asking;
mod federation;
mod items;
mod left_over;
mod opening;
mod phones;
mod sources;

use std::{
    ops::Deref,
    sync::atomic::{AtomicBool, Ordering},
};

use axum::Router;
use beffroi_jobs::run::Worker;
use beffroi_sandbox::{Peer, Sandbox, Subscriber};
use beffroi_schema::{
    board::Boards,
    clock::Clock,
    id::{AuthorityId, StaffId, ZoneId},
    store::Store,
    value::{Role, Viewer},
};
use chrono::Duration;
use sea_orm::DatabaseConnection;
use tempfile::TempDir;

pub use self::phones::Phone;
use crate::{
    database::{Database, gone, open_as},
    operator::Operator,
};

/// Steps after which a city that still finds something to do will never come to rest.
const MOST_STEPS: usize = 500;

/// What a test waits after the death of a worker that was delivering: more than the lease of a delivery (five minutes).
pub const DELIVERY_LEASE: Duration = Duration::seconds(301);

/// The editor: nobody looks for their row, only whether a person or a machine acts.
const EDITOR: uuid::Uuid = uuid::Uuid::from_u128(1);

/// Valbourg, with its quarters, its staff's rights, and everything it talks to.
#[derive(Debug)]
pub struct City {
    /// The verbs.
    pub store: Store,
    /// Moved by [`City::later`].
    pub clock: Clock,
    /// What residents read.
    pub boards: Boards,
    /// The front of the application.
    pub router: Router,
    /// FCM and the networks in miniature, on the same clock.
    pub sandbox: Sandbox,
    /// The transport operator, whose feeds say what the test has them say.
    pub operator: Operator,
    /// Servers of the fediverse, each with its people.
    pub peers: [Peer; 3],
    /// A program that subscribes to feeds.
    pub subscriber: Subscriber,
    /// Every loop, stepped by [`City::settle`].
    pub worker: Worker,
    /// Valbourg.
    pub authority: AuthorityId,
    /// Its quarters.
    pub zones: Zones,
    database: Database,
    files: TempDir,
    left_over_expected: AtomicBool,
}

/// The quarters of Valbourg: two squares with an edge in common.
#[derive(Clone, Copy, Debug)]
pub struct Zones {
    /// 43.60–43.61° N, 1.44–1.45° E.
    pub centre: ZoneId,
    /// 43.60–43.61° N, 1.45–1.46° E.
    pub faubourg: ZoneId,
}

/// A worker that may die before the others.
#[derive(Debug)]
pub struct Mortal {
    worker: Worker,
    store: Store,
    connection: DatabaseConnection,
    /// As the database knows its connections.
    name: String,
    outside: DatabaseConnection,
}

impl Mortal {
    /// What its process says to the database.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Its process is gone, and the database has noticed: what it had begun is rolled back, and no row is held for it.
    pub async fn die(self) {
        drop((self.worker, self.store));
        self.connection.close().await.unwrap();
        gone(&self.outside, &self.name).await;
    }
}

impl Deref for Mortal {
    type Target = Worker;

    fn deref(&self) -> &Worker {
        &self.worker
    }
}

impl City {
    /// Has everybody work until nothing is due any more, and the boards show it.
    pub async fn settle(&self) {
        for _ in 0..MOST_STEPS {
            let worked = self.worker.step().await.unwrap();
            let shown = self.boards.refresh().await.unwrap();
            if !worked && shown == 0 {
                return;
            }
        }
        panic!("the city does not come to rest: something is due again and again");
    }

    /// Lets time pass at once, then settles: what was due meanwhile is done now, at the new time.
    pub async fn later(&self, by: Duration) {
        self.clock.advance(by);
        self.settle().await;
    }

    /// A person in whose name a test acts.
    pub fn editor(&self) -> Viewer {
        Viewer {
            staff: Some(StaffId(EDITOR)),
            name: "Élodie".to_owned(),
            roles: vec![(Some(self.authority), Role::Editor)],
        }
    }

    /// One more worker as another process would run it: with connections of its own, which end with it.
    pub async fn another_worker(&self) -> Mortal {
        #[expect(clippy::disallowed_methods, reason = "a name that no other worker has")]
        let name = uuid::Uuid::new_v4().to_string();
        let connection = open_as(&self.database.url, &name).await.unwrap();
        let store = opening::store(
            connection.clone(),
            &self.clock,
            self.store.ids().clone(),
            self.store.bus().clone(),
            self.files.path(),
        );
        let outside = [self.operator.url(), self.subscriber.url()];
        let worker = opening::worker(&store, &self.sandbox, &outside, &self.peers, self.files.path()).await;
        Mortal {
            worker,
            store,
            connection,
            name,
            outside: self.database.connection.clone(),
        }
    }

    /// The database, for whoever wants to look behind the store's back.
    pub fn database(&self) -> &DatabaseConnection {
        &self.database.connection
    }

    /// The test means to leave work that is due, or to have sent what no correct client sends.
    pub fn expect_left_over(&self) {
        self.left_over_expected.store(true, Ordering::Relaxed);
    }
}

impl Drop for City {
    fn drop(&mut self) {
        if std::thread::panicking() || self.left_over_expected.load(Ordering::Relaxed) {
            return;
        }
        let unaccounted = self.sandbox.unaccounted();
        assert!(
            unaccounted.is_empty(),
            "nobody accounted for these requests: {unaccounted:#?}"
        );
        let violations: Vec<_> = self.peers.iter().flat_map(Peer::violations).collect();
        assert!(
            violations.is_empty(),
            "servers of the fediverse complain: {violations:#?}"
        );
        let violations = self.subscriber.violations();
        assert!(
            violations.is_empty(),
            "a subscriber of feeds complains: {violations:#?}"
        );
        let left = left_over::of(&self.database.url, self.clock.now());
        assert!(left.is_empty(), "work is left that is due: {left:#?}");
    }
}
