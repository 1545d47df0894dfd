//! What a token endpoint gave for an account's secret.

use sea_orm::entity::prelude::*;

use crate::{clock::Timestamp, id::AccountId};

/// What a token endpoint gave for an account's secret, and who is asking it for more.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account_access")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: AccountId,
    /// The tokens, sealed for the one secret that they were given for (see `store::seal`).
    pub sealed: Option<Vec<u8>>,
    pub until: Option<Timestamp>,
    pub renew_from: Option<Timestamp>,
    pub lease_owner: Option<String>,
    pub lease_until: Option<Timestamp>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
