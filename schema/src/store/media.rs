//! Pictures, videos and documents: what they are, what they show, and their bytes.

use std::{ops::Range, sync::Arc};

use bytes::Bytes;
use futures_util::{FutureExt as _, StreamExt as _, TryStreamExt as _, stream};
use sea_orm::{
    ColumnTrait as _, DatabaseTransaction, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _,
    sea_query::OnConflict,
};

use super::{Store, StoreError, StoreResult};
use crate::{
    board::{Attachment, Picture},
    entity::{file, media, media_content},
    files::Reading,
    id::{AuthorityId, MediaId},
    media::{Flaw, Prepared, Rendition, prepare},
    value::{Film, Focus, Label, MediaKind, Slides, Variant, Variants, Viewer},
};

/// Bytes of a picture that comes in one piece, within a request; heavier ones are uploaded in parts.
pub const MAX_PICTURE_BYTES: usize = 8 << 20;

/// What a person says of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct About {
    /// What it shows, by language.
    pub alt: Label,
    /// Who made it.
    pub credit: Option<String>,
    /// What of a picture every crop keeps in view.
    pub focus: Option<Focus>,
    /// What a document is called.
    pub name: Option<String>,
}

/// What a file turned out to be. Its bytes are in the store of files already.
pub(super) struct Kept {
    pub kind: MediaKind,
    pub file: file::Model,
    pub width: i32,
    pub height: i32,
    pub duration_ms: Option<i64>,
    pub blurhash: Option<String>,
    pub variants: Vec<(Variant, i64)>,
    /// What a presentation says.
    pub slides: Option<Slides>,
}

impl Store {
    /// Keeps a picture that comes in one piece. With other words it is another picture, so that what items say in public
    /// changes by amending them, and not otherwise.
    pub async fn put_picture(
        &self,
        authority: AuthorityId,
        bytes: Vec<u8>,
        about: About,
        by: &Viewer,
    ) -> StoreResult<media::Model> {
        let kept = self.keep_picture(bytes.into(), "content").await?;
        let tx = self.write().await?;
        let row = self.note_media(&tx, authority, kept, about).await?;
        let nothing = serde_json::Value::Null;
        self.audit(&tx, by, "picture.put", row.id, Some(authority), nothing)
            .await?;
        tx.commit().await?;
        Ok(row)
    }

    /// Draws a picture anew and keeps it, in each size. `path` names the input in a problem.
    pub(super) async fn keep_picture(&self, bytes: Bytes, path: &str) -> StoreResult<Kept> {
        let flawed = |flaw: Flaw| StoreError::from(flaw.problem(path));
        self.files
            .limits()
            .check(MediaKind::Picture, bytes.len() as u64)
            .map_err(flawed)?;
        let turn = Arc::clone(&self.easel).acquire_owned().await;
        // Seconds of work, for a large one. The turn ends with the work, even when nobody waits for it any more.
        let drawn = tokio::task::spawn_blocking(move || {
            let drawn = prepare(&bytes);
            drop(turn);
            drawn
        });
        let Prepared {
            master,
            variants,
            blurhash,
        } = drawn.await.unwrap_or(Err(Flaw::Damaged)).map_err(flawed)?;
        let (width, height) = (pixels(master.width), pixels(master.height));
        let file = self.put_file(master).await?;
        let mut kept = Vec::with_capacity(variants.len());
        for variant in variants {
            let (width, height) = (variant.width, variant.height);
            let file::Model { sha256, mime, size, .. } = self.put_file(variant).await?;
            let variant = Variant {
                sha256,
                mime,
                width,
                height,
            };
            kept.push((variant, size));
        }
        Ok(Kept {
            kind: MediaKind::Picture,
            file,
            width,
            height,
            duration_ms: None,
            blurhash: Some(blurhash),
            variants: kept,
            slides: None,
        })
    }

