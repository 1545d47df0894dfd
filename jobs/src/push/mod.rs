//! The seam to phones. One transport, one file; `campaigns` is the loop that remembers for them.

pub mod campaigns;
pub mod fcm;
mod payload;

use async_trait::async_trait;
use beffroi_schema::value::{Note, Outcome, Target};

/// A way to reach devices: many targets, one outcome each, in the same order.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Sends one note to a bounded run of devices.
    async fn send(&self, note: &Note, targets: &[Target]) -> Vec<Outcome>;
}
