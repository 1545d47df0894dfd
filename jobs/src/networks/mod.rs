//! The seam to social networks. One network, one file; `registry` names them all.

mod answer;
mod bluesky;
mod budget;
mod by_hand;
pub mod connect;
mod container;
mod dailymotion;
mod discord;
mod facebook;
mod film;
mod flickr;
mod google;
mod google_business;
mod google_photos;
mod graph;
mod instagram;
mod keyring;
mod likeness;
mod linkedin;
mod mastodon;
mod oauth;
mod oauth1;
pub mod registry;
mod slack;
mod telegram;
mod threads;
mod tiktok;
mod versions;
mod webhook;
mod x;
mod youtube;

use std::time::Duration;

use async_trait::async_trait;
use beffroi_schema::{
    clock::Timestamp,
    id::DeliveryId,
    value::{AccountHealth, Capabilities, Metrics, RemotePost, Rendered},
};
use url::Url;

pub use self::keyring::{Credentials, Keyring, Pocket};

/// An address that stands in the code.
#[expect(
    clippy::expect_used,
    reason = "settings without addresses are read in the tests of the registry"
)]
fn constant(address: &'static str) -> Url {
    Url::parse(address).expect("a well-formed address")
}

/// One account on one social network. Speaks; never remembers.
#[async_trait]
pub trait SocialNetwork: std::fmt::Debug + Send + Sync {
    /// Asks the network who we are there and what its instance allows.
    async fn check(&self) -> Result<(AccountHealth, Capabilities), DeliveryError>;

    /// Makes a new post. `key` is the same at every try of one delivery.
    ///
    /// A try that may have left is [`DeliveryError::Doubtful`] even where repeating it is harmless
    /// ([`Capabilities::idempotent_s`]): whether to repeat or to look is the loop's choice.
    async fn publish(&self, post: &Rendered, key: DeliveryId) -> Result<RemotePost, DeliveryError>;

    /// Makes our post say something else. The answer replaces the receipt. Not asked where [`Capabilities::edit`] is false.
    async fn amend(&self, _: &RemotePost, _: &Rendered, _key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        Err(DeliveryError::Refused("a post cannot be edited here".to_owned()))
    }

    /// Answers our own post: how a correction reaches readers where a post cannot be edited, and how "it is over" is
    /// said where the first word stays. Pictures do not go with it; the way to the item does.
    /// Not asked where [`Capabilities::reply`] is false.
    async fn reply(&self, _: &RemotePost, _: &Rendered, _key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        Err(DeliveryError::Refused("a post cannot be answered here".to_owned()))
    }

    /// Takes our post away. A post that is not there any more is a success. Not asked where [`Capabilities::delete`] is
    /// false.
    async fn withdraw(&self, _: &RemotePost) -> Result<(), DeliveryError> {
        Err(DeliveryError::Refused("a post cannot be deleted here".to_owned()))
    }

    /// After a doubtful `publish`: whether the post is there after all, among those made since `since` by our clock. Theirs
    /// may be behind. Not asked where [`Capabilities::find`] is false.
    async fn find(
        &self,
        _post: &Rendered,
        _key: DeliveryId,
        _since: Timestamp,
    ) -> Result<Option<RemotePost>, DeliveryError> {
        Err(DeliveryError::Refused("posts cannot be looked for here".to_owned()))
    }

    /// What readers did with our post, as far as the network tells. Costs calls: asked seldom. Not asked where
    /// [`Capabilities::metrics`] is false.
    async fn metrics(&self, _: &RemotePost) -> Result<Metrics, DeliveryError> {
        Err(DeliveryError::Refused("what readers did is not told here".to_owned()))
    }

    /// Asks for a new token where half of the life of this one has passed. The loop of checks asks it of every account
    /// that is not locked, paused ones too: what a person agreed to does not end because nothing is posted.
    async fn renew(&self) -> Result<(), DeliveryError> {
        Ok(())
    }

    /// What opens the place where a person writes a post; none where only programs post.
    fn composer(&self) -> Option<String> {
        None
    }

    /// Until when nothing should be asked, when an answer since the last question said that our calls are spent. Told
    /// once.
    fn rests_until(&self) -> Option<Timestamp> {
        None
    }
}

/// Why a delivery did not succeed, named by what the loop does next. There is no sixth answer.
///
/// `reason` is the network's own sentence, shown to people; it never contains a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeliveryError {
    /// It did not leave, or they asked us to wait: try again, after `after` if they said so.
    #[error("try again later: {reason}")]
    Retry {
        /// How long they asked us to wait.
        after: Option<Duration>,
        /// The network's own sentence.
        reason: String,
    },
    /// It may have left: only `find`, or a person, may send it again.
    #[error("it may or may not be there: {0}")]
    Doubtful(String),
    /// This content never; a person can put it right.
    #[error("refused: {0}")]
    Refused(String),
    /// This target never again: the post was removed by others.
    #[error("gone: {0}")]
    Gone(String),
    /// This account not now (sign in again, blocked, quota, version): pause it, tell the people.
    #[error("the account is not accepted: {0}")]
    Locked(String),
}
