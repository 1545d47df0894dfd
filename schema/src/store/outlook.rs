//! What would become of an item on every account, if something were done with it now. Nothing is written: the same pure
//! functions decide that fan-out and the delivery loop ask afterwards.

use std::collections::{HashMap, HashSet};

use super::{
    Facts, Store, StoreError, StoreResult,
    deliveries::{OPEN, doubted},
    fanout::turn_kept,
    items::StoredItem,
    publish::{check_public, class_of, first_class, over, wrong_state},
    turns::{queue, setting},
};
use crate::{
    address::Addresses,
    copies::{Case, Copy, Plan, plan, told_as},
    draft,
    entity::{account, delivery, occurrence, receipt, revision, ruling},
    id::{AccountId, ItemId, LineId},
    recurrence::{self, Window},
    rules::{self, Subject},
    telling,
    value::{
        Action, Change, ChangeClass, Clip, CopyStep, DeliveryState, Detail, Errand, ItemContent, ItemStatus, Rule,
        Ruling, Scope, Verdict, Viewer, Why,
    },
};

/// What somebody means to do with an item.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// Make a draft public.
    Publish,
    /// Have a public item say this.
    Amend(Box<ItemContent>),
    /// Say that a disruption is over.
    Resolve,
    /// Take it back.
    Withdraw,
}

/// What would become of an item on one account.
#[derive(Clone, Debug)]
pub struct Outlook {
    /// The account.
    pub account: account::Model,
    /// What would be done there.
    pub step: CopyStep,
    /// The rule that says so, where there is no post of ours yet.
    pub rule: Option<Rule>,
    /// When it would go out; none where nothing does.
    pub at: Option<crate::clock::Timestamp>,
    /// What the post, or the answer to it, would say; none where nothing is said, or the account was never checked.
    pub text: Option<String>,
    /// What goes on in answers to it.
    pub thread: Vec<String>,
    /// What the network would charge, in millionths of a US dollar; none: nothing, or nothing is said.
    pub cost: Option<u32>,
    /// Why, for people, in French.
    pub fr: String,
    /// Why, for people, in English.
    pub en: String,
}

/// What is there of the item, by account.
struct There {
    receipts: HashMap<AccountId, receipt::Model>,
    open: HashMap<AccountId, delivery::Model>,
    rulings: HashMap<AccountId, ruling::Model>,
    /// Where a person is asked to look whether it is there.
    doubted: HashSet<AccountId>,
}

impl Store {
    /// What would become of an item, account by account, by name.
    pub async fn outlook(
        &self,
        scope: &Scope,
        addresses: &Addresses,
        id: ItemId,
        intent: Intent,
        by: &Viewer,
    ) -> StoreResult<Vec<Outlook>> {
        let stored = self.item(scope, id).await?.ok_or(StoreError::NotFound)?;
        let revision = self.revision_of(stored.clone(), intent, by).await?;
        let facts = self.facts_as(&stored, revision).await?;
        let there = self.copies_of(id).await?;
        let mut outlooks = Vec::new();
        for account in self.accounts(&Scope::Instance, Some(stored.row.authority_id)).await? {
            outlooks.push(self.look(&facts, addresses, &there, account).await?);
        }
        Ok(outlooks)
    }

