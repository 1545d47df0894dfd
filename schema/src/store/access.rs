//! What token endpoints gave for the secrets of accounts: kept, because some take each refresh token once, and asked for
//! by one process at a time, because several speak for an account.

use std::{fmt::Write as _, time::Duration};

use chrono::TimeDelta;
use sea_orm::{
    ColumnTrait as _, Condition, DatabaseTransaction, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    sea_query::Expr,
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use super::{Store, StoreError, StoreResult, claim, seal::NONCE_BYTES};
use crate::{
    clock::Timestamp,
    entity::{account, account_access},
    id::AccountId,
    value::Access,
};

/// An end that is told again moves by seconds: nobody is reminded of it twice.
const SAME: TimeDelta = TimeDelta::days(1);

/// What is sealed of it.
#[derive(Serialize, Deserialize)]
struct Sealed {
    token: String,
    refresh: Option<String>,
}

impl Store {
    /// What was given last for the secret that the account has in this row.
    pub async fn access(&self, account: &account::Model) -> StoreResult<Option<Access>> {
        let row = account_access::Entity::find_by_id(account.id).one(&self.db).await?;
        let Some(account_access::Model {
            sealed: Some(sealed),
            until: Some(until),
            renew_from: Some(renew_from),
            ..
        }) = row
        else {
            return Ok(None);
        };
        // What was given for another secret cannot be opened.
        let Ok(open) = self.seal.open(&sealed, &context(account)?) else {
            return Ok(None);
        };
        let Sealed { token, refresh } = serde_json::from_str(open.expose_secret()).map_err(|_| StoreError::Sealed)?;
        Ok(Some(Access {
            token: token.into(),
            until,
            renew_from,
            refresh: refresh.map(SecretString::from),
            consent: account.authorised_until,
        }))
    }

    /// Whether `owner`, and nobody else, may ask for a new one during `lease`.
    pub async fn claim_access(&self, account: AccountId, owner: &str, lease: Duration) -> StoreResult<bool> {
        let nobodys = account_access::Model {
            account_id: account,
            sealed: None,
            until: None,
            renew_from: None,
            lease_owner: None,
            lease_until: None,
        };
        account_access::Entity::insert(nobodys.into_active_model())
            .on_conflict_do_nothing_on([account_access::Column::AccountId])
            .exec_without_returning(&self.db)
            .await?;
        let now = self.clock.now();
        let claimed = account_access::Entity::update_many()
            .col_expr(account_access::Column::LeaseOwner, Expr::value(owner))
            .col_expr(
                account_access::Column::LeaseUntil,
                Expr::value(claim::until(now, lease)),
            )
            .filter(account_access::Column::AccountId.eq(account))
            .filter(claim::free(account_access::Column::LeaseUntil, now))
            .exec(&self.db)
            .await?;
        Ok(claimed.rows_affected == 1)
    }

    /// Keeps what `owner` was given for the account's secret, or nothing; from now on others may ask.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when somebody else asks already, or the account has a new secret.
    pub async fn settle_access(
        &self,
        account: &account::Model,
        owner: &str,
        given: Option<&Access>,
    ) -> StoreResult<()> {
        let mut settled = account_access::Entity::update_many()
            .col_expr(account_access::Column::LeaseOwner, Expr::value(None::<String>))
            .col_expr(account_access::Column::LeaseUntil, Expr::value(None::<Timestamp>));
        if let Some(access) = given {
            let sealed = self.sealed_access(account, access)?;
            settled = settled
                .col_expr(account_access::Column::Sealed, Expr::value(sealed))
                .col_expr(account_access::Column::Until, Expr::value(access.until))
                .col_expr(account_access::Column::RenewFrom, Expr::value(access.renew_from));
        }
        let tx = self.write().await?;
        let settled = settled
            .filter(account_access::Column::AccountId.eq(account.id))
            .filter(account_access::Column::LeaseOwner.eq(owner))
            .exec(&tx)
            .await?;
        if settled.rows_affected != 1 {
            return Err(StoreError::NotFound);
        }
        if let Some(until) = given.and_then(|access| access.consent) {
            prolong(&tx, account, until).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// What was given, sealed for the secret that the account has in this row.
    pub(super) fn sealed_access(&self, account: &account::Model, access: &Access) -> StoreResult<Vec<u8>> {
        let open = Sealed {
            token: access.token.expose_secret().to_owned(),
            refresh: access.refresh.as_ref().map(|token| token.expose_secret().to_owned()),
        };
        let open = serde_json::to_string(&open).map_err(|_| StoreError::Sealed)?;
        self.seal.close(&self.ids, &open.into(), &context(account)?)
    }
}

/// What its person agreed to holds longer: whoever was reminded need not be any more.
async fn prolong(tx: &DatabaseTransaction, account: &account::Model, until: Timestamp) -> StoreResult<()> {
    let sooner = Condition::any()
        .add(account::Column::AuthorisedUntil.is_null())
        .add(account::Column::AuthorisedUntil.lt(until - SAME));
    account::Entity::update_many()
        .col_expr(account::Column::AuthorisedUntil, Expr::value(until))
        .col_expr(account::Column::Reminded, Expr::value(None::<i32>))
        .filter(account::Column::Id.eq(account.id))
        .filter(account::Column::Secret.eq(account.secret.clone()))
        .filter(sooner)
        .exec(tx)
        .await?;
    Ok(())
}

/// No two secrets are sealed with one nonce: it names the secret that something was given for.
fn context(account: &account::Model) -> StoreResult<String> {
    let secret = account.secret.as_deref().ok_or(StoreError::Sealed)?;
    let nonce = secret.get(..NONCE_BYTES).ok_or(StoreError::Sealed)?;
    let mut context = format!("{} access ", account.id);
    for byte in nonce {
        write!(context, "{byte:02x}").map_err(|_| StoreError::Sealed)?;
    }
    Ok(context)
}
