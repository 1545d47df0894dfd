//! Authorisations end. Whoever gave one is reminded in time, once at each of three distances: a token that ends unnoticed
//! stops an account on the day it is needed.

use chrono::TimeDelta;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Set,
};
use serde_json::json;

use super::{Store, StoreResult, machine};
use crate::{
    clock::Timestamp,
    entity::account,
    value::{Role, Scope},
};

/// So many days before the end.
const DAYS: [i32; 3] = [30, 7, 1];
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
            .order_by_asc(account::Column::AuthorisedUntil)
            .limit(AT_ONCE)
            .all(&self.db)
            .await?;
        let mut reminders = Vec::with_capacity(due.len());
        for account in due {
            let people = self.who_agrees(&account).await?;
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

    /// Who can give an account's authorisation anew: the person who gave it, else its authority's administrators.
    pub async fn who_agrees(&self, account: &account::Model) -> StoreResult<Vec<String>> {
        let here = account.authority_id;
        let people = self.people(&Scope::Authorities(vec![here])).await?;
        let agreed = people
            .iter()
            .find(|person| account.connected_by == Some(person.staff.id));
        if let Some(person) = agreed {
            return Ok(vec![person.staff.name.clone()]);
        }
        let administers =
            |roles: &[(_, Role)]| roles.iter().any(|(at, role)| *at == Some(here) && *role == Role::Admin);
        let admins = people.into_iter().filter(|person| administers(&person.roles));
        Ok(admins.map(|person| person.staff.name).collect())
    }
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
