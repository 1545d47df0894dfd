//! Files on their way to us, in parts.
//!
//! A part is written to the store of files first, and then noted down together with how far the upload has come: what is
//! noted down is there, whatever dies when. What was written and not noted down has a name that nobody knows, and goes
//! with its upload.

mod assembly;

use bytes::Bytes;
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, sea_query::Expr,
};

use self::assembly::Assembly;
use super::{Store, StoreError, StoreResult, media::About};
use crate::{
    draft::MAX_NAME,
    entity::{media, upload, upload_part},
    id::{AuthorityId, UploadId},
    media::{Flaw, Format, HEAD_BYTES, SlidesFlaw, slides, sniff},
    value::{MediaKind, Problem, ProblemCode, Scope, Viewer},
};

/// Bytes that are gathered before they are noted down as a part.
pub const PART_BYTES: usize = 4 << 20;
/// Parts of one upload: each is a row and a file, and a sender of one byte at a time means harm.
const MAX_PARTS: u64 = 10_000;
/// Uploads of one authority that are under way.
const MAX_OPEN: u64 = 100;
/// Expired uploads that one look forgets.
const FORGOTTEN_AT_ONCE: u64 = 20;

/// A file that is about to come.
#[derive(Clone, Debug)]
pub struct NewUpload {
    /// Whose it will be.
    pub authority: AuthorityId,
    /// What its sender calls it: shown, never believed.
    pub name: String,
    /// Its bytes.
    pub size: u64,
}

impl Store {
    /// Expects a file.
    pub async fn begin_upload(&self, new: NewUpload) -> StoreResult<upload::Model> {
        let most = self.files.limits().most();
        if new.size > most {
            return Err(Flaw::TooHeavy(most >> 20).problem("size").into());
        }
        let now = self.clock.now();
        let open = upload::Entity::find()
            .filter(upload::Column::AuthorityId.eq(new.authority))
            .filter(upload::Column::ExpiresAt.gt(now));
        if open.count(&self.db).await? >= MAX_OPEN {
            return Err(too_many().into());
        }
        let row = upload::Model {
            id: self.ids.make(),
            authority_id: new.authority,
            name: new.name.chars().filter(|c| !c.is_control()).take(MAX_NAME).collect(),
            size: i64::try_from(new.size).unwrap_or(i64::MAX),
            received: 0,
            created_at: now,
            expires_at: now + self.files.limits().upload,
        };
        upload::Entity::insert(row.clone().into_active_model())
            .exec_without_returning(&self.db)
            .await?;
        Ok(row)
    }

    /// An upload that is under way.
    pub async fn upload(&self, scope: &Scope, id: UploadId) -> StoreResult<upload::Model> {
        let row = upload::Entity::find_by_id(id).one(&self.db).await?;
        row.filter(|row| scope.covers(row.authority_id) && row.expires_at > self.clock.now())
            .ok_or(StoreError::NotFound)
    }

    /// Adds bytes to an upload that has come as far as `start`; says how far it has come then. None: it stands elsewhere,
    /// and nothing was added.
    pub async fn append(&self, upload: &upload::Model, start: i64, bytes: Bytes) -> StoreResult<Option<i64>> {
        let length = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        let end = start.saturating_add(length);
        if upload.received != start || end > upload.size || length == 0 {
            return Ok((upload.received == start && length == 0).then_some(start));
        }
        let part = upload_part::Model {
            upload_id: upload.id,
            start,
            length,
            part: self.ids.make(),
        };
        self.files.put_part(upload.id, part.part, bytes).await?;
        let tx = self.write().await?;
        let came = upload::Entity::update_many()
            .col_expr(upload::Column::Received, Expr::value(end))
            .filter(upload::Column::Id.eq(upload.id))
            .filter(upload::Column::Received.eq(start))
            .exec(&tx)
            .await?;
        if came.rows_affected == 0 {
            return Ok(None);
        }
        let parts = upload_part::Entity::find().filter(upload_part::Column::UploadId.eq(upload.id));
        if parts.count(&tx).await? >= MAX_PARTS {
            return Err(too_many().into());
        }
        upload_part::Entity::insert(part.into_active_model())
            .exec_without_returning(&tx)
            .await?;
        tx.commit().await?;
        Ok(Some(end))
    }

