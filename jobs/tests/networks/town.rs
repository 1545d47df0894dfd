//! A town with one account on one network in miniature.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use beffroi_jobs::{
    http::{Http, OutboundConfig},
    networks::{
        Credentials, DeliveryError, Keyring, Pocket, SocialNetwork,
        registry::{AccountSettings, capabilities},
    },
};
use beffroi_sandbox::{Account, Kind, Miniature, Options, Post, Sandbox};
use beffroi_schema::{
    clock::{Clock, Timestamp},
    id::{DeliveryId, MediaId},
    text::{
        PostText,
        fit::{fit, shortened},
    },
    value::{Capabilities, Card, Film, Language, LinkStyle, Needs, Picture, RemotePost, Rendered, Video},
};
use bytes::Bytes;
use chrono::DateTime;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

pub const LINK: &str = "https://ville.example/i/tram-b";
/// The beginning of a video, which is all of it that a miniature looks at.
const FILM: &[u8] = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom";

pub struct Town {
    pub sandbox: Sandbox,
    pub kind: Kind,
    pub account: Box<dyn SocialNetwork>,
    credentials: Credentials,
    http: Http,
    clock: Clock,
}

/// What opens the account on the miniature.
pub fn settings(miniature: &Miniature) -> AccountSettings {
    let mut settings = miniature.settings(&miniature.account());
    settings["network"] = json!(miniature.kind().name());
    serde_json::from_value(settings).unwrap()
}

/// What an account on the miniature can do. The suite has Bluesky show edits, which by default it does not, and posts
/// signed events, which more can be done with than with the messages of chat servers.
fn abilities(kind: Kind) -> Capabilities {
    let mut abilities = capabilities(kind.name().parse().unwrap());
    let events = kind == Kind::Webhook;
    abilities.edit |= kind == Kind::Bluesky || events;
    abilities.delete |= events;
    if events {
        abilities.idempotent_s = 86_400;
    }
    abilities
}

/// The networks on which this can be done; none would prove nothing.
pub fn kinds(can: impl Fn(&Capabilities) -> bool) -> Vec<Kind> {
    let able: Vec<_> = Kind::ALL.into_iter().filter(|kind| can(&abilities(*kind))).collect();
    assert!(!able.is_empty());
    able
}

impl Town {
    pub async fn on(kind: Kind) -> Self {
        Self::behind(kind, Duration::ZERO).await
    }

