//! Lost answers, crashes and requests to wait, one after the other, in every order.

use beffroi_sandbox::{Fault, Operation};
use beffroi_schema::value::{AccountRules, Network};
use beffroi_tests::{City, die_when};
use chrono::Duration;

use super::{Share, assert_once, go_on};

/// What may happen to one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Accident {
    /// It did what it should, and the answer is lost.
    AnswerLost,
    /// It did what it should, and answers 500.
    FalseError,
    /// It did nothing, and answers 500.
    Error,
    /// Come back later.
    Wait,
    /// It did what it should, and the worker dies before the answer.
    Crash,
    /// It did nothing, and the worker dies.
    CrashInVain,
}

const ACCIDENTS: [Accident; 6] = [
    Accident::AnswerLost,
    Accident::FalseError,
    Accident::Error,
    Accident::Wait,
    Accident::Crash,
    Accident::CrashInVain,
];

impl Accident {
    pub(super) fn fault(self) -> Fault {
        match self {
            Self::AnswerLost => Fault::CommitThenCut,
            Self::FalseError => Fault::CommitThenServerError,
            Self::Error => Fault::ServerError,
            Self::Wait => Fault::RateLimited { retry_after_s: 60 },
            Self::Crash => Fault::CommitThenHang,
            Self::CrashInVain => Fault::Hang,
        }
    }
}

on_every_network!(two_accidents_in_any_order_leave_one_post);

/// Every item meets two accidents, or as many of them as its calls meet: what is found needs no second call.
async fn two_accidents_in_any_order_leave_one_post(network: Network) {
    let city = City::new().await;
    let account = city.account(network, AccountRules::default()).await;
    for (first, second) in two_accidents(Share::of_posts(network)) {
        let case = format!("{network}: {first:?}, then {second:?}");
        for accident in [first, second] {
            city.miniature(network).next(Operation::Create, accident.fault());
        }
        let news = city.article(network, &format!("« {first:?} », « {second:?} »")).await;
        let item = city.publish(news).await;
        live_through(&city).await;
        // What nobody met must not wait for the next item.
        for _ in 0..city.miniature(network).faults_left() {
            let next = city.article(network, &format!("Après {case}")).await;
            city.publish(next).await;
            live_through(&city).await;
            go_on(&city).await;
        }
        go_on(&city).await;
        assert_once(&city, &account, item, &case).await;
    }
    city.sandbox.account_for(|line| line.status.is_none());
}

/// Any two accidents, one after the other, of which a network has its share: each comes first, and second, on each.
pub(super) fn two_accidents(share: Share) -> impl Iterator<Item = (Accident, Accident)> {
    let all = || ACCIDENTS.into_iter().enumerate();
    let pairs = all().flat_map(move |first| all().map(move |second| (first, second)));
    let chosen = pairs.filter(move |((m, _), (n, _))| share.has(m + n));
    chosen.map(|((_, first), (_, second))| (first, second))
}

/// Workers work, and those that wait for an answer in vain die.
pub(super) async fn live_through(city: &City) {
    let unanswered = || {
        let lines = city.sandbox.requests();
        lines.iter().filter(|line| line.status.is_none()).count()
    };
    for _ in 0..10 {
        while city.worker.fan_out().await.unwrap() {}
        let before = unanswered();
        die_when(city.worker.deliver(), || unanswered() > before).await;
        city.clock.advance(Duration::minutes(6));
    }
}
