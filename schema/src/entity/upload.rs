//! A file on its way to us.

use sea_orm::entity::prelude::*;

use crate::{
    clock::Timestamp,
    id::{AuthorityId, UploadId},
};

/// A file on its way to us.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "upload")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UploadId,
    pub authority_id: AuthorityId,
    /// What its sender calls it.
    pub name: String,
    pub size: i64,
    /// How many of its bytes are here, from the first.
    pub received: i64,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
