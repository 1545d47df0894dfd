//! A picture: what it is and what it shows. Its bytes stand in `media_content`.

use sea_orm::entity::prelude::*;

use crate::{
    clock::Timestamp,
    id::{AuthorityId, MediaId},
    value::Label,
};

/// A picture: what it is and what it shows. Its bytes stand in `media_content`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "media")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MediaId,
    pub authority_id: AuthorityId,
    /// Of the bytes, in hexadecimal.
    pub sha256: String,
    pub mime: String,
    pub width: i32,
    pub height: i32,
    pub alt: Label,
    pub credit: Option<String>,
    pub created_at: Timestamp,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
