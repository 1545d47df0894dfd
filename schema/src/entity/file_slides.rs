//! What a presentation says, slide by slide, named by the hash of its file.

use sea_orm::entity::prelude::*;

use crate::value::Slides;

/// What a presentation says, slide by slide, named by the hash of its file.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "file_slides")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub sha256: String,
    pub slides: Slides,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
