//! What becomes of an item: in the app, on phones, on networks.

mod again;
mod budget;
mod life;
mod patience;
mod phones;
mod pictures;
mod rules;
mod trouble;

use beffroi_schema::{
    entity::account,
    value::{AccountRules, Network},
};
use beffroi_tests::City;

/// An account on each network.
async fn accounts(city: &City) -> Vec<account::Model> {
    let mut accounts = Vec::new();
    for network in Network::with_api() {
        accounts.push(city.account(network, AccountRules::default()).await);
    }
    accounts
}

/// What readers of an account see, post by post.
fn texts(city: &City, account: &account::Model) -> Vec<String> {
    city.posts(account).into_iter().map(|post| post.text).collect()
}
