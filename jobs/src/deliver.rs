//! The delivery loop: brings revisions to accounts, and is honest about what it does not know.
//!
//! For one delivery: claim → freeze what is sent → arm (the call may leave from now on) → call → settle. Each arrow is a
//! committed transaction. What may have left is never blindly sent again: a network that takes the same key twice is
//! given it twice, any other is asked first.

mod accounts;
mod bytes;
mod card;
mod cost;
mod outcome;
mod task;
mod thread;

use std::{collections::BTreeMap, future::Future, time::Duration};

use beffroi_schema::{
    address::Addresses,
    id::AttemptId,
    store::{Charge, Job, Settlement, Store, StoreResult},
    telling::render,
    value::{Action, Capabilities, CopyStep, DeliveryState, Errand, Network, RemotePost, Rendered},
};
use tokio_util::sync::CancellationToken;

pub use self::accounts::Accounts;
use self::task::{change, post, task};
use crate::{
    abreast::{Bounds, in_lanes},
    networks::{DeliveryError, SocialNetwork, registry},
};

/// Deliveries worked on side by side: each may hold ten pictures.
const BOUNDS: Bounds = Bounds {
    side_by_side: 24,
    of_one_network: 6,
    at_once: 2,
};
/// How long a worker has for one: longer than [`LONGEST_CALL`] and [`LONGEST_CHECK`] together.
const LEASE: Duration = Duration::from_mins(5);
/// How long what is asked of a network may take, all its calls together: ten pictures, and the post.
const LONGEST_CALL: Duration = Duration::from_mins(4);
/// How long a check may take that a refusal calls for.
const LONGEST_CHECK: Duration = Duration::from_secs(30);

/// Works through due deliveries.
#[derive(Debug)]
pub struct Deliveries<'a> {
    store: &'a Store,
    accounts: &'a Accounts,
    addresses: &'a Addresses,
    halt: &'a CancellationToken,
    owner: &'a str,
}

impl<'a> Deliveries<'a> {
    /// `owner` names this worker on the rows it holds.
    pub fn new(
        store: &'a Store,
        accounts: &'a Accounts,
        addresses: &'a Addresses,
        halt: &'a CancellationToken,
        owner: &'a str,
    ) -> Self {
        Self {
            store,
            accounts,
            addresses,
            halt,
            owner,
        }
    }

    /// Works on what is due, and goes on as long as there is something. False: nothing was.
    pub async fn step(&self) -> StoreResult<bool> {
        let claim = |full: Vec<Network>| async move {
            self.store
                .claim_deliveries(self.owner, BOUNDS.at_once, LEASE, &full)
                .await
        };
        in_lanes(
            self.halt,
            self.store.bus(),
            BOUNDS,
            claim,
            |job: &Job| job.account.network,
            |job| self.deliver(job),
        )
        .await
    }

    async fn deliver(&self, job: Job) -> StoreResult<()> {
        let network = match self.accounts.open(self.store, &job.account) {
            Ok(network) => network,
            // A check cannot open it either.
            Err(reason) => {
                let settlement = Settlement::Locked {
                    reason,
                    version: job.account.version,
                    reopens: true,
                };
                return self.settle(&job, None, settlement).await;
            }
        };
        let abilities = job
            .account
            .capabilities
            .clone()
            .unwrap_or_else(|| registry::capabilities(job.account.network));
        if let Some(part) = thread::next(&job) {
            return self.go_on(&job, &abilities, network.as_ref(), part).await;
        }
        let plan = task(&job, &abilities, self.store.clock().now());
        let (network, reason) = (network.as_ref(), plan.sentence().1.to_owned());
        match (plan.step, post(&job)) {
            (CopyStep::Publish, _) => self.publish(&job, &abilities, network).await,
            (CopyStep::Edit, Some(post)) => self.change(&job, &abilities, network, post, Way::Edit).await,
            (CopyStep::Reply, Some(post)) => self.change(&job, &abilities, network, post, Way::Reply).await,
            (CopyStep::Repost, Some(post)) => self.clear(&job, &abilities, network, post).await,
            (CopyStep::Delete, Some(post)) => self.withdraw(&job, network, post).await,
            (CopyStep::ByHand(errand), _) => self.hand_over(&job, &abilities, network, errand, &reason).await,
            (CopyStep::Nothing | CopyStep::Edit | CopyStep::Reply | CopyStep::Repost | CopyStep::Delete, _) => {
                self.settle(&job, None, Settlement::Skipped(reason)).await
            }
        }
    }

