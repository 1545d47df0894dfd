//! What holds for every snapshot.

use proptest::prelude::*;

use super::*;

fn any_entry() -> impl Strategy<Value = AlertEntry> {
    let title = prop::sample::select(vec![
        "Travaux rue de Siam",
        "Travaux rue de Kermaria",
        "Train delayed",
        "L2 Marché",
        "L4 Marché",
        "",
    ]);
    let line = prop::sample::select(vec!["", "1", "2", "3"]);
    let severity = prop::sample::select(Severity::ALL.to_vec());
    (title, line, severity, 0_i64..4).prop_map(|(title, line, severity, hours)| {
        let mut alert = entry("", title, line);
        alert.severity = severity;
        if hours > 0 {
            alert.impact = Periods(vec![Period {
                start: None,
                end: Some(noon() + TimeDelta::hours(hours)),
            }]);
        }
        alert
    })
}

fn any_snapshot() -> impl Strategy<Value = Vec<AlertEntry>> {
    prop::collection::vec((any_entry(), 0_u8..8), 0..8).prop_map(|entries| {
        let mut keys = BTreeSet::new();
        let named = entries.into_iter().map(|(alert, key)| AlertEntry {
            key: key.to_string(),
            ..alert
        });
        named.filter(|alert| keys.insert(alert.key.clone())).collect()
    })
}

proptest! {
    #[test]
    fn the_same_snapshot_twice_only_touches(first in any_snapshot(), second in any_snapshot()) {
        let mut ledger = Ledger::default();
        ledger.poll(&first, noon());
        let plan = ledger.poll(&second, noon() + minutes(1));
        prop_assume!(plan.class == PollClass::Good);
        let again = ledger.poll(&second, noon() + minutes(2));
        let missing = ledger.known.iter().filter(|known| known.misses > 0).count();
        let touched = second.len();
        prop_assert_eq!(again.steps.iter().filter(|step| matches!(step, Step::Touch { .. })).count(), touched);
        prop_assert_eq!(again.steps.iter().filter(|step| matches!(step, Step::Miss { .. })).count(), missing);
        prop_assert_eq!(again.steps.len(), touched + missing);
    }

    #[test]
    fn the_order_of_entries_does_not_matter(first in any_snapshot(), second in any_snapshot().prop_shuffle(), turn in 0_usize..8) {
        let mut ledger = Ledger::default();
        ledger.poll(&first, noon());
        let mut turned = second.clone();
        turned.rotate_left(turn % second.len().max(1));
        turned.reverse();
        let now = noon() + minutes(1);
        let plan_of = |entries: &[AlertEntry]| {
            plan(&ledger.known, &Poll::Read { entries, coverage: Coverage::Complete, feed_timestamp: None }, &ledger.memory, &ledger.settings, now)
        };
        prop_assert_eq!(plan_of(&second), plan_of(&turned));
    }

    #[test]
    fn each_record_and_each_entry_is_used_once(first in any_snapshot(), second in any_snapshot()) {
        let mut ledger = Ledger::default();
        ledger.poll(&first, noon());
        let before = ledger.known.len();
        let plan = ledger.poll(&second, noon() + minutes(1));
        prop_assume!(plan.class == PollClass::Good);
        let records: Vec<_> = plan.steps.iter().filter_map(Step::record).collect();
        let distinct: BTreeSet<_> = records.iter().collect();
        prop_assert_eq!(distinct.len(), records.len());
        prop_assert_eq!(records.len(), before);
        let missing = plan.steps.iter().filter(|step| matches!(step, Step::Miss { .. })).count();
        let created = plan.steps.iter().filter(|step| matches!(step, Step::Create { .. })).count();
        prop_assert_eq!(records.len() - missing + created, second.len());
    }
}
