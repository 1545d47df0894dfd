//! Flickr: an album of the photos of an item. <https://www.flickr.com/services/api/>
//!
//! Photos are uploaded for nobody to see, gathered in an album, and then shown: showing them is what makes the post. Each
//! carries the delivery that brought it, and the picture it is of, in machine tags; so what an earlier try left is taken
//! up where it was left.

use std::collections::BTreeMap;

use async_trait::async_trait;
use beffroi_schema::{
    clock::Timestamp,
    id::DeliveryId,
    value::{AccountHealth, Capabilities, Counting, Metrics, Needs, Picture, RemotePost, Rendered, TextLimit},
};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::OnceCell;
use url::Url;

use super::{DeliveryError, SocialNetwork, answer::Twice};
use crate::http::Http;

mod door;
mod wire;

use door::{Door, passed_over, vanished};
use wire::{
    AlbumPhotos, Contexts, Created, Details, Favourites, Search, Shot, User, Who, delivered, depicted, described,
    escaped, number, shots, tags,
};

/// Characters of a description: no number is published; nothing of ours is near what was seen refused.
const MAX_TEXT: u32 = 10_000;
/// Characters of a title, of which no number is published either.
const MAX_TITLE: u32 = 255;
/// Characters of what a picture shows, which begins the photo's description.
const MAX_ALT: u32 = 1500;
/// Photos of an album; an item has fewer, and Flickr takes more.
const ALBUM: u32 = 50;
/// Largest photo: <https://www.flickrhelp.com/hc/en-us/articles/4404058621716>
const PICTURE_BYTES: u64 = 200 * 1024 * 1024;
/// Photos listed at once; the most that is given.
const PAGE: &str = "500";
/// Under which name a receipt keeps the mark of the delivery, by which photos are found that somebody took out of the
/// album.
const MARK: &str = "mark";

/// An account. Its secret is the JSON of an application's key and a token with the permission `delete`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlickrSettings {
    /// Where methods are called.
    #[serde(default = "rest")]
    pub rest: Url,
    /// Where photos are uploaded.
    #[serde(default = "upload")]
    pub upload: Url,
    /// Where people see photos.
    #[serde(default = "pages")]
    pub pages: Url,
}

/// One account.
#[derive(Debug)]
pub(super) struct Flickr {
    door: Door,
    pages: Url,
    /// Whose albums they are, which their addresses say.
    owner: OnceCell<User>,
}

fn rest() -> Url {
    super::constant("https://www.flickr.com/services/rest")
}

fn upload() -> Url {
    super::constant("https://up.flickr.com/services/upload/")
}

fn pages() -> Url {
    super::constant("https://www.flickr.com")
}

/// What every account takes.
pub(super) fn capabilities() -> Capabilities {
    Capabilities {
        title: Some(MAX_TITLE),
        needs: Needs::Picture,
        images: ALBUM,
        image_bytes: PICTURE_BYTES,
        alt_text: Some(MAX_ALT),
        edit: true,
        delete: true,
        metrics: true,
        // No keys: the photos carry their delivery, and are searched for.
        ..Capabilities::texts(TextLimit::of(MAX_TEXT, Counting::Utf16))
    }
}

impl Flickr {
    pub(super) fn new(settings: &FlickrSettings, secret: SecretString, http: &Http) -> Self {
        Self {
            door: Door::new(settings, secret, http),
            pages: settings.pages.clone(),
            owner: OnceCell::new(),
        }
    }

    async fn owner(&self) -> Result<&User, DeliveryError> {
        let ask = || async {
            let who: Who = self.door.ask("flickr.test.login", Twice::Harmless, &[]).await?;
            Ok(who.user)
        };
        self.owner.get_or_try_init(ask).await
    }

    /// The photos that carry a mark, shown or not.
    async fn marked(&self, mark: &str) -> Result<Vec<Shot>, DeliveryError> {
        let query = [
            ("user_id", "me"),
            ("machine_tags", mark),
            ("extras", "machine_tags"),
            ("per_page", PAGE),
        ];
        let found: Search = self.door.ask("flickr.photos.search", Twice::Harmless, &query).await?;
        Ok(shots(found.photos))
    }

    /// Our photos of an album.
    async fn shots_in(&self, album: &str) -> Result<Vec<Shot>, DeliveryError> {
        let query = [("photoset_id", album), ("extras", "machine_tags"), ("per_page", PAGE)];
        let album: AlbumPhotos = self
            .door
            .ask("flickr.photosets.getPhotos", Twice::Harmless, &query)
            .await?;
        Ok(shots(album.photoset))
    }

