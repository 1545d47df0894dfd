//! One of our actors in the fediverse: an authority, or one topic of it.

use sea_orm::entity::prelude::*;

use crate::{
    clock::Timestamp,
    id::{AuthorityId, FederatedActorId, MediaId},
    value::Label,
};

/// One of our actors in the fediverse: an authority, or one topic of it.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "federated_actor")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FederatedActorId,
    pub authority_id: AuthorityId,
    /// Before the `@` of its handle; unique on the instance, and for ever.
    pub name: String,
    /// Tells of items with this topic; none: of everything.
    pub topic: Option<String>,
    /// Its name for people.
    pub title: String,
    /// Who it is, by language.
    pub summary: Label,
    pub icon_id: Option<MediaId>,
    /// Whether it can be found, and speaks.
    pub active: bool,
    /// PEM (SPKI).
    pub public_key: String,
    /// PKCS #8, sealed (see `store::seal`).
    pub private_key: Vec<u8>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
