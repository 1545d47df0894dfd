//! A campaign's pages: laid out, claimed, settled, repeated and stopped.

use std::collections::BTreeSet;

use beffroi_schema::{
    store::{
        StoreError,
        campaigns::{Progress, Settled},
    },
    value::{CampaignKind, CampaignState, Outcome, Scope},
};
use chrono::Duration;

use super::scene::{TOPIC, Town, addresses, draft, followers, settings, topic};

/// More than a page's lease.
fn after_the_lease() -> Duration {
    Duration::minutes(3)
}

async fn progress(town: &Town) -> Progress {
    let mut all = town.store.campaigns_of(&Scope::Instance, town.item).await.unwrap();
    all.swap_remove(0)
}

#[tokio::test]
async fn an_audience_without_devices_is_done_at_once() {
    let town = Town::new().await;
    let campaign = town.campaign(1, |_| {}).await;
    assert_eq!(town.campaign_row(campaign).await.state, CampaignState::Done);
}

#[tokio::test]
async fn two_workers_have_different_pages() {
    let town = Town::new().await;
    town.phones(1_020).await;
    let campaign = town.campaign(1, |_| {}).await;
    let claims = futures_util::future::join_all((0..4).map(|_| town.store.claim_page())).await;
    let runs: Vec<_> = claims.into_iter().filter_map(Result::unwrap).collect();
    let sizes: BTreeSet<usize> = runs.iter().map(|run| run.targets().len()).collect();
    assert_eq!(
        (runs.len(), sizes),
        (3, BTreeSet::from([20, 500])),
        "three pages, one worker too many"
    );
    let all: BTreeSet<String> = runs.iter().flat_map(addresses).collect();
    assert_eq!(all.len(), 1_020, "nobody is on two pages");
    for run in runs {
        let outcomes = vec![Outcome::Sent; run.targets().len()];
        assert_eq!(town.store.settle_page(run, &outcomes).await.unwrap(), Settled::Done);
    }
    let now = progress(&town).await;
    assert_eq!((now.campaign.id, now.campaign.sent), (campaign, 1_020));
    assert_eq!((now.pages, now.pages_done, now.next_due_at), (3, 3, None));
    assert_eq!(now.campaign.state, CampaignState::Done);
    assert_eq!(town.told().await.len(), 1_020);
}

#[tokio::test]
async fn a_crash_between_sending_and_settling_repeats_that_page_only() {
    let town = Town::new().await;
    town.phones(520).await;
    let campaign = town.campaign(1, |_| {}).await;
    let first = town.store.claim_page().await.unwrap().unwrap();
    let outcomes = vec![Outcome::Sent; first.targets().len()];
    let settled = addresses(&first);
    town.store.settle_page(first, &outcomes).await.unwrap();
    let sent_then_crashed = town.store.claim_page().await.unwrap().unwrap();
    assert!(
        town.store.claim_page().await.unwrap().is_none(),
        "it is held until its lease ends"
    );
    town.clock.advance(after_the_lease());
    let repeated = town.store.claim_page().await.unwrap().unwrap();
    assert_eq!(addresses(&repeated), addresses(&sent_then_crashed));
    assert!(addresses(&repeated).iter().all(|address| !settled.contains(address)));
    // The first worker was only slow: what it knows comes too late.
    let outcomes = vec![Outcome::Sent; repeated.targets().len()];
    let late = town.store.settle_page(sent_then_crashed, &outcomes).await.unwrap();
    assert_eq!(late, Settled::Lost);
    assert_eq!(town.told().await.len(), settled.len());
    assert_eq!(
        town.store.settle_page(repeated, &outcomes).await.unwrap(),
        Settled::Done
    );
    let row = town.campaign_row(campaign).await;
    assert_eq!((row.sent, row.state), (520, CampaignState::Done));
}

