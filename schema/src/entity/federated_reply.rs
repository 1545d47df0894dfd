//! An answer that somebody elsewhere gave to an item.

use sea_orm::entity::prelude::*;

use crate::{
    clock::Timestamp,
    id::{FederatedActorId, ItemId, ReplyId},
};

/// An answer that somebody elsewhere gave to an item.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "federated_reply")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReplyId,
    /// Which of our actors was answered.
    pub actor_id: FederatedActorId,
    pub item_id: ItemId,
    /// Its id over there.
    pub uri: String,
    /// What it answers: our object, or another answer to it.
    pub parent: String,
    /// Who wrote it.
    pub peer: String,
    /// `name@host`, for people.
    pub handle: String,
    /// Its page.
    pub url: String,
    /// Plain text; empty once it is deleted.
    pub text: String,
    /// Whether it was written for everyone.
    pub public: bool,
    pub at: Timestamp,
    pub edited_at: Option<Timestamp>,
    pub deleted_at: Option<Timestamp>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
