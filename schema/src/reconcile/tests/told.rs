//! Who is told of which change.

use super::*;
use crate::reconcile::told;

/// Who is told of a change of a building site on tram line B, at noon.
fn tell(class: ChangeClass, state: &ToldState) -> Told {
    told(
        class,
        &entry("a", "Tram B interrompu", "B"),
        noon(),
        TimeDelta::seconds(75),
        state,
    )
}

/// Pushed forty minutes ago, once more ten minutes ago, and posted.
fn told_before() -> ToldState {
    ToldState {
        first_push: Some(noon() - minutes(40)),
        last_push: Some(noon() - minutes(10)),
        pushes: 2,
        posted: true,
        ..ToldState::default()
    }
}

#[test]
fn phones_ring_for_new_worse_and_over_and_for_nothing_else() {
    let settled = noon() + TimeDelta::seconds(75);
    for (class, state, push) in [
        (ChangeClass::Created, ToldState::default(), PushDecision::At(settled)),
        (ChangeClass::Announced, ToldState::default(), PushDecision::Digest),
        (
            ChangeClass::Escalated,
            told_before(),
            PushDecision::At(noon() + minutes(20)),
        ),
        (ChangeClass::Edited, told_before(), PushDecision::No),
        (ChangeClass::Deescalated, told_before(), PushDecision::No),
        (ChangeClass::Reopened, told_before(), PushDecision::No),
        (ChangeClass::Resolved, told_before(), PushDecision::ToldBeforeAt(noon())),
        (ChangeClass::Resolved, ToldState::default(), PushDecision::No),
    ] {
        assert_eq!(tell(class, &state).push, push, "{class}");
    }
    let often = ToldState {
        pushes: 3,
        ..told_before()
    };
    assert_eq!(tell(ChangeClass::Escalated, &often).push, PushDecision::No);
    let quiet = ToldState {
        quiet: true,
        ..ToldState::default()
    };
    assert_eq!(tell(ChangeClass::Created, &quiet), Told::NOBODY);
}

#[test]
fn a_new_end_is_pushed_only_when_the_old_one_is_near() {
    for (ahead, push) in [
        (90, PushDecision::At(noon() + minutes(20))),
        (150, PushDecision::No),
        (-5, PushDecision::No),
    ] {
        let state = ToldState {
            old_end: Some(noon() + minutes(ahead)),
            ..told_before()
        };
        assert_eq!(tell(ChangeClass::Rescheduled, &state).push, push, "{ahead}");
    }
}

#[test]
fn posts_follow_their_own_column() {
    let settled = noon() + TimeDelta::seconds(75);
    for (class, posts) in [
        (ChangeClass::Created, PostDecision::PublishAt(settled)),
        (ChangeClass::Announced, PostDecision::Optional),
        (ChangeClass::Escalated, PostDecision::Reply),
        (ChangeClass::Rescheduled, PostDecision::No),
        (ChangeClass::Edited, PostDecision::Edit),
        (ChangeClass::Deescalated, PostDecision::No),
        (ChangeClass::Resolved, PostDecision::Finish),
        (ChangeClass::Reopened, PostDecision::No),
    ] {
        assert_eq!(tell(class, &told_before()).posts, posts, "{class}");
    }
}

#[test]
fn what_is_over_permanent_or_harmless_is_no_news() {
    let push = |change: fn(&mut AlertEntry)| {
        let mut alert = entry("a", "Tram B interrompu", "B");
        change(&mut alert);
        told(
            ChangeClass::Created,
            &alert,
            noon(),
            TimeDelta::zero(),
            &ToldState::default(),
        )
        .push
    };
    assert_eq!(push(|_| {}), PushDecision::At(noon()));
    let period = |start, end| Periods(vec![Period { start, end }]);
    let quiet: [PushDecision; 3] = [
        push(|e| e.severity = Severity::Info),
        push(|e| (e.severity, e.effect) = (Severity::UnknownSeverity, Effect::NoEffect)),
        push(|e| (e.severity, e.effect) = (Severity::UnknownSeverity, Effect::OtherEffect)),
    ];
    assert_eq!(quiet, [PushDecision::No; 3]);
    assert_eq!(
        push(|e| (e.severity, e.effect) = (Severity::UnknownSeverity, Effect::NoService)),
        PushDecision::At(noon())
    );
    assert_eq!(
        push(|e| (e.severity, e.effect) = (Severity::UnknownSeverity, Effect::UnknownEffect)),
        PushDecision::At(noon()),
        "a source that says neither is taken seriously"
    );
    let mut alert = entry("a", "Tram B interrompu", "B");
    for periods in [
        period(None, Some(noon())),
        period(Some(noon() - TimeDelta::days(400)), None),
    ] {
        alert.impact = periods;
        assert_eq!(
            told(
                ChangeClass::Created,
                &alert,
                noon(),
                TimeDelta::zero(),
                &ToldState::default()
            )
            .push,
            PushDecision::No
        );
    }
}
