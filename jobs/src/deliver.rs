//! The delivery loop: brings revisions to accounts, and is honest about what it does not know.
//!
//! For one delivery: claim → freeze what is sent → arm (the call may leave from now on) → call → settle. Each arrow is a
//! committed transaction. What may have left is never blindly sent again: a network that takes the same key twice is
//! given it twice, any other is asked first.

mod accounts;
mod outcome;
mod render;

use std::time::Duration;

use beffroi_schema::{
    address::Addresses,
    store::{Job, Settlement, Store, StoreError, StoreResult},
    value::{Action, Capabilities, DeliveryState, RemotePost, Rendered},
};
use futures_util::{StreamExt as _, stream};

pub use self::accounts::Accounts;
use crate::networks::{SocialNetwork, registry};

/// Deliveries taken at once, and worked on side by side.
const SIDE_BY_SIDE: usize = 8;
/// How long a worker has for one: longer than all the calls of one delivery may take together.
const LEASE: Duration = Duration::from_mins(5);

/// Works through due deliveries.
#[derive(Debug)]
pub struct Deliveries<'a> {
    store: &'a Store,
    accounts: &'a Accounts,
    addresses: &'a Addresses,
    owner: &'a str,
}

impl<'a> Deliveries<'a> {
    /// `owner` names this worker on the rows it holds.
    pub fn new(store: &'a Store, accounts: &'a Accounts, addresses: &'a Addresses, owner: &'a str) -> Self {
        Self {
            store,
            accounts,
            addresses,
            owner,
        }
    }

    /// Works on what is due. False: nothing is.
    pub async fn step(&self) -> StoreResult<bool> {
        let jobs = self
            .store
            .claim_deliveries(self.owner, SIDE_BY_SIDE as u64, LEASE)
            .await?;
        let some = !jobs.is_empty();
        let mut results = stream::iter(jobs)
            .map(|job| self.deliver(job))
            .buffer_unordered(SIDE_BY_SIDE);
        let mut failure = None;
        while let Some(result) = results.next().await {
            match result {
                Ok(()) => {}
                // The lease ran out on the way: whoever has the delivery now settles it.
                Err(StoreError::NotFound) => tracing::warn!("a delivery took longer than its lease"),
                // The calls beside it are on their way: their answers are worth waiting for.
                Err(error) => failure = Some(error),
            }
        }
        failure.map_or(Ok(some), Err)
    }

    async fn deliver(&self, job: Job) -> StoreResult<()> {
        let network = match self.accounts.open(self.store, &job.account) {
            Ok(network) => network,
            Err(reason) => return self.settle(&job, None, Settlement::Locked(reason)).await,
        };
        let abilities = job
            .account
            .capabilities
            .clone()
            .unwrap_or_else(|| registry::capabilities(job.account.network));
        match task(&job, &abilities) {
            Task::Nothing(reason) => self.settle(&job, None, Settlement::Skipped(reason.to_owned())).await,
            Task::ByHand(reason) => self.settle(&job, None, Settlement::ByHand(reason.to_owned())).await,
            Task::Publish => self.publish(&job, &abilities, network.as_ref()).await,
            Task::Change(remote, way) => self.change(&job, &abilities, network.as_ref(), &remote, way).await,
            Task::Withdraw(remote) => self.withdraw(&job, network.as_ref(), &remote).await,
        }
    }

    /// A new post; after a doubtful try, the question whether it is there already.
    async fn publish(&self, job: &Job, abilities: &Capabilities, network: &dyn SocialNetwork) -> StoreResult<()> {
        let now = self.store.clock().now();
        if job.delivery.state == DeliveryState::Unknown && !outcome::repeatable(job, abilities, now) {
            return self.search(job, network).await;
        }
        let Some(post) = self.freeze(job, abilities, Action::Publish).await? else {
            return Ok(());
        };
        let attempt = self.store.arm_delivery(job.delivery.id, self.owner).await?;
        let answer = network.publish(&post, job.delivery.id).await;
        let settlement = outcome::of_publish(answer, job, self.store);
        self.settle(job, Some(attempt), settlement).await
    }

    /// Asks the network for a post that may be there.
    async fn search(&self, job: &Job, network: &dyn SocialNetwork) -> StoreResult<()> {
        let (Some(post), Some(since)) = (&job.delivery.rendered, job.delivery.attempting_since) else {
            let settlement = Settlement::NotFound { look_at: None };
            return self.settle(job, None, settlement).await;
        };
        let answer = network.find(post, job.delivery.id, since).await;
        let settlement = outcome::of_search(answer, job, self.store);
        self.settle(job, None, settlement).await
    }

