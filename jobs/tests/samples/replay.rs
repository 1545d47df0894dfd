//! Real polls, one after the other, through reading and reconciling: what would residents be told?

use std::{collections::BTreeMap, path::Path};

use beffroi_jobs::sources::gtfs_rt::{Settings as Reading, parse};
use beffroi_schema::{
    clock::Timestamp,
    id::RecordId,
    reconcile::{Group, Held, IdMode, Known, Memory, NoSelector, Plan, Poll, Settings, Step, held, plan},
    value::{ChangeClass, Content, Coverage, PollClass},
};
use chrono::{DateTime, TimeDelta};
use uuid::Uuid;

use crate::{folder, truth};

/// One source, as the store would keep it.
#[derive(Default)]
struct Ledger {
    known: Vec<Known>,
    memory: Memory,
    settings: Settings,
    counts: BTreeMap<&'static str, u32>,
}

impl Ledger {
    fn poll(&mut self, body: Vec<u8>, now: Timestamp) -> Plan {
        let snapshot = parse(&body.into(), &Reading::default(), now);
        let plan = match &snapshot {
            Err(_) => plan(&self.known, &Poll::Failed, &self.memory, &self.settings, now),
            Ok(snapshot) => {
                let Content::Alerts(entries) = &snapshot.content else {
                    panic!("not alerts")
                };
                let poll = Poll::Read {
                    entries,
                    coverage: Coverage::Complete,
                    feed_timestamp: snapshot.cursor.feed_timestamp,
                };
                plan(&self.known, &poll, &self.memory, &self.settings, now)
            }
        };
        self.memory = plan.memory.clone();
        let mut groups = BTreeMap::new();
        for step in &plan.steps {
            self.write(step, &mut groups, now);
        }
        plan
    }

    fn write(&mut self, step: &Step, groups: &mut BTreeMap<u32, RecordId>, now: Timestamp) {
        let name = match step {
            Step::Create { .. } => "create",
            Step::Revise { .. } => "revise",
            Step::Touch { .. } => "touch",
            Step::Miss { .. } => "miss",
            Step::Resolve { .. } => "resolve",
            Step::Reopen { .. } => "reopen",
        };
        *self.counts.entry(name).or_default() += 1;
        if let Step::Create { entry, group, .. } = step {
            let id = RecordId(Uuid::from_u128(1 + self.known.len() as u128));
            let group = match group {
                Group::Of(record) => *record,
                Group::New(number) => *groups.entry(*number).or_insert(id),
            };
            self.known.push(Known::create(id, group, entry.clone(), now));
        } else {
            self.known
                .iter_mut()
                .find(|known| Some(known.id) == step.record())
                .unwrap()
                .apply(step, now);
        }
    }

    fn count(&self, name: &str) -> u32 {
        self.counts.get(name).copied().unwrap_or(0)
    }
}

