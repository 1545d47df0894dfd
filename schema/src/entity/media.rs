//! A picture, a video or a document: what it is and what it shows. Its bytes stand in the store of files.

use sea_orm::entity::prelude::*;

use crate::{
    clock::Timestamp,
    id::{AuthorityId, MediaId},
    value::{Label, MediaKind, Variants},
};

/// A picture, a video or a document: what it is and what it shows. Its bytes stand in the store of files.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "media")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MediaId,
    pub authority_id: AuthorityId,
    pub kind: MediaKind,
    /// Of the bytes, in hexadecimal.
    pub sha256: String,
    pub mime: String,
    /// Bytes.
    pub size: i64,
    /// Pixels; 0 for a document.
    pub width: i32,
    /// Pixels; 0 for a document.
    pub height: i32,
    /// Of a video.
    pub duration_ms: Option<i64>,
    /// What a document is called.
    pub name: Option<String>,
    pub alt: Label,
    pub credit: Option<String>,
    /// Of a picture.
    pub blurhash: Option<String>,
    pub focus_x: Option<f64>,
    pub focus_y: Option<f64>,
    pub variants: Variants,
    pub created_at: Timestamp,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
