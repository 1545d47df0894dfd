//! How an account is connected: what a person gives, what a network gives back.

use std::fmt;

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

use super::Network;
use crate::clock::Timestamp;

/// How an account is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// A person agrees on the network's page; our application registers itself there.
    Registered,
    /// A person agrees on the network's page, to an application that the town has there.
    Application,
    /// A person pastes a token, or an app password.
    Pasted,
    /// Nothing is connected: a person posts.
    ByHand,
}

impl Network {
    /// How an account there is connected.
    pub const fn consent(self) -> Consent {
        match self {
            Self::Mastodon => Consent::Registered,
            Self::X
            | Self::Linkedin
            | Self::Youtube
            | Self::GoogleBusiness
            | Self::GooglePhotos
            | Self::Facebook
            | Self::Instagram
            | Self::Threads
            | Self::Tiktok
            | Self::Slack
            | Self::Flickr => Consent::Application,
            Self::Bluesky | Self::Telegram | Self::Discord | Self::Webhook | Self::Dailymotion => Consent::Pasted,
            Self::WhatsappChannel | Self::Snapchat | Self::FacebookGroup | Self::FacebookProfile | Self::Nextdoor => {
                Consent::ByHand
            }
        }
    }

    /// The setting that a consent tells by itself: nobody need look it up.
    pub const fn found(self) -> Option<&'static str> {
        match self {
            Self::Facebook => Some("page"),
            Self::Instagram | Self::Threads => Some("user"),
            Self::Mastodon
            | Self::Bluesky
            | Self::Telegram
            | Self::X
            | Self::Discord
            | Self::Slack
            | Self::Webhook
            | Self::GoogleBusiness
            | Self::GooglePhotos
            | Self::Flickr
            | Self::Linkedin
            | Self::Youtube
            | Self::Dailymotion
            | Self::Tiktok
            | Self::WhatsappChannel
            | Self::Snapchat
            | Self::FacebookGroup
            | Self::FacebookProfile
            | Self::Nextdoor => None,
        }
    }
}

closed_set! {
    /// How far a connection is.
    pub enum ConnectionState {
        /// The address of the network's page is being made.
        Preparing = "preparing",
        /// The person is on the network's page.
        Waiting = "waiting",
        /// What they brought back, or pasted, is being tried.
        Trying = "trying",
        /// They are asked which of several accounts it is.
        Choosing = "choosing",
        /// The account is there.
        Done = "done",
        /// It is not, and the row says why.
        Failed = "failed",
    }
}

/// What a person chooses among: as the network calls each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Choices(pub Vec<String>);

/// Our application as a network knows it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// Its name there: `client_id`, `client_key`.
    pub id: String,
    /// Its password.
    pub secret: String,
}

/// A token that is asked for before its person agrees to it: RFC 5849 §2.1.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestToken {
    /// What the network's page is told.
    pub token: String,
    /// What its exchange is signed with.
    pub secret: String,
}

/// What is secret of a connection.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Private {
    /// The application that is agreed to.
    pub application: Option<Application>,
    /// What the person pasted, where nothing is agreed to.
    pub secret: Option<String>,
    /// What the network gives back with its answer.
    pub state: String,
    /// Proves that whoever exchanges the code is who asked for it: RFC 7636.
    pub verifier: String,
    /// The token that they agree to, where there is one before they do.
    #[serde(default)]
    pub token: Option<RequestToken>,
    /// The network's page where the person agrees.
    pub address: Option<String>,
    /// What they brought back.
    pub code: Option<String>,
    /// What it was exchanged for.
    pub found: Vec<Found>,
}

/// An account that a person's consent opens.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Its id there, where the consent tells it (see `Network::found`).
    pub id: Option<String>,
    /// Its name there, for people.
    pub name: String,
    /// What our row keeps as its secret.
    pub secret: String,
    /// The first access token, where the secret is what more are asked for with: until when it is taken.
    pub access: Option<(String, Timestamp)>,
    /// Until when the consent holds; none: it does not say, or there is no end.
    pub until: Option<Timestamp>,
}

/// Without what is secret.
macro_rules! hidden {
    ($($name:ident),+) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )+};
}

hidden!(Application, RequestToken, Private, Found);
