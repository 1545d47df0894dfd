//! The worker of this process, as it is configured.

use beffroi_jobs::{
    http::Http,
    push::{Transport, fcm::Fcm},
    run::Worker,
};
use beffroi_schema::{address::Addresses, store::Store};

use tokio_util::sync::CancellationToken;

use super::Configured;

/// A worker as it is configured, until `halt` is cancelled. Without a service account nothing is pushed: campaigns wait.
pub async fn of(configured: &Configured, store: &Store, halt: &CancellationToken) -> anyhow::Result<Worker> {
    let http = Http::new(&configured.outbound, store.clock().clone())?;
    let fcm = Fcm::open(&configured.push, store.clock().clone()).await?;
    if fcm.is_none() {
        tracing::warn!("`push.service_account` is not set: nothing is pushed");
    }
    let transport = fcm.map(|fcm| Box::new(fcm) as Box<dyn Transport>);
    let addresses = Addresses::below(&configured.instance.public_url);
    Ok(Worker::new(
        store.clone(),
        http,
        addresses,
        transport,
        halt.clone(),
        &format!("pid-{}", std::process::id()),
    ))
}
