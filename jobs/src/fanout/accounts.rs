//! Which accounts carry an item: those that have it already, and those whose rules choose it.

use beffroi_schema::{
    clock::Timestamp,
    entity::account,
    reconcile::{PostDecision, Told},
    store::{Facts, NewDelivery, News, Store, StoreResult},
    value::{AccountRules, Action, Change, Detail, Scope, Severity},
};
use chrono::{Days, NaiveTime, TimeZone as _, Timelike as _};
use chrono_tz::Tz;

use super::stays;
use crate::story;

/// Minutes of a day.
const DAY_MINUTES: u32 = 24 * 60;
/// How much the clock jumps over at most when summer begins.
const CLOCK_JUMP: chrono::Duration = chrono::Duration::hours(1);

/// The deliveries of a revision.
pub(super) async fn choose(
    store: &Store,
    facts: &Facts,
    news: &News,
    told: Option<Told>,
) -> StoreResult<Vec<NewDelivery>> {
    let now = store.clock().now();
    let zone = story::zone(facts);
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
            });
        } else if store.open_delivery(facts.item.id, account.id).await? {
            // It may be there soon: the revision that follows it knows when its turn comes. What waits for the account's
            // hours goes on waiting for them.
            let (action, due_at) = if stays(news.change) {
                (Action::Publish, next_open_hour(&account.rules, facts, zone, now))
            } else {
                (Action::Withdraw, now)
            };
            chosen.push(NewDelivery {
                account: account.id,
                action,
                due_at,
            });
        } else if first_word(news, told)
            && wants(&account.rules, facts)
            && under_limit(store, &account, facts, zone, now).await?
        {
            let due_at = next_open_hour(&account.rules, facts, zone, now);
            chosen.push(NewDelivery {
                account: account.id,
                action: Action::Publish,
                due_at,
            });
        }
    }
    Ok(chosen)
}

/// Whether this change is a reason for a first post. What a person publishes always is.
fn first_word(news: &News, told: Option<Told>) -> bool {
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
    let severe_enough = match (&content.detail, rules.min_severity) {
        (Detail::Disruption(disruption), Some(least)) => disruption.severity >= least,
        (Detail::Disruption(_) | Detail::Event(_) | Detail::Article(_), _) => true,
    };
    let kind = rules.kinds.is_empty() || rules.kinds.contains(&content.kind());
    let topic = rules.topics.is_empty() || content.topics.0.iter().any(|topic| rules.topics.contains(topic));
    let zone = rules.zones.is_empty()
        || content.zones.is_empty()
        || content.zones.iter().any(|zone| rules.zones.contains(zone));
    severe_enough && kind && topic && zone
}

/// Whether one more new post stays within the account's daily limit. Severe disruptions do not count.
async fn under_limit(
    store: &Store,
    account: &account::Model,
    facts: &Facts,
    zone: Tz,
    now: Timestamp,
) -> StoreResult<bool> {
    let Some(most) = account.rules.max_per_day else {
        return Ok(true);
    };
    if severe(facts) {
        return Ok(true);
    }
    let midnight = at_minute(zone, now, 0, 0);
    Ok(store.posts_since(account.id, midnight).await? < u64::from(most))
}

/// When the account's hours allow a new post: now, or at their next beginning.
fn next_open_hour(rules: &AccountRules, facts: &Facts, zone: Tz, now: Timestamp) -> Timestamp {
    let Some((from, to)) = rules.hours.filter(|_| !severe(facts)) else {
        return now;
    };
    let local = now.with_timezone(&zone);
    let minute = local.hour() * 60 + local.minute();
    let (from, to) = (u32::from(from), u32::from(to));
    let open = if from <= to {
        (from..to).contains(&minute)
    } else {
        minute >= from || minute < to
    };
    if open {
        return now;
    }
    at_minute(zone, now, u64::from(minute >= from), from)
}

/// The instant of a minute of the local day, `days` days from today. Where the clock jumps over it: right after.
fn at_minute(zone: Tz, now: Timestamp, days: u64, minute: u32) -> Timestamp {
    let day = now.with_timezone(&zone).date_naive() + Days::new(days);
    let minute = minute.min(DAY_MINUTES - 1);
    let clock = NaiveTime::from_hms_opt(minute / 60, minute % 60, 0).unwrap_or_default();
    let local = day.and_time(clock);
    let shifted = || zone.from_local_datetime(&(local + CLOCK_JUMP)).earliest();
    zone.from_local_datetime(&local)
        .earliest()
        .or_else(shifted)
        .map_or(now, |at| at.to_utc())
}

fn severe(facts: &Facts) -> bool {
    matches!(&facts.revision.content.detail, Detail::Disruption(disruption) if disruption.severity == Severity::Severe)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn a_minute_of_the_day_is_found_across_the_change_of_clocks() {
        let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().to_utc();
        let paris = chrono_tz::Europe::Paris;
        assert_eq!(
            at_minute(paris, at("2026-06-14T20:00:00Z"), 1, 8 * 60),
            at("2026-06-15T06:00:00Z")
        );
        // 2:30 does not exist in the night of 29 March 2026.
        assert_eq!(
            at_minute(paris, at("2026-03-28T20:00:00Z"), 1, 150),
            at("2026-03-29T01:30:00Z")
        );
    }
}
