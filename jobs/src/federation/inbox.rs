//! What came into our inboxes: who sent it is asked on their own server, and only then is it done.

use std::time::Duration;

use beffroi_schema::{
    entity::{federated_actor, federated_peer, federated_request},
    id::ActivityId,
    store::{Answer, Heard, StoreError, StoreResult, Verdict},
};
use futures_util::{StreamExt as _, stream};
use serde_json::json;

use super::{
    Federation,
    activity::{Activity, Said, same_server},
    keys,
    peers::{ASKED_AGAIN, Unknown, is_fresh},
};

/// Requests taken at once, and looked at side by side.
const SIDE_BY_SIDE: usize = 8;
/// How long a worker has for one: longer than two questions to a slow server.
const LEASE: Duration = Duration::from_mins(5);
/// Pause before a server that could not say who its people are is asked again; it doubles.
const FIRST_PAUSE: Duration = Duration::from_secs(30);
/// After so many tries it does not double any more.
const MAX_DOUBLINGS: u32 = 8;
/// Tries after which a request is not believed.
const MAX_TRIES: i32 = 12;
/// Longest wait that a server is granted.
const LONGEST_WAIT: Duration = Duration::from_hours(6);
/// Pauses are stretched or shortened by so much, so that what failed together does not come back together.
const JITTER: std::ops::Range<f64> = 0.8..1.2;

/// Why nothing is done for a request.
enum Stop {
    Verdict(Verdict),
    Fault(StoreError),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Fault(error)
    }
}

fn refused(why: &str) -> Stop {
    Stop::Verdict(Verdict::Refused(why.to_owned()))
}

fn ignored(why: &str) -> Stop {
    Stop::Verdict(Verdict::Ignored(why.to_owned()))
}

