//! What becomes of an item: in the app, on phones, on networks.

mod again;
mod budget;
mod comments;
mod keys;
mod life;
mod numbers;
mod outlook;
mod patience;
mod phones;
mod pictures;
mod rules;
mod slow;
mod threads;
mod trouble;
mod turns;

use beffroi_schema::{
    entity::account,
    value::{AccountRules, Network},
};
use beffroi_tests::City;

/// Networks on which everything can be done that an item's life asks for: links, pictures with their words, edits,
/// answers, deletions, questions. What the others can do is shown in `jobs/tests/networks` and in `crash`.
const WHOLE: [Network; 3] = [Network::Mastodon, Network::Bluesky, Network::Facebook];

/// An account on each of them.
async fn accounts(city: &City) -> Vec<account::Model> {
    let mut accounts = Vec::new();
    for network in WHOLE {
        accounts.push(city.account(network, AccountRules::default()).await);
    }
    accounts
}

/// What readers of an account see, post by post.
fn texts(city: &City, account: &account::Model) -> Vec<String> {
    city.posts(account).into_iter().map(|post| post.text).collect()
}
