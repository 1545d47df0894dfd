//! The end of a connection: the account is there, or has what it needs again.

use sea_orm::{
    ActiveModelTrait as _, DatabaseTransaction, EntityTrait as _, IntoActiveModel as _, QuerySelect as _, Set,
};
use serde_json::{Value, json};

use super::{covered, may, of_application, work::held};
use crate::{
    entity::{account, account_access, connection},
    id::AccountId,
    store::{Access, NewAccount, Store, StoreError, StoreResult},
    value::{
        AccountHealth, AccountRules, AccountState, Capabilities, ConnectionState, Found, Private, Problem, ProblemCode,
        Role, Viewer,
    },
};

/// An account that answered to what was found.
#[derive(Debug)]
pub struct Connected {
    /// What opens it.
    pub found: Found,
    /// Its settings, with what the consent told.
    pub settings: Value,
    /// How it is.
    pub health: AccountHealth,
    /// What it can do.
    pub capabilities: Capabilities,
}

impl Store {
    /// The account and the end of the connection, or neither.
    pub(super) async fn finish_connection(
        &self,
        claimed: &connection::Model,
        private: &Private,
        connected: Connected,
    ) -> StoreResult<()> {
        let by = self.staff_viewer(claimed.staff_id).await?;
        let by = by.filter(|by| may(by, claimed)).ok_or_else(not_any_more)?;
        let tx = self.write().await?;
        let row = held(claimed).one(&tx).await?.ok_or(StoreError::NotFound)?;
        let former = match claimed.account_id {
            Some(id) => Some(self.former(&tx, id, &by, &connected).await?),
            None => None,
        };
        let (found, until) = (connected.found.clone(), connected.found.until);
        let (account, state) = match former {
            // What a person stopped stays stopped.
            Some(former) if former.state == AccountState::Paused => (former, AccountState::Paused),
            Some(former) => (former, AccountState::Active),
            None => (self.open(&tx, claimed, &connected, &by).await?, AccountState::Active),
        };
        let id = account.id;
        let secret = self
            .seal
            .close(&self.ids, &found.secret.clone().into(), &id.to_string())?;
        let version = account.version;
        let mut active = account.into_active_model();
        active.secret = Set(Some(secret));
        active.state = Set(state);
        active.reason = Set(None);
        active.health = Set(Some(connected.health));
        active.capabilities = Set(Some(connected.capabilities));
        active.authorised_until = Set(until);
        active.reminded = Set(None);
        active.connected_by = Set(by.staff);
        if let Some(application) = &private.application {
            let open = serde_json::to_string(application).map_err(|_| StoreError::Sealed)?;
            let sealed = self.seal.close(&self.ids, &open.into(), &of_application(id))?;
            active.application = Set(Some(sealed));
        }
        active.version = Set(version + 1);
        active.updated_at = Set(self.clock.now());
        let account = active.update(&tx).await?;
        self.first_access(&tx, &account, &found).await?;
        let detail = json!({ "network": account.network });
        self.audit(&tx, &by, "account.connect", id, Some(account.authority_id), detail)
            .await?;
        let mut active = row.into_active_model();
        active.account_id = Set(Some(id));
        active.state = Set(ConnectionState::Done);
        // Nothing secret is left behind: it is the account's now.
        active.sealed = Set(self.closed(claimed.id, &Private::default())?);
        (active.choices, active.problem) = (Set(None), Set(None));
        (active.lease_owner, active.lease_until) = (Set(None), Set(None));
        active.update(&tx).await?;
        tx.commit().await?;
        self.bus.nudge().await;
        Ok(())
    }

    async fn open(
        &self,
        tx: &DatabaseTransaction,
        claimed: &connection::Model,
        connected: &Connected,
        by: &Viewer,
    ) -> StoreResult<account::Model> {
        let new = NewAccount {
            authority: claimed.authority_id,
            network: claimed.network,
            name: claimed.name.clone(),
            settings: connected.settings.clone(),
            secret: Some(connected.found.secret.clone().into()),
            rules: AccountRules::default(),
        };
        self.insert_account(tx, new, by).await
    }

    /// The account that is connected again, if the person agreed for the same one over there.
    async fn former(
        &self,
        tx: &DatabaseTransaction,
        id: AccountId,
        by: &Viewer,
        connected: &Connected,
    ) -> StoreResult<account::Model> {
        let row = account::Entity::find_by_id(id).lock_exclusive().one(tx).await?;
        let row = row.filter(|row| covered(&by.scope(Role::Admin), row));
        let row = row.ok_or_else(not_any_more)?;
        let other = row
            .health
            .as_ref()
            .filter(|known| known.handle != connected.health.handle);
        match other {
            Some(known) => Err(another(&known.handle, &connected.health.handle).into()),
            None => Ok(row),
        }
    }

    /// What the consent gave beside the secret: no process asks for it at once.
    async fn first_access(&self, tx: &DatabaseTransaction, account: &account::Model, found: &Found) -> StoreResult<()> {
        account_access::Entity::delete_by_id(account.id).exec(tx).await?;
        let Some((token, until)) = found.access.clone() else {
            return Ok(());
        };
        let access = Access {
            token: token.into(),
            until,
            renew_from: halfway(self.clock.now(), until),
            refresh: None,
            consent: found.until,
        };
        let row = account_access::Model {
            account_id: account.id,
            sealed: Some(self.sealed_access(account, &access)?),
            until: Some(access.until),
            renew_from: Some(access.renew_from),
            lease_owner: None,
            lease_until: None,
        };
        account_access::Entity::insert(row.into_active_model())
            .exec_without_returning(tx)
            .await?;
        Ok(())
    }
}

fn halfway(now: crate::clock::Timestamp, until: crate::clock::Timestamp) -> crate::clock::Timestamp {
    now + (until - now) / 2
}

fn not_any_more() -> StoreError {
    StoreError::from(Problem::new(
        ProblemCode::WrongState,
        "",
        "Vous n’administrez plus cette collectivité, ou ce compte n’y est plus\u{202f}: rien n’a été changé.",
        "You no longer administer this authority, or the account is not there any more: nothing was changed.",
    ))
}

/// A town does not speak as another account by a slip on the network's page.
fn another(known: &str, given: &str) -> Problem {
    Problem::new(
        ProblemCode::Conflict,
        "",
        format!(
            "Vous avez autorisé «\u{202f}{given}\u{202f}», alors que ce compte est «\u{202f}{known}\u{202f}». Rien n’a \
             été changé\u{202f}: recommencez en choisissant «\u{202f}{known}\u{202f}», ou ajoutez un nouveau compte."
        ),
        format!(
            "You authorised “{given}”, but this account is “{known}”. Nothing was changed: start again and choose \
             “{known}”, or add a new account."
        ),
    )
}