#[tokio::test]
async fn a_dead_address_is_retired_unless_it_was_registered_again() {
    let town = Town::new().await;
    let dead = town.phone("dead", settings()).await;
    let back = town.phone("back", settings()).await;
    let moved = town.phone("moved", settings()).await;
    town.clock.advance(Duration::minutes(1));
    let campaign = town.campaign(1, |_| {}).await;
    let run = town.store.claim_page().await.unwrap().unwrap();
    town.clock.advance(Duration::seconds(10));
    let again = town
        .store
        .register_device(town.authority, draft("back", settings()))
        .await
        .unwrap();
    assert_eq!(again.device, back.device);
    let patch = beffroi_schema::device::DevicePatch {
        address: Some((
            beffroi_schema::value::TransportKind::FcmToken,
            "elsewhere".to_owned().into(),
        )),
        ..Default::default()
    };
    town.store
        .update_device(moved.device, &moved.credential, patch)
        .await
        .unwrap();
    town.store.settle_page(run, &vec![Outcome::Gone; 3]).await.unwrap();
    let gone_at = async |id| town.device_row(id).await.unwrap().gone_at;
    assert_eq!(gone_at(dead.device).await, Some(town.clock.now()));
    assert_eq!((gone_at(back.device).await, gone_at(moved.device).await), (None, None));
    assert_eq!(town.campaign_row(campaign).await.gone, 3);
    town.clock.advance(Duration::hours(1));
    town.campaign(2, |_| {}).await;
    assert_eq!(town.send_all(Outcome::Sent).await, ["back", "elsewhere"]);
}

#[tokio::test]
async fn who_was_not_reached_is_tried_again_after_the_wait() {
    let town = Town::new().await;
    town.phones(2).await;
    let campaign = town.campaign(1, |_| {}).await;
    let run = town.store.claim_page().await.unwrap().unwrap();
    let (told, waiting) = (run.targets()[0].address.clone(), run.targets()[1].address.clone());
    let wait = std::time::Duration::from_mins(2);
    let outcomes = [Outcome::Sent, Outcome::Retry(Some(wait))];
    town.store.settle_page(run, &outcomes).await.unwrap();
    assert_eq!(
        progress(&town).await.next_due_at,
        Some(town.clock.now() + Duration::minutes(2))
    );
    town.clock.advance(Duration::minutes(2) - Duration::seconds(1));
    assert!(town.send_all(Outcome::Sent).await.is_empty());
    town.clock.advance(Duration::seconds(1));
    assert_eq!(town.send_all(Outcome::Sent).await, [waiting], "and not {told}");
    assert_eq!(town.campaign_row(campaign).await.sent, 2);
}

#[tokio::test]
async fn five_failures_are_enough() {
    let town = Town::new().await;
    town.phones(1).await;
    let campaign = town.campaign(1, |_| {}).await;
    let mut tries = 0;
    while town.campaign_row(campaign).await.state == CampaignState::Running {
        tries += town.send_all(Outcome::Retry(None)).await.len();
        town.clock.advance(Duration::minutes(10));
    }
    let row = town.campaign_row(campaign).await;
    assert_eq!((tries, row.refused, row.sent), (5, 1, 0));
}

#[tokio::test]
async fn a_fault_of_ours_halts_and_retires_nobody() {
    let town = Town::new().await;
    town.phones(40).await;
    let campaign = town.campaign(1, |_| {}).await;
    let run = town.store.claim_page().await.unwrap().unwrap();
    let fault = Outcome::Halt("the service account was refused".to_owned());
    let outcomes: Vec<Outcome> = (0..40)
        .map(|number| match number {
            0..20 => Outcome::Sent,
            20..31 => Outcome::Gone,
            _ => fault.clone(),
        })
        .collect();
    let settled = town.store.settle_page(run, &outcomes).await.unwrap();
    assert_eq!(settled, Settled::Halted("the service account was refused".to_owned()));
    let row = town.campaign_row(campaign).await;
    assert_eq!(
        (row.state, row.sent, row.gone, row.refused),
        (CampaignState::Halted, 20, 0, 0)
    );
    town.clock.advance(Duration::minutes(10));
    assert!(
        town.send_all(Outcome::Sent).await.is_empty(),
        "a halted campaign sends nothing"
    );
    town.store.resume_campaign(&Scope::Instance, campaign).await.unwrap();
    assert_eq!(
        town.send_all(Outcome::Sent).await.len(),
        20,
        "the others, and only they"
    );
    assert_eq!(town.campaign_row(campaign).await.state, CampaignState::Done);
}

