//! Which accounts carry an item: those that have it already, and those whose rules choose it.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait as _, DatabaseTransaction, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::News;
use crate::{
    clock::Timestamp,
    entity::{account, delivery, receipt, ruling},
    id::{AccountId, ItemId, LineId},
    rules::{self, Subject},
    store::{
        Facts, Store, StoreError, StoreResult,
        deliveries::OPEN,
        turns::{number_of, queue, setting},
    },
    telling::clip,
    value::{Action, Change, Clip, DeliveryState, Rule, Severity},
};

/// A delivery to begin.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct NewDelivery {
    /// To which account.
    pub(super) account: AccountId,
    /// What is asked of the network.
    pub(super) action: Action,
    /// When.
    pub(super) due_at: Timestamp,
    /// How bad what it tells is.
    pub(super) weight: i32,
    /// Its place, where the account keeps the order.
    pub(super) queue: Option<i64>,
    /// The slot it takes.
    pub(super) slot: Option<Timestamp>,
    /// When our former post was taken down for it.
    pub(super) cleared_at: Option<Timestamp>,
}

/// What there is of an item on accounts, and on its way there.
pub(super) struct Copies {
    there: Vec<AccountId>,
    open: HashMap<AccountId, delivery::Model>,
    ruled: Vec<AccountId>,
}

/// What is told, for whichever account.
struct Word<'a> {
    news: &'a News,
    facts: &'a Facts,
    subject: Subject<'a>,
    weight: Severity,
    now: Timestamp,
}

impl Store {
    /// What there is of an item on accounts, and on its way there.
    pub(super) async fn copies(&self, tx: &DatabaseTransaction, item: ItemId) -> StoreResult<Copies> {
        let there = receipt::Entity::find()
            .filter(receipt::Column::ItemId.eq(item))
            .filter(receipt::Column::WithdrawnAt.is_null());
        let expected = OPEN.into_iter().chain([DeliveryState::ByHand]);
        let open = delivery::Entity::find()
            .filter(delivery::Column::ItemId.eq(item))
            .filter(delivery::Column::State.is_in(expected))
            .order_by_asc(delivery::Column::Version);
        let ruled = ruling::Entity::find().filter(ruling::Column::ItemId.eq(item));
        let open = open.all(tx).await?.into_iter().map(|row| (row.account_id, row));
        Ok(Copies {
            there: there.all(tx).await?.into_iter().map(|row| row.account_id).collect(),
            open: open.collect(),
            ruled: ruled.all(tx).await?.into_iter().map(|row| row.account_id).collect(),
        })
    }

    /// The deliveries of the news; what the rules said of each account is written.
    pub(super) async fn choose(
        &self,
        tx: &DatabaseTransaction,
        news: &News,
        facts: &Facts,
        copies: &Copies,
    ) -> StoreResult<Vec<NewDelivery>> {
        let lines: Vec<LineId> = facts.lines.iter().map(|line| line.id).collect();
        let videos: Vec<Clip> = facts.attachments.iter().filter_map(clip).collect();
        let subject = Subject {
            content: &facts.revision.content,
            lines: &lines,
            videos: &videos,
        };
        let word = Word {
            news,
            facts,
            subject,
            weight: subject.weight(),
            now: self.clock.now(),
        };
        // Always in the same order: two workers that lock several accounts wait for each other, and not in a circle.
        let accounts = account::Entity::find()
            .filter(account::Column::AuthorityId.eq(facts.authority.id))
            .order_by_asc(account::Column::Id);
        let mut chosen = Vec::new();
        for account in accounts.all(tx).await? {
            chosen.extend(self.ask(tx, &word, copies, account).await?);
        }
        Ok(chosen)
    }

