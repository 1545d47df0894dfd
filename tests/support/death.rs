//! Workers that die in the middle of their work: the future that does it is dropped, as a killed process drops it.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

/// A death that does not come, or is not noticed, within this time is a failed test.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

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

/// Lets `work` go on so many times before `other` begins beside it; both are seen to their end. True: `work` had ended
/// before.
///
/// With every number from 0 until that, `other` meets `work` once at every point where it waits for anything.
pub async fn meet<A, B>(turns: usize, work: impl Future<Output = A>, other: impl Future<Output = B>) -> (bool, A, B) {
    let (mut work, mut left, mut early) = (pin!(work), turns, None);
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(());
        }
        left -= 1;
        match work.as_mut().poll(context) {
            Poll::Ready(done) => {
                early = Some(done);
                Poll::Ready(())
            }
            Poll::Pending => Poll::Pending,
        }
    })
    .await;
    if let Some(done) = early {
        (true, done, other.await)
    } else {
        let (done, other) = tokio::join!(work, other);
        (false, done, other)
    }
}
