//! What staff do with items.

use beffroi_jobs::networks::registry::capabilities;
use beffroi_schema::{
    draft::Draft,
    entity::media,
    id::ItemId,
    store::{About, NewUpload, StoredItem},
    value::{ItemContent, Label, Language, Needs, Network, Scope},
};

use super::City;
use crate::scene;

impl City {
    /// City news that a network takes: with a video where nothing goes without one.
    pub async fn article(&self, network: Network, title: &str) -> ItemContent {
        let mut content = scene::article(title);
        if capabilities(network).needs == Needs::Video {
            content.attachments = vec![self.video().await.id];
        }
        content
    }

    /// A video that staff brought.
    pub async fn video(&self) -> media::Model {
        let (film, by) = (scene::film(), self.editor());
        let new = NewUpload {
            authority: self.authority,
            name: "film.mp4".to_owned(),
            size: film.len() as u64,
        };
        let upload = self.store.begin_upload(new).await.unwrap();
        self.store.append(&upload, 0, film.into()).await.unwrap();
        let about = About {
            alt: Label::only(Language::french(), "La place, vue du ciel"),
            ..About::default()
        };
        let kept = self.store.keep_upload(&Scope::Instance, upload.id, about, &by);
        kept.await.unwrap()
    }

    /// A draft, not public yet.
    pub async fn draft(&self, content: ItemContent) -> StoredItem {
        let draft = Draft {
            authority: self.authority,
            content,
            key: None,
        };
        self.store.create_draft(draft, &self.editor()).await.unwrap()
    }

    /// Makes it public. Nobody is told before the city settles.
    pub async fn publish(&self, content: ItemContent) -> ItemId {
        let item = self.draft(content).await.row;
        let by = self.editor();
        let published = self.store.publish(&Scope::Instance, item.id, item.version, &by);
        published.await.unwrap().row.id
    }

    /// The item as it stands.
    pub async fn item(&self, id: ItemId) -> StoredItem {
        self.store.item(&Scope::Instance, id).await.unwrap().unwrap()
    }

    /// Has it say something else.
    pub async fn amend(&self, id: ItemId, change: impl FnOnce(&mut ItemContent)) {
        let StoredItem { row, mut content } = self.item(id).await;
        change(&mut content);
        let by = self.editor();
        let amended = self.store.amend(&Scope::Instance, id, row.version, content, &by);
        amended.await.unwrap();
    }

    /// Says that it is over.
    pub async fn resolve(&self, id: ItemId) {
        let version = self.item(id).await.row.version;
        let by = self.editor();
        let resolved = self.store.resolve(&Scope::Instance, id, version, &by);
        resolved.await.unwrap();
    }

    /// Takes it back.
    pub async fn withdraw(&self, id: ItemId) {
        let version = self.item(id).await.row.version;
        let by = self.editor();
        let withdrawn = self.store.withdraw(&Scope::Instance, id, version, &by);
        withdrawn.await.unwrap();
    }
}
