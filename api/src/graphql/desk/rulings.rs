//! What the rules of accounts said of an item, for every account it could go to.

use std::sync::Arc;

use async_graphql::{Context, Object, Result};
use beffroi_schema::entity::ruling;

use super::{
    accounts::Account,
    batch::Batch,
    local_time,
    words::{Rule, Verdict},
};
use crate::graphql::{context::Asked as _, scalar::DateTime};

/// A ruling, and what its page shares.
#[derive(Debug)]
pub struct Ruling {
    row: ruling::Model,
    batch: Arc<Batch>,
}

impl Ruling {
    pub(super) fn new(row: ruling::Model, batch: Arc<Batch>) -> Self {
        Self { row, batch }
    }
}

/// What the rules of an account said of an item, and why.
#[Object]
impl Ruling {
    /// The account; null when it is not there any more.
    async fn account(&self) -> Result<Option<Account>> {
        let account = self.batch.account(self.row.account_id).await?;
        Ok(account.cloned())
    }

    /// What becomes of the item there.
    async fn verdict(&self) -> Verdict {
        self.row.verdict.into()
    }

    /// The rule that decided.
    async fn rule(&self) -> Rule {
        self.row.rule.into()
    }

    /// Why, in the viewer's language: French or English.
    async fn reason(&self, ctx: &Context<'_>) -> Result<&str> {
        let french = ctx.sentence_language()? == "fr";
        Ok(if french { &self.row.fr } else { &self.row.en })
    }

    /// Until when it waits; null when it does not.
    async fn until(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
        let until = self.row.until;
        until.map(|at| local_time(ctx, self.row.authority_id, at)).transpose()
    }

    /// The item's version that was looked at.
    async fn version(&self) -> i32 {
        self.row.version
    }

    /// When it was decided.
    async fn at(&self, ctx: &Context<'_>) -> Result<DateTime> {
        local_time(ctx, self.row.authority_id, self.row.at)
    }
}