    /// A photo of each of the post's pictures, in their order: those that are there, and new ones that nobody sees yet.
    async fn taken(&self, post: &Rendered, key: DeliveryId, there: &[Shot]) -> Result<Vec<Shot>, DeliveryError> {
        let mut shots = Vec::with_capacity(post.pictures.len());
        for picture in &post.pictures {
            let mark = depicted(picture);
            let shot = match there.iter().find(|shot| shot.picture == mark) {
                Some(shot) => shot.clone(),
                None => self.upload(post, picture, key).await?,
            };
            shots.push(shot);
        }
        Ok(shots)
    }

    async fn upload(&self, post: &Rendered, picture: &Picture, key: DeliveryId) -> Result<Shot, DeliveryError> {
        let (text, mark) = (described(post, picture), depicted(picture));
        let tags = tags(post, &[&delivered(key), &mark]);
        let parameters = [
            ("title", post.title.as_str()),
            ("description", &text),
            ("tags", &tags),
            ("is_public", "0"),
            ("safety_level", "1"),
            ("content_type", "1"),
            ("hidden", "1"),
        ];
        Ok(Shot {
            id: self.door.upload(&parameters, picture).await?,
            picture: mark,
            public: false,
        })
    }

    /// The album of these photos: the one that holds the first of them, or a new one. An album of which no photo is
    /// shown is seen by nobody.
    async fn gathered(&self, post: &Rendered, shots: &[Shot], resumed: bool) -> Result<String, DeliveryError> {
        let Some(first) = shots.first() else {
            return Err(DeliveryError::Refused(
                "Flickr takes photos, and this has none".to_owned(),
            ));
        };
        let mut albums = Vec::new();
        if resumed {
            let query = [("photo_id", first.id.as_str())];
            let contexts: Contexts = self
                .door
                .ask("flickr.photos.getAllContexts", Twice::Harmless, &query)
                .await?;
            albums = contexts.set;
        }
        let (album, there) = match albums.into_iter().next() {
            Some(album) => {
                let there = self.shots_in(&album.id).await?;
                (album.id, there)
            }
            None => (self.created(post, first).await?, vec![first.clone()]),
        };
        self.added(&album, shots, &there).await?;
        Ok(album)
    }

    async fn created(&self, post: &Rendered, first: &Shot) -> Result<String, DeliveryError> {
        let text = escaped(&post.text);
        let parameters = [
            ("title", post.title.as_str()),
            ("description", &text),
            ("primary_photo_id", &first.id),
        ];
        let made: Created = self
            .door
            .ask("flickr.photosets.create", Twice::Harmless, &parameters)
            .await?;
        Ok(made.photoset.id)
    }

    /// Puts those into an album that are not `there`.
    async fn added(&self, album: &str, shots: &[Shot], there: &[Shot]) -> Result<(), DeliveryError> {
        for shot in shots {
            if there.iter().all(|known| known.id != shot.id) {
                let parameters = [("photoset_id", album), ("photo_id", &shot.id)];
                self.door.tell("flickr.photosets.addPhoto", &parameters).await?;
            }
        }
        Ok(())
    }

