//! The registry: one miniature for each network.

use std::fmt;
use std::sync::{Arc, Mutex};

use serde::Serialize;

use crate::account::Account;
use crate::bluesky::Pds;
use crate::clock::Clock;
use crate::facebook::Graph;
use crate::fault::{Fault, Faults, Operation};
use crate::journal::Journal;
use crate::listener::Handler;
use crate::mastodon::Instance;
use crate::post::Post;
use crate::protocol::{Engine, Protocol, Running};

/// The networks. A new one must say here which miniature speaks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Mastodon,
    Bluesky,
    Facebook,
}

impl Kind {
    pub const ALL: [Self; 3] = [Self::Mastodon, Self::Bluesky, Self::Facebook];

    /// As the journal writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mastodon => "mastodon",
            Self::Bluesky => "bluesky",
            Self::Facebook => "facebook",
        }
    }

    /// As people write it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Mastodon => "Mastodon",
            Self::Bluesky => "Bluesky",
            Self::Facebook => "Facebook",
        }
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
    pub(crate) fn new(kind: Kind, url: String, clock: Clock, journal: Arc<Journal>) -> Self {
        let engine: Arc<dyn Engine> = match kind {
            Kind::Mastodon => run(kind, Instance::new(&url, Arc::clone(&clock)), clock, journal),
            Kind::Bluesky => run(kind, Pds::new(&url), clock, journal),
            Kind::Facebook => run(kind, Graph::new(&url), clock, journal),
        };
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

fn run<P: Protocol>(kind: Kind, protocol: P, clock: Clock, journal: Arc<Journal>) -> Arc<dyn Engine> {
    let (protocol, faults) = (Mutex::new(protocol), Faults::default());
    Arc::new(Running {
        name: kind.name(),
        protocol,
        faults,
        journal,
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
