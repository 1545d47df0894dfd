//! Accounts on social networks.

use std::time::Duration;

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, DatabaseTransaction, EntityTrait as _, IntoActiveModel as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _, Set,
    sea_query::{Expr, SelectStatement},
};
use secrecy::SecretString;

use super::{Store, StoreError, StoreResult, claim, error::name_taken};
use crate::{
    clock::Timestamp,
    draft::{MAX_NAME, text_problem},
    entity::account,
    id::{AccountId, AuthorityId},
    value::{AccountHealth, AccountRules, AccountState, Capabilities, Network, Problem, ProblemCode, Scope, Viewer},
};

/// A new account.
#[derive(Debug)]
pub struct NewAccount {
    /// Whose it is.
    pub authority: AuthorityId,
    /// On which network.
    pub network: Network,
    /// How staff call it.
    pub name: String,
    /// The network's own settings, as its file defines them.
    pub settings: serde_json::Value,
    /// Token or app password; none where a person does everything by hand.
    pub secret: Option<SecretString>,
    /// What goes there.
    pub rules: AccountRules,
}

/// What a check of an account found.
#[derive(Clone, Debug)]
pub enum CheckResult {
    /// It answers.
    Well(Box<AccountHealth>, Capabilities),
    /// It refuses us: it is locked until somebody signs in again.
    Locked(String),
    /// It does not answer at the moment: nothing changes.
    Silent(String),
    /// A person stopped it: it was asked nothing, and what lets us in is renewed.
    Kept,
    /// A person stopped it, and what lets us in cannot be renewed: somebody must sign in again.
    Lost(String),
}

impl Store {
    /// Adds an account. It is checked at the next look.
    pub async fn create_account(&self, new: NewAccount, by: &Viewer) -> StoreResult<account::Model> {
        let mut problems = new.rules.problems();
        problems.extend(text_problem("name", &new.name, MAX_NAME));
        problems.extend(self.place_problem(new.authority, &new.rules).await?);
        if !problems.is_empty() {
            return Err(StoreError::Problems(problems));
        }
        let tx = self.write().await?;
        let row = self.insert_account(&tx, new, by).await?;
        tx.commit().await?;
        self.bus.nudge().await;
        Ok(row)
    }

    /// The row of a new account that has no problems, within the transaction of whatever else comes with it.
    pub(super) async fn insert_account(
        &self,
        tx: &DatabaseTransaction,
        new: NewAccount,
        by: &Viewer,
    ) -> StoreResult<account::Model> {
        let (id, now): (AccountId, _) = (self.ids.make(), self.clock.now());
        let sealed = new
            .secret
            .map(|secret| self.seal.close(&self.ids, &secret, &id.to_string()));
        let row = account::Model {
            id,
            authority_id: new.authority,
            network: new.network,
            name: new.name,
            settings: new.settings,
            secret: sealed.transpose()?,
            state: AccountState::Active,
            reason: None,
            reopens: false,
            rules: new.rules,
            capabilities: None,
            health: None,
            next_check_at: now,
            not_before: None,
            authorised_until: None,
            reminded: None,
            connected_by: None,
            application: None,
            version: 1,
            created_at: now,
            updated_at: now,
            lease_owner: None,
            lease_until: None,
        };
        account::Entity::insert(row.clone().into_active_model())
            .exec_without_returning(tx)
            .await
            .map_err(|error| name_taken(error, "name"))?;
        self.audit(
            tx,
            by,
            "account.create",
            id,
            Some(new.authority),
            serde_json::Value::Null,
        )
        .await?;
        Ok(row)
    }

    /// Changes what goes to an account, if `version` is still its version.
    pub async fn set_account_rules(
        &self,
        scope: &Scope,
        id: AccountId,
        version: i32,
        rules: AccountRules,
        by: &Viewer,
    ) -> StoreResult<account::Model> {
        let row = self.account(scope, id).await?.ok_or(StoreError::NotFound)?;
        let mut problems = rules.problems();
        problems.extend(self.place_problem(row.authority_id, &rules).await?);
        if !problems.is_empty() {
            return Err(StoreError::Problems(problems));
        }
        self.change_account(scope, id, Some(version), "account.rules", by, |active| {
            active.rules = Set(rules);
        })
        .await
    }