#[tokio::test]
async fn a_few_faults_among_many_do_not_halt() {
    let town = Town::new().await;
    town.phones(40).await;
    let campaign = town.campaign(1, |_| {}).await;
    let run = town.store.claim_page().await.unwrap().unwrap();
    let mut outcomes = vec![Outcome::Sent; 40];
    outcomes[..8].fill(Outcome::Halt("mismatch".to_owned()));
    assert_eq!(
        town.store.settle_page(run, &outcomes).await.unwrap(),
        Settled::Done,
        "20 %, not more"
    );
    assert_eq!(town.campaign_row(campaign).await.state, CampaignState::Running);
}

#[tokio::test]
async fn a_newer_revision_overtakes() {
    let town = Town::new().await;
    town.phones(520).await;
    let old = town.campaign(2, |_| {}).await;
    let run = town.store.claim_page().await.unwrap().unwrap();
    let new = town.campaign(3, |_| {}).await;
    let row = town.campaign_row(old).await;
    assert_eq!(row.state, CampaignState::Cancelled);
    assert!(row.reason.is_some());
    // What had left is remembered; what was to be tried again is not.
    let mut outcomes = vec![Outcome::Sent; run.targets().len()];
    outcomes[0] = Outcome::Retry(None);
    let told = outcomes.len() - 1;
    assert_eq!(town.store.settle_page(run, &outcomes).await.unwrap(), Settled::Done);
    assert_eq!(
        town.send_all(Outcome::Sent).await.len(),
        520 - told,
        "who was told a moment ago is not told again"
    );
    assert_eq!(town.campaign_row(new).await.state, CampaignState::Done);
    town.clock.advance(Duration::hours(1));
    assert!(town.send_all(Outcome::Sent).await.is_empty());
    let late = town.start(1, town.note(1, CampaignKind::Alert), followers()).await;
    assert_eq!(late, None, "an older revision that comes late tells nobody");
}

#[tokio::test]
async fn a_revision_has_one_campaign() {
    let town = Town::new().await;
    let new = beffroi_schema::store::campaigns::NewCampaign {
        authority: town.authority,
        item: town.item,
        revision: town.revision(1).await,
        note: town.note(1, CampaignKind::Alert),
        audience: followers(),
    };
    assert!(town.store.start_campaign(new.clone()).await.unwrap().is_some());
    assert_eq!(town.store.start_campaign(new).await.unwrap(), None);
}

#[tokio::test]
async fn a_campaign_ends_with_its_note() {
    let town = Town::new().await;
    town.phones(1).await;
    let campaign = town.campaign(1, |_| {}).await;
    assert!(!town.store.expire_campaigns().await.unwrap());
    town.clock.advance(Duration::hours(24));
    assert!(town.send_all(Outcome::Sent).await.is_empty());
    assert!(town.store.expire_campaigns().await.unwrap());
    let row = town.campaign_row(campaign).await;
    assert_eq!(
        (row.state, row.finished_at),
        (CampaignState::Cancelled, Some(town.clock.now()))
    );
}

#[tokio::test]
async fn only_its_own_people_stop_a_campaign() {
    let town = Town::new().await;
    town.phones(1).await;
    let campaign = town.campaign(1, |_| {}).await;
    let elsewhere = Scope::Authorities(vec![town.new_authority("autreville").await]);
    let refused = town.store.cancel_campaign(&elsewhere, campaign, "typo").await;
    assert!(matches!(refused, Err(StoreError::NotFound)));
    assert!(town.store.campaigns_of(&elsewhere, town.item).await.unwrap().is_empty());
    let here = Scope::Authorities(vec![town.authority]);
    town.store.cancel_campaign(&here, campaign, "typo").await.unwrap();
    assert!(town.send_all(Outcome::Sent).await.is_empty());
    let again = town.store.cancel_campaign(&here, campaign, "typo").await;
    assert!(matches!(again, Err(StoreError::Problems(_))));
}

#[tokio::test]
async fn who_follows_no_longer_is_not_told() {
    let town = Town::new().await;
    town.phones(2).await;
    let phone = town.phone("fickle", settings()).await;
    town.campaign(1, |_| {}).await;
    town.store
        .unfollow(phone.device, &phone.credential, &[topic(TOPIC)])
        .await
        .unwrap();
    assert_eq!(town.send_all(Outcome::Sent).await, ["token-0", "token-1"]);
}
