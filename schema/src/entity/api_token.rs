//! A program's access to one authority.

use sea_orm::entity::prelude::*;

use crate::{
    clock::Timestamp,
    id::{ApiTokenId, AuthorityId, StaffId},
    value::Role,
};

/// A program's access to one authority.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "api_token")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ApiTokenId,
    pub authority_id: AuthorityId,
    pub name: String,
    pub token_sha256: String,
    pub role: Role,
    pub created_at: Timestamp,
    pub created_by: Option<StaffId>,
    pub last_used_at: Option<Timestamp>,
    pub expires_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
