//! What is written once: an event, a disruption, an article.

use sea_orm::entity::prelude::*;

use crate::{
    clock::Timestamp,
    id::{AuthorityId, ItemId, StaffId},
    value::{ItemStatus, Kind, Language, Topics, Venue},
};

/// What is written once: an event, a disruption, an article.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "item")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ItemId,
    pub authority_id: AuthorityId,
    pub kind: Kind,
    pub status: ItemStatus,
    /// Grows by one at each change; writers name the version they saw.
    pub version: i32,
    /// Of the reader for whom no other text exists.
    pub language: Language,
    pub topics: Topics,
    pub venue: Venue,
    /// A page elsewhere that says more.
    pub link: Option<String>,
    /// Why an imported item, or a change of it, waits for a person.
    pub held: Option<String>,
    /// The writer's idempotency key.
    pub draft_key: Option<String>,
    /// When a scheduled item goes out.
    pub publish_at: Option<Timestamp>,
    /// When it first went out.
    pub published_at: Option<Timestamp>,
    pub updated_at: Timestamp,
    pub withdrawn_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub created_by: Option<StaffId>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
