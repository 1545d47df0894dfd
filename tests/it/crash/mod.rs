//! Workers die, networks lose answers: at most one post, one item, one notification, and none lost.

mod anywhere;
mod boundaries;
mod changes;
mod faults;
mod leaving;
mod phones;

use beffroi_schema::{entity::account, id::ItemId, value::DeliveryState};
use beffroi_tests::{City, DELIVERY_LEASE};
use chrono::Duration;

/// Looks again so often, each time later: more than the three questions that a doubtful post is worth, or the pauses
/// between the tries of a test.
const LOOKS: u32 = 12;

/// Others go on, once the leases of the dead have run out.
async fn go_on(city: &City) {
    city.later(DELIVERY_LEASE).await;
    for _ in 0..LOOKS {
        city.later(Duration::minutes(3)).await;
    }
}

/// The item is on the account once, and we know where.
async fn assert_once(city: &City, account: &account::Model, item: ItemId, case: &str) {
    let deliveries = city.deliveries(item, account).await;
    let states: Vec<_> = deliveries.iter().map(|row| (row.state, row.reason.clone())).collect();
    assert!(
        deliveries.iter().any(|row| row.state == DeliveryState::Done),
        "{case}: {states:?}"
    );
    let title = &city
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
    let there: Vec<_> = city
        .posts(account)
        .into_iter()
        .filter(|post| {
            post.text.contains(title.as_str())
                || post
                    .card
                    .as_ref()
                    .is_some_and(|card| card.url.contains(&item.to_string()))
        })
        .collect();
    assert_eq!(there.len(), 1, "{case}: {states:?}");
    let receipt = city.store.receipt(item, account.id).await.unwrap();
    let known = receipt.map(|receipt| receipt.remote.id);
    assert_eq!(known.as_ref(), Some(&there[0].remote_id), "{case}");
}
