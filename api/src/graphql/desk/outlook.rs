//! What would become of an item on every account: shown before it is done.

use async_graphql::{Context, Enum, InputObject, Object, Result, SimpleObject};
use beffroi_schema::{
    store::{Intent, StoredItem},
    value::{self, ItemContent},
};

use super::{
    accounts::Account,
    content::{DetailInput, ItemContentInput},
    deliveries::MILLIONTHS,
    local_time,
    words::{CopyStep, Errand, Rule},
};
use crate::graphql::{context::Asked as _, problem::Problem, scalar::DateTime};

/// What somebody means to do with an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum PlannedAct {
    /// Make a draft public.
    Publish,
    /// Change what a public item says.
    Amend,
    /// Say that a disruption is over.
    Resolve,
    /// Take a public item back.
    Withdraw,
}

/// What is to be looked at before it is done.
#[derive(Debug, InputObject)]
pub struct OutlookInput {
    /// What is meant to be done.
    act: PlannedAct,
    /// For an amendment: what the item would say; absent: as before.
    content: Option<ItemContentInput>,
    /// For an amendment: what only its kind has; absent: as before.
    detail: Option<DetailInput>,
}

impl OutlookInput {
    /// What is meant, of an item that says `content` now.
    pub(super) fn intent(self, stored: &StoredItem, problems: &mut Vec<value::Problem>) -> Intent {
        match self.act {
            PlannedAct::Publish => Intent::Publish,
            PlannedAct::Amend => {
                let mut content: ItemContent = stored.content.clone();
                if let Some(input) = self.content {
                    input.apply(&mut content, problems);
                }
                if let Some(detail) = self.detail {
                    detail.apply(&mut content.detail, problems);
                }
                Intent::Amend(Box::new(content))
            }
            PlannedAct::Resolve => Intent::Resolve,
            PlannedAct::Withdraw => Intent::Withdraw,
        }
    }
}

/// What would become of the copies of an item. Nothing was written.
#[derive(Debug, SimpleObject)]
pub struct OutlookPayload {
    /// Account by account, by name; null when there are problems.
    accounts: Option<Vec<Outlook>>,
    /// What to put right first.
    problems: Vec<Problem>,
}

impl OutlookPayload {
    pub(super) fn new(accounts: Option<Vec<Outlook>>, problems: Vec<Problem>) -> Self {
        Self { accounts, problems }
    }
}

/// What would become of an item on one account.
#[derive(Debug)]
pub struct Outlook(pub(super) beffroi_schema::store::Outlook);

/// What would become of an item on one account.
#[Object]
impl Outlook {
    /// The account.
    async fn account(&self) -> Account {
        Account::one(self.0.account.clone())
    }

    /// What would be done there.
    async fn step(&self) -> CopyStep {
        self.0.step.into()
    }

    /// The rule that says so; null where a post of ours is there already, or on its way.
    async fn rule(&self) -> Option<Rule> {
        self.0.rule.map(Into::into)
    }

    /// Why, in the viewer's language: French or English.
    async fn reason(&self, ctx: &Context<'_>) -> Result<&str> {
        let french = ctx.sentence_language()? == "fr";
        Ok(if french { &self.0.fr } else { &self.0.en })
    }

    /// When it would be done; null where nothing is done.
    async fn at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
        let at = self.0.at;
        at.map(|at| local_time(ctx, self.0.account.authority_id, at))
            .transpose()
    }

    /// What a person would be asked to do; null where none is.
    async fn errand(&self) -> Option<Errand> {
        match self.0.step {
            value::CopyStep::ByHand(errand) => Some(errand.into()),
            _ => None,
        }
    }

    /// What the network would charge, in US dollars; null: nothing.
    async fn cost(&self) -> Option<f64> {
        self.0.cost.map(|cost| f64::from(cost) / MILLIONTHS)
    }

    /// What the post, or our answer to it, would say; null where nothing is said, or the account was never checked.
    async fn text(&self) -> Option<&str> {
        self.0.text.as_deref()
    }

    /// What goes on in answers to it, each to the one before: the rest of a long text, or the first comment.
    async fn thread(&self) -> &[String] {
        &self.0.thread
    }
}
