//! The rules of reconciling, one by one, and what must hold for every snapshot.

use chrono::{DateTime, TimeDelta};
use uuid::Uuid;

use super::*;
use crate::{
    id::RecordId,
    value::{Cause, ChangeClass, Effect, Issue, Language, Period, Periods, Selector, Selectors, Severity, Text, Texts},
};

mod laws;
mod new;
mod told;

fn noon() -> Timestamp {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

fn entry(key: &str, title: &str, line: &str) -> AlertEntry {
    let text = Text {
        title: title.to_owned(),
        ..Text::default()
    };
    let scope = if line.is_empty() {
        Vec::new()
    } else {
        vec![Selector {
            line: Some(line.to_owned()),
            ..Selector::default()
        }]
    };
    AlertEntry {
        key: key.to_owned(),
        related: Vec::new(),
        closed: false,
        cause: Cause::Construction,
        effect: Effect::Detour,
        severity: Severity::Warning,
        impact: Periods::default(),
        display: Periods::default(),
        scope: Selectors(scope),
        texts: Texts::only(Language::french(), text),
        url: None,
        issues: Vec::new(),
    }
}

/// A source and what the store would remember of it.
#[derive(Default)]
struct Ledger {
    known: Vec<Known>,
    memory: Memory,
    settings: Settings,
    made: u128,
}

impl Ledger {
    fn poll(&mut self, entries: &[AlertEntry], now: Timestamp) -> Plan {
        self.hear(
            &Poll::Read {
                entries,
                coverage: Coverage::Complete,
                feed_timestamp: Some(now),
            },
            now,
        )
    }

    fn hear(&mut self, poll: &Poll<'_>, now: Timestamp) -> Plan {
        let plan = plan(&self.known, poll, &self.memory, &self.settings, now);
        self.memory = plan.memory.clone();
        let mut named = std::collections::BTreeMap::new();
        for step in &plan.steps {
            self.write(step, &mut named, now);
        }
        plan
    }

    fn write(&mut self, step: &Step, named: &mut std::collections::BTreeMap<u32, RecordId>, now: Timestamp) {
        if let Step::Create { entry, group, .. } = step {
            self.made += 1;
            let id = RecordId(Uuid::from_u128(self.made));
            let group = match group {
                Group::Of(record) => *record,
                Group::New(number) => *named.entry(*number).or_insert(id),
            };
            self.known.push(Known::create(id, group, entry.clone(), now));
        } else {
            self.row(step.record().unwrap()).apply(step, now);
        }
    }

    fn row(&mut self, id: RecordId) -> &mut Known {
        self.known.iter_mut().find(|known| known.id == id).unwrap()
    }
}

/// `2 create, 1 touch`: what a plan does, counted.
fn summary(plan: &Plan) -> Vec<(&'static str, usize)> {
    let name = |step: &Step| match step {
        Step::Create { .. } => "create",
        Step::Revise { .. } => "revise",
        Step::Touch { .. } => "touch",
        Step::Miss { .. } => "miss",
        Step::Resolve { .. } => "resolve",
        Step::Reopen { .. } => "reopen",
    };
    let mut counts = std::collections::BTreeMap::new();
    for step in &plan.steps {
        *counts.entry(name(step)).or_default() += 1;
    }
    counts.into_iter().collect()
}

fn minutes(n: i64) -> TimeDelta {
    TimeDelta::minutes(n)
}

#[test]
fn three_misses_over_ten_minutes_resolve_and_fewer_do_not() {
    let mut ledger = Ledger::default();
    ledger.poll(&[entry("a", "Travaux rue de Siam", "1")], noon());
    for minute in [1, 2, 3, 9] {
        assert_eq!(
            summary(&ledger.poll(&[], noon() + minutes(minute))),
            [("miss", 1)],
            "minute {minute}"
        );
    }
    let plan = ledger.poll(&[], noon() + minutes(11));
    assert!(matches!(plan.steps[..], [Step::Resolve { why: Ended::Absent, .. }]));
    assert_eq!(summary(&ledger.poll(&[], noon() + minutes(12))), []);
}

#[test]
fn failed_and_stale_polls_are_no_misses() {
    let mut ledger = Ledger::default();
    ledger.poll(&[entry("a", "Travaux rue de Siam", "1")], noon());
    for minute in 1..60 {
        let now = noon() + minutes(minute);
        assert_eq!(summary(&ledger.hear(&Poll::Failed, now)), []);
        let stale = Poll::Read {
            entries: &[],
            coverage: Coverage::Complete,
            feed_timestamp: Some(now - minutes(11)),
        };
        let plan = ledger.hear(&stale, now);
        assert_eq!((plan.class, summary(&plan)), (PollClass::Stale, Vec::new()));
        let partial = Poll::Read {
            entries: &[],
            coverage: Coverage::Partial,
            feed_timestamp: Some(now),
        };
        assert_eq!(summary(&ledger.hear(&partial, now)), []);
    }
}

#[test]
fn an_unchanged_answer_repeats_what_the_last_one_said() {
    let mut ledger = Ledger::default();
    let (kept, gone) = (
        entry("a", "Travaux rue de Siam", "1"),
        entry("b", "Marché place Guérin", "2"),
    );
    ledger.poll(&[kept.clone(), gone], noon());
    ledger.poll(&[kept], noon() + minutes(1));
    for minute in 2..11 {
        assert_eq!(
            summary(&ledger.hear(&Poll::Unchanged, noon() + minutes(minute))),
            [("miss", 1), ("touch", 1)]
        );
    }
    assert_eq!(
        summary(&ledger.hear(&Poll::Unchanged, noon() + minutes(11))),
        [("resolve", 1), ("touch", 1)]
    );
}

#[test]
fn an_id_given_to_something_else_is_not_believed() {
    let mut ledger = Ledger::default();
    ledger.poll(
        &[
            entry("7", "Travaux rue de Siam", "1"),
            entry("8", "Accident boulevard Gambetta", "2"),
        ],
        noon(),
    );
    let swapped = [
        entry("8", "Travaux rue de Siam", "1"),
        entry("7", "Accident boulevard Gambetta", "2"),
    ];
    assert_eq!(summary(&ledger.poll(&swapped, noon() + minutes(1))), [("touch", 2)]);
    assert_eq!(ledger.memory.id_mode, IdMode::Stable, "one churned poll proves nothing");
    ledger.poll(
        &[
            entry("1", "Travaux rue de Siam", "1"),
            entry("2", "Accident boulevard Gambetta", "2"),
        ],
        noon() + minutes(2),
    );
    assert_eq!(ledger.memory.id_mode, IdMode::Unstable);
}

#[test]
fn a_mass_disappearance_waits_for_two_more_polls_that_say_the_same() {
    let mut ledger = Ledger::default();
    let names = ["Siam", "Kermaria", "Gambetta", "Jaurès", "Lambézellec", "Guilers"];
    let all: Vec<_> = names
        .iter()
        .enumerate()
        .map(|(n, name)| entry(name, &format!("Travaux {name}"), &n.to_string()))
        .collect();
    ledger.poll(&all, noon());
    for minute in [1, 2, 3] {
        let plan = ledger.poll(&[], noon() + minutes(minute));
        assert_eq!(
            (plan.class, summary(&plan)),
            (PollClass::Suspicious, Vec::new()),
            "minute {minute}"
        );
    }
    assert_eq!(summary(&ledger.poll(&all, noon() + minutes(4))), [("touch", 6)]);
    assert_eq!(ledger.memory.doubt, None, "back again: no doubt left");
    for (minute, class) in [
        (5, PollClass::Suspicious),
        (8, PollClass::Suspicious),
        (11, PollClass::Good),
        (12, PollClass::Good),
    ] {
        assert_eq!(
            ledger.poll(&[], noon() + minutes(minute)).class,
            class,
            "minute {minute}"
        );
    }
    assert!(ledger.known.iter().all(|known| known.misses == 2));
}

#[test]
fn what_comes_back_within_six_hours_is_the_same_and_thrice_is_unstable() {
    let mut ledger = Ledger::default();
    let alert = entry("a", "Travaux rue de Siam", "1");
    let mut now = noon();
    ledger.settings = Settings {
        absence_s: 0,
        misses_needed: 1,
        ..Settings::default()
    };
    ledger.poll(std::slice::from_ref(&alert), now);
    for turn in 1..=3 {
        now += minutes(10);
        assert_eq!(summary(&ledger.poll(&[], now)), [("resolve", 1)]);
        now += minutes(10);
        let plan = ledger.poll(std::slice::from_ref(&alert), now);
        assert!(
            matches!(plan.steps[..], [Step::Reopen { unstable, .. }] if unstable == (turn == 3)),
            "turn {turn}"
        );
    }
    assert!(ledger.known[0].unstable(now));
    ledger.poll(&[], now + minutes(1));
    assert_eq!(
        summary(&ledger.poll(&[alert], now + TimeDelta::hours(7))),
        [("create", 1)]
    );
}

#[test]
fn what_is_over_by_its_own_periods_is_resolved_once_and_stays_so() {
    let mut ledger = Ledger::default();
    let mut alert = entry("a", "Travaux rue de Siam", "1");
    alert.impact = Periods(vec![Period {
        start: None,
        end: Some(noon() + minutes(10)),
    }]);
    ledger.poll(std::slice::from_ref(&alert), noon());
    assert_eq!(
        summary(&ledger.poll(std::slice::from_ref(&alert), noon() + minutes(39))),
        [("touch", 1)]
    );
    assert_eq!(
        summary(&ledger.poll(std::slice::from_ref(&alert), noon() + minutes(41))),
        [("resolve", 1)]
    );
    assert_eq!(
        summary(&ledger.poll(std::slice::from_ref(&alert), noon() + TimeDelta::hours(5))),
        [("touch", 1)]
    );
    alert.impact = Periods(vec![Period {
        start: None,
        end: Some(noon() + TimeDelta::hours(30)),
    }]);
    assert_eq!(
        summary(&ledger.poll(&[alert], noon() + TimeDelta::hours(10))),
        [("reopen", 1)]
    );
}

#[test]
fn a_change_is_named_by_what_it_means() {
    let before = entry("a", "Travaux rue de Siam", "1");
    let classed = |change: fn(&mut AlertEntry)| {
        let mut after = before.clone();
        change(&mut after);
        let mut ledger = Ledger::default();
        ledger.poll(std::slice::from_ref(&before), noon());
        let plan = ledger.poll(&[after], noon() + minutes(1));
        let [Step::Revise { class, .. }] = plan.steps[..] else {
            panic!("{plan:?}")
        };
        class
    };
    assert_eq!(classed(|e| e.severity = Severity::Severe), ChangeClass::Escalated);
    assert_eq!(classed(|e| e.severity = Severity::Info), ChangeClass::Deescalated);
    assert_eq!(classed(|e| e.effect = Effect::NoService), ChangeClass::Escalated);
    assert_eq!(
        classed(|e| e.scope.0.push(Selector {
            line: Some("2".into()),
            ..Selector::default()
        })),
        ChangeClass::Escalated
    );
    assert_eq!(
        classed(|e| e.scope.0.push(Selector {
            stop: Some("S".into()),
            ..Selector::default()
        })),
        ChangeClass::Edited
    );
    assert_eq!(
        classed(|e| e.impact = Periods(vec![Period {
            start: None,
            end: Some(noon() + minutes(90))
        }])),
        ChangeClass::Rescheduled
    );
    assert_eq!(
        classed(|e| e.url = Some("https://example.org/".into())),
        ChangeClass::Edited
    );
}

#[test]
fn a_plan_survives_being_stored_as_json() {
    let plan = Ledger::default().poll(&[entry("a", "Travaux rue de Siam", "1")], noon());
    let json = serde_json::to_string(&plan).unwrap();
    assert_eq!(serde_json::from_str::<Plan>(&json).unwrap(), plan);
}
