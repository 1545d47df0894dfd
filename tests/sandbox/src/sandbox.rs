//! All miniatures together.

use std::io;
use std::sync::Arc;
use std::time::SystemTime;

use axum::Router;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::clock::Clock;
use crate::fcm::{Fcm, KeyError};
use crate::gallery::Gallery;
use crate::journal::{Journal, RequestLine};
use crate::listener::{Listener, serve_router};
use crate::miniature::{Kind, Miniature};
use crate::page::{self, View};
use crate::tls::{self, TlsError};

/// How a sandbox starts.
pub struct Options {
    pub clock: Clock,
    /// Port of the page; FCM and the networks, in the order of [`Kind::ALL`], take those that follow. 0: a free one for
    /// each.
    pub port: u16,
    /// FCM over TLS, with an authority made at the start ([`Fcm::authority_pem`]); otherwise in clear, HTTP/1 and
    /// HTTP/2 with prior knowledge.
    pub tls_for_fcm: bool,
    /// The account every network starts with.
    pub handle: String,
    pub name: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemTime::now),
            port: 0,
            tls_for_fcm: false,
            handle: "valbourg".to_owned(),
            name: "Ville de Valbourg".to_owned(),
        }
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("port", &self.port)
            .field("tls_for_fcm", &self.tls_for_fcm)
            .finish_non_exhaustive()
    }
}

/// Why a sandbox did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("a loopback port could not be opened: {0}")]
    Port(#[from] io::Error),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// The outside world. Dropping it closes every port and connection.
pub struct Sandbox {
    pub fcm: Fcm,
    networks: Vec<Miniature>,
    journal: Arc<Journal>,
    view: View,
    page_url: String,
    /// Held, not used: their end is the sandbox's.
    _tasks: JoinSet<()>,
}

impl Sandbox {
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let port = |offset: u16| {
            if options.port == 0 {
                0
            } else {
                options.port.saturating_add(offset)
            }
        };
        let (journal, gallery) = (Arc::new(Journal::default()), Arc::new(Gallery::default()));
        let mut tasks = JoinSet::new();

        let page = Listener::bind(port(0), None).await?;
        let page_url = format!("{}/sandbox", page.url());
        let fcm = start_fcm(&options, port(1), &journal, &mut tasks).await?;
        let mut networks = Vec::new();
        for (kind, offset) in Kind::ALL.into_iter().zip(2..) {
            networks.push(start_network(kind, &options, port(offset), (&journal, &gallery), &mut tasks).await?);
        }
        let view = View {
            fcm: fcm.clone(),
            networks: networks.clone(),
            gallery,
            clock: Arc::clone(&options.clock),
        };
        tasks.spawn(page.serve(
            serve_router(page::router(view.clone())),
            watch::Sender::new(()).subscribe(),
        ));
        Ok(Self {
            fcm,
            networks,
            journal,
            view,
            page_url,
            _tasks: tasks,
        })
    }

    /// The miniature of a network.
    ///
    /// # Panics
    /// Never: every network is started.
    pub fn network(&self, kind: Kind) -> &Miniature {
        &self.networks[kind as usize]
    }

    /// Every request so far, oldest first (the newest 20,000).
    pub fn requests(&self) -> Vec<RequestLine> {
        self.journal.lines()
    }

    /// Requests that hit no route or that a correct client would not have sent.
    pub fn unaccounted(&self) -> Vec<RequestLine> {
        self.journal.unaccounted()
    }

    /// Takes the requests a test expected off that list, and says how many they were.
    pub fn account_for(&self, expected: impl Fn(&RequestLine) -> bool) -> usize {
        self.journal.account_for(expected)
    }

    /// The page for people.
    pub fn page_url(&self) -> &str {
        &self.page_url
    }

    /// `/sandbox` and `/sandbox.json`, to be mounted elsewhere.
    pub fn page_router(&self) -> Router {
        page::router(self.view.clone())
    }
}

async fn start_fcm(
    options: &Options,
    port: u16,
    journal: &Arc<Journal>,
    tasks: &mut JoinSet<()>,
) -> Result<Fcm, StartError> {
    let identity = if options.tls_for_fcm {
        Some(tls::identity()?)
    } else {
        None
    };
    let (acceptor, authority) = identity.unzip();
    let listener = Listener::bind(port, acceptor).await?;
    let fcm = Fcm::new(
        listener.url(),
        authority,
        Arc::clone(&options.clock),
        Arc::clone(journal),
    )?;
    tasks.spawn(listener.serve(fcm.handler(), fcm.leavers()));
    Ok(fcm)
}

async fn start_network(
    kind: Kind,
    options: &Options,
    port: u16,
    (journal, gallery): (&Arc<Journal>, &Arc<Gallery>),
    tasks: &mut JoinSet<()>,
) -> Result<Miniature, StartError> {
    let listener = Listener::bind(port, None).await?;
    let miniature = Miniature::new(
        kind,
        listener.url(),
        Arc::clone(&options.clock),
        Arc::clone(journal),
        Arc::clone(gallery),
    );
    miniature.open_account(&options.handle, &options.name);
    tasks.spawn(listener.serve(miniature.handler(), watch::Sender::new(()).subscribe()));
    Ok(miniature)
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox")
            .field("page", &self.page_url)
            .field("fcm", &self.fcm)
            .finish_non_exhaustive()
    }
}