    /// A new post; after a doubtful try, the question whether it is there already.
    async fn publish(&self, job: &Job, abilities: &Capabilities, network: &dyn SocialNetwork) -> StoreResult<()> {
        if outcome::to_look_for(job, abilities, self.store.clock().now()) {
            if !abilities.find {
                let reason = "the post may be there, and this network cannot be asked";
                return self.hand_over(job, abilities, network, Errand::Look, reason).await;
            }
            return self.search(job, network).await;
        }
        if !self.store.take_turn(job, self.owner).await? {
            tracing::info!(delivery.id = %job.delivery.id, account = %job.account.name, "a new post waits for its turn");
            return Ok(());
        }
        // What takes the place of a post is not a new one.
        let action = if job.delivery.cleared_at.is_some() {
            Action::Amend
        } else {
            Action::Publish
        };
        let Some(post) = self.freeze(job, abilities, action).await? else {
            return Ok(());
        };
        let charge = cost::charge(self.store, job, abilities, &post).await?;
        let Some(attempt) = self.arm(job, charge).await? else {
            return Ok(());
        };
        let answer = in_time(LONGEST_CALL, network.publish(&post, job.delivery.id)).await;
        let settlement = thread::begun(outcome::of_publish(answer, job, self.store), &post);
        self.conclude(job, network, Some(attempt), settlement).await
    }

    /// The next part of a text that is longer than one post. Answers are not found among posts: a doubtful one that
    /// cannot be sent again is a person's to look for.
    async fn go_on(
        &self,
        job: &Job,
        abilities: &Capabilities,
        network: &dyn SocialNetwork,
        part: thread::Part<'_>,
    ) -> StoreResult<()> {
        let doubtful = job.delivery.state == DeliveryState::Unknown;
        if doubtful && !outcome::repeatable(job, abilities, self.store.clock().now()) {
            let reason = "a part of the post may be there as an answer to it";
            return self.hand_over(job, abilities, network, Errand::Look, reason).await;
        }
        let Some(attempt) = self.arm(job, None).await? else {
            return Ok(());
        };
        let answer = in_time(LONGEST_CALL, network.reply(&part.before, &part.post, job.delivery.id)).await;
        let settlement = part.outcome(answer, job, self.store);
        self.conclude(job, network, Some(attempt), settlement).await
    }

    /// What the network does not let us do, a person does: with the text as it would have been sent.
    async fn hand_over(
        &self,
        job: &Job,
        abilities: &Capabilities,
        network: &dyn SocialNetwork,
        errand: Errand,
        reason: &str,
    ) -> StoreResult<()> {
        if errand == Errand::Post && !self.store.take_turn(job, self.owner).await? {
            return Ok(());
        }
        let written = match errand {
            Errand::Post => self.frozen(job, abilities, Action::Publish).await?,
            Errand::Correct => self.frozen(job, abilities, Action::Amend).await?,
            Errand::Delete | Errand::Look => job.delivery.rendered.clone(),
        };
        if written.is_none() && matches!(errand, Errand::Post | Errand::Correct) {
            return Ok(());
        }
        let mut handed = outcome::by_hand(errand, reason.to_owned(), job, self.store.clock().now());
        handed.composer = network.composer();
        self.settle(job, None, Settlement::ByHand(handed)).await
    }

