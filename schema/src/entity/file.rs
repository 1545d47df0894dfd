//! A file that is served, named by the hash of its bytes, which stand in the store of files.

use sea_orm::entity::prelude::*;

use crate::clock::Timestamp;

/// A file that is served, named by the hash of its bytes, which stand in the store of files.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "file")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub sha256: String,
    pub mime: String,
    pub size: i64,
    pub created_at: Timestamp,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