fn at(seconds: i64) -> Timestamp {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

fn file(folder: &Path, name: &str) -> Vec<u8> {
    std::fs::read(folder.join("gtfs-rt").join(name)).unwrap()
}

/// The 21 polls with the time of each.
fn sequence(folder: &Path) -> Vec<(Vec<u8>, Timestamp)> {
    let list = truth(folder, "gtfs-rt.json").remove("__nyct_sequence__").unwrap();
    let poll = |one: &serde_json::Value| {
        let body = std::fs::read(folder.join(one["file"].as_str().unwrap())).unwrap();
        (body, at(one["timestamp"].as_i64().unwrap() + 20))
    };
    list["list"].as_array().unwrap().iter().map(poll).collect()
}

#[test]
fn one_incident_under_eleven_ids_is_told_once() {
    let Some(folder) = folder() else { return };
    let mut ledger = Ledger::default();
    let mut classes = Vec::new();
    for (body, now) in sequence(&folder) {
        let plan = ledger.poll(body, now);
        assert_eq!(plan.class, PollClass::Good);
        classes.extend(plan.steps.iter().filter_map(|step| {
            if let Step::Revise { class, .. } = step {
                Some(*class)
            } else {
                None
            }
        }));
    }
    println!("nyct-sequence: {:?}, changes {classes:?}", ledger.counts);
    assert_eq!(
        (ledger.count("create"), ledger.count("revise"), ledger.count("resolve")),
        (1, 5, 0)
    );
    assert_eq!(
        (ledger.count("reopen"), ledger.count("miss"), ledger.count("touch")),
        (0, 0, 15)
    );
    assert_eq!(
        classes,
        [
            ChangeClass::Escalated,
            ChangeClass::Escalated,
            ChangeClass::Deescalated,
            ChangeClass::Edited,
            ChangeClass::Deescalated
        ]
    );
    assert_eq!(ledger.memory.id_mode, IdMode::Unstable, "noticed by itself");
}

#[test]
fn a_broken_answer_between_any_two_polls_changes_nothing() {
    let Some(folder) = folder() else { return };
    let (polls, broken) = (sequence(&folder), file(&folder, "us-invalid.pb"));
    for place in 1..polls.len() {
        let mut ledger = Ledger::default();
        for (number, (body, now)) in polls.iter().enumerate() {
            if number == place {
                let plan = ledger.poll(broken.clone(), *now - TimeDelta::seconds(5));
                assert_eq!((plan.class, plan.steps), (PollClass::Failed, Vec::new()));
            }
            ledger.poll(body.clone(), *now);
        }
        assert_eq!(
            (ledger.count("create"), ledger.count("revise"), ledger.count("resolve")),
            (1, 5, 0),
            "before poll {place}"
        );
    }
}

#[test]
fn an_empty_answer_for_a_minute_resolves_nothing() {
    let Some(folder) = folder() else { return };
    let (polls, empty) = (sequence(&folder), file(&folder, "us-ct-service-alerts.pb"));
    let mut ledger = Ledger::default();
    for (number, (body, now)) in polls.iter().enumerate() {
        if number == 7 {
            // It comes from the future of these polls: its time is not believed, and it is no old feed.
            assert_eq!(
                ledger.poll(empty.clone(), *now - TimeDelta::seconds(5)).class,
                PollClass::Good
            );
        }
        ledger.poll(body.clone(), *now);
    }
    assert_eq!(
        (
            ledger.count("create"),
            ledger.count("miss"),
            ledger.count("resolve"),
            ledger.count("reopen")
        ),
        (1, 1, 0, 0)
    );
}

#[test]
fn two_feeds_of_one_agency_do_not_touch_each_other() {
    let Some(folder) = folder() else { return };
    let (mut numbers, mut letters) = (Ledger::default(), Ledger::default());
    for (ledger, name, now) in [
        (true, "nyct-twofeeds-1-2024-03-19T003504-lines1234567.pb", 1_710_822_905),
        (false, "nyct-twofeeds-2-2024-03-19T003506-linesACE.pb", 1_710_822_907),
        (false, "nyct-twofeeds-3-2024-03-19T003546-linesACE.pb", 1_710_822_947),
        (true, "nyct-twofeeds-4-2024-03-19T003549-lines1234567.pb", 1_710_822_950),
    ] {
        let source = if ledger { &mut numbers } else { &mut letters };
        source.poll(file(&folder, name), at(now));
    }
    assert_eq!(
        (numbers.count("create"), numbers.count("touch"), numbers.counts.len()),
        (1, 1, 2)
    );
    assert_eq!(letters.counts.len(), 0);
}

#[test]
fn an_alert_about_nothing_named_waits_for_an_editor_unless_the_source_says_otherwise() {
    let Some(folder) = folder() else { return };
    for (no_selector, wanted) in [
        (NoSelector::Hold, Some(Held::ScopeMissing)),
        (NoSelector::Network, None),
    ] {
        let mut ledger = Ledger {
            settings: Settings {
                no_selector,
                ..Settings::default()
            },
            ..Ledger::default()
        };
        let first = ledger.poll(file(&folder, "nyct-noentity-1-2024-03-19T092719.pb"), at(1_710_854_840));
        let [Step::Create { entry, .. }] = &first.steps[..] else {
            panic!("{first:?}")
        };
        assert_eq!(held(entry, &ledger.settings), wanted);
        let second = ledger.poll(file(&folder, "nyct-noentity-2-2024-03-19T092735.pb"), at(1_710_854_856));
        assert!(matches!(second.steps[..], [Step::Touch { .. }]), "{second:?}");
    }
}

#[test]
fn four_lines_of_one_building_site_are_one_group() {
    let Some(folder) = folder() else { return };
    let mut ledger = Ledger::default();
    ledger.poll(file(&folder, "fr-brest-bibus-alerts.pb"), at(1_639_668_560));
    let mut groups: BTreeMap<RecordId, Vec<&str>> = BTreeMap::new();
    for known in &ledger.known {
        groups.entry(known.group).or_default().extend(
            known
                .entry
                .scope
                .0
                .iter()
                .filter_map(|selector| selector.line.as_deref()),
        );
    }
    let mut together: Vec<Vec<&str>> = groups.into_values().collect();
    for lines in &mut together {
        lines.sort_unstable();
    }
    println!(
        "fr-brest-bibus-alerts.pb: {} alerts in {} groups: {together:?}",
        ledger.known.len(),
        together.len()
    );
    assert!(together.contains(&vec!["40", "45", "60", "65"]));
    assert_eq!(together.len(), 9, "and nothing else is one incident");
}
