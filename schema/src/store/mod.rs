//! The verbs: everything that is written or read in the database, one transaction each.
//!
//! Verbs of people take a [`crate::value::Scope`]; a row outside it is reported as absent. Verbs of the loops do not:
//! they see the whole instance.

mod access;
mod accounts;
mod audience;
mod audit;
mod authorities;
mod board;
pub mod campaigns;
mod claim;
mod connect;
mod connections;
mod deliveries;
mod devices;
pub(crate) mod digest;
mod error;
mod facts;
mod fanout;
mod federation;
mod invitations;
mod items;
mod media;
mod outbox;
mod outlook;
mod password;
mod publish;
mod readings;
mod reminders;
mod seal;
mod sessions;
mod slides;
mod sources;
mod staff;
mod subscribers;
mod tokens;
mod transit;
mod turns;
mod uploads;
mod wording;

use std::sync::Arc;

use sea_orm::{
    ConnectionTrait as _, DatabaseBackend, DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait as _,
};
use tokio::sync::Semaphore;

pub use self::{
    accounts::{CheckResult, NewAccount},
    audience::{Walk, Wanted},
    audit::MAX_AUDIT_LINES,
    authorities::{NewAuthority, ZoneDraft, machine, unknown_time_zone},
    connect::{DatabaseUrl, connect},
    connections::{Callback, Connected, NewConnection, Step},
    deliveries::{Charge, Job, MAX_TASKS, Overspent, Settlement, Task, TaskFilter, TaskOutcome},
    devices::Registered,
    error::{StoreError, StoreResult},
    facts::Facts,
    fanout::{FanOut, News, Push},
    federation::{
        Answer, Handed, Heard, Kept, NewFederatedActor, NewRequest, OutboxPage, Parcel, Saying, Standing, Verdict,
    },
    invitations::{Invitation, Joining},
    items::{ItemFilter, StoredItem},
    media::{About, MAX_PICTURE_BYTES},
    outlook::{Intent, Outlook},
    readings::Reading,
    reminders::{Reminder, who_agrees},
    seal::{KEY_BYTES, Seal},
    sessions::SESSION_DAYS,
    sources::{NewSource, PollOutcome, PollSummary},
    staff::Person,
    subscribers::{HubRequest, Known, Telling},
    tokens::NewToken,
    uploads::{NewUpload, PART_BYTES},
    wording::TemplateOf,
};
pub use crate::value::Access;
use crate::{
    bus::Bus,
    clock::Clock,
    files::{FileLimits, Files},
    id::Ids,
};

/// Serialises publications on PostgreSQL: sequence numbers are drawn before they commit, so without it a reader of
/// the outbox by number could pass over a lower one that commits later.
const PUBLISH_LOCK: i64 = 0x6265_6666_726f_6901;

/// The database, and what its verbs need beside it. Clones share it.
#[derive(Clone, Debug)]
pub struct Store {
    db: DatabaseConnection,
    clock: Clock,
    ids: Ids,
    bus: Bus,
    seal: Seal,
    files: Files,
    /// Pictures are drawn anew one at a time: each takes memory.
    easel: Arc<Semaphore>,
}

impl Store {
    /// A store over a database that has been migrated. Its files are in memory, until [`Store::with_files`].
    pub fn new(db: DatabaseConnection, clock: Clock, ids: Ids, bus: Bus, seal: Seal) -> Self {
        Self {
            db,
            clock,
            ids,
            bus,
            seal,
            files: Files::memory(FileLimits::default()),
            easel: Arc::new(Semaphore::new(1)),
        }
    }

    /// The same store with its files there.
    #[must_use]
    pub fn with_files(mut self, files: Files) -> Self {
        self.files = files;
        self
    }

    /// Where the bytes of files are.
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// The clock that stamps every row.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Where identifiers come from.
    pub fn ids(&self) -> &Ids {
        &self.ids
    }

    /// The bus that is nudged after each change worth a look.
    pub fn bus(&self) -> &Bus {
        &self.bus
    }

    /// Whether the database answers.
    pub async fn check(&self) -> StoreResult<()> {
        Ok(self.db.ping().await?)
    }

    /// A transaction that will write.
    ///
    /// On SQLite it takes the write lock at once: one that reads first and writes later would fail as soon as somebody
    /// else has written in between, whatever the busy time-out.
    async fn write(&self) -> StoreResult<DatabaseTransaction> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let db = self.db.clone();
        // A caller may go away while the database begins: sqlx would then give the connection back with a transaction
        // open that nobody ends. In a task of its own the beginning ends, and the transaction with it.
        #[expect(clippy::disallowed_methods, reason = "ends as soon as the database has answered")]
        let begun = tokio::spawn(async move { db.begin_with_options(options).await }).await;
        Ok(begun.map_err(|error| DbErr::Custom(format!("a transaction did not begin: {error}")))??)
    }

    /// A transaction that will append to the outbox: they commit one after the other, in the order of their numbers.
    async fn publication(&self) -> StoreResult<DatabaseTransaction> {
        let tx = self.write().await?;
        if tx.get_database_backend() == DatabaseBackend::Postgres {
            tx.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({PUBLISH_LOCK})"))
                .await?;
        }
        Ok(tx)
    }
}
