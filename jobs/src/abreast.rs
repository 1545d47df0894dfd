//! Work with slow partners, side by side: who is slow delays itself alone.

use std::{
    collections::HashMap,
    future::Future,
    pin::pin,
    sync::{Mutex, MutexGuard, PoisonError},
};

use beffroi_schema::{
    bus::{Bus, SLOW_LOOK},
    store::{StoreError, StoreResult},
    value::Network,
};
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use tokio_util::sync::CancellationToken;

/// What was taken to be worked on.
#[derive(Debug)]
pub(crate) struct Taken<T> {
    pub(crate) work: Vec<T>,
    /// Whether as much was to be had as was asked for: then there may be more.
    pub(crate) more: bool,
}

/// Does what `take` gives, and takes more whenever less than `most` is being worked on, until nobody has any and all is
/// done, or somebody asked to stop. False: there was none.
///
/// Where less was to be had than asked for, there is more when something was done or the bus says so: what is published
/// while a slow partner is spoken to does not wait for it.
pub(crate) async fn abreast<T, Taking, Working>(
    halt: &CancellationToken,
    bus: &Bus,
    most: usize,
    take: impl Fn() -> Taking,
    work: impl Fn(T) -> Working,
) -> StoreResult<bool>
where
    Taking: Future<Output = StoreResult<Taken<T>>>,
    Working: Future<Output = StoreResult<()>>,
{
    let mut news = bus.listen();
    let (mut open, mut some, mut failure) = (FuturesUnordered::new(), false, None);
    let mut more = true;
    loop {
        if more && failure.is_none() && open.len() < most && !halt.is_cancelled() {
            let mut taking = pin!(take());
            // More is claimed while others are spoken to: each of them may hold the database's lock.
            let taken = loop {
                tokio::select! {
                    taken = &mut taking => break taken,
                    Some(done) = open.next(), if !open.is_empty() => failed(done, &mut failure),
                }
            };
            match taken {
                Ok(taken) => {
                    more = taken.more;
                    some |= !taken.work.is_empty();
                    open.extend(taken.work.into_iter().map(&work));
                }
                Err(error) => failure = Some(error),
            }
            continue;
        }
        tokio::select! {
            biased;
            done = open.next() => match done {
                Some(done) => failed(done, &mut failure),
                None => return failure.map_or(Ok(some), Err),
            },
            () = news.wait(SLOW_LOOK) => {}
        }
        more = true;
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

/// How much a loop that speaks to networks takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// When so much is worked on, nothing more is taken.
    pub(crate) side_by_side: usize,
    /// When so much of it is of one network, none of that is added: the others find a place while it does not answer.
    pub(crate) of_one_network: usize,
    /// Taken at once: all of it is begun at once.
    pub(crate) at_once: u64,
}

/// [`abreast`] with networks: `claim` is told which of them are full.
pub(crate) async fn in_lanes<T, Claiming, Working>(
    halt: &CancellationToken,
    bus: &Bus,
    bounds: Bounds,
    claim: impl Fn(Vec<Network>) -> Claiming,
    network: impl Fn(&T) -> Network,
    work: impl Fn(T) -> Working,
) -> StoreResult<bool>
where
    Claiming: Future<Output = StoreResult<Vec<T>>>,
    Working: Future<Output = StoreResult<()>>,
{
    let lanes = Lanes::default();
    let take = || async {
        let claimed = claim(lanes.full(bounds.of_one_network)).await?;
        let placed = |one: T| (lanes.enter(network(&one)), one);
        Ok(Taken {
            more: claimed.len() as u64 >= bounds.at_once,
            work: claimed.into_iter().map(placed).collect(),
        })
    };
    let work = |(place, one)| {
        let working = work(one);
        async move {
            let _place = place;
            working.await
        }
    };
    abreast(halt, bus, bounds.side_by_side, take, work).await
}

/// How much is being worked on of each network: one that is slow, or dead, does not keep others waiting.
#[derive(Debug, Default)]
struct Lanes(Mutex<HashMap<Network, usize>>);

/// A place in the lane of a network, until it is dropped.
#[derive(Debug)]
struct Place<'a> {
    lanes: &'a Lanes,
    network: Network,
}

impl Lanes {
    /// The networks of which `most` or more is being worked on.
    fn full(&self, most: usize) -> Vec<Network> {
        let lanes = self.lock();
        lanes
            .iter()
            .filter(|(_, busy)| **busy >= most)
            .map(|(network, _)| *network)
            .collect()
    }

    fn enter(&self, network: Network) -> Place<'_> {
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

    use futures_util::FutureExt as _;

    use super::*;

    fn two() -> Taken<()> {
        Taken {
            work: vec![(), ()],
            more: true,
        }
    }

    #[tokio::test]
    async fn who_asks_to_stop_is_heard_although_there_is_always_more() {
        let (halt, taken, done) = (CancellationToken::new(), Cell::new(0), Cell::new(0));
        let take = || {
            taken.set(taken.get() + 2);
            ready(Ok(two()))
        };
        let work = |()| {
            done.set(done.get() + 1);
            if done.get() == 100 {
                halt.cancel();
            }
            ready(Ok(()))
        };
        let bus = Bus::local();
        assert!(abreast(&halt, &bus, 8, take, work).await.unwrap());
        assert!(done.get() >= 100);
        assert_eq!(taken.get(), done.get(), "what was taken is done");
        let nothing = abreast(&halt, &bus, 8, || ready(Ok(two())), |()| ready(Ok(())));
        assert!(!nothing.await.unwrap());
    }

    #[tokio::test]
    async fn as_much_is_worked_on_as_may_be_while_nobody_answers() {
        let (halt, taken) = (CancellationToken::new(), Cell::new(0));
        let take = || {
            taken.set(taken.get() + 2);
            ready(Ok(two()))
        };
        let bus = Bus::local();
        let worked = abreast(&halt, &bus, 7, take, |()| pending::<StoreResult<()>>());
        assert!(tokio::time::timeout(Duration::ZERO, worked).await.is_err());
        assert_eq!(taken.get(), 8);
    }

    #[tokio::test]
    async fn what_comes_while_somebody_does_not_answer_is_taken_at_once() {
        let (halt, bus, taken) = (CancellationToken::new(), Bus::local(), Cell::new(0));
        let take = || {
            taken.set(taken.get() + 1);
            ready(Ok(Taken {
                work: vec![()],
                more: false,
            }))
        };
        let mut worked = pin!(abreast(&halt, &bus, 8, take, |()| pending::<StoreResult<()>>()));
        for nudges in 0..3 {
            assert!(worked.as_mut().now_or_never().is_none());
            assert_eq!(taken.get(), nudges + 1);
            bus.nudge().await;
        }
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
