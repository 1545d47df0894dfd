//! Workers die, networks lose answers: at most one post, one item, one notification, and none lost.

/// A test for each network, so that they run side by side; the last one says whether a network is missing.
macro_rules! on_every_network {
    ($run:ident) => {
        on_every_network!($run: mastodon bluesky facebook telegram x discord slack webhook google_business threads linkedin instagram youtube dailymotion tiktok flickr google_photos);
    };
    ($run:ident: $($network:ident)+) => {
        mod $run {
            $(#[tokio::test]
            async fn $network() {
                super::$run(stringify!($network).parse().unwrap()).await;
            })+

            #[test]
            fn no_network_is_missing() {
                let all = beffroi_schema::value::Network::with_api();
                let names: Vec<_> = all.map(|network| network.as_str()).collect();
                assert_eq!(names, [$(stringify!($network)),+]);
            }
        }
    };
}

mod anywhere;
mod boundaries;
mod changes;
mod faults;
mod leaving;
mod phones;
mod turns;

use beffroi_sandbox::RequestLine;
use beffroi_schema::{
    entity::account,
    id::ItemId,
    value::{DeliveryState, Network},
};
use beffroi_tests::{City, DELIVERY_LEASE};
use chrono::Duration;

/// Looks again so often, each time later: more than the three questions that a doubtful post is worth, or the pauses
/// between the tries of a test.
const LOOKS: u32 = 12;

/// No step waits so often.
const MOST_TURNS: usize = 400;
/// Networks on which every single death and accident of a new post is lived through.
const THOROUGH: usize = 3;
/// Where it is not every case, because the loop does not tell networks apart, it is each fifth, beginning elsewhere on
/// each network.
const STRIDE: usize = 5;

/// Which cases a network lives through.
#[derive(Clone, Copy, Debug)]
enum Share {
    All,
    /// Each of this number, and of every [`STRIDE`]th after it.
    From(usize),
}

impl Share {
    /// Of what befalls a new post.
    fn of_posts(network: Network) -> Self {
        Self::of(network, place(network) < THOROUGH)
    }

    fn of(network: Network, all: bool) -> Self {
        if all {
            Self::All
        } else {
            Self::From(place(network) % STRIDE)
        }
    }

    fn has(self, case: usize) -> bool {
        match self {
            Self::All => true,
            Self::From(first) => case % STRIDE == first,
        }
    }

    /// The points at which a worker dies.
    fn points(self) -> impl Iterator<Item = usize> {
        (0..MOST_TURNS).filter(move |point| self.has(*point))
    }
}

fn place(network: Network) -> usize {
    Network::ALL.iter().position(|one| *one == network).unwrap()
}

/// Others go on, once the leases of the dead have run out.
async fn go_on(city: &City) {
    city.later(DELIVERY_LEASE).await;
    for _ in 0..LOOKS {
        if city.unsettled().await == 0 {
            break;
        }
        city.later(Duration::minutes(3)).await;
    }
    city.sandbox.account_for(arrived_late);
}

/// What somebody sent who then died may be read when its time is over: who receives webhooks refuses it for that.
fn arrived_late(line: &RequestLine) -> bool {
    line.server == Network::Webhook.as_str() && line.violation.as_deref() == Some(beffroi_sandbox::NOT_OF_NOW)
}

/// The item is on the account once, and we know where; or, where the network cannot be asked, a person looks, who finds
/// it once or not at all.
async fn assert_once(city: &City, account: &account::Model, item: ItemId, case: &str) {
    let deliveries = city.deliveries(item, account).await;
    let states: Vec<_> = deliveries.iter().map(|row| (row.state, row.reason.clone())).collect();
    let done = deliveries.iter().any(|row| row.state == DeliveryState::Done);
    let find = account.capabilities.as_ref().is_some_and(|can| can.find);
    let asked = deliveries.iter().any(|row| row.state == DeliveryState::ByHand);
    assert!(done || (asked && !find), "{case}: {states:?}");
    let title = city
        .item(item)
        .await
        .content
        .texts
        .0
        .values()
        .next()
        .unwrap()
        .title
        .clone();
    let id = item.to_string();
    // Where no link leads to the item, its title names it; posts have no-break spaces where people typed spaces.
    let names = |text: &str| text.contains(&id) || text.replace('\u{a0}', " ").contains(&title);
    let there: Vec<_> = city
        .posts(account)
        .into_iter()
        .filter(|post| names(&post.text) || post.card.as_ref().is_some_and(|card| names(&card.url)))
        .collect();
    if !done {
        assert!(there.len() <= 1, "{case}: {states:?}");
        return;
    }
    assert_eq!(there.len(), 1, "{case}: {states:?}");
    let receipt = city.store.receipt(item, account.id).await.unwrap();
    let known = receipt.map(|receipt| receipt.remote.id);
    assert_eq!(known.as_ref(), Some(&there[0].remote_id), "{case}");
}