    /// The revision that the act would make.
    async fn revision_of(&self, stored: StoredItem, intent: Intent, by: &Viewer) -> StoreResult<revision::Model> {
        let StoredItem { row, mut content } = stored;
        let now = self.clock.now();
        let draft = matches!(row.status, ItemStatus::Draft | ItemStatus::Scheduled);
        let public = row.status == ItemStatus::Published;
        if (intent == Intent::Publish) != draft || (intent != Intent::Publish) != public {
            return Err(wrong_state(
                "Cela n’est pas possible dans l’état de cet élément.",
                "This is not possible in the state of this item.",
            )
            .into());
        }
        let (change, class) = match intent {
            Intent::Publish => (Change::Published, first_class(&content, now)),
            Intent::Amend(amended) => {
                let class = class_of(&content, &amended);
                content = *amended;
                (Change::Amended, class)
            }
            Intent::Resolve => {
                over(&mut content, now)?;
                (Change::Resolved, Some(ChangeClass::Resolved))
            }
            Intent::Withdraw => (Change::Withdrawn, None),
        };
        let problems = draft::problems(&content);
        if !problems.is_empty() {
            return Err(StoreError::Problems(problems));
        }
        check_public(&self.db, &content).await?;
        Ok(revision::Model {
            id: self.ids.make(),
            item_id: row.id,
            authority_id: row.authority_id,
            version: row.version + 1,
            change,
            class,
            quiet: false,
            at: now,
            by: by.staff,
            content,
        })
    }

    /// The facts of a revision that is not stored: its dates come from the rule itself.
    async fn facts_as(&self, stored: &StoredItem, revision: revision::Model) -> StoreResult<Facts> {
        let now = self.clock.now();
        let dates = match &revision.content.detail {
            Detail::Event(event) => recurrence::expand(event, Window::around(now))?,
            Detail::Disruption(_) | Detail::Article(_) => Vec::new(),
        };
        let mut dates: Vec<_> = dates
            .into_iter()
            .filter(|date| date.ends_at > now)
            .map(|date| occurrence::Model {
                id: self.ids.make(),
                item_id: revision.item_id,
                authority_id: revision.authority_id,
                date: date.date,
                starts_at: date.starts_at,
                ends_at: date.ends_at,
                status: date.status,
                note: date.note,
            })
            .collect();
        dates.sort_by_key(|date| date.starts_at);
        self.facts_with(stored.row.clone(), revision, dates).await
    }

    async fn copies_of(&self, item: ItemId) -> StoreResult<There> {
        let receipts = self.receipts_of(&[item]).await?.into_iter();
        let receipts = receipts.filter(|row| row.withdrawn_at.is_none());
        let open = self.deliveries_of(&Scope::Instance, &[item]).await?.into_iter();
        let open: Vec<_> = open
            .filter(|row| OPEN.contains(&row.state) || row.state == DeliveryState::ByHand)
            .collect();
        let doubted = doubted(&self.db, open.iter().map(|row| row.id)).await?;
        let rulings = self.rulings_of(&Scope::Instance, &[item]).await?.into_iter();
        Ok(There {
            receipts: receipts.map(|row| (row.account_id, row)).collect(),
            doubted: open
                .iter()
                .filter(|row| doubted.contains(&row.id))
                .map(|row| row.account_id)
                .collect(),
            open: open.into_iter().map(|row| (row.account_id, row)).collect(),
            rulings: rulings.map(|row| (row.account_id, row)).collect(),
        })
    }

    async fn look(
        &self,
        facts: &Facts,
        addresses: &Addresses,
        there: &There,
        account: account::Model,
    ) -> StoreResult<Outlook> {
        let receipt = there.receipts.get(&account.id);
        let open = there.open.get(&account.id);
        let mut seen = match (receipt, open) {
            (None, None) => self.first_look(facts, there, account).await?,
            (receipt, open) => self.next_look(facts, there, receipt, open, account),
        };
        let said = match seen.step {
            CopyStep::Publish
            | CopyStep::Edit
            | CopyStep::Reply
            | CopyStep::Repost
            | CopyStep::ByHand(Errand::Post | Errand::Correct) => true,
            CopyStep::Delete | CopyStep::ByHand(Errand::Delete | Errand::Look) | CopyStep::Nothing => false,
        };
        if let Some(abilities) = seen.account.capabilities.as_ref().filter(|_| said) {
            let cleared = open.is_some_and(|open| open.cleared_at.is_some());
            let change = told_as(facts.revision.change, receipt.is_some() || cleared);
            match telling::render(facts, addresses, &seen.account, abilities, change, self.clock.now()) {
                Ok(post) => {
                    let sent = !matches!(seen.step, CopyStep::ByHand(_));
                    seen.cost = telling::cost(abilities, &post).filter(|_| sent);
                    seen.text = Some(post.text);
                    seen.thread = post.thread;
                }
                Err(reason) => (seen.fr, seen.en) = (reason.clone(), reason),
            }
        }
        Ok(seen)
    }

