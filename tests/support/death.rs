//! Workers that die in the middle of their work: the future that does it is dropped, as a killed process drops it.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

/// A death that does not come within this time is a failed test.
const PATIENCE: Duration = Duration::from_secs(20);

/// Lets `work` go on so many times, then drops it where it stands. True: it had ended before.
///
/// With every number from 0 until the answer is true, it dies once at every point where it waits for anything.
pub async fn die_after(turns: usize, work: impl Future) -> bool {
    let mut work = pin!(work);
    let mut left = turns;
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(_) => Poll::Ready(true),
        Poll::Pending if left == 0 => Poll::Ready(false),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

/// Lets `work` go on until `seen`, then drops it. True: it had ended before.
pub async fn die_when(work: impl Future, seen: impl Fn() -> bool) -> bool {
    let watch = async {
        while !seen() {
            tokio::task::yield_now().await;
        }
    };
    let race = async {
        tokio::select! {
            _ = work => true,
            () = watch => false,
        }
    };
    tokio::time::timeout(PATIENCE, race).await.unwrap()
}
