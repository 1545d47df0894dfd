//! How posts of one kind are put together, on one network or on all, in one language.

use sea_orm::entity::prelude::*;

use crate::{
    id::AuthorityId,
    value::{Kind, Language},
};

/// How posts of one kind are put together, on one network or on all, in one language.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "post_template")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub authority_id: AuthorityId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: Kind,
    /// The network's word; empty: every network that has none of its own.
    #[sea_orm(primary_key, auto_increment = false)]
    pub network: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub language: Language,
    /// As `text::template` reads it.
    pub text: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
