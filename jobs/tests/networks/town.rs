//! A town with one account on one network in miniature.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use beffroi_jobs::{
    http::{Http, OutboundConfig},
    networks::{
        DeliveryError, SocialNetwork,
        registry::{AccountSettings, BlueskySettings, FacebookSettings, MastodonSettings, capabilities},
    },
};
use beffroi_sandbox::{Kind, Miniature, Options, Post, Sandbox};
use beffroi_schema::{
    clock::{Clock, Timestamp},
    id::{DeliveryId, MediaId},
    text::{PostText, fit::fit},
    value::{Capabilities, Card, Language, LinkStyle, Network, Picture, RemotePost, Rendered},
};
use chrono::DateTime;
use secrecy::SecretString;
use url::Url;
use uuid::Uuid;

pub const LINK: &str = "https://ville.example/i/tram-b";

pub struct Town {
    pub sandbox: Sandbox,
    pub kind: Kind,
    pub account: Box<dyn SocialNetwork>,
    clock: Clock,
}

/// The same network, in the words of what is stored.
fn network(kind: Kind) -> Network {
    match kind {
        Kind::Mastodon => Network::Mastodon,
        Kind::Bluesky => Network::Bluesky,
        Kind::Facebook => Network::Facebook,
    }
}

fn settings(miniature: &Miniature) -> AccountSettings {
    let url: Url = miniature.url().parse().unwrap();
    let account = miniature.account();
    match miniature.kind() {
        Kind::Mastodon => AccountSettings::Mastodon(MastodonSettings { instance: url }),
        Kind::Bluesky => {
            let (pds, app) = (url.clone(), url);
            AccountSettings::Bluesky(BlueskySettings {
                pds,
                identifier: account.handle,
                edits: true,
                app,
            })
        }
        Kind::Facebook => {
            let graph = url.join("/v25.0").unwrap();
            AccountSettings::Facebook(FacebookSettings {
                page: account.id,
                graph,
            })
        }
    }
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
        let account = settings(miniature).open(SecretString::from(miniature.account().secret), &http);
        Self {
            sandbox,
            kind,
            account,
            clock,
        }
    }

    pub fn network(&self) -> &Miniature {
        self.sandbox.network(self.kind)
    }

    pub fn capabilities(&self) -> Capabilities {
        capabilities(network(self.kind))
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
        let Capabilities { text, link, .. } = self.capabilities();
        let words = PostText {
            lead: lead.to_owned(),
            link: (link == LinkStyle::InText).then(|| LINK.to_owned()),
            hashtags: vec!["TramB".to_owned()],
            ..PostText::default()
        };
        let fitted = fit(&words, &text).unwrap();
        Rendered {
            text: fitted.text,
            language: Language::french(),
            link: LINK.to_owned(),
            card: None,
            pictures: Vec::new(),
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
        bytes: Arc::from(&b"\x89PNG\r\n\x1a\n"[..]),
    }
}

pub fn card() -> Card {
    Card {
        title: "Tram B".to_owned(),
        description: "À l’arrêt".to_owned(),
    }
}
