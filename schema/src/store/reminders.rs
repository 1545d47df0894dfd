//! Authorisations end. Whoever gave one is reminded in time, once at each of three distances: a token that ends unnoticed
//! stops an account on the day it is needed.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, QueryTrait as _, Set,
    sea_query::{Expr, ExprTrait as _, SelectStatement},
};
use serde_json::json;

use super::{Person, Store, StoreResult, machine};
use crate::{
    clock::Timestamp,
    entity::{account, account_access},
    id::AuthorityId,
    value::{Role, Scope},
};

/// So many days before the end.
const DAYS: [i32; 3] = [30, 7, 1];
/// How long a token has that renews itself before a person is asked: an account is checked every six hours.
const PATIENCE: TimeDelta = TimeDelta::days(1);
/// Accounts looked at in one go.
const AT_ONCE: u64 = 50;

/// Somebody must agree again, and when at the latest.
#[derive(Clone, Debug)]
pub struct Reminder {
    /// The account whose authorisation ends.
    pub account: account::Model,
    /// How many days before its end the reminder is due: 30, 7 or 1.
    pub days: i32,
    /// Who must agree again.
    pub people: Vec<String>,
}

impl Store {
    /// Reminders that are due, each given once: it is noted with the account, and written in the log of who did what.
    pub async fn remind(&self) -> StoreResult<Vec<Reminder>> {
        let now = self.clock.now();
        let due = account::Entity::find()
            .filter(account::Column::AuthorisedUntil.gt(now))
            .filter(
                DAYS.into_iter()
                    .fold(Condition::any(), |any, days| any.add(near(now, days))),
            )
            .filter(account::Column::Id.not_in_subquery(renewing(now)))
            .order_by_asc(account::Column::AuthorisedUntil)
            .limit(AT_ONCE)
            .all(&self.db)
            .await?;
        let people = self
            .who_may_agree(due.iter().map(|row| row.authority_id).collect())
            .await?;
        let mut reminders = Vec::with_capacity(due.len());
        for account in due {
            let people = who_agrees(&account, &people);
            let tx = self.write().await?;
            let row = account::Entity::find_by_id(account.id)
                .lock_exclusive()
                .one(&tx)
                .await?;
            // Another worker may have been quicker, or its person.
            let Some((row, days)) = row.and_then(|row| due_days(&row, now).map(|days| (row, days))) else {
                continue;
            };
            let mut active = row.into_active_model();
            active.reminded = Set(Some(days));
            let account = active.update(&tx).await?;
            let detail = json!({ "days": days, "until": account.authorised_until, "people": people });
            let (by, authority) = (machine("reminder"), Some(account.authority_id));
            self.audit(&tx, &by, "account.remind", account.id, authority, detail)
                .await?;
            tx.commit().await?;
            reminders.push(Reminder { account, days, people });
        }
        Ok(reminders)
    }

    /// The people of these authorities, read once for all their accounts: [`who_agrees`] finds each account's.
    pub async fn who_may_agree(&self, places: BTreeSet<AuthorityId>) -> StoreResult<Vec<Person>> {
        if places.is_empty() {
            return Ok(Vec::new());
        }
        self.people(&Scope::Authorities(places.into_iter().collect())).await
    }
}

/// Who, of `people`, can give an account's authorisation anew: the person who gave it, while they have a role there; else
/// its authority's administrators.
pub fn who_agrees(account: &account::Model, people: &[Person]) -> Vec<String> {
    let here = Some(account.authority_id);
    let local = people
        .iter()
        .filter(|person| person.roles.iter().any(|(at, _)| *at == here));
    let agreed = local
        .clone()
        .find(|person| account.connected_by == Some(person.staff.id));
    if let Some(person) = agreed {
        return vec![person.staff.name.clone()];
    }
    let administers = |person: &&Person| {
        let mut roles = person.roles.iter();
        roles.any(|(at, role)| *at == here && *role == Role::Admin)
    };
    local
        .filter(administers)
        .map(|person| person.staff.name.clone())
        .collect()
}

/// Accounts whose token is exchanged for a younger one, which it is time for, or nearly: that comes before a reminder,
/// which is given when nothing came of it for a day.
fn renewing(now: Timestamp) -> SelectStatement {
    let token = Expr::col((account_access::Entity, account_access::Column::Until));
    account_access::Entity::find()
        .select_only()
        .column(account_access::Column::AccountId)
        .filter(token.equals((account::Entity, account::Column::AuthorisedUntil)))
        .filter(account_access::Column::RenewFrom.gt(now - PATIENCE))
        .into_query()
}

/// Authorisations that end within so many days, of which nobody was told so near their end.
fn near(now: Timestamp, days: i32) -> Condition {
    let untold = Condition::any()
        .add(account::Column::Reminded.is_null())
        .add(account::Column::Reminded.gt(days));
    Condition::all()
        .add(account::Column::AuthorisedUntil.lte(now + TimeDelta::days(days.into())))
        .add(untold)
}

/// The nearest reminder that is due: of several that were missed, one is given.
fn due_days(account: &account::Model, now: Timestamp) -> Option<i32> {
    let left = account.authorised_until.filter(|until| *until > now)? - now;
    let days = DAYS
        .into_iter()
        .rev()
        .find(|days| left <= TimeDelta::days((*days).into()))?;
    account.reminded.is_none_or(|told| told > days).then_some(days)
}