    /// Our post says something else from now on.
    async fn change(
        &self,
        job: &Job,
        abilities: &Capabilities,
        network: &dyn SocialNetwork,
        remote: &RemotePost,
        way: Way,
    ) -> StoreResult<()> {
        let Some(post) = self.freeze(job, abilities, Action::Amend).await? else {
            return Ok(());
        };
        let doubtful = job.delivery.state == DeliveryState::Unknown;
        let now = self.store.clock().now();
        if way == Way::Reply && doubtful && !outcome::repeatable(job, abilities, now) {
            let reason = "a correction may have been posted as a reply; look at the post, and post it by hand if it is not there";
            return self.settle(job, None, Settlement::ByHand(reason.to_owned())).await;
        }
        let attempt = self.store.arm_delivery(job.delivery.id, self.owner).await?;
        let settlement = match way {
            Way::Edit => outcome::of_change(network.amend(remote, &post, job.delivery.id).await, job, self.store),
            Way::Reply => outcome::of_reply(
                network.reply(remote, &post, job.delivery.id).await,
                remote,
                job,
                self.store,
            ),
        };
        self.settle(job, Some(attempt), settlement).await
    }

    /// Our post goes.
    async fn withdraw(&self, job: &Job, network: &dyn SocialNetwork, remote: &RemotePost) -> StoreResult<()> {
        let attempt = self.store.arm_delivery(job.delivery.id, self.owner).await?;
        let settlement = outcome::of_withdrawal(network.withdraw(remote).await, job, self.store);
        self.settle(job, Some(attempt), settlement).await
    }

    /// What exactly is sent, the same at every try; none when the delivery was settled because there is nothing to say.
    async fn freeze(&self, job: &Job, abilities: &Capabilities, action: Action) -> StoreResult<Option<Rendered>> {
        let rendered = match &job.delivery.rendered {
            Some(frozen) => frozen.clone(),
            None => match render::render(self.store, self.addresses, job, abilities).await? {
                Ok(rendered) => rendered,
                Err(reason) => {
                    self.settle(job, None, Settlement::Refused(reason)).await?;
                    return Ok(None);
                }
            },
        };
        let frozen = self
            .store
            .freeze_delivery(job.delivery.id, self.owner, action, &rendered)
            .await?;
        let rendered = frozen.rendered.unwrap_or(rendered);
        render::with_bytes(self.store, rendered).await.map(Some)
    }

    async fn settle(
        &self,
        job: &Job,
        attempt: Option<beffroi_schema::id::AttemptId>,
        settlement: Settlement,
    ) -> StoreResult<()> {
        tracing::info!(
            delivery.id = %job.delivery.id,
            item.id = %job.delivery.item_id,
            account = %job.account.name,
            network = %job.account.network,
            attempt = job.delivery.attempts,
            settlement = outcome::name(&settlement),
            "a delivery was worked on"
        );
        metrics::counter!("beffroi_deliveries", "network" => job.account.network.as_str(), "outcome" => outcome::name(&settlement)).increment(1);
        self.store
            .settle_delivery(job.delivery.id, self.owner, attempt, settlement)
            .await
    }
}

/// What a delivery comes down to, given what is on the network now.
enum Task {
    Publish,
    Change(RemotePost, Way),
    Withdraw(RemotePost),
    ByHand(&'static str),
    Nothing(&'static str),
}

/// How a post is made to say something else.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Edit,
    Reply,
}

fn task(job: &Job, abilities: &Capabilities) -> Task {
    let there = job.receipt.as_ref().filter(|receipt| receipt.withdrawn_at.is_none());
    match (job.delivery.action, there) {
        (Action::Withdraw, None) => Task::Nothing("it never reached this account"),
        (Action::Withdraw, Some(receipt)) if abilities.delete => Task::Withdraw(receipt.remote.clone()),
        (Action::Withdraw, Some(_)) => Task::ByHand("this network does not let us delete the post"),
        (Action::Publish | Action::Amend, None) => Task::Publish,
        (Action::Publish | Action::Amend, Some(receipt)) if receipt.version >= job.delivery.version => {
            Task::Nothing("the post says this, or something newer, already")
        }
        (Action::Publish | Action::Amend, Some(receipt)) if abilities.edit => {
            Task::Change(receipt.remote.clone(), Way::Edit)
        }
        (Action::Publish | Action::Amend, Some(receipt)) if abilities.reply => {
            Task::Change(receipt.remote.clone(), Way::Reply)
        }
        (Action::Publish | Action::Amend, Some(_)) => {
            Task::ByHand("this network lets us neither edit nor answer the post")
        }
    }
}
