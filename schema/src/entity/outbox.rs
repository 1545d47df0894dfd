//! What the loops and the boards must look at, in the order of publication.

use sea_orm::entity::prelude::*;

use crate::{
    clock::Timestamp,
    id::{AuthorityId, ItemId, RevisionId},
    value::Subject,
};

/// What the loops and the boards must look at, in the order of publication.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub seq: i64,
    pub authority_id: AuthorityId,
    pub subject: Subject,
    pub revision_id: Option<RevisionId>,
    pub item_id: Option<ItemId>,
    pub at: Timestamp,
    /// Fanned out from then on: what a source says settles first, so that lines that follow are told together.
    pub due_at: Timestamp,
    pub fanned_out_at: Option<Timestamp>,
    pub lease_owner: Option<String>,
    pub lease_until: Option<Timestamp>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
