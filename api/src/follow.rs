//! Keeps the boards up to date: looks at every nudge, and by itself from time to time.

use beffroi_schema::{board::Boards, bus::SLOW_LOOK};
use tokio_util::sync::CancellationToken;

/// Follows the outbox until `stop`.
pub async fn follow(boards: Boards, stop: CancellationToken) {
    let mut listener = boards.store().bus().listen();
    while !stop.is_cancelled() {
        match boards.refresh().await {
            // More may have come meanwhile.
            Ok(changes) if changes > 0 => continue,
            Ok(_) => {}
            Err(error) => tracing::error!(?error, "the boards could not be refreshed; they show what they had"),
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = listener.wait(SLOW_LOOK) => {}
        }
    }
}