    /// Stops an account: its posts wait.
    pub async fn pause_account(&self, scope: &Scope, id: AccountId, by: &Viewer) -> StoreResult<account::Model> {
        self.change_account(scope, id, None, "account.pause", by, |active| {
            active.state = Set(AccountState::Paused);
        })
        .await
    }

    /// Lets an account go on, paused or locked.
    pub async fn resume_account(&self, scope: &Scope, id: AccountId, by: &Viewer) -> StoreResult<account::Model> {
        let now = self.clock.now();
        self.change_account(scope, id, None, "account.resume", by, |active| {
            active.state = Set(AccountState::Active);
            active.reason = Set(None);
            active.next_check_at = Set(now);
        })
        .await
    }

    /// Gives an account a new token or app password, and lets it go on.
    pub async fn set_account_secret(
        &self,
        scope: &Scope,
        id: AccountId,
        secret: &SecretString,
        by: &Viewer,
    ) -> StoreResult<account::Model> {
        let sealed = self.seal.close(&self.ids, secret, &id.to_string())?;
        let now = self.clock.now();
        self.change_account(scope, id, None, "account.secret", by, |active| {
            active.secret = Set(Some(sealed));
            // Nobody says until when what is pasted holds.
            active.authorised_until = Set(None);
            active.reminded = Set(None);
            active.state = Set(AccountState::Active);
            active.reason = Set(None);
            active.next_check_at = Set(now);
        })
        .await
    }

    /// The accounts in `scope`, of one authority if it is named.
    pub async fn accounts(&self, scope: &Scope, authority: Option<AuthorityId>) -> StoreResult<Vec<account::Model>> {
        let mut query = account::Entity::find().order_by_asc(account::Column::Name);
        if let Some(authority) = authority {
            query = query.filter(account::Column::AuthorityId.eq(authority));
        }
        let rows = query.all(&self.db).await?;
        Ok(rows.into_iter().filter(|row| scope.covers(row.authority_id)).collect())
    }

    /// One account, if it lies in `scope`.
    pub async fn account(&self, scope: &Scope, id: AccountId) -> StoreResult<Option<account::Model>> {
        Ok(account::Entity::find_by_id(id)
            .one(&self.db)
            .await?
            .filter(|row| scope.covers(row.authority_id)))
    }

    /// The token or app password of an account.
    pub fn account_secret(&self, account: &account::Model) -> StoreResult<SecretString> {
        let sealed = account.secret.as_deref().ok_or(StoreError::Sealed)?;
        self.seal.open(sealed, &account.id.to_string())
    }

    /// Takes up to `limit` accounts whose check is due, none of the networks `except`.
    pub async fn claim_checks(
        &self,
        owner: &str,
        limit: u64,
        lease: Duration,
        except: &[Network],
    ) -> StoreResult<Vec<account::Model>> {
        let now = self.clock.now();
        let due = account::Entity::find()
            .select_only()
            .column(account::Column::Id)
            .filter(account::Column::NextCheckAt.lte(now))
            .filter(account::Column::Network.is_not_in(except.iter().copied()))
            .filter(claim::free(account::Column::LeaseUntil, now))
            .order_by_asc(account::Column::NextCheckAt)
            .limit(limit);
        let claimed = account::Entity::update_many()
            .col_expr(account::Column::LeaseOwner, Expr::value(owner))
            .col_expr(account::Column::LeaseUntil, Expr::value(claim::until(now, lease)))
            .filter(account::Column::Id.in_subquery(claim::due(due)));
        Ok(claimed.exec_with_returning(&self.db).await?)
    }

