//! A person who works for an authority.

use sea_orm::entity::prelude::*;

use crate::{clock::Timestamp, id::StaffId, value::Language};

/// A person who works for an authority.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "staff")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StaffId,
    /// Lower case.
    pub email: String,
    pub name: String,
    /// argon2id, PHC string.
    pub password_hash: String,
    pub language: Language,
    pub created_at: Timestamp,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
