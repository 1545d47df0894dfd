//! Accounts on their way: a person begins on our form, agrees on the network's page, and comes back; a loop speaks to the
//! network meanwhile. Nothing is lost on the way: what was typed stays on the row, sealed where it is secret.

mod finish;
mod work;

use chrono::TimeDelta;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, DatabaseTransaction, EntityTrait as _, IntoActiveModel as _,
    PaginatorTrait as _, QueryFilter as _, QuerySelect as _, Set,
};
use secrecy::{ExposeSecret as _, SecretString};

pub use self::{finish::Connected, work::Step};
use super::{Store, StoreError, StoreResult, digest};
use crate::{
    draft::{MAX_NAME, text_problem},
    entity::{account, connection},
    id::{AccountId, AuthorityId, ConnectionId, StaffId},
    value::{Application, Choices, ConnectionState, Consent, Network, Private, Problem, ProblemCode, Scope, Viewer},
};

/// How long a person may take on the network's page: the life of a `state`.
const LIVES: TimeDelta = TimeDelta::minutes(10);
/// How long it is still told what came of it.
const KEPT: TimeDelta = TimeDelta::days(1);
/// Connections that one person may have begun within [`LIVES`]: a hand that slips, not a program.
const MAX_BEGUN: u64 = 60;

/// What a person fills in.
#[derive(Debug)]
pub struct NewConnection {
    /// Whose account it will be.
    pub authority: AuthorityId,
    /// The account that is connected again; none: a new one.
    pub account: Option<AccountId>,
    /// On which network.
    pub network: Network,
    /// How staff will call it.
    pub name: String,
    /// The network's own settings, as its file defines them.
    pub settings: serde_json::Value,
    /// The town's application there, where the network wants one.
    pub application: Option<Application>,
    /// What was pasted, where it wants that.
    pub secret: Option<String>,
}

/// What an answer that a person brought back belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Callback {
    /// It is taken: this connection goes on.
    Taken(ConnectionId),
    /// Another browser began it, or a session that has ended.
    Foreign,
    /// It was used, is too old, or was never ours.
    Unknown,
}

impl Store {
    /// Begins to connect an account.
    pub async fn begin_connection(
        &self,
        new: NewConnection,
        session: &SecretString,
        by: &Viewer,
    ) -> StoreResult<connection::Model> {
        let staff = by.staff.ok_or(StoreError::NotFound)?;
        let now = self.clock.now();
        let private = Private {
            application: new.application,
            secret: new.secret,
            ..Private::default()
        };
        let mut row = connection::Model {
            id: self.ids.make(),
            authority_id: new.authority,
            account_id: new.account,
            staff_id: staff,
            session: digest::of(session.expose_secret()),
            network: new.network,
            name: new.name.trim().to_owned(),
            settings: new.settings,
            state: ConnectionState::Preparing,
            mark: String::new(),
            sealed: Vec::new(),
            choices: None,
            problem: None,
            created_at: now,
            expires_at: now,
            lease_owner: None,
            lease_until: None,
        };
        self.mark(&mut row, private)?;
        let tx = self.write().await?;
        room(&tx, staff, now - LIVES).await?;
        free_name(&tx, &row).await?;
        connection::Entity::insert(row.clone().into_active_model())
            .exec_without_returning(&tx)
            .await?;
        tx.commit().await?;
        self.bus.nudge().await;
        Ok(row)
    }

    /// A connection, for the session that began it.
    pub async fn connection(
        &self,
        id: ConnectionId,
        session: &SecretString,
    ) -> StoreResult<Option<(connection::Model, Private)>> {
        let row = connection::Entity::find_by_id(id)
            .filter(connection::Column::Session.eq(digest::of(session.expose_secret())))
            .one(&self.db)
            .await?;
        row.map(|row| self.private(&row).map(|private| (row, private)))
            .transpose()
    }

