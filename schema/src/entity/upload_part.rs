//! A run of bytes of a file on its way to us.

use sea_orm::entity::prelude::*;

use crate::id::{PartId, UploadId};

/// A run of bytes of a file on its way to us.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "upload_part")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub upload_id: UploadId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub start: i64,
    pub length: i64,
    /// Its name in the store of files: one that was written and not noted down is never taken for it.
    pub part: PartId,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
