//! Work with slow partners, side by side: who is slow delays itself alone.

use std::{
    collections::HashMap,
    future::Future,
    pin::pin,
    sync::{Mutex, MutexGuard, PoisonError},
};

use beffroi_schema::{
    store::{StoreError, StoreResult},
    value::Network,
};
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use tokio_util::sync::CancellationToken;

/// Does what `take` gives, and takes more whenever less than `most` is being worked on, as long as there is some and
/// nobody asked to stop. False: there was none.
pub(crate) async fn abreast<T, Taking, Working>(
    halt: &CancellationToken,
    most: usize,
    take: impl Fn() -> Taking,
    work: impl Fn(T) -> Working,
) -> StoreResult<bool>
where
    Taking: Future<Output = StoreResult<Vec<T>>>,
    Working: Future<Output = StoreResult<()>>,
{
    let (mut open, mut some, mut failure) = (FuturesUnordered::new(), false, None);
    loop {
        if failure.is_none() && open.len() < most && !halt.is_cancelled() {
            let mut taking = pin!(take());
            // More is claimed while others are spoken to: each of them may hold the database's lock.
            let taken = loop {
                tokio::select! {
                    taken = &mut taking => break taken,
                    Some(done) = open.next(), if !open.is_empty() => failed(done, &mut failure),
                }
            };
            let taken = taken.unwrap_or_else(|error| {
                failure = Some(error);
                Vec::new()
            });
            if !taken.is_empty() {
                some = true;
                open.extend(taken.into_iter().map(&work));
                continue;
            }
        }
        // Nothing more is to be had, or to be taken: until something is done.
        match open.next().await {
            Some(done) => failed(done, &mut failure),
            None => return failure.map_or(Ok(some), Err),
        }
    }
}

/// Keeps what went wrong. A lease that ran out on the way is nothing: whoever has the row now settles it.
fn failed(done: StoreResult<()>, failure: &mut Option<StoreError>) {
    match done {
        Ok(()) => {}
        Err(StoreError::NotFound) => tracing::warn!("something took longer than its lease"),
        Err(error) => *failure = Some(error),
    }
}

/// How much is being worked on of each network: one that is slow, or dead, does not keep others waiting.
#[derive(Debug, Default)]
pub(crate) struct Lanes(Mutex<HashMap<Network, usize>>);

/// A place in the lane of a network, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place<'a> {
    lanes: &'a Lanes,
    network: Network,
}

impl Lanes {
    /// The networks of which `most` or more is being worked on.
    pub(crate) fn full(&self, most: usize) -> Vec<Network> {
        let lanes = self.lock();
        lanes
            .iter()
            .filter(|(_, busy)| **busy >= most)
            .map(|(network, _)| *network)
            .collect()
    }

    pub(crate) fn enter(&self, network: Network) -> Place<'_> {
        *self.lock().entry(network).or_default() += 1;
        Place { lanes: self, network }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Network, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if let Some(busy) = self.lanes.lock().get_mut(&self.network) {
            *busy = busy.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        cell::Cell,
        future::{pending, ready},
        time::Duration,
    };

    use super::*;

    #[tokio::test]
    async fn who_asks_to_stop_is_heard_although_there_is_always_more() {
        let (halt, taken, done) = (CancellationToken::new(), Cell::new(0), Cell::new(0));
        let take = || {
            taken.set(taken.get() + 2);
            ready(Ok(vec![(), ()]))
        };
        let work = |()| {
            done.set(done.get() + 1);
            if done.get() == 100 {
                halt.cancel();
            }
            ready(Ok(()))
        };
        assert!(abreast(&halt, 8, take, work).await.unwrap());
        assert!(done.get() >= 100);
        assert_eq!(taken.get(), done.get(), "what was taken is done");
        assert!(
            !abreast(&halt, 8, || ready(Ok(vec![()])), |()| ready(Ok(())))
                .await
                .unwrap()
        );
    }

    #[tokio::test]
    async fn as_much_is_worked_on_as_may_be_while_nobody_answers() {
        let (halt, taken) = (CancellationToken::new(), Cell::new(0));
        let take = || {
            taken.set(taken.get() + 2);
            ready(Ok(vec![(), ()]))
        };
        let worked = abreast(&halt, 7, take, |()| pending::<StoreResult<()>>());
        assert!(tokio::time::timeout(Duration::ZERO, worked).await.is_err());
        assert_eq!(taken.get(), 8);
    }

    #[test]
    fn a_lane_is_full_until_somebody_leaves_it() {
        let lanes = Lanes::default();
        let first = lanes.enter(Network::X);
        let _second = lanes.enter(Network::X);
        let _other = lanes.enter(Network::Mastodon);
        assert_eq!(lanes.full(2), [Network::X]);
        drop(first);
        assert_eq!(lanes.full(2), []);
    }
}
