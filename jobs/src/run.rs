//! The runner: every loop, side by side, until told to stop.

use std::{future::Future, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use beffroi_schema::{
    address::Addresses,
    board::Boards,
    bus::SLOW_LOOK,
    store::{Store, StoreResult},
};
use futures_util::FutureExt as _;
use tokio::{sync::OnceCell, task::JoinSet};
use tokio_util::sync::CancellationToken;

use crate::{
    checks::Checks,
    connect::Connections,
    deliver::{Accounts, Deliveries},
    fanout::FanOuts,
    federation::Federation,
    http::Http,
    hub::Hub,
    import::Imports,
    push::{Transport, campaigns::Campaigns},
    readings::Readings,
    upkeep::Upkeep,
};

/// Tasks that send pages of campaigns, side by side: `docs/benchmarks.md` has what they hold.
const PUSH_TASKS: usize = 4;
/// Tasks that speak to other servers of the fediverse, side by side: what becomes due while one waits for slow ones is
/// taken by the other.
const FEDERATION_TASKS: usize = 2;
/// Pause of a loop whose step failed, before it tries again.
const FAILURE_PAUSE: Duration = Duration::from_secs(2);

/// What the loops need. Cheap to share.
pub struct Worker {
    store: Store,
    http: Http,
    accounts: Accounts,
    addresses: Addresses,
    transport: Option<Box<dyn Transport>>,
    /// What subscribers of feeds are sent is written from them.
    boards: OnceCell<Boards>,
    /// Nothing more is begun once it is cancelled.
    halt: CancellationToken,
    owner: String,
}

impl std::fmt::Debug for Worker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Worker({})", self.owner)
    }
}

impl Worker {
    /// A worker, until `halt` is cancelled. Without a transport, campaigns wait. `name` says which machine or process it is; a random part makes
    /// it unlike any other.
    pub fn new(
        store: Store,
        http: Http,
        addresses: Addresses,
        transport: Option<Box<dyn Transport>>,
        halt: CancellationToken,
        name: &str,
    ) -> Self {
        let random: String = store.ids().secret().chars().take(8).collect();
        let accounts = Accounts::new(http.clone());
        Self {
            store,
            http,
            accounts,
            addresses,
            transport,
            boards: OnceCell::new(),
            halt,
            owner: format!("{name}-{random}"),
        }
    }

    /// The store the loops work on.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Where things are.
    pub fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// Has every loop do one step, in the order in which an item travels. False: nothing was due anywhere.
    pub async fn step(&self) -> StoreResult<bool> {
        let imported = self.import().await?;
        let kept = self.upkeep().await?;
        let checked = self.check().await?;
        let connected = self.connect().await?;
        let fanned_out = self.fan_out().await?;
        let delivered = self.deliver().await?;
        let pushed = self.push().await?;
        let federated = self.federate().await?;
        let told = self.tell_subscribers().await?;
        let read = self.read().await?;
        let asked = checked || connected || read;
        Ok(imported || kept || asked || fanned_out || delivered || pushed || federated || told)
    }

    /// Polls due sources.
    pub async fn import(&self) -> StoreResult<bool> {
        Imports::new(&self.store, &self.http, &self.owner).step().await
    }

    /// Publishes what is scheduled.
    pub async fn upkeep(&self) -> StoreResult<bool> {
        Upkeep::new(&self.store, &self.addresses).step().await
    }

    /// Checks accounts.
    pub async fn check(&self) -> StoreResult<bool> {
        Checks::new(&self.store, &self.accounts, &self.halt, &self.owner)
            .step()
            .await
    }

    /// Asks what readers did with our posts.
    pub async fn read(&self) -> StoreResult<bool> {
        Readings::new(&self.store, &self.accounts, &self.halt, &self.owner)
            .step()
            .await
    }

    /// Connects accounts that people wait for.
    pub async fn connect(&self) -> StoreResult<bool> {
        Connections::new(&self.store, &self.http, &self.addresses, &self.halt, &self.owner)
            .step()
            .await
    }