    /// Writes what a check of `checked` found, and when the next is due. A locked account that answers again goes on by
    /// itself, unless only a person can tell that it may ([`account::Model::reopens`]).
    ///
    /// What a person did to it during the check stands: they may have paused it, or signed in anew.
    pub async fn settle_check(
        &self,
        checked: &account::Model,
        result: CheckResult,
        next: Timestamp,
    ) -> StoreResult<()> {
        let tx = self.write().await?;
        let row = account::Entity::find_by_id(checked.id)
            .lock_exclusive()
            .one(&tx)
            .await?;
        let row = row.ok_or(StoreError::NotFound)?;
        let (was, reopens, same) = (row.state, row.reopens, row.version == checked.version);
        let mut active = row.into_active_model();
        active.lease_owner = Set(None);
        active.lease_until = Set(None);
        if same {
            active.next_check_at = Set(next);
            found(&mut active, was, reopens, result);
        }
        active.update(&tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// A rule that names a zone or a line of somebody else would let nothing through.
    async fn place_problem(&self, authority: AuthorityId, rules: &AccountRules) -> StoreResult<Option<Problem>> {
        let unknown = |path, fr, en| Some(Problem::new(ProblemCode::Unknown, path, fr, en));
        if !rules.zones.is_empty() {
            let own: Vec<_> = self.zones(authority).await?.into_iter().map(|zone| zone.id).collect();
            if let Some(position) = rules.zones.iter().position(|id| !own.contains(id)) {
                return Ok(unknown(
                    format!("rules.zones.{position}"),
                    "Cette zone n’existe pas chez cette collectivité.",
                    "This zone does not exist in this authority.",
                ));
            }
        }
        if !rules.lines.is_empty() {
            let own: Vec<_> = self.lines(authority).await?.into_iter().map(|line| line.id).collect();
            if let Some(position) = rules.lines.iter().position(|id| !own.contains(id)) {
                return Ok(unknown(
                    format!("rules.lines.{position}"),
                    "Cette ligne n’existe pas chez cette collectivité.",
                    "This line does not exist in this authority.",
                ));
            }
        }
        Ok(None)
    }

    async fn change_account(
        &self,
        scope: &Scope,
        id: AccountId,
        version: Option<i32>,
        action: &str,
        by: &Viewer,
        change: impl FnOnce(&mut account::ActiveModel) + Send,
    ) -> StoreResult<account::Model> {
        let tx = self.write().await?;
        let row = account::Entity::find_by_id(id)
            .lock_exclusive()
            .one(&tx)
            .await?
            .filter(|row| scope.covers(row.authority_id));
        let row = row.ok_or(StoreError::NotFound)?;
        if version.is_some_and(|version| version != row.version) {
            return Err(StoreError::Conflict { current: row.version });
        }
        let (authority, version) = (row.authority_id, row.version);
        let mut active = row.into_active_model();
        change(&mut active);
        active.version = Set(version + 1);
        active.updated_at = Set(self.clock.now());
        let row = active.update(&tx).await?;
        self.audit(&tx, by, action, id, Some(authority), serde_json::Value::Null)
            .await?;
        tx.commit().await?;
        self.bus.nudge().await;
        Ok(row)
    }
}

/// Accounts of which something may be asked at `now`, none of the networks `except`.
pub(super) fn open_now(now: Timestamp, except: &[Network]) -> SelectStatement {
    let patient = Condition::any()
        .add(account::Column::NotBefore.is_null())
        .add(account::Column::NotBefore.lte(now));
    let open = account::Entity::find()
        .select_only()
        .column(account::Column::Id)
        .filter(account::Column::State.eq(AccountState::Active))
        .filter(account::Column::Network.is_not_in(except.iter().copied()));
    open.filter(patient).into_query()
}

/// The account's row after a check.
fn found(active: &mut account::ActiveModel, was: AccountState, reopens: bool, result: CheckResult) {
    match result {
        CheckResult::Well(health, capabilities) => {
            active.health = Set(Some(*health));
            active.capabilities = Set(Some(capabilities));
            if was == AccountState::Locked && reopens {
                active.state = Set(AccountState::Active);
                active.reason = Set(None);
            }
        }
        CheckResult::Locked(reason) => {
            active.state = Set(AccountState::Locked);
            active.reason = Set(Some(reason));
            active.reopens = Set(was == AccountState::Active || reopens);
        }
        CheckResult::Kept => active.reason = Set(None),
        CheckResult::Lost(reason) => active.reason = Set(Some(reason)),
        CheckResult::Silent(reason) => {
            tracing::info!(reason, "an account does not answer its check");
        }
    }
}