    /// Makes of a completed upload what items can show or attach. Done again after a failure, it does the same.
    pub async fn keep_upload(
        &self,
        scope: &Scope,
        id: UploadId,
        about: About,
        by: &Viewer,
    ) -> StoreResult<media::Model> {
        let upload = self.upload(scope, id).await?;
        if upload.received < upload.size {
            return Err(Problem::new(
                ProblemCode::WrongState,
                "uploadId",
                "Ce fichier n’est pas encore arrivé en entier.",
                "This file has not come in full yet.",
            )
            .into());
        }
        let flawed = |flaw: Flaw| StoreError::from(flaw.problem("uploadId"));
        let parts = Assembly::of(&self.files, &upload, self.parts(id).await?);
        let head = parts.range(0, HEAD_BYTES as u64).await?;
        let format = sniff(&head).ok_or_else(|| {
            if slides::is_closed(&head) {
                flawed(SlidesFlaw::Closed.into())
            } else {
                flawed(Flaw::Unknown)
            }
        })?;
        self.files.limits().check(format.kind(), parts.size()).map_err(flawed)?;
        let mut about = about;
        if format.kind() == MediaKind::Document && about.name.is_none() {
            about.name = Some(upload.name.clone()).filter(|name| !name.trim().is_empty());
        }
        let kept = match format {
            Format::Jpeg | Format::Png | Format::Webp | Format::Gif => {
                let bytes = parts.range(0, parts.size()).await?;
                self.keep_picture(bytes, "uploadId").await?
            }
            Format::Mp4 => parts.keep_video(self.clock.now()).await?,
            Format::Slides => {
                let bytes = parts.range(0, parts.size()).await?;
                self.keep_slides(bytes).await?
            }
            Format::Pdf => parts.keep_document(self.clock.now()).await?,
        };
        let tx = self.write().await?;
        let row = self.note_media(&tx, upload.authority_id, kept, about).await?;
        let detail = serde_json::json!({ "upload": id });
        self.audit(&tx, by, "media.put", row.id, Some(row.authority_id), detail)
            .await?;
        upload::Entity::delete_by_id(id).exec(&tx).await?;
        tx.commit().await?;
        self.files.drop_upload(id).await?;
        Ok(row)
    }

    /// Gives an upload up.
    pub async fn drop_upload(&self, scope: &Scope, id: UploadId) -> StoreResult<()> {
        let upload = self.upload(scope, id).await?;
        self.forget_upload(upload.id).await
    }

    /// Forgets uploads that nobody completed in time; says how many.
    pub async fn drop_expired_uploads(&self) -> StoreResult<usize> {
        let expired = upload::Entity::find()
            .filter(upload::Column::ExpiresAt.lte(self.clock.now()))
            .limit(FORGOTTEN_AT_ONCE)
            .all(&self.db)
            .await?;
        for upload in &expired {
            self.forget_upload(upload.id).await?;
        }
        Ok(expired.len())
    }

    /// The files go first: a death between the two leaves a row that leads here again.
    async fn forget_upload(&self, id: UploadId) -> StoreResult<()> {
        self.files.drop_upload(id).await?;
        upload::Entity::delete_by_id(id).exec(&self.db).await?;
        Ok(())
    }

    async fn parts(&self, id: UploadId) -> StoreResult<Vec<upload_part::Model>> {
        Ok(upload_part::Entity::find()
            .filter(upload_part::Column::UploadId.eq(id))
            .order_by_asc(upload_part::Column::Start)
            .all(&self.db)
            .await?)
    }
}

fn too_many() -> Problem {
    Problem::new(
        ProblemCode::TooMany,
        "upload",
        "Trop d’envois sont en cours, ou celui-ci arrive en trop petits morceaux.",
        "Too many uploads are under way, or this one comes in pieces that are too small.",
    )
}