    /// Fans out what was published.
    pub async fn fan_out(&self) -> StoreResult<bool> {
        FanOuts::new(&self.store, &self.addresses, &self.owner).step().await
    }

    /// Works on due deliveries.
    pub async fn deliver(&self) -> StoreResult<bool> {
        let (addresses, halt) = (&self.addresses, &self.halt);
        Deliveries::new(&self.store, &self.accounts, addresses, halt, &self.owner)
            .step()
            .await
    }

    /// Believes what came into our inboxes, and delivers what our own actors say.
    pub async fn federate(&self) -> StoreResult<bool> {
        Federation::new(&self.store, &self.http, &self.addresses, &self.halt, &self.owner)
            .step()
            .await
    }

    /// Asks subscribers of feeds whether they are, and sends them what changed.
    pub async fn tell_subscribers(&self) -> StoreResult<bool> {
        let (addresses, boards) = (&self.addresses, &self.boards);
        Hub::new(&self.store, &self.http, addresses, boards, &self.halt, &self.owner)
            .step()
            .await
    }

    /// Plans and sends campaigns.
    pub async fn push(&self) -> StoreResult<bool> {
        match &self.transport {
            Some(transport) => Campaigns::new(&self.store, transport.as_ref()).step().await,
            None => Ok(false),
        }
    }

    /// Runs every loop until it is halted. A step that has begun is finished: nothing is left half done.
    pub async fn run(self: Arc<Self>) {
        let mut loops = JoinSet::new();
        let worker = || Arc::clone(&self);
        loops.spawn(cycle("import", worker(), |worker| async move { worker.import().await }));
        loops.spawn(cycle("upkeep", worker(), |worker| async move { worker.upkeep().await }));
        loops.spawn(cycle("checks", worker(), |worker| async move { worker.check().await }));
        loops.spawn(cycle("readings", worker(), |worker| async move { worker.read().await }));
        loops.spawn(cycle(
            "connect",
            worker(),
            |worker| async move { worker.connect().await },
        ));
        loops.spawn(cycle(
            "fanout",
            worker(),
            |worker| async move { worker.fan_out().await },
        ));
        loops.spawn(cycle(
            "deliver",
            worker(),
            |worker| async move { worker.deliver().await },
        ));
        for _ in 0..FEDERATION_TASKS {
            loops.spawn(cycle("federation", worker(), |worker| async move {
                worker.federate().await
            }));
        }
        loops.spawn(cycle("hub", worker(), |worker| async move {
            worker.tell_subscribers().await
        }));
        for _ in 0..PUSH_TASKS {
            loops.spawn(cycle("push", worker(), |worker| async move { worker.push().await }));
        }
        loops.join_all().await;
    }
}

/// Steps a loop as long as there is something to do, then waits for a nudge. A step that panics is one that failed: what
/// it held is free again when its lease runs out, and the loop goes on.
async fn cycle<F>(name: &'static str, worker: Arc<Worker>, step: impl Fn(Arc<Worker>) -> F)
where
    F: Future<Output = StoreResult<bool>>,
{
    let mut listener = worker.store.bus().listen();
    while !worker.halt.is_cancelled() {
        let pause = match AssertUnwindSafe(step(Arc::clone(&worker))).catch_unwind().await {
            Ok(Ok(true)) => continue,
            Ok(Ok(false)) => SLOW_LOOK,
            Ok(Err(error)) => {
                tracing::error!(r#loop = name, error = ?error, "a step failed; it will be tried again");
                FAILURE_PAUSE
            }
            Err(_) => {
                tracing::error!(r#loop = name, "a step panicked; it will be tried again");
                FAILURE_PAUSE
            }
        };
        tokio::select! {
            () = worker.halt.cancelled() => {}
            () = listener.wait(pause) => {}
        }
    }
}
