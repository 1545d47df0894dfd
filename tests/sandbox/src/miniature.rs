//! The registry: one miniature for each network, one line each.

use std::fmt;
use std::sync::{Arc, Mutex};

use serde::Serialize;
use serde_json::Value;

use crate::account::Account;
use crate::clock::Clock;
use crate::fault::{Fault, Faults, Operation};
use crate::gallery::Gallery;
use crate::journal::Journal;
use crate::listener::Handler;
use crate::networks::{
    bluesky, dailymotion, discord, facebook, flickr, google_business, google_photos, instagram, linkedin, mastodon,
    slack, telegram, threads, tiktok, webhook, x, youtube,
};
use crate::post::Post;
use crate::protocol::{Engine, Protocol, Running};

/// `Word: folder::Protocol = name in the journal, name for people`.
macro_rules! miniatures {
    ($($kind:ident: $folder:ident::$protocol:ident = $name:literal, $title:literal;)+) => {
        /// The networks.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
        pub enum Kind { $(#[serde(rename = $name)] $kind,)+ }

        impl Kind {
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$kind),+];

            /// As the journal writes it.
            pub fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)+ }
            }

            /// As people write it.
            pub fn title(self) -> &'static str {
                match self { $(Self::$kind => $title,)+ }
            }

            fn engine(self, url: &str, clock: Clock, journal: Arc<Journal>, gallery: Arc<Gallery>) -> Arc<dyn Engine> {
                match self { $(Self::$kind => run::<$folder::$protocol>(self, url, clock, journal, gallery),)+ }
            }
        }
    };
}

miniatures! {
    Mastodon: mastodon::Instance = "mastodon", "Mastodon";
    Bluesky: bluesky::Pds = "bluesky", "Bluesky";
    Facebook: facebook::Graph = "facebook", "Facebook";
    Telegram: telegram::Bots = "telegram", "Telegram";
    X: x::Users = "x", "X";
    Discord: discord::Guild = "discord", "Discord";
    Slack: slack::Workspace = "slack", "Slack";
    Webhook: webhook::Receivers = "webhook", "Webhook";
    GoogleBusiness: google_business::Places = "google_business", "Google Business Profile";
    Threads: threads::Profiles = "threads", "Threads";
    Linkedin: linkedin::Organisations = "linkedin", "LinkedIn";
    Instagram: instagram::Professionals = "instagram", "Instagram";
    Youtube: youtube::Channels = "youtube", "YouTube";
    Dailymotion: dailymotion::Channels = "dailymotion", "Dailymotion";
    Tiktok: tiktok::Accounts = "tiktok", "TikTok";
    Flickr: flickr::Photos = "flickr", "Flickr";
    GooglePhotos: google_photos::Libraries = "google_photos", "Google Photos";
}

impl Kind {
    /// The network that the journal calls so.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// One network in miniature.
#[derive(Clone)]
pub struct Miniature {
    kind: Kind,
    url: String,
    engine: Arc<dyn Engine>,
}

impl Miniature {
    pub(crate) fn new(kind: Kind, url: String, clock: Clock, journal: Arc<Journal>, gallery: Arc<Gallery>) -> Self {
        let engine = kind.engine(&url, clock, journal, gallery);
        Self { kind, url, engine }
    }

    pub(crate) fn handler(&self) -> Handler {
        Arc::clone(&self.engine).handler()
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The origin clients are configured with, without a final slash.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Opens one more account; the sandbox starts with one (see [`Self::account`]).
    pub fn open_account(&self, handle: &str, name: &str) -> Account {
        self.engine.open_account(handle, name)
    }

    /// In the order they were opened.
    pub fn accounts(&self) -> Vec<Account> {
        self.engine.accounts()
    }

    /// The town's account, which every miniature starts with.
    ///
    /// # Panics
    /// Never: accounts are not closed.
    pub fn account(&self) -> Account {
        self.accounts().swap_remove(0)
    }

    /// What a client is told, beside the secret, to reach the account.
    pub fn settings(&self, account: &Account) -> Value {
        self.engine.settings(account)
    }

    /// Refuses the account's secret from now on, as after a password change or a withdrawn consent.
    pub fn revoke(&self, account: &str) {
        self.engine.revoke(account);
    }

    /// The next request that does `operation` meets this fault. Several wait in line.
    pub fn next(&self, operation: Operation, fault: Fault) {
        self.engine.faults().push(Some(operation), fault);
    }

    /// The next request, whatever it does, meets this fault.
    pub fn next_any(&self, fault: Fault) {
        self.engine.faults().push(None, fault);
    }

    /// How many scripted faults no request has met yet.
    pub fn faults_left(&self) -> usize {
        self.engine.faults().len()
    }

    /// The account's posts, oldest first, deleted ones too. The account is named by its id or its handle.
    pub fn posts(&self, account: &str) -> Vec<Post> {
        let accounts = self.accounts();
        let id = accounts
            .iter()
            .find(|known| known.handle == account)
            .map_or(account, |known| &known.id);
        self.all_posts().into_iter().filter(|post| post.account == id).collect()
    }

    /// Every account's posts, oldest first.
    pub fn all_posts(&self) -> Vec<Post> {
        self.engine.posts()
    }
}

fn run<P: Protocol>(
    kind: Kind,
    url: &str,
    clock: Clock,
    journal: Arc<Journal>,
    gallery: Arc<Gallery>,
) -> Arc<dyn Engine> {
    let protocol = P::open(url, Arc::clone(&clock));
    let (protocol, faults) = (Mutex::new(protocol), Faults::default());
    Arc::new(Running {
        name: kind.name(),
        protocol,
        faults,
        journal,
        gallery,
        clock,
    })
}

impl fmt::Debug for Miniature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Miniature")
            .field("kind", &self.kind)
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}