    /// Asks the network for a post that may be there.
    async fn search(&self, job: &Job, network: &dyn SocialNetwork) -> StoreResult<()> {
        let (Some(post), Some(since)) = (&job.delivery.rendered, job.delivery.attempting_since) else {
            let settlement = Settlement::NotFound { look_at: None };
            return self.settle(job, None, settlement).await;
        };
        let answer = in_time(LONGEST_CALL, network.find(post, job.delivery.id, since)).await;
        let settlement = thread::begun(outcome::of_search(answer, job, self.store), post);
        self.conclude(job, network, None, settlement).await
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
            let reason = "a correction may have been posted as an answer to the post";
            return self.hand_over(job, abilities, network, Errand::Look, reason).await;
        }
        let charge = cost::charge(self.store, job, abilities, &post).await?;
        let Some(attempt) = self.arm(job, charge).await? else {
            return Ok(());
        };
        let (key, store) = (job.delivery.id, self.store);
        let settlement = match way {
            Way::Edit => {
                // What is told in one post from now on is told before the rest goes.
                let edit = async {
                    let edited = network.amend(remote, &post, key).await?;
                    withdraw_answers(network, remote.parts()).await?;
                    Ok(edited)
                };
                outcome::of_change(in_time(LONGEST_CALL, edit).await, &remote.alone(), job, store)
            }
            Way::Reply => {
                let answer = in_time(LONGEST_CALL, network.reply(remote, &post, key)).await;
                outcome::of_reply(answer, remote, job, store)
            }
        };
        self.conclude(job, network, Some(attempt), settlement).await
    }

    /// Our post goes, and a new one will take its place. That one is made first: one that cannot be made takes down
    /// nothing.
    async fn clear(
        &self,
        job: &Job,
        abilities: &Capabilities,
        network: &dyn SocialNetwork,
        remote: &RemotePost,
    ) -> StoreResult<()> {
        if self.freeze(job, abilities, Action::Amend).await?.is_none() {
            return Ok(());
        }
        let Some(attempt) = self.arm(job, None).await? else {
            return Ok(());
        };
        let answer = in_time(LONGEST_CALL, withdraw_all(network, remote)).await;
        let settlement = outcome::of_clearing(answer, job, self.store);
        self.conclude(job, network, Some(attempt), settlement).await
    }

    /// Our post goes, and our answers to it.
    async fn withdraw(&self, job: &Job, network: &dyn SocialNetwork, remote: &RemotePost) -> StoreResult<()> {
        let Some(attempt) = self.arm(job, None).await? else {
            return Ok(());
        };
        let answer = in_time(LONGEST_CALL, withdraw_all(network, remote)).await;
        let settlement = outcome::of_withdrawal(answer, job, self.store);
        self.conclude(job, network, Some(attempt), settlement).await
    }

    /// From now on the call may leave; none when the delivery was settled because the account cannot afford it.
    async fn arm(&self, job: &Job, charge: Option<Charge>) -> StoreResult<Option<AttemptId>> {
        let armed = self.store.arm_delivery(job.delivery.id, self.owner, charge).await?;
        match armed {
            Ok(attempt) => Ok(Some(attempt)),
            Err(overspent) => {
                let reason = cost::too_dear(job, charge, overspent);
                let errand = match post(job) {
                    Some(_) => Errand::Correct,
                    None => Errand::Post,
                };
                let handed = outcome::by_hand(errand, reason, job, self.store.clock().now());
                self.settle(job, None, Settlement::ByHand(handed)).await?;
                Ok(None)
            }
        }
    }

    /// What exactly is sent, with its files; none when the delivery was settled because there is nothing to say.
    async fn freeze(&self, job: &Job, abilities: &Capabilities, action: Action) -> StoreResult<Option<Rendered>> {
        let Some(rendered) = self.frozen(job, abilities, action).await? else {
            return Ok(None);
        };
        match bytes::with_bytes(self.store, self.addresses, rendered, &abilities.picture_rules()).await? {
            Ok(post) => Ok(Some(post)),
            Err(reason) => {
                self.settle(job, None, Settlement::Refused(reason)).await?;
                Ok(None)
            }
        }
    }

    /// What is sent, the same at every try.
    async fn frozen(&self, job: &Job, abilities: &Capabilities, action: Action) -> StoreResult<Option<Rendered>> {
        let rendered = match &job.delivery.rendered {
            Some(frozen) => frozen.clone(),
            None => match self.render(job, abilities).await? {
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
        Ok(Some(frozen.rendered.unwrap_or(rendered)))
    }

    /// The post of a job, or why it cannot be made, for people.
    async fn render(&self, job: &Job, abilities: &Capabilities) -> StoreResult<Result<Rendered, String>> {
        let facts = self.store.facts(job.revision.id).await?;
        let (account, change, now) = (&job.account, change(job), self.store.clock().now());
        let facts = card::illustrated(self.store, facts, &account.rules, abilities, change, now).await?;
        let post = render(&facts, self.addresses, account, abilities, change, now);
        Ok(post.and_then(|post| card::with_picture(post, abilities)))
    }

    /// Settles after a call: what the network said of its account beside the answer is obeyed first.
    async fn conclude(
        &self,
        job: &Job,
        network: &dyn SocialNetwork,
        attempt: Option<AttemptId>,
        mut settlement: Settlement,
    ) -> StoreResult<()> {
        if let Some(until) = network.rests_until() {
            self.store.rest_account(job.account.id, until).await?;
        }
        // What a check does not see, it cannot see end: then a person lets the account go on.
        if let Settlement::Locked { reopens, .. } = &mut settlement {
            let checked = in_time(LONGEST_CHECK, network.check()).await;
            *reopens = matches!(checked, Err(DeliveryError::Locked(_)));
        }
        self.settle(job, attempt, settlement).await
    }

    async fn settle(&self, job: &Job, attempt: Option<AttemptId>, settlement: Settlement) -> StoreResult<()> {
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

/// How a post is made to say something else where it stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Edit,
    Reply,
}

/// The answer, if it comes in time; a call that was still under way may have left.
async fn in_time<T>(most: Duration, call: impl Future<Output = Result<T, DeliveryError>>) -> Result<T, DeliveryError> {
    let late = |_| {
        Err(DeliveryError::Doubtful(format!(
            "no answer within {} s",
            most.as_secs()
        )))
    };
    tokio::time::timeout(most, call).await.unwrap_or_else(late)
}

/// A post goes, and our answers to it.
async fn withdraw_all(network: &dyn SocialNetwork, remote: &RemotePost) -> Result<(), DeliveryError> {
    network.withdraw(remote).await?;
    withdraw_answers(network, &remote.replies).await
}

/// Our answers to a post go. Those that are gone are no fault.
async fn withdraw_answers(network: &dyn SocialNetwork, ids: &[String]) -> Result<(), DeliveryError> {
    for id in ids {
        let answer = RemotePost {
            id: id.clone(),
            url: None,
            extra: BTreeMap::new(),
            replies: Vec::new(),
        };
        network.withdraw(&answer).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_call_that_outlasts_its_time_may_have_left() {
        assert!(LONGEST_CALL + LONGEST_CHECK < LEASE);
        let late = in_time(Duration::ZERO, std::future::pending::<Result<(), _>>()).await;
        assert!(matches!(late, Err(DeliveryError::Doubtful(_))), "{late:?}");
    }
}
