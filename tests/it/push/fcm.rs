//! The whole way: campaign, pages, FCM's wire protocol over TLS, and what the phones show.

use std::{path::PathBuf, time::SystemTime};

use beffroi_jobs::push::{
    campaigns::Campaigns,
    fcm::{Fcm, PushConfig},
};
use beffroi_sandbox::{Options, Outcome, Sandbox};
use beffroi_schema::{
    clock::Clock,
    value::{CampaignState, Language},
};
use chrono::Duration;
use tempfile::TempDir;

use super::scene::{Town, settings};

struct Wire {
    sandbox: Sandbox,
    fcm: Fcm,
    _files: TempDir,
}

async fn wire(clock: &Clock) -> Wire {
    rustls::crypto::ring::default_provider().install_default().ok();
    let told = clock.clone();
    let options = Options {
        clock: std::sync::Arc::new(move || SystemTime::from(told.now())),
        tls_for_fcm: true,
        ..Options::default()
    };
    let sandbox = Sandbox::start(options).await.unwrap();
    let files = TempDir::new().unwrap();
    let write = |name: &str, text: &str| -> PathBuf {
        let path = files.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let config = PushConfig {
        endpoint: sandbox.fcm.url().to_owned(),
        service_account: Some(write("key.json", &sandbox.fcm.service_account_json())),
        extra_roots: sandbox.fcm.authority_pem().map(|pem| write("roots.pem", pem)),
        connections: 2,
    };
    let fcm = Fcm::open(&config, clock.clone()).await.unwrap().unwrap();
    Wire {
        sandbox,
        fcm,
        _files: files,
    }
}

impl Wire {
    async fn settle(&self, town: &Town) {
        let campaigns = Campaigns::new(&town.store, &self.fcm);
        while campaigns.step().await.unwrap() {}
    }
}

#[tokio::test]
async fn phones_show_the_note_in_their_language_once() {
    let town = Town::new().await;
    let wire = wire(&town.clock).await;
    town.phone("marie", settings()).await;
    let mut english = settings();
    english.language = "en-GB".parse::<Language>().unwrap();
    town.phone("john", english).await;
    let dead = town.phone("dead", settings()).await;
    town.clock.advance(Duration::seconds(1));
    wire.sandbox.fcm.script("dead", Outcome::Unregistered);
    wire.sandbox.fcm.script(
        "john",
        Outcome::Unavailable {
            retry_after_s: Some(30),
        },
    );
    let campaign = town.campaign(1, |_| {}).await;
    wire.settle(&town).await;
    let shown = |token: &str| {
        wire.sandbox
            .fcm
            .phones()
            .into_iter()
            .find(|phone| phone.token() == token)
    };
    let marie = shown("marie").unwrap();
    assert_eq!(marie.title.as_deref(), Some("Tram B interrompu"));
    assert_eq!(marie.tag, marie.collapse_key);
    assert_eq!(marie.data["link"], "https://valbourg.example/i/1");
    assert!(shown("john").is_none());
    assert!(town.device_row(dead.device).await.unwrap().gone_at.is_some());
    town.clock.advance(Duration::seconds(30));
    wire.settle(&town).await;
    assert_eq!(shown("john").unwrap().title.as_deref(), Some("Tram B stopped"));
    let row = town.campaign_row(campaign).await;
    assert_eq!((row.sent, row.gone, row.state), (2, 1, CampaignState::Done));
    assert_eq!(wire.sandbox.fcm.accepted(), 2);
}

#[tokio::test]
async fn nothing_leaves_before_the_project_may_send_again() {
    let town = Town::new().await;
    let wire = wire(&town.clock).await;
    town.phones(3).await;
    wire.sandbox.fcm.next_n(
        3,
        Outcome::Quota {
            retry_after_s: Some(60),
        },
    );
    town.campaign(1, |_| {}).await;
    wire.settle(&town).await;
    town.clock.advance(Duration::seconds(59));
    wire.settle(&town).await;
    assert_eq!(wire.sandbox.fcm.accepted(), 0);
    town.clock.advance(Duration::seconds(1));
    wire.settle(&town).await;
    assert_eq!(wire.sandbox.fcm.accepted(), 3);
}

#[tokio::test]
async fn a_key_of_another_project_halts_the_campaign() {
    let town = Town::new().await;
    let wire = wire(&town.clock).await;
    town.phones(25).await;
    wire.sandbox.fcm.next_n(25, Outcome::SenderIdMismatch);
    let campaign = town.campaign(1, |_| {}).await;
    wire.settle(&town).await;
    let row = town.campaign_row(campaign).await;
    assert_eq!((row.state, row.sent, row.gone), (CampaignState::Halted, 0, 0));
    assert!(row.reason.is_some_and(|reason| reason.contains("another sender")));
}

#[tokio::test]
async fn without_a_key_file_there_is_no_push() {
    let config = PushConfig::default();
    assert!(Fcm::open(&config, Clock::system()).await.unwrap().is_none());
    let missing = PushConfig {
        service_account: Some("/nowhere/key.json".into()),
        ..config
    };
    let error = Fcm::open(&missing, Clock::system()).await.unwrap_err();
    assert!(error.to_string().starts_with("push.service_account: /nowhere/key.json"));
}