    /// Lets everybody see them. Once the first is seen, the post is there whatever becomes of the others.
    async fn shown(&self, shots: &[Shot], twice: Twice) -> Result<(), DeliveryError> {
        let mut seen = shots.iter().any(|shot| shot.public);
        for shot in shots.iter().filter(|shot| !shot.public) {
            let parameters = [
                ("photo_id", shot.id.as_str()),
                ("is_public", "1"),
                ("is_friend", "0"),
                ("is_family", "0"),
                ("perm_comment", "3"),
                ("perm_addmeta", "0"),
            ];
            let shown: Result<Value, _> = self.door.ask("flickr.photos.setPerms", twice, &parameters).await;
            match shown {
                Ok(_) => seen = true,
                Err(DeliveryError::Retry { reason, .. }) if seen && twice == Twice::Harmful => {
                    return Err(DeliveryError::Doubtful(reason));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// What of photos that are not there any more is no fault.
    async fn deleted(&self, shots: impl Iterator<Item = &Shot> + Send) -> Result<(), DeliveryError> {
        for shot in shots {
            passed_over(self.door.tell("flickr.photos.delete", &[("photo_id", &shot.id)]).await)?;
        }
        Ok(())
    }

    async fn remote(&self, album: String, mark: String) -> Result<RemotePost, DeliveryError> {
        let base = self.pages.as_str().trim_end_matches('/');
        let owner = &self.owner().await?.id;
        Ok(RemotePost {
            url: Some(format!("{base}/photos/{owner}/albums/{album}")),
            id: album,
            extra: BTreeMap::from([(MARK.to_owned(), mark)]),
            replies: Vec::new(),
        })
    }
}

#[async_trait]
impl SocialNetwork for Flickr {
    async fn check(&self) -> Result<(AccountHealth, Capabilities), DeliveryError> {
        let Who { user } = self.door.ask("flickr.test.login", Twice::Harmless, &[]).await?;
        let base = self.pages.as_str().trim_end_matches('/');
        let health = AccountHealth {
            checked_at: self.door.clock().now(),
            url: Some(format!("{base}/photos/{}", user.id)),
            handle: user.username.content.as_str().unwrap_or_default().to_owned(),
            followers: None,
            warning: None,
        };
        Ok((health, capabilities()))
    }

    async fn publish(&self, post: &Rendered, key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        let mark = delivered(key);
        let left = self.marked(&mark).await?;
        let shots = self.taken(post, key, &left).await?;
        let album = self.gathered(post, &shots, !left.is_empty()).await.map_err(vanished)?;
        // Asked before anything is shown: what fails from now on is in doubt.
        let remote = self.remote(album, mark).await?;
        self.shown(&shots, Twice::Harmful).await.map_err(vanished)?;
        Ok(remote)
    }

    /// The words, and the photos too: an event has its photos when it is over.
    async fn amend(&self, remote: &RemotePost, post: &Rendered, key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        let (album, text) = (remote.id.as_str(), escaped(&post.text));
        let there = self.shots_in(album).await?;
        let words = [("photoset_id", album), ("title", &post.title), ("description", &text)];
        self.door.tell("flickr.photosets.editMeta", &words).await?;
        let mut known = self.marked(&delivered(key)).await?;
        known.extend(there.iter().cloned());
        let shots = self.taken(post, key, &known).await?;
        self.added(album, &shots, &there).await?;
        self.shown(&shots, Twice::Harmless).await?;
        for (shot, picture) in shots.iter().zip(&post.pictures) {
            let text = described(post, picture);
            let words = [
                ("photo_id", shot.id.as_str()),
                ("title", &post.title),
                ("description", &text),
            ];
            passed_over(self.door.tell("flickr.photos.setMeta", &words).await)?;
        }
        // Last, for an album without photos is none.
        let stays = |old: &Shot| shots.iter().any(|shot| shot.id == old.id);
        self.deleted(there.iter().filter(|old| !stays(old))).await?;
        Ok(remote.clone())
    }

    async fn withdraw(&self, remote: &RemotePost) -> Result<(), DeliveryError> {
        let mut shots = match self.shots_in(&remote.id).await {
            Ok(shots) => shots,
            Err(DeliveryError::Gone(_)) => Vec::new(),
            Err(error) => return Err(error),
        };
        if let Some(mark) = remote.extra.get(MARK) {
            shots.extend(self.marked(mark).await?);
        }
        self.deleted(shots.iter()).await?;
        passed_over(
            self.door
                .tell("flickr.photosets.delete", &[("photoset_id", &remote.id)])
                .await,
        )
    }

    /// The post is there once one of its photos is shown; what was not done of it is done now.
    async fn find(
        &self,
        post: &Rendered,
        key: DeliveryId,
        _since: Timestamp,
    ) -> Result<Option<RemotePost>, DeliveryError> {
        let mark = delivered(key);
        let shots = self.marked(&mark).await?;
        if shots.iter().all(|shot| !shot.public) {
            return Ok(None);
        }
        let album = self.gathered(post, &shots, true).await.map_err(vanished)?;
        self.shown(&shots, Twice::Harmless).await.map_err(vanished)?;
        self.remote(album, mark).await.map(Some)
    }

    async fn metrics(&self, remote: &RemotePost) -> Result<Metrics, DeliveryError> {
        let mut told = Metrics::default();
        let add =
            |sum: &mut Option<u64>, more: Option<u64>| *sum = Some(sum.unwrap_or_default() + more.unwrap_or_default());
        for shot in self.shots_in(&remote.id).await? {
            let photo = [("photo_id", shot.id.as_str())];
            let Details { photo: detail } = self.door.ask("flickr.photos.getInfo", Twice::Harmless, &photo).await?;
            let one = [photo[0], ("per_page", "1")];
            let liked: Favourites = self
                .door
                .ask("flickr.photos.getFavorites", Twice::Harmless, &one)
                .await?;
            add(&mut told.views, number(&detail.views));
            add(
                &mut told.replies,
                detail.comments.and_then(|comments| number(&comments.content)),
            );
            add(&mut told.likes, number(&liked.photo.total));
        }
        Ok(told)
    }
}