    /// Keeps a card that was drawn for an item without a picture; drawn again, it is the same.
    pub async fn put_card(&self, authority: AuthorityId, drawn: Rendition, alt: Label) -> StoreResult<media::Model> {
        let (width, height) = (pixels(drawn.width), pixels(drawn.height));
        let kept = Kept {
            kind: MediaKind::Picture,
            file: self.put_file(drawn).await?,
            width,
            height,
            duration_ms: None,
            blurhash: None,
            variants: Vec::new(),
            slides: None,
        };
        let about = About {
            alt,
            ..About::default()
        };
        let tx = self.write().await?;
        let row = self.note_media(&tx, authority, kept, about).await?;
        tx.commit().await?;
        Ok(row)
    }

    /// Keeps a picture in the form that a network takes, which fetches it under the hash that is given back. It belongs
    /// to no item: its master does.
    pub async fn put_fitted(&self, drawn: Rendition) -> StoreResult<String> {
        let file = self.put_file(drawn).await?;
        let sha256 = file.sha256.clone();
        let tx = self.write().await?;
        self.note_file(&tx, file).await?;
        tx.commit().await?;
        Ok(sha256)
    }

    async fn put_file(&self, rendition: Rendition) -> StoreResult<file::Model> {
        let size = i64::try_from(rendition.bytes.len()).unwrap_or(i64::MAX);
        let sha256 = self.files.put(rendition.bytes.into()).await?;
        Ok(file::Model {
            sha256,
            mime: rendition.format.as_str().to_owned(),
            size,
            created_at: self.clock.now(),
        })
    }

    /// Notes down a file that is kept: the row of these bytes with these words that is there, or a new one.
    pub(super) async fn note_media(
        &self,
        tx: &DatabaseTransaction,
        authority: AuthorityId,
        kept: Kept,
        about: About,
    ) -> StoreResult<media::Model> {
        self.note_files(tx, &kept).await?;
        let same = media::Entity::find()
            .filter(media::Column::AuthorityId.eq(authority))
            .filter(media::Column::Sha256.eq(&kept.file.sha256))
            .order_by_asc(media::Column::Id)
            .all(tx)
            .await?;
        if let Some(row) = same.into_iter().find(|row| about_of(row) == about) {
            return Ok(row);
        }
        let row = media::Model {
            id: self.ids.make(),
            authority_id: authority,
            kind: kept.kind,
            sha256: kept.file.sha256,
            mime: kept.file.mime,
            size: kept.file.size,
            width: kept.width,
            height: kept.height,
            duration_ms: kept.duration_ms,
            name: about.name,
            alt: about.alt,
            credit: about.credit,
            blurhash: kept.blurhash,
            focus_x: about.focus.map(|focus| focus.x),
            focus_y: about.focus.map(|focus| focus.y),
            variants: Variants(kept.variants.into_iter().map(|(variant, _)| variant).collect()),
            created_at: self.clock.now(),
        };
        media::Entity::insert(row.clone().into_active_model())
            .exec_without_returning(tx)
            .await?;
        Ok(row)
    }

    async fn note_files(&self, tx: &DatabaseTransaction, kept: &Kept) -> StoreResult<()> {
        let variants = kept.variants.iter().map(|(variant, size)| file::Model {
            sha256: variant.sha256.clone(),
            mime: variant.mime.clone(),
            size: *size,
            created_at: self.clock.now(),
        });
        for row in std::iter::once(kept.file.clone()).chain(variants) {
            self.note_file(tx, row).await?;
        }
        if let Some(slides) = &kept.slides {
            self.note_slides(tx, &kept.file.sha256, slides).await?;
        }
        Ok(())
    }

    async fn note_file(&self, tx: &DatabaseTransaction, row: file::Model) -> StoreResult<()> {
        let once = OnConflict::column(file::Column::Sha256).do_nothing().to_owned();
        file::Entity::insert(row.into_active_model())
            .on_conflict(once)
            .try_insert()
            .exec_without_returning(tx)
            .await?;
        Ok(())
    }

    /// The bytes of a picture or a video, whole, and what of a picture every crop keeps in view.
    pub async fn media_bytes(&self, id: MediaId) -> StoreResult<Option<(Bytes, Focus)>> {
        let Some(row) = media::Entity::find_by_id(id).one(&self.db).await? else {
            return Ok(None);
        };
        let bytes = match self.files.whole(&row.sha256).await? {
            Some(bytes) => Some(bytes),
            None => self.former_bytes(&row.sha256).await?,
        };
        let focus = about_of(&row).focus.unwrap_or(Focus::MIDDLE);
        Ok(bytes.map(|bytes| (bytes, focus)))
    }