impl Federation<'_> {
    /// Looks at what came in. False: nothing did.
    pub(super) async fn hear(&self) -> StoreResult<bool> {
        let due = self
            .store
            .claim_requests(self.owner, SIDE_BY_SIDE as u64, LEASE)
            .await?;
        let some = !due.is_empty();
        let mut heard = stream::iter(due)
            .map(|request| self.look_at(request))
            .buffer_unordered(SIDE_BY_SIDE);
        let mut failure = None;
        while let Some(result) = heard.next().await {
            match result {
                // The lease ran out on the way: whoever has the request now settles it.
                Ok(()) | Err(StoreError::NotFound) => {}
                Err(error) => failure = Some(error),
            }
        }
        failure.map_or(Ok(some), Err)
    }

    async fn look_at(&self, request: federated_request::Model) -> StoreResult<()> {
        let verdict = match self.act_on(&request).await {
            Ok(()) => return Ok(()),
            // Another worker has done the same activity meanwhile.
            Err(Stop::Fault(StoreError::Duplicate)) => Verdict::Ignored("it was done before".to_owned()),
            Err(Stop::Fault(error)) => return Err(error),
            Err(Stop::Verdict(verdict)) => verdict,
        };
        tracing::info!(request.id = %request.id, key = request.key_id, ?verdict, "nothing is done for a request");
        self.store.settle_request(request.id, self.owner, verdict).await
    }

    async fn act_on(&self, request: &federated_request::Model) -> Result<(), Stop> {
        let activity = Activity::read(&request.body).ok_or_else(|| refused("this is no activity"))?;
        if !same_server(&request.key_id, &activity.actor) {
            return Err(refused("the key is of another server than the actor"));
        }
        let peer = match self.signer(request).await {
            Ok(peer) => peer,
            Err(Stop::Verdict(Verdict::Refused(_))) if self.has_ended(&activity).await? => gone(&activity.actor),
            Err(stop) => return Err(stop),
        };
        if peer.uri != activity.actor {
            return Err(refused("the key belongs to somebody else"));
        }
        let heard = self.heard(&activity).await?;
        // Who follows again has not had our answer: they get it again.
        let repeatable = matches!(heard, Heard::Follow { .. }) || activity.id.is_empty();
        let named = (!repeatable && same_server(&activity.id, &activity.actor)).then_some(activity.id.as_str());
        Ok(self.store.hear(request.id, self.owner, &peer, named, heard).await?)
    }

    /// Who signed the request, if its signature holds by the key that its owner shows.
    async fn signer(&self, request: &federated_request::Model) -> Result<federated_peer::Model, Stop> {
        let now = self.store.clock().now();
        let holds =
            |peer: &federated_peer::Model| keys::verifies(&peer.public_key, &request.signed, &request.signature);
        let known = self.store.peer_by_key(&request.key_id).await?;
        if let Some(peer) = known.filter(|peer| is_fresh(peer, now)) {
            if holds(&peer) {
                return Ok(peer);
            }
            if now - peer.fetched_at < ASKED_AGAIN {
                return Err(refused("the signature does not hold"));
            }
        }
        let peer = match self.ask_for_key(&request.key_id).await {
            Ok(peer) => peer,
            Err(Unknown::Gone) => return Err(refused("nobody has this key")),
            Err(Unknown::Never(why)) => return Err(refused(&why)),
            Err(Unknown::Later(after, why)) => return Err(self.asked_again(request, after, why)),
            Err(Unknown::Fault(error)) => return Err(error.into()),
        };
        if holds(&peer) {
            Ok(peer)
        } else {
            Err(refused("the signature does not hold"))
        }
    }

    /// An actor that is gone can show no key: that it is gone, its own server says.
    async fn has_ended(&self, activity: &Activity) -> Result<bool, Stop> {
        if !activity.ends_its_actor() {
            return Ok(false);
        }
        match self.ask(&activity.actor).await {
            Err(Unknown::Gone) => Ok(true),
            Err(Unknown::Fault(error)) => Err(error.into()),
            Ok(_) | Err(Unknown::Later(..) | Unknown::Never(_)) => Ok(false),
        }
    }

    fn asked_again(&self, request: &federated_request::Model, after: Option<Duration>, why: String) -> Stop {
        if request.attempts + 1 >= MAX_TRIES {
            return refused("its server never said who it is");
        }
        let doublings = u32::try_from(request.attempts).unwrap_or_default().min(MAX_DOUBLINGS);
        let own = (FIRST_PAUSE * 2_u32.pow(doublings)).mul_f64(self.store.ids().jitter(JITTER));
        let pause = after.unwrap_or(own).clamp(FIRST_PAUSE.min(own), LONGEST_WAIT);
        Stop::Verdict(Verdict::Later {
            at: self.store.clock().now() + pause,
            reason: why,
        })
    }

    /// What an activity says, with our own rows behind the names.
    async fn heard(&self, activity: &Activity) -> Result<Heard, Stop> {
        Ok(match activity.said(self.addresses) {
            Said::Follow(name) => {
                let actor = self.actor(&name).await?;
                let accept: ActivityId = self.store.ids().make();
                Heard::Follow {
                    body: self.acceptance(&actor, accept, activity),
                    actor: actor.id,
                    accept,
                    uri: activity.id.clone(),
                }
            }
            Said::Unfollow(name) => Heard::Unfollow {
                actor: self.actor(&name).await?.id,
            },
            Said::Undo(uri) => Heard::Undo { uri },
            Said::Reply(reply) => {
                let object = match reply.object {
                    Some((name, item)) => Some((self.actor(&name).await?.id, item)),
                    None => None,
                };
                Heard::Reply(Answer {
                    object,
                    uri: reply.uri,
                    parent: reply.parent,
                    url: reply.url,
                    text: reply.text,
                    public: reply.public,
                    at: reply.at.unwrap_or_else(|| self.store.clock().now()),
                })
            }
            Said::Edited { uri, text } => Heard::Edited { uri, text },
            Said::Deleted(uri) => Heard::Deleted { uri },
            Said::Reaction(kind, name, item) => Heard::Reaction {
                actor: self.actor(&name).await?.id,
                item,
                kind,
                uri: activity.id.clone(),
            },
            Said::Gone => Heard::Gone,
            Said::Changed => Heard::Changed,
            Said::Nothing(why) => return Err(ignored(why)),
        })
    }

    async fn actor(&self, name: &str) -> Result<federated_actor::Model, Stop> {
        let found = self.store.federated_actor(name).await?;
        found.ok_or_else(|| ignored("it is none of our actors"))
    }

    /// Our answer to a Follow: they may.
    fn acceptance(&self, actor: &federated_actor::Model, id: ActivityId, follow: &Activity) -> String {
        let me = self.addresses.actor(&actor.name);
        let mut whole = follow.whole().clone();
        if let Some(whole) = whole.as_object_mut() {
            whole.remove("@context");
        }
        json!({
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": self.addresses.activity(&actor.name, id),
            "type": "Accept",
            "actor": me,
            "to": [follow.actor],
            "object": whole,
        })
        .to_string()
    }
}

/// Somebody of whom nothing is left but their id.
fn gone(uri: &str) -> federated_peer::Model {
    federated_peer::Model {
        uri: uri.to_owned(),
        key_id: String::new(),
        public_key: String::new(),
        inbox: String::new(),
        shared_inbox: None,
        handle: String::new(),
        fetched_at: beffroi_schema::clock::Timestamp::default(),
    }
}
