//! Accounts on social networks: how they are.

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

use super::Problem;
use crate::clock::Timestamp;

closed_set! {
    /// Whether anything is sent to an account.
    pub enum AccountState {
        /// Posts go out.
        Active = "active",
        /// A person stopped it.
        Paused = "paused",
        /// The network refuses us: somebody must sign in again or settle a matter there. Posts wait.
        Locked = "locked",
    }
}

/// How an account was at its last check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct AccountHealth {
    /// When it was checked.
    pub checked_at: Timestamp,
    /// The handle the network knows us by.
    pub handle: String,
    /// The page of the account, for people.
    pub url: Option<String>,
    /// Followers, where the network tells.
    pub followers: Option<u64>,
    /// What somebody should do before it stops, though it is well; none: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning: Option<Problem>,
}