    /// What a person brought back from the network's page: a code, or why there is none. It is taken once.
    pub async fn receive_connection(
        &self,
        state: &str,
        session: Option<&SecretString>,
        answer: Result<String, Problem>,
    ) -> StoreResult<Callback> {
        let now = self.clock.now();
        let tx = self.write().await?;
        let row = connection::Entity::find()
            .filter(connection::Column::Mark.eq(digest::of(state)))
            .filter(connection::Column::State.eq(ConnectionState::Waiting))
            .filter(connection::Column::ExpiresAt.gt(now))
            .lock_exclusive()
            .one(&tx)
            .await?;
        let Some(row) = row else {
            return Ok(Callback::Unknown);
        };
        // Who cannot show the session leaves the way open for who can.
        let session = session.map(|session| digest::of(session.expose_secret()));
        if session.as_deref() != Some(&row.session) {
            return Ok(Callback::Foreign);
        }
        let (id, mut private) = (row.id, self.private(&row)?);
        let mut active = row.into_active_model();
        match answer {
            Ok(code) => {
                private.code = Some(code);
                active.state = Set(ConnectionState::Trying);
                active.sealed = Set(self.closed(id, &private)?);
                active.expires_at = Set(now + LIVES);
            }
            Err(problem) => {
                active.state = Set(ConnectionState::Failed);
                active.problem = Set(Some(problem));
            }
        }
        active.update(&tx).await?;
        tx.commit().await?;
        self.bus.nudge().await;
        Ok(Callback::Taken(id))
    }

    /// The person said which of several accounts it is.
    pub async fn choose_connection(
        &self,
        id: ConnectionId,
        session: &SecretString,
        choice: usize,
    ) -> StoreResult<connection::Model> {
        let (row, mut private) = self.connection(id, session).await?.ok_or(StoreError::NotFound)?;
        if row.state != ConnectionState::Choosing || choice >= private.found.len() {
            return Err(StoreError::NotFound);
        }
        private.found = vec![private.found.swap_remove(choice)];
        self.move_connection(row, ConnectionState::Trying, &private).await
    }

    /// Begins anew with what was typed: another mark, and nothing of what was brought back.
    pub async fn restart_connection(&self, id: ConnectionId, session: &SecretString) -> StoreResult<connection::Model> {
        let (mut row, private) = self.connection(id, session).await?.ok_or(StoreError::NotFound)?;
        if row.state == ConnectionState::Done {
            return Err(StoreError::NotFound);
        }
        let private = Private {
            application: private.application,
            secret: private.secret,
            ..Private::default()
        };
        self.mark(&mut row, private)?;
        (row.choices, row.problem) = (None, None);
        (row.lease_owner, row.lease_until) = (None, None);
        let row = row.into_active_model().reset_all().update(&self.db).await?;
        self.bus.nudge().await;
        Ok(row)
    }

    /// The application that an account was connected by: whether it must be typed is told by it.
    pub fn account_application(&self, account: &account::Model) -> StoreResult<Option<Application>> {
        let open = |sealed: &Vec<u8>| {
            let open = self.seal.open(sealed, &of_application(account.id))?;
            serde_json::from_str(open.expose_secret()).map_err(|_| StoreError::Sealed)
        };
        account.application.as_ref().map(open).transpose()
    }

    /// Forgets connections that nobody asks about any more. Says how many.
    pub async fn forget_connections(&self) -> StoreResult<u64> {
        let over = connection::Column::ExpiresAt.lte(self.clock.now() - KEPT);
        // Asked often, and mostly in vain: looking does not wait for who writes.
        let found = connection::Entity::find().filter(over.clone()).one(&self.db).await?;
        if found.is_none() {
            return Ok(0);
        }
        let gone = connection::Entity::delete_many().filter(over).exec(&self.db).await?;
        Ok(gone.rows_affected)
    }