    /// The file of a video, to be read in parts.
    pub async fn film(&self, id: MediaId) -> StoreResult<Option<Film>> {
        let Some(row) = media::Entity::find_by_id(id).one(&self.db).await? else {
            return Ok(None);
        };
        let store = self.clone();
        let read = move |range| {
            let (store, sha256) = (store.clone(), row.sha256.clone());
            async move { store.part(&sha256, range).await.map_err(|error| error.to_string()) }.boxed()
        };
        Ok(Some(Film::new(u64::try_from(row.size).unwrap_or_default(), read)))
    }

    async fn part(&self, sha256: &str, range: Range<u64>) -> StoreResult<Bytes> {
        let Some(Reading { mut bytes, range, .. }) = self.read_file(sha256, Some(range)).await? else {
            return Err(StoreError::NotFound);
        };
        let length = range.end.saturating_sub(range.start);
        let mut part = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
        while let Some(chunk) = bytes.try_next().await? {
            part.extend_from_slice(&chunk);
        }
        Ok(part.into())
    }

    /// What is served under this hash.
    pub async fn file(&self, sha256: &str) -> StoreResult<Option<file::Model>> {
        Ok(file::Entity::find_by_id(sha256).one(&self.db).await?)
    }

    /// The bytes of a file by their hash, or a range of them.
    pub async fn read_file(&self, sha256: &str, range: Option<Range<u64>>) -> StoreResult<Option<Reading>> {
        if let Some(reading) = self.files.read(sha256, range.clone()).await? {
            return Ok(Some(reading));
        }
        let Some(bytes) = self.former_bytes(sha256).await? else {
            return Ok(None);
        };
        let size = bytes.len() as u64;
        let range = range.map_or(0..size, |range| range.start.min(size)..range.end.min(size));
        let within = |at: u64| usize::try_from(at).unwrap_or_default();
        let part = bytes.slice(within(range.start)..within(range.end));
        Ok(Some(Reading {
            size,
            range,
            bytes: stream::iter([Ok(part)]).boxed(),
        }))
    }

    /// Bytes that stand in the database still.
    async fn former_bytes(&self, sha256: &str) -> StoreResult<Option<Bytes>> {
        let former = media_content::Entity::find_by_id(sha256).one(&self.db).await?;
        Ok(former.map(|content| content.bytes.into()))
    }

    /// Moves a picture from the database to the store of files. False: none is left there.
    pub async fn move_former_file(&self) -> StoreResult<bool> {
        let Some(former) = media_content::Entity::find().one(&self.db).await? else {
            return Ok(false);
        };
        let sha256 = self.files.put(former.bytes.into()).await?;
        debug_assert_eq!(sha256, former.sha256);
        media_content::Entity::delete_by_id(former.sha256)
            .exec(&self.db)
            .await?;
        Ok(true)
    }
}

/// What was said of a file that is kept.
fn about_of(row: &media::Model) -> About {
    About {
        alt: row.alt.clone(),
        credit: row.credit.clone(),
        focus: row.focus_x.zip(row.focus_y).map(|(x, y)| Focus { x, y }),
        name: row.name.clone(),
    }
}

impl From<media::Model> for Picture {
    fn from(row: media::Model) -> Self {
        Self {
            focus: about_of(&row).focus,
            sha256: row.sha256,
            mime: row.mime,
            width: row.width,
            height: row.height,
            alt: row.alt,
            credit: row.credit,
            blurhash: row.blurhash,
            variants: row.variants.0,
        }
    }
}

impl From<media::Model> for Attachment {
    fn from(row: media::Model) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            sha256: row.sha256,
            mime: row.mime,
            size: row.size,
            width: row.width,
            height: row.height,
            duration_ms: row.duration_ms,
            name: row.name,
            alt: row.alt,
            credit: row.credit,
        }
    }
}

fn pixels(side: u32) -> i32 {
    i32::try_from(side).unwrap_or(i32::MAX)
}
