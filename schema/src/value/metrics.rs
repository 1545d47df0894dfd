//! What readers did.

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

/// What readers did with a post, as far as its network tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Metrics {
    /// Likes, favourites, reactions.
    pub likes: Option<u64>,
    /// Shares, reposts, boosts.
    pub shares: Option<u64>,
    /// Replies and comments.
    pub replies: Option<u64>,
    /// Views or impressions: how often it was shown.
    pub views: Option<u64>,
}