    /// A new mark, and as long to bring it back as any.
    fn mark(&self, row: &mut connection::Model, mut private: Private) -> StoreResult<()> {
        (private.state, private.verifier) = (self.ids.secret(), self.ids.secret());
        row.mark = digest::of(&private.state);
        row.sealed = self.closed(row.id, &private)?;
        row.expires_at = self.clock.now() + LIVES;
        // What is pasted is tried at once: nobody goes anywhere.
        row.state = match row.network.consent() {
            Consent::Registered | Consent::Application if private.secret.is_none() => ConnectionState::Preparing,
            Consent::Registered | Consent::Application | Consent::Pasted | Consent::ByHand => ConnectionState::Trying,
        };
        Ok(())
    }

    async fn move_connection(
        &self,
        row: connection::Model,
        state: ConnectionState,
        private: &Private,
    ) -> StoreResult<connection::Model> {
        let sealed = self.closed(row.id, private)?;
        let mut active = row.into_active_model();
        active.state = Set(state);
        active.sealed = Set(sealed);
        active.choices = Set(None);
        let row = active.update(&self.db).await?;
        self.bus.nudge().await;
        Ok(row)
    }

    fn closed(&self, id: ConnectionId, private: &Private) -> StoreResult<Vec<u8>> {
        let open = serde_json::to_string(private).map_err(|_| StoreError::Sealed)?;
        self.seal.close(&self.ids, &open.into(), &of_connection(id))
    }

    fn private(&self, row: &connection::Model) -> StoreResult<Private> {
        let open = self.seal.open(&row.sealed, &of_connection(row.id))?;
        serde_json::from_str(open.expose_secret()).map_err(|_| StoreError::Sealed)
    }
}

/// No row's secrets open as another's.
fn of_connection(id: ConnectionId) -> String {
    format!("connection {id}")
}

fn of_application(id: AccountId) -> String {
    format!("{id} application")
}

async fn room(tx: &DatabaseTransaction, staff: StaffId, since: crate::clock::Timestamp) -> StoreResult<()> {
    let begun = connection::Entity::find()
        .filter(connection::Column::StaffId.eq(staff))
        .filter(connection::Column::CreatedAt.gt(since));
    if begun.count(tx).await? < MAX_BEGUN {
        return Ok(());
    }
    Err(StoreError::from(Problem::new(
        ProblemCode::TooMany,
        "",
        "Trop d’essais de suite\u{202f}: attendez dix minutes.",
        "Too many tries in a row: wait ten minutes.",
    )))
}

/// Said at its field, before anybody goes anywhere.
async fn free_name(tx: &DatabaseTransaction, row: &connection::Model) -> StoreResult<()> {
    let problem = if row.name.is_empty() {
        Some(Problem::new(
            ProblemCode::Missing,
            "name",
            "Donnez un nom\u{202f}: c’est ainsi que vos collègues reconnaîtront ce compte.",
            "Give a name: your colleagues will know this account by it.",
        ))
    } else {
        text_problem("name", &row.name, MAX_NAME)
    };
    if let Some(problem) = problem {
        return Err(problem.into());
    }
    let taken = account::Entity::find()
        .filter(account::Column::AuthorityId.eq(row.authority_id))
        .filter(account::Column::Network.eq(row.network))
        .filter(account::Column::Name.eq(&row.name));
    if row.account_id.is_none() && taken.count(tx).await? > 0 {
        return Err(StoreError::from(Problem::new(
            ProblemCode::Conflict,
            "name",
            "Ce nom est déjà pris\u{202f}: choisissez-en un autre.",
            "This name is already taken: choose another.",
        )));
    }
    Ok(())
}

/// What is chosen among, as the row shows it.
fn choices(private: &Private) -> Choices {
    Choices(private.found.iter().map(|found| found.name.clone()).collect())
}

/// Whether the person who began it may still add accounts there.
fn may(by: &Viewer, row: &connection::Model) -> bool {
    by.may(crate::value::Role::Admin, row.authority_id)
}

/// The account that is connected again, while it is where it was.
fn covered(scope: &Scope, row: &account::Model) -> bool {
    scope.covers(row.authority_id)
}
