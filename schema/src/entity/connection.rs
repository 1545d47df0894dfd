//! An account that is being connected.

use sea_orm::entity::prelude::*;

use crate::{
    clock::Timestamp,
    id::{AccountId, AuthorityId, ConnectionId, StaffId},
    value::{Choices, ConnectionState, Network, Problem},
};

/// An account that is being connected: a person's way from our form to the network's page and back.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "connection")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConnectionId,
    pub authority_id: AuthorityId,
    /// The account that is connected again; none: a new one.
    pub account_id: Option<AccountId>,
    pub staff_id: StaffId,
    /// The hash of the session that began it: no other browser goes on with it.
    pub session: String,
    pub network: Network,
    /// How staff call the account.
    pub name: String,
    /// As the account's row will keep them.
    pub settings: Json,
    pub state: ConnectionState,
    /// The hash of what the network gives back with its answer (`state`).
    pub mark: String,
    /// What is secret of it (see `store::seal`).
    pub sealed: Vec<u8>,
    /// What the person chooses among, in the order of what is sealed.
    pub choices: Option<Choices>,
    /// Why it failed.
    pub problem: Option<Problem>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub lease_owner: Option<String>,
    pub lease_until: Option<Timestamp>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
