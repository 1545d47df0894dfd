//! The turns of new posts: what else goes to an account, and whether one may go now.

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait as _,
    IntoActiveModel as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Set, sea_query::OnConflict,
};

use super::{
    Store, StoreError, StoreResult,
    deliveries::{Job, OPEN, held},
};
use crate::{
    clock::Timestamp,
    entity::{account, authority, delivery, revision, ruling},
    id::{AccountId, ItemId},
    rules::{self, MEMORY, Other, Queue, Setting},
    telling,
    value::{Action, Capabilities, DeliveryState, Rule, Ruling, Scope, Severity, Verdict},
};

impl Store {
    /// Whether a new post may go now, by the rules of its account: it has taken its turn then, and others count it.
    /// Otherwise it was put off, and is nobody's any more.
    pub async fn take_turn(&self, job: &Job, owner: &str) -> StoreResult<bool> {
        let doubtful = job.delivery.state == DeliveryState::Unknown;
        if doubtful || job.delivery.cleared_at.is_some() || !job.account.rules.takes_turns() {
            return Ok(true);
        }
        let now = self.clock.now();
        let tx = self.write().await?;
        let row = held(&tx, job.delivery.id, owner).await?;
        // Of two posts that ask at once, one waits for what the other is told.
        let account = account::Entity::find_by_id(row.account_id)
            .lock_exclusive()
            .one(&tx)
            .await?;
        let account = account.ok_or(StoreError::NotFound)?;
        let authority = authority::Entity::find_by_id(row.authority_id).one(&tx).await?;
        let authority = authority.ok_or(StoreError::NotFound)?;
        let others = others(&tx, account.id, now).await?;
        let others: Vec<_> = others
            .into_iter()
            .filter(|(id, _)| *id != row.item_id)
            .map(|(_, other)| other)
            .collect();
        let setting = setting(&account, &authority, now);
        let turn = rules::turn(&setting, severity_of(row.weight), row.slot, &others);
        let mut active = row.into_active_model();
        let ruling = match turn {
            Ok(()) => {
                active.turn_at = Set(Some(now));
                let waited = waited(&tx, job.item.id, account.id).await?;
                waited.map(|rule| rules::said(&setting, job.item.kind, rule, None))
            }
            Err((at, slot, rule)) => {
                let ruling = rules::said(&setting, job.item.kind, rule, Some(at));
                active.due_at = Set(at);
                active.slot = Set(slot);
                active.reason = Set(Some(ruling.en.clone()));
                active.lease_owner = Set(None);
                active.lease_until = Set(None);
                Some(ruling)
            }
        };
        active.update(&tx).await?;
        if let Some(ruling) = ruling {
            self.put_ruling(&tx, &job.revision, account.id, &ruling, None).await?;
        }
        tx.commit().await?;
        Ok(turn.is_ok())
    }

    /// What the rules of accounts said of items.
    pub async fn rulings_of(&self, scope: &Scope, items: &[ItemId]) -> StoreResult<Vec<ruling::Model>> {
        let rows = ruling::Entity::find().filter(ruling::Column::ItemId.is_in(items.iter().copied()));
        let rows = rows.order_by_asc(ruling::Column::AccountId).all(&self.db).await?;
        Ok(rows.into_iter().filter(|row| scope.covers(row.authority_id)).collect())
    }

    /// Keeps what the rules of an account said last of an item. A number that was drawn stays.
    pub(super) async fn put_ruling(
        &self,
        tx: &DatabaseTransaction,
        revision: &revision::Model,
        account: AccountId,
        said: &Ruling,
        number: Option<i64>,
    ) -> StoreResult<()> {
        let row = ruling::Model {
            item_id: revision.item_id,
            account_id: account,
            authority_id: revision.authority_id,
            version: revision.version,
            verdict: said.verdict,
            rule: said.rule,
            until: said.until,
            number,
            fr: said.fr.clone(),
            en: said.en.clone(),
            at: self.clock.now(),
        };
        let mut again = OnConflict::columns([ruling::Column::ItemId, ruling::Column::AccountId]);
        again.update_columns([
            ruling::Column::Version,
            ruling::Column::Verdict,
            ruling::Column::Rule,
            ruling::Column::Until,
            ruling::Column::Fr,
            ruling::Column::En,
            ruling::Column::At,
        ]);
        if number.is_some() {
            again.update_column(ruling::Column::Number);
        }
        ruling::Entity::insert(row.into_active_model())
            .on_conflict(again)
            .exec_without_returning(tx)
            .await?;
        Ok(())
    }
}

