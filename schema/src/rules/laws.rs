//! What no account ever does, whatever its rules, whatever comes, and however late its worker is.

use chrono::Timelike as _;
use proptest::prelude::*;

use super::{
    tests::{PARIS, article, at, disruption},
    *,
};
use crate::value::{Slot, Weekday};

/// Whatever waits has gone by then: longer than any moment is looked for ahead.
const AFTERWARDS: TimeDelta = TimeDelta::days(60);

/// What a made-up account does over some days.
#[derive(Clone, Debug)]
struct Days {
    rules: AccountRules,
    /// Minutes since the item before, how bad it is, and how much too late a worker looks at it.
    items: Vec<(i64, Severity, i64)>,
}

fn days() -> impl Strategy<Value = Days> {
    let slots = prop::collection::vec((0_u16..1440, prop::option::of(0_usize..7)), 0..4);
    let rules = (
        prop::option::of(1_u32..5),
        prop::option::of((0_u16..1440, 60_u16..1380)),
        slots,
        prop::option::of(1_u32..400),
        prop::option::of(1_u32..4),
        any::<bool>(),
    );
    let severity = prop::sample::select(vec![
        Severity::UnknownSeverity,
        Severity::Info,
        Severity::Warning,
        Severity::Severe,
    ]);
    let items = prop::collection::vec((0_i64..600, severity, 0_i64..90), 1..40);
    (rules, items).prop_map(|((ratio, hours, slots, gap_minutes, max_per_day, in_order), items)| {
        let hours = hours.map(|(from, length)| (from, (from + length) % 1440));
        let slot = |(minute, day): (u16, Option<usize>)| Slot {
            days: day.map(|day| Weekday::ALL[day]).into_iter().collect(),
            minute,
        };
        let slots = slots.into_iter().map(slot);
        let slots = slots.filter(|slot| crate::value::within(hours, slot.minute)).collect();
        let rules = AccountRules {
            ratio,
            hours,
            slots,
            gap_minutes,
            max_per_day,
            in_order,
            ..AccountRules::default()
        };
        Days { rules, items }
    })
}

/// A post of a made-up account.
#[derive(Clone, Copy, Debug)]
struct Post {
    number: usize,
    due: Timestamp,
    late: i64,
    other: Other,
}

/// The made-up account as it is seen at `now`.
fn setting<'a>(rules: &'a AccountRules, language: &'a Language, now: Timestamp) -> Setting<'a> {
    Setting {
        name: "Instagram",
        rules,
        language,
        video: None,
        videos_alone: false,
        zone: PARIS,
        now,
    }
}

/// What the loops do: an item is decided on when it is published, and asks for its turn when it is due, or later.
fn live(days: &Days) -> (Vec<Post>, Vec<Decision>) {
    let french = Language::french();
    let mut now = at("2026-10-23T07:00:00Z");
    let (mut posts, mut decisions): (Vec<Post>, Vec<Decision>) = (Vec::new(), Vec::new());
    for (number, (after, severity, late)) in days.items.iter().enumerate() {
        now += TimeDelta::minutes(*after);
        work(days, &mut posts, now);
        let content = if *severity == Severity::UnknownSeverity {
            article()
        } else {
            disruption(*severity)
        };
        let setting = setting(&days.rules, &french, now);
        let seen = |post: &Post| Other {
            at: if post.other.went {
                post.other.at
            } else {
                post.due.max(now)
            },
            ..post.other
        };
        let queue = Queue {
            number: None,
            drawn: decisions
                .iter()
                .filter_map(|said| said.number)
                .max()
                .unwrap_or_default(),
            others: posts.iter().map(seen).collect(),
        };
        let subject = Subject {
            content: &content,
            lines: &[],
            videos: &[],
        };
        let said = decide(&setting, &subject, &queue);
        if let Some(due) = said.at {
            let other = Other {
                at: due,
                slot: said.slot,
                went: false,
                weight: subject.weight(),
            };
            let late = *late;
            posts.push(Post {
                number,
                due,
                late,
                other,
            });
        }
        decisions.push(said);
    }
    work(days, &mut posts, now + AFTERWARDS);
    (posts, decisions)
}

