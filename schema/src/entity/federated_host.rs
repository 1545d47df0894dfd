//! A server that is left alone for a while: it did not answer, or refused us.

use sea_orm::entity::prelude::*;

use crate::clock::Timestamp;

/// A server that is left alone for a while: it did not answer, or refused us.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "federated_host")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub host: String,
    pub not_before: Timestamp,
    /// In a row.
    pub failures: i32,
    pub reason: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
