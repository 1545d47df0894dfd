//! Which accounts carry an item: those that have it already, and those whose rules choose it.

use beffroi_schema::{
    clock::Timestamp,
    reconcile::{PostDecision, Told, weight},
    store::{Facts, NewDelivery, News, Room, Store, StoreResult},
    telling,
    value::{AccountRules, Action, Change, Scope},
};

use super::{entry, stays};
use crate::hours;

/// The deliveries of a revision.
pub(super) async fn choose(
    store: &Store,
    facts: &Facts,
    news: &News,
    told: Option<Told>,
) -> StoreResult<Vec<NewDelivery>> {
    let now = store.clock().now();
    let mut chosen = Vec::new();
    for account in store.accounts(&Scope::Instance, Some(facts.authority.id)).await? {
        let receipt = store.receipt(facts.item.id, account.id).await?;
        if receipt.is_some_and(|receipt| receipt.withdrawn_at.is_none()) {
            // What is there follows, whatever the rules say now.
            let action = if stays(news.change) {
                Action::Amend
            } else {
                Action::Withdraw
            };
            chosen.push(NewDelivery {
                account: account.id,
                action,
                due_at: now,
                room: None,
            });
        } else if store.open_delivery(facts.item.id, account.id).await? {
            // It may be there soon: the revision that follows it knows when its turn comes. What waits for the account's
            // hours goes on waiting for them.
            let (action, due_at) = if stays(news.change) {
                (Action::Publish, hours::next_open(&account.rules, facts, now))
            } else {
                (Action::Withdraw, now)
            };
            chosen.push(NewDelivery {
                account: account.id,
                action,
                due_at,
                room: None,
            });
        } else if first_word(news, told) && wants(&account.rules, facts) {
            let due_at = hours::next_open(&account.rules, facts, now);
            chosen.push(NewDelivery {
                account: account.id,
                action: Action::Publish,
                due_at,
                room: room(&account.rules, facts, due_at),
            });
        }
    }
    Ok(chosen)
}

/// Whether this change is a reason for a first post. What a person publishes always is.
pub(super) fn first_word(news: &News, told: Option<Told>) -> bool {
    if news.quiet || !stays(news.change) {
        return false;
    }
    let by_person = news.revision.by.is_some();
    match (news.change, told) {
        (Change::Published, None) => true,
        (Change::Published, Some(_)) if by_person => true,
        (Change::Published | Change::Amended | Change::Reopened, Some(told)) => match told.posts {
            PostDecision::PublishAt(_) | PostDecision::Optional | PostDecision::Reply => true,
            PostDecision::No | PostDecision::Edit | PostDecision::Finish => false,
        },
        (Change::Amended | Change::Reopened | Change::Resolved | Change::Withdrawn, _) => false,
    }
}

/// Whether an account's rules choose the item.
fn wants(rules: &AccountRules, facts: &Facts) -> bool {
    let content = &facts.revision.content;
    let severe_enough = match (entry(facts), rules.min_severity) {
        (Some(disruption), Some(least)) => weight(&disruption) >= least,
        (Some(_) | None, _) => true,
    };
    let kind = rules.kinds.is_empty() || rules.kinds.contains(&content.kind());
    let topic = rules.topics.is_empty() || content.topics.0.iter().any(|topic| rules.topics.contains(topic));
    let zone = rules.zones.is_empty()
        || content.zones.is_empty()
        || content.zones.iter().any(|zone| rules.zones.contains(zone));
    severe_enough && kind && topic && zone
}

/// The account's daily limit, for the day on which the post would go out. Severe disruptions have none.
fn room(rules: &AccountRules, facts: &Facts, at: Timestamp) -> Option<Room> {
    let most = rules.max_per_day.filter(|_| !hours::severe(facts))?;
    let (from, to) = hours::day(telling::zone(facts), at);
    Some(Room { most, from, to })
}