/// Whatever is due before `until` asks for its turn, each in its time.
fn work(days: &Days, posts: &mut [Post], until: Timestamp) {
    let french = Language::french();
    loop {
        let blocked = |post: &Post| {
            let urgent = urgent(post.other.weight);
            let ahead =
                |other: &&Post| !other.other.went && !super::urgent(other.other.weight) && other.number < post.number;
            let worse = |other: &Post| other.other.weight >= post.other.weight;
            days.rules.in_order && !urgent && posts.iter().filter(ahead).any(worse)
        };
        let due = |post: &Post| post.due + TimeDelta::minutes(post.late);
        let next = (0..posts.len())
            .filter(|&index| !posts[index].other.went && !blocked(&posts[index]))
            .min_by_key(|&index| (due(&posts[index]), index));
        let Some(index) = next.filter(|&index| due(&posts[index]) < until) else {
            return;
        };
        let last = posts
            .iter()
            .filter(|post| post.other.went)
            .map(|post| post.other.at)
            .max();
        let now = due(&posts[index]).max(last.unwrap_or(posts[index].due));
        let setting = setting(&days.rules, &french, now);
        let others: Vec<_> = posts
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != index)
            .map(|(_, post)| post.other)
            .collect();
        let post = &mut posts[index];
        match turn(&setting, post.other.weight, post.other.slot, &others) {
            Ok(()) => (post.other.went, post.other.at) = (true, now),
            Err((at, slot, _)) => {
                assert!(at > now, "who is put off is put off");
                (post.due, post.late, post.other.at, post.other.slot) = (at, 0, at, slot);
            }
        }
    }
}

proptest! {
    #[test]
    fn no_rule_is_broken_whatever_comes_and_however_late(days in days()) {
        let rules = &days.rules;
        let (posts, decisions) = live(&days);
        let went: Vec<_> = posts.iter().filter(|post| post.other.went && !urgent(post.other.weight)).collect();
        for post in &went {
            let local = post.other.at.with_timezone(&PARIS);
            let minute = u16::try_from(local.hour() * 60 + local.minute()).unwrap();
            prop_assert!(crate::value::within(rules.hours, minute), "outside its hours: {local}");
            let same_day = went.iter().filter(|other| other.other.at.with_timezone(&PARIS).date_naive() == local.date_naive());
            let most = rules.max_per_day.unwrap_or(u32::MAX);
            prop_assert!(same_day.count() <= most as usize, "more than {most} on {local}");
            prop_assert_eq!(post.other.slot.is_some(), !rules.slots.is_empty());
            for other in &posts {
                let both = other.number != post.number && other.other.went;
                let gap = TimeDelta::minutes(rules.gap_minutes.unwrap_or_default().into());
                let tie = other.other.at == post.other.at && !urgent(other.other.weight);
                let before = other.other.at < post.other.at || tie;
                prop_assert!(!both || !before || post.other.at - other.other.at >= gap, "{post:?} too near to {other:?}");
                prop_assert!(!both || other.other.slot.is_none() || other.other.slot != post.other.slot, "a slot for two");
                let overtaken = rules.in_order && other.number < post.number && other.other.weight >= post.other.weight;
                prop_assert!(!both || !overtaken || urgent(other.other.weight) || before, "{post:?} overtook {other:?}");
            }
        }
        let drawn: Vec<_> = decisions.iter().filter_map(|said| said.number).collect();
        let calm = days.items.iter().filter(|(_, severity, _)| *severity != Severity::Severe).count();
        if let Some(ratio) = rules.ratio {
            prop_assert_eq!(drawn.len(), calm, "every item that matches draws a number");
            let out = decisions.iter().filter(|said| said.ruling.rule == Rule::Ratio).count();
            prop_assert_eq!(calm - out, calm.div_ceil(ratio as usize), "one of {}", ratio);
        }
        let urgent_ones = decisions.iter().filter(|said| said.ruling.rule == Rule::Urgent).count();
        prop_assert_eq!(urgent_ones, days.items.len() - calm, "the urgent lane is open");
    }
}
