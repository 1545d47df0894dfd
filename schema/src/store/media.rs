//! Pictures: what they are, what they show, and their bytes.

use sea_orm::{
    ColumnTrait as _, DatabaseTransaction, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _,
    sea_query::OnConflict,
};

use super::{Store, StoreResult, digest};
use crate::{
    entity::{media, media_content},
    id::{AuthorityId, MediaId},
    value::{Label, Problem, ProblemCode, Viewer},
};

/// Bytes of one picture.
pub const MAX_PICTURE_BYTES: usize = 8 << 20;

/// A picture to keep.
#[derive(Clone, Debug)]
pub struct NewPicture {
    /// Whose it is.
    pub authority: AuthorityId,
    /// The file.
    pub bytes: Vec<u8>,
    /// `image/jpeg`, `image/png` or `image/webp`, as the bytes themselves say.
    pub mime: String,
    /// Pixels.
    pub width: i32,
    /// Pixels.
    pub height: i32,
    /// What it shows, by language.
    pub alt: Label,
    /// Who made it.
    pub credit: Option<String>,
}

impl Store {
    /// Keeps a picture. Its bytes are kept once; with other words it is another picture, so that what items say in public
    /// changes by amending them, and not otherwise.
    pub async fn put_picture(&self, mut new: NewPicture, by: &Viewer) -> StoreResult<media::Model> {
        if new.bytes.len() > MAX_PICTURE_BYTES {
            let megabytes = MAX_PICTURE_BYTES >> 20;
            let (fr, en) = (
                format!("Une image pèse {megabytes} Mo au plus."),
                format!("A picture weighs {megabytes} MB at most."),
            );
            return Err(Problem::new(ProblemCode::TooLong, "picture", fr, en).into());
        }
        let sha256 = digest::of(&new.bytes);
        let tx = self.write().await?;
        let content = media_content::Model {
            sha256: sha256.clone(),
            bytes: std::mem::take(&mut new.bytes),
        };
        let once = OnConflict::column(media_content::Column::Sha256)
            .do_nothing()
            .to_owned();
        media_content::Entity::insert(content.into_active_model())
            .on_conflict(once)
            .try_insert()
            .exec_without_returning(&tx)
            .await?;
        let row = self.described(&tx, sha256, new).await?;
        self.audit(
            &tx,
            by,
            "picture.put",
            row.id,
            Some(row.authority_id),
            serde_json::Value::Null,
        )
        .await?;
        tx.commit().await?;
        Ok(row)
    }

    /// The row of these bytes with these words: the one that is there, or a new one.
    async fn described(&self, tx: &DatabaseTransaction, sha256: String, new: NewPicture) -> StoreResult<media::Model> {
        let same = media::Entity::find()
            .filter(media::Column::AuthorityId.eq(new.authority))
            .filter(media::Column::Sha256.eq(&sha256))
            .order_by_asc(media::Column::Id)
            .all(tx)
            .await?;
        if let Some(row) = same
            .into_iter()
            .find(|row| row.alt == new.alt && row.credit == new.credit)
        {
            return Ok(row);
        }
        let row = media::Model {
            id: self.ids.make(),
            authority_id: new.authority,
            sha256,
            mime: new.mime,
            width: new.width,
            height: new.height,
            alt: new.alt,
            credit: new.credit,
            created_at: self.clock.now(),
        };
        media::Entity::insert(row.clone().into_active_model())
            .exec_without_returning(tx)
            .await?;
        Ok(row)
    }

    /// The bytes of a picture.
    pub async fn media_bytes(&self, id: MediaId) -> StoreResult<Option<Vec<u8>>> {
        let Some(row) = media::Entity::find_by_id(id).one(&self.db).await? else {
            return Ok(None);
        };
        self.picture_bytes(&row.sha256).await
    }

    /// The bytes of a picture by their hash, with their type.
    pub async fn picture_by_hash(&self, sha256: &str) -> StoreResult<Option<(String, Vec<u8>)>> {
        let Some(row) = media::Entity::find()
            .filter(media::Column::Sha256.eq(sha256))
            .one(&self.db)
            .await?
        else {
            return Ok(None);
        };
        Ok(self.picture_bytes(sha256).await?.map(|bytes| (row.mime, bytes)))
    }

    async fn picture_bytes(&self, sha256: &str) -> StoreResult<Option<Vec<u8>>> {
        Ok(media_content::Entity::find_by_id(sha256)
            .one(&self.db)
            .await?
            .map(|content| content.bytes))
    }
}