    /// A network whose clock is behind ours by `late`.
    pub async fn behind(kind: Kind, late: Duration) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let clock = Clock::fixed(DateTime::from_timestamp(1_780_000_000, 0).unwrap());
        let hands = clock.clone();
        let options = Options {
            clock: Arc::new(move || SystemTime::from(hands.now()) - late),
            ..Options::default()
        };
        let sandbox = Sandbox::start(options).await.unwrap();
        let miniature = sandbox.network(kind);
        let url: Url = miniature.url().parse().unwrap();
        let allow_private = vec![format!("{}:{}", url.host_str().unwrap(), url.port().unwrap())];
        let http = Http::new(
            &OutboundConfig {
                allow_private,
                ..OutboundConfig::default()
            },
            clock.clone(),
        )
        .unwrap();
        let credentials = Pocket::with(miniature.account().secret);
        let account = settings(miniature).open(credentials.clone(), &http);
        Self {
            sandbox,
            kind,
            account,
            credentials,
            http,
            clock,
        }
    }

    /// The account again, opened with other settings.
    pub fn opened(&self, change: impl FnOnce(&mut Value)) -> Box<dyn SocialNetwork> {
        self.opened_for(&self.network().account(), change)
    }

    /// Another account of the miniature.
    pub fn opened_for(&self, account: &Account, change: impl FnOnce(&mut Value)) -> Box<dyn SocialNetwork> {
        let mut settings = self.network().settings(account);
        change(&mut settings);
        self.open(settings, &account.secret)
    }

    /// The town's account as another process opens it that keeps what is given in `keyring`.
    pub fn opened_with(&self, keyring: Arc<dyn Keyring>) -> Box<dyn SocialNetwork> {
        let credentials = Credentials {
            keyring,
            ..self.credentials.clone()
        };
        settings(self.network()).open(credentials, &self.http)
    }

    /// Where what is given for the town's own secret is kept.
    pub fn keyring(&self) -> Arc<dyn Keyring> {
        Arc::clone(&self.credentials.keyring)
    }

    /// An account by what is said of it, the miniature's or not. What was given for the town's own secret is known.
    pub fn open(&self, mut settings: Value, secret: &str) -> Box<dyn SocialNetwork> {
        settings["network"] = json!(self.kind.name());
        let settings: AccountSettings = serde_json::from_value(settings).unwrap();
        let known = self.credentials.secret.expose_secret() == secret;
        let credentials = if known {
            self.credentials.clone()
        } else {
            Pocket::with(secret)
        };
        settings.open(credentials, &self.http)
    }

    pub fn network(&self) -> &Miniature {
        self.sandbox.network(self.kind)
    }

    pub fn capabilities(&self) -> Capabilities {
        abilities(self.kind)
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn later(&self, by: chrono::Duration) {
        self.clock.advance(by);
    }

    /// What readers see now, oldest first.
    pub fn posts(&self) -> Vec<Post> {
        self.network()
            .all_posts()
            .into_iter()
            .filter(|post| !post.deleted())
            .collect()
    }

    /// A post that says `lead`, fitted and linked as the account wants it.
    pub fn post(&self, lead: &str) -> Rendered {
        let Capabilities {
            text,
            link,
            title,
            needs,
            ..
        } = self.capabilities();
        let words = PostText {
            lead: lead.to_owned(),
            link: (link == LinkStyle::InText).then(|| LINK.to_owned()),
            hashtags: vec!["TramB".to_owned()],
            ..PostText::default()
        };
        let fitted = fit(&words, &text).unwrap();
        Rendered {
            text: fitted.text,
            thread: Vec::new(),
            title: title.map(|_| shortened(lead, 90)).unwrap_or_default(),
            language: Language::french(),
            link: LINK.to_owned(),
            card: None,
            pictures: (needs == Needs::Picture)
                .then(|| picture("Une rame"))
                .into_iter()
                .collect(),
            video: (needs == Needs::Video).then(|| video(FILM)),
            when: None,
            hashtags: fitted.hashtags,
            at: self.now(),
        }
    }

    /// The post as the delivery loop gets it there: once more when told to, looked for in doubt.
    pub async fn deliver(&self, post: &Rendered, key: DeliveryId) -> RemotePost {
        match self.account.publish(post, key).await {
            Ok(remote) => remote,
            Err(DeliveryError::Doubtful(_)) => self.account.find(post, key, self.now()).await.unwrap().unwrap(),
            Err(error) => panic!("{:?}: {error}", self.kind),
        }
    }

    /// Nothing was sent that a correct client would not send.
    pub fn assert_correct(&self) {
        assert_eq!(self.sandbox.unaccounted(), [], "{:?}", self.kind);
    }
}

pub fn key(number: u128) -> DeliveryId {
    DeliveryId(Uuid::from_u128(number))
}

pub fn picture(alt: &str) -> Picture {
    Picture {
        media: MediaId(Uuid::from_u128(7)),
        mime: "image/png".to_owned(),
        width: 4,
        height: 3,
        alt: alt.to_owned(),
        url: "https://ville.example/media/7.png".to_owned(),
        bytes: Arc::from(&b"\x89PNG\r\n\x1a\n"[..]),
    }
}

/// A video whose file is this.
pub fn video(file: impl Into<Bytes>) -> Video {
    Video {
        media: MediaId(Uuid::from_u128(8)),
        width: 1280,
        height: 720,
        seconds: 12,
        alt: "Une rame arrive à quai".to_owned(),
        url: "https://ville.example/media/8.mp4".to_owned(),
        film: Film::whole(file.into()),
    }
}

pub fn card() -> Card {
    Card {
        title: "Tram B".to_owned(),
        description: "À l’arrêt".to_owned(),
    }
}
