//! Something that is polled.

use sea_orm::entity::prelude::*;

use crate::{
    clock::Timestamp,
    id::{AuthorityId, SourceId},
    value::{Cursor, SourceFormat, SourcePolicy},
};

/// Something that is polled.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "source")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SourceId,
    pub authority_id: AuthorityId,
    pub format: SourceFormat,
    pub name: String,
    pub url: String,
    /// The format's own settings.
    pub settings: Json,
    pub policy: SourcePolicy,
    pub paused: bool,
    pub interval_s: i32,
    pub next_poll_at: Timestamp,
    pub cursor: Cursor,
    /// What reconciling remembers between polls.
    pub memory: Json,
    /// In a row.
    pub failures: i32,
    pub last_good_at: Option<Timestamp>,
    pub version: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub lease_owner: Option<String>,
    pub lease_until: Option<Timestamp>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