    /// Where nothing is there, nor on its way: what the rules say.
    async fn first_look(&self, facts: &Facts, there: &There, account: account::Model) -> StoreResult<Outlook> {
        let (now, revision) = (self.clock.now(), &facts.revision);
        let lines: Vec<LineId> = facts.lines.iter().map(|line| line.id).collect();
        let videos: Vec<Clip> = facts.attachments.iter().filter_map(telling::clip).collect();
        let subject = Subject {
            content: &revision.content,
            lines: &lines,
            videos: &videos,
        };
        let setting = setting(&account, &facts.authority, now);
        let told = (revision.quiet, revision.by.is_some());
        let (ruling, at) = if rules::first_word(revision.change, revision.class, subject.content, told, now) {
            let queue = queue(&self.db, &account, facts.item.id, now).await?;
            let decision = rules::decide(&setting, &subject, &queue);
            (decision.ruling, decision.at)
        } else {
            let known = there.rulings.get(&account.id).map(said_before);
            let untold = || rules::untold(&setting, facts.item.kind, false);
            (known.unwrap_or_else(untold), None)
        };
        let by_hand = account.capabilities.as_ref().is_some_and(|abilities| abilities.by_hand);
        let step = match (at, by_hand) {
            (None, _) => CopyStep::Nothing,
            (Some(_), true) => CopyStep::ByHand(Errand::Post),
            (Some(_), false) => CopyStep::Publish,
        };
        Ok(Outlook {
            account,
            step,
            rule: Some(ruling.rule),
            at,
            text: None,
            thread: Vec::new(),
            cost: None,
            fr: ruling.fr,
            en: ruling.en,
        })
    }

    /// Where a post is there, or on its way: what follows it.
    fn next_look(
        &self,
        facts: &Facts,
        there: &There,
        receipt: Option<&receipt::Model>,
        open: Option<&delivery::Model>,
        account: account::Model,
    ) -> Outlook {
        let (now, revision) = (self.clock.now(), &facts.revision);
        // Of an account that was never checked nobody knows what it can do.
        let unchecked = Plan {
            step: CopyStep::Nothing,
            why: Some(Why::Unchecked),
        };
        let plan = account.capabilities.as_ref().map_or(unchecked, |abilities| {
            plan(&Case {
                action: if revision.change.stays() {
                    Action::Amend
                } else {
                    Action::Withdraw
                },
                change: revision.change,
                version: revision.version,
                copy: receipt.map(|receipt| Copy {
                    version: receipt.version,
                    posted_at: receipt.posted_at,
                    by_address: receipt.remote.only_by_address(),
                }),
                doubted: there.doubted.contains(&account.id),
                cleared: open.is_some_and(|open| open.cleared_at.is_some()),
                abilities,
                rules: &account.rules,
                now,
            })
        });
        let (step, (fr, en)) = (plan.step, plan.sentence());
        let weight = Subject {
            content: &revision.content,
            lines: &[],
            videos: &[],
        }
        .weight();
        let waits = open.filter(|_| receipt.is_none());
        let waits = waits.and_then(|open| turn_kept(open, revision.change, weight, now));
        let at = (step != CopyStep::Nothing).then_some(waits.unwrap_or(now));
        Outlook {
            step,
            rule: None,
            at,
            text: None,
            thread: Vec::new(),
            cost: None,
            fr: fr.to_owned(),
            en: en.to_owned(),
            account,
        }
    }
}

fn said_before(row: &ruling::Model) -> Ruling {
    Ruling {
        verdict: Verdict::LeftOut,
        rule: row.rule,
        until: None,
        fr: row.fr.clone(),
        en: row.en.clone(),
    }
}
