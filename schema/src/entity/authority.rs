//! An authority. Rows are private until the API names a column.

use sea_orm::entity::prelude::*;

use crate::{
    clock::Timestamp,
    id::AuthorityId,
    value::{AuthorityKind, Language, Shape},
};

/// An authority. Rows are private until the API names a column.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "authority")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AuthorityId,
    /// In addresses: `valbourg`.
    pub slug: String,
    pub kind: AuthorityKind,
    /// The intercommunalité, département or région above.
    pub parent_id: Option<AuthorityId>,
    pub name: String,
    /// Of its texts, when nothing else is said.
    pub language: Language,
    /// IANA name.
    pub time_zone: String,
    pub boundary: Option<Shape>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
