//! What somebody put into one of our inboxes, as it came: whether the signature holds is found out later.

use sea_orm::entity::prelude::*;

use crate::{clock::Timestamp, id::RequestId, value::RequestState};

/// What somebody put into one of our inboxes, as it came: whether the signature holds is found out later.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "federated_request")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RequestId,
    /// SHA-256 of signature and body: the same request twice is one.
    pub fingerprint: String,
    /// The key that is said to have signed.
    pub key_id: String,
    /// What was signed.
    pub signed: String,
    pub signature: Vec<u8>,
    pub body: String,
    pub state: RequestState,
    pub due_at: Timestamp,
    pub attempts: i32,
    /// Why it waits, or why nothing came of it.
    pub reason: Option<String>,
    /// The activity's id, once it was believed: what was done is not done again.
    pub activity: Option<String>,
    pub received_at: Timestamp,
    pub settled_at: Option<Timestamp>,
    pub lease_owner: Option<String>,
    pub lease_until: Option<Timestamp>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
