//! What becomes of what was not known: its group, and whether an editor looks first.

use super::*;

#[test]
fn one_incident_written_line_by_line_is_one_group() {
    let mut ledger = Ledger::default();
    let split = [
        entry("a", "L 45 Prolongation des travaux rue de Kermaria", "45"),
        entry("b", "L 40 Prolongation des travaux rue de Kermaria", "40"),
        entry("c", "Ligne 2 : marché place Guérin", "02"),
    ];
    ledger.poll(&split, noon());
    assert_eq!(ledger.known[0].group, ledger.known[1].group);
    assert_ne!(ledger.known[0].group, ledger.known[2].group);
    let later: Vec<_> = split
        .into_iter()
        .chain([entry("d", "L65 prolongation des travaux rue de Kermaria", "65")])
        .collect();
    ledger.poll(&later, noon() + minutes(1));
    assert_eq!(ledger.known[3].group, ledger.known[0].group, "a latecomer joins");
}

#[test]
fn what_nobody_should_read_yet_is_held() {
    let held = |change: fn(&mut AlertEntry), settings: Settings| {
        let mut alert = entry("a", "Travaux rue de Siam", "1");
        change(&mut alert);
        held(&alert, &settings)
    };
    assert_eq!(held(|_| {}, Settings::default()), None);
    assert_eq!(
        held(|e| e.scope.0.clear(), Settings::default()),
        Some(Held::ScopeMissing)
    );
    assert_eq!(
        held(
            |e| e.scope.0.clear(),
            Settings {
                no_selector: NoSelector::Network,
                ..Settings::default()
            }
        ),
        None
    );
    assert_eq!(
        held(|e| e.texts.0.clear(), Settings::default()),
        Some(Held::TextMissing)
    );
    let internal = |e: &mut AlertEntry| {
        e.issues.push(Issue {
            code: IssueCode::InternalWording,
            detail: String::new(),
        });
    };
    assert_eq!(held(internal, Settings::default()), Some(Held::InternalWording));
}