    async fn ask(
        &self,
        tx: &DatabaseTransaction,
        word: &Word<'_>,
        copies: &Copies,
        account: account::Model,
    ) -> StoreResult<Option<NewDelivery>> {
        let news = word.news;
        if copies.there.contains(&account.id) {
            // What is there follows, whatever the rules say now.
            let action = if news.change.stays() {
                Action::Amend
            } else {
                Action::Withdraw
            };
            return Ok(Some(word.at_once(account.id, action)));
        }
        if let Some(open) = copies.open.get(&account.id) {
            return self.supersede(tx, word, &account, open).await;
        }
        let by_person = news.revision.by.is_some();
        let told = (news.quiet, by_person);
        if rules::first_word(news.change, news.class, word.subject.content, told, word.now) {
            return self.first_post(tx, word, account).await;
        }
        if news.change.stays() && !copies.ruled.contains(&account.id) {
            let setting = setting(&account, &word.facts.authority, word.now);
            let ruling = rules::untold(&setting, word.facts.item.kind, news.quiet);
            self.put_ruling(tx, &word.facts.revision, account.id, &ruling, None)
                .await?;
        }
        Ok(None)
    }

    /// It may be there soon: the revision that follows takes the place of the one that waits, with its slot and its turn.
    /// What became severe meanwhile waits no more, nor does what is over.
    async fn supersede(
        &self,
        tx: &DatabaseTransaction,
        word: &Word<'_>,
        account: &account::Model,
        open: &delivery::Model,
    ) -> StoreResult<Option<NewDelivery>> {
        let change = word.news.change;
        if !change.stays() {
            return Ok(Some(word.at_once(account.id, Action::Withdraw)));
        }
        let action = if open.cleared_at.is_some() {
            Action::Amend
        } else {
            Action::Publish
        };
        let new = NewDelivery {
            cleared_at: open.cleared_at,
            ..word.at_once(account.id, action)
        };
        if rules::urgent(word.weight) {
            let setting = setting(account, &word.facts.authority, word.now);
            let ruling = rules::said(&setting, word.facts.item.kind, Rule::Urgent, None);
            self.put_ruling(tx, &word.facts.revision, account.id, &ruling, None)
                .await?;
            return Ok(Some(new));
        }
        let kept = turn_kept(open, change, word.weight, word.now);
        Ok(Some(kept.map_or(new.clone(), |due_at| NewDelivery {
            due_at,
            queue: open.queue,
            slot: open.slot,
            ..new
        })))
    }

    /// The rules decide, while nobody else decides on this account.
    async fn first_post(
        &self,
        tx: &DatabaseTransaction,
        word: &Word<'_>,
        mut account: account::Model,
    ) -> StoreResult<Option<NewDelivery>> {
        if account.rules.counts() {
            let locked = account::Entity::find_by_id(account.id).lock_exclusive().one(tx).await?;
            account = locked.ok_or(StoreError::NotFound)?;
        }
        let (item, now) = (word.facts.item.id, word.now);
        let queue = queue(tx, &account, item, now).await?;
        let setting = setting(&account, &word.facts.authority, now);
        let decision = rules::decide(&setting, &word.subject, &queue);
        let (revision, number) = (&word.facts.revision, decision.number);
        self.put_ruling(tx, revision, account.id, &decision.ruling, number)
            .await?;
        let ordered = account.rules.in_order && !rules::urgent(word.weight);
        Ok(decision.at.map(|due_at| NewDelivery {
            due_at,
            slot: decision.slot,
            queue: ordered.then_some(word.news.up_to),
            ..word.at_once(account.id, Action::Publish)
        }))
    }
}

impl Word<'_> {
    fn at_once(&self, account: AccountId, action: Action) -> NewDelivery {
        NewDelivery {
            account,
            action,
            due_at: self.now,
            weight: number_of(self.weight),
            queue: None,
            slot: None,
            cleared_at: None,
        }
    }
}

/// The turn of a post that waits, for the revision that takes its place. What became severe waits no more, nor does what
/// is over, or what replaces a post that is gone; what was tried already has had its turn.
pub(in crate::store) fn turn_kept(
    open: &delivery::Model,
    change: Change,
    weight: Severity,
    now: Timestamp,
) -> Option<Timestamp> {
    let untried = open.state == DeliveryState::Waiting && open.attempts == 0 && open.cleared_at.is_none();
    let waits = untried && change != Change::Resolved && !rules::urgent(weight);
    waits.then(|| open.due_at.max(now))
}
