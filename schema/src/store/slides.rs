//! Presentations: kept without what tells of whoever made them, together with what they say.

use std::sync::Arc;

use bytes::Bytes;
use sea_orm::{DatabaseTransaction, EntityTrait as _, IntoActiveModel as _, sea_query::OnConflict};

use super::{Store, StoreError, StoreResult, media::Kept};
use crate::{
    entity::{file, file_slides},
    media::{
        Flaw,
        slides::{Presentation, prepare},
    },
    value::{MediaKind, Slides},
};

impl Store {
    /// Keeps a presentation that was uploaded.
    pub(super) async fn keep_slides(&self, bytes: Bytes) -> StoreResult<Kept> {
        let flawed = |flaw: Flaw| StoreError::from(flaw.problem("uploadId"));
        // Unpacked, it takes as much memory as a picture: they take turns.
        let turn = Arc::clone(&self.easel).acquire_owned().await;
        let prepared = tokio::task::spawn_blocking(move || {
            let prepared = prepare(&bytes);
            drop(turn);
            prepared
        });
        let prepared = prepared.await.unwrap_or(Err(Flaw::Damaged));
        let Presentation { form, bytes, slides } = prepared.map_err(flawed)?;
        let size = bytes.len() as u64;
        self.files.limits().check(MediaKind::Document, size).map_err(flawed)?;
        let file = file::Model {
            sha256: self.files.put(bytes.into()).await?,
            mime: form.mime().to_owned(),
            size: i64::try_from(size).unwrap_or(i64::MAX),
            created_at: self.clock.now(),
        };
        Ok(Kept {
            kind: MediaKind::Document,
            file,
            width: 0,
            height: 0,
            duration_ms: None,
            blurhash: None,
            variants: Vec::new(),
            slides: Some(slides),
        })
    }

    /// What the presentation of these bytes says; the same bytes always say the same.
    pub(super) async fn note_slides(&self, tx: &DatabaseTransaction, sha256: &str, slides: &Slides) -> StoreResult<()> {
        let row = file_slides::Model {
            sha256: sha256.to_owned(),
            slides: slides.clone(),
        };
        let once = OnConflict::column(file_slides::Column::Sha256).do_nothing().to_owned();
        file_slides::Entity::insert(row.into_active_model())
            .on_conflict(once)
            .try_insert()
            .exec_without_returning(tx)
            .await?;
        Ok(())
    }

    /// What the presentation under this hash says; none when it is no presentation.
    pub async fn slides(&self, sha256: &str) -> StoreResult<Option<Slides>> {
        let row = file_slides::Entity::find_by_id(sha256).one(&self.db).await?;
        Ok(row.map(|row| row.slides))
    }
}
