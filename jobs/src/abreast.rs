//! Work with slow partners, side by side: who is slow delays itself alone.

use std::{future::Future, pin::pin};

use beffroi_schema::store::{StoreError, StoreResult};
use futures_util::{StreamExt as _, stream::FuturesUnordered};

/// Does what `take` gives, and takes more whenever less than `most` is being worked on, as long as there is some.
/// False: there was none.
pub(crate) async fn abreast<T, Taking, Working>(
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
        if failure.is_none() && open.len() < most {
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
            some |= !taken.is_empty();
            open.extend(taken.into_iter().map(&work));
        }
        match open.next().await {
            Some(done) => failed(done, &mut failure),
            None => return failure.map_or(Ok(some), Err),
        }
    }
}

/// Keeps what went wrong. A lease that ran out on the way is nothing: whoever has the row now settles it.
fn failed(done: StoreResult<()>, failure: &mut Option<StoreError>) {
    match done {
        Ok(()) | Err(StoreError::NotFound) => {}
        Err(error) => *failure = Some(error),
    }
}
