//! The loops themselves: what a step does to them.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use beffroi_jobs::{
    http::{Http, OutboundConfig},
    push::Transport,
    run::Worker,
};
use beffroi_schema::{
    address::Addresses,
    value::{CampaignState, Note, Outcome, Target},
};
use beffroi_tests::process::until;
use chrono::Duration;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::scene::Town;

/// A transport with a bug that shows once.
#[derive(Default)]
struct Clumsy(AtomicBool);

#[async_trait]
impl Transport for Clumsy {
    async fn send(&self, _: &Note, targets: &[Target]) -> Vec<Outcome> {
        assert!(self.0.swap(true, Ordering::Relaxed), "the bug");
        vec![Outcome::Sent; targets.len()]
    }
}

#[tokio::test]
async fn a_step_that_panics_does_not_end_its_loop() {
    rustls::crypto::ring::default_provider().install_default().ok();
    let town = Town::new().await;
    town.phones(3).await;
    let campaign = town.campaign(1, |_| {}).await;
    let http = Http::new(&OutboundConfig::default(), town.clock.clone()).unwrap();
    let addresses = Addresses::below(&"https://valbourg.example/".parse().unwrap());
    let stop = CancellationToken::new();
    let worker = Worker::new(
        town.store.clone(),
        http,
        addresses,
        Some(Box::new(Clumsy::default())),
        stop.clone(),
        "clumsy",
    );
    let mut running = JoinSet::new();
    running.spawn(Arc::new(worker).run());
    until("the campaign is done", async || {
        // Past the lease of the page that was being sent.
        town.clock.advance(Duration::minutes(3));
        town.store.bus().nudge().await;
        (town.campaign_row(campaign).await.state == CampaignState::Done).then_some(())
    })
    .await
    .unwrap();
    assert_eq!(town.campaign_row(campaign).await.sent, 3);
    stop.cancel();
    running.join_all().await;
}