/// An account as its rules see it at `now`.
pub(super) fn setting<'a>(account: &'a account::Model, authority: &'a authority::Model, now: Timestamp) -> Setting<'a> {
    Setting {
        name: &account.name,
        rules: &account.rules,
        language: account.rules.language.as_ref().unwrap_or(&authority.language),
        video: account.capabilities.as_ref().and_then(|abilities| abilities.video),
        videos_alone: account.capabilities.as_ref().is_some_and(Capabilities::videos_alone),
        zone: telling::zone(authority),
        now,
    }
}

/// What else goes to an account, for one that asks about an item.
pub(super) async fn queue(
    db: &impl ConnectionTrait,
    account: &account::Model,
    item: ItemId,
    now: Timestamp,
) -> StoreResult<Queue> {
    if !account.rules.counts() {
        return Ok(Queue::default());
    }
    let of_account = ruling::Entity::find().filter(ruling::Column::AccountId.eq(account.id));
    let own = of_account
        .clone()
        .filter(ruling::Column::ItemId.eq(item))
        .one(db)
        .await?;
    let last = of_account
        .filter(ruling::Column::Number.is_not_null())
        .order_by_desc(ruling::Column::Number)
        .one(db)
        .await?;
    let others = others(db, account.id, now)
        .await?
        .into_iter()
        .filter(|(id, _)| *id != item);
    Ok(Queue {
        number: own.and_then(|row| row.number),
        drawn: last.and_then(|row| row.number).unwrap_or_default(),
        others: others.map(|(_, other)| other).collect(),
    })
}

/// New posts to an account: those that went out lately, and those that wait. Posts that replace others are not new.
async fn others(db: &impl ConnectionTrait, account: AccountId, now: Timestamp) -> StoreResult<Vec<(ItemId, Other)>> {
    // What took its turn and was refused later may have left its first parts.
    let out = Condition::any()
        .add(delivery::Column::State.is_in([DeliveryState::Done, DeliveryState::ByHand]))
        .add(delivery::Column::TurnAt.is_not_null());
    let lately = Condition::all()
        .add(out)
        .add(delivery::Column::SettledAt.gte(now - MEMORY));
    let rows = delivery::Entity::find()
        .filter(delivery::Column::AccountId.eq(account))
        .filter(delivery::Column::Action.eq(Action::Publish))
        .filter(Condition::any().add(delivery::Column::State.is_in(OPEN)).add(lately));
    Ok(rows
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.item_id, other(&row, now)))
        .collect())
}

fn other(row: &delivery::Model, now: Timestamp) -> Other {
    let left = match row.state {
        DeliveryState::Waiting => row.turn_at,
        DeliveryState::Attempting | DeliveryState::Unknown => {
            Some(row.turn_at.or(row.attempting_since).unwrap_or(row.due_at))
        }
        DeliveryState::Done | DeliveryState::Refused | DeliveryState::ByHand | DeliveryState::Skipped => {
            Some(row.turn_at.or(row.settled_at).unwrap_or(row.due_at))
        }
    };
    Other {
        at: left.unwrap_or_else(|| row.due_at.max(now)),
        slot: row.slot,
        went: left.is_some(),
        weight: severity_of(row.weight),
    }
}

/// What a post waited for, if it did.
async fn waited(tx: &DatabaseTransaction, item: ItemId, account: AccountId) -> StoreResult<Option<Rule>> {
    let ruled = ruling::Entity::find_by_id((item, account)).one(tx).await?;
    Ok(ruled.filter(|row| row.verdict == Verdict::Waits).map(|row| row.rule))
}

/// How bad something is, as a number that a statement compares.
pub(super) fn number_of(weight: Severity) -> i32 {
    match weight {
        Severity::UnknownSeverity => 0,
        Severity::Info => 1,
        Severity::Warning => 2,
        Severity::Severe => 3,
    }
}

fn severity_of(number: i32) -> Severity {
    match number {
        3.. => Severity::Severe,
        2 => Severity::Warning,
        1 => Severity::Info,
        _ => Severity::UnknownSeverity,
    }
}
