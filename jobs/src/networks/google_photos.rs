//! Google Photos: an album of the photos of an item. <https://developers.google.com/photos/library/reference/rest>
//!
//! Programs see what they made themselves, and since March 2025 can share none of it: a person makes the album's link.
//! A photo's file name says which picture of ours it is and which delivery brought it, and albums are known again by it.

use async_trait::async_trait;
use beffroi_schema::{
    clock::Timestamp,
    id::DeliveryId,
    value::{AccountHealth, Capabilities, Counting, Needs, Picture, RemotePost, Rendered, TextLimit},
};
use reqwest::{
    Method,
    header::{CONTENT_TYPE, HeaderName, HeaderValue},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use url::Url;

use super::{
    Credentials, DeliveryError, SocialNetwork,
    answer::{Twice, no_server, unsettled},
    google::{self, Google},
    likeness::skeleton,
};
use crate::http::{Call, Http};

mod wire;

use wire::{Album, Albums, Batch, Photo, Photos, described};

/// Characters of a photo's description are 1,000: <https://developers.google.com/photos/library/guides/manage-media>.
/// These are for the item…
const MAX_TEXT: u32 = 700;
/// …and these for what the picture shows.
const MAX_ALT: u32 = 250;
/// Characters of an album's title: <https://developers.google.com/photos/library/guides/manage-albums>
const MAX_TITLE: u32 = 500;
/// Photos made by one call: <https://developers.google.com/photos/library/reference/rest/v1/mediaItems/batchCreate>
const BATCH: u32 = 50;
/// Largest photo that is sent in one call without trouble: <https://developers.google.com/photos/library/guides/upload-media>
const PICTURE_BYTES: u64 = 50 * 1024 * 1024;
/// Albums in one page; the most that is given.
const ALBUMS: &str = "50";
/// Pages read back when looking for ours: albums are listed in no order that is promised.
const FIND_PAGES: usize = 20;
/// Photos in one page, more than an album of ours has; the most that is given.
const PHOTOS: u32 = 100;

/// An account. Its secret is the JSON of an OAuth client and a refresh token with the scopes `photoslibrary.appendonly`,
/// `photoslibrary.readonly.appcreateddata` and `photoslibrary.edit.appcreateddata`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GooglePhotosSettings {
    /// Whose photos they are, for people: the interface tells no name.
    pub account: String,
    /// Where calls go.
    #[serde(default = "api")]
    pub api: Url,
    /// Where refresh tokens become access tokens.
    #[serde(default = "google::tokens")]
    pub tokens: Url,
}

/// One account.
#[derive(Debug)]
pub(super) struct GooglePhotos {
    settings: GooglePhotosSettings,
    google: Google,
    http: Http,
}

fn api() -> Url {
    super::constant("https://photoslibrary.googleapis.com/v1")
}

/// What every account takes.
pub(super) fn capabilities() -> Capabilities {
    Capabilities {
        title: Some(MAX_TITLE),
        needs: Needs::Picture,
        images: BATCH,
        image_bytes: PICTURE_BYTES,
        alt_text: Some(MAX_ALT),
        edit: true,
        // Albums are deleted by their owner alone, and no keys are kept.
        ..Capabilities::texts(TextLimit::of(MAX_TEXT, Counting::Utf16))
    }
}

impl GooglePhotos {
    pub(super) fn new(settings: &GooglePhotosSettings, credentials: Credentials, http: &Http) -> Self {
        Self {
            settings: settings.clone(),
            google: Google::new(credentials, &settings.tokens, http),
            http: http.clone(),
        }
    }

    fn url(&self, resource: &str) -> Result<Url, DeliveryError> {
        let url = format!("{}/{resource}", self.settings.api.as_str().trim_end_matches('/'));
        url.parse()
            .map_err(|error: url::ParseError| DeliveryError::Locked(error.to_string()))
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        (method, resource): (Method, &str),
        twice: Twice,
        prepare: impl Fn(Call<'_>) -> Call<'_> + Send + Sync,
    ) -> Result<T, DeliveryError> {
        self.google.ask(&method, &self.url(resource)?, twice, prepare).await
    }

    /// The photos of an album.
    async fn photos(&self, album: &str) -> Result<Vec<Photo>, DeliveryError> {
        let body = json!({ "albumId": album, "pageSize": PHOTOS });
        let search = (Method::POST, "mediaItems:search");
        let photos: Photos = self.ask(search, Twice::Harmless, |call| call.json(&body)).await?;
        Ok(photos.media_items)
    }

    /// What an earlier try of this delivery left: its album with the photos in it; or an album of this title without
    /// any.
    async fn left(&self, post: &Rendered, key: DeliveryId) -> Result<Option<(Album, Vec<Photo>)>, DeliveryError> {
        let (wanted, mark) = (skeleton(&post.title), key.0.simple().to_string());
        let (mut token, mut empty) = (String::new(), None);
        for _ in 0..FIND_PAGES {
            let query = [("pageSize", ALBUMS), ("pageToken", &token)];
            let list = (Method::GET, "albums");
            let page: Albums = self.ask(list, Twice::Harmless, |call| call.query(&query)).await?;
            for album in page.albums {
                if skeleton(&album.title) != wanted {
                    continue;
                }
                if album.is_empty() {
                    empty = empty.or(Some((album, Vec::new())));
                    continue;
                }
                let photos = self.photos(&album.id).await?;
                if photos.iter().any(|photo| photo.filename.contains(&mark)) {
                    return Ok(Some((album, photos)));
                }
            }
            token = page.next_page_token;
            if token.is_empty() {
                break;
            }
        }
        Ok(empty)
    }

    /// An album without photos shows nothing, and is taken up again.
    async fn created(&self, title: &str) -> Result<Album, DeliveryError> {
        let body = json!({ "album": { "title": title } });
        let create = (Method::POST, "albums");
        self.ask(create, Twice::Harmless, |call| call.json(&body)).await
    }

    /// Where the bytes of a picture are, for the photo that is made of them within a day.
    async fn uploaded(&self, picture: &Picture) -> Result<String, DeliveryError> {
        let kind = HeaderValue::from_str(&picture.mime);
        let kind = kind.map_err(|error| DeliveryError::Refused(error.to_string()))?;
        let (of, how) = (
            HeaderName::from_static("x-goog-upload-content-type"),
            HeaderName::from_static("x-goog-upload-protocol"),
        );
        let answer = self
            .google
            .answer(&Method::POST, &self.url("uploads")?, Twice::Harmless, |call| {
                let call = call.header(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
                let call = call.header(of.clone(), kind.clone());
                let call = call.header(how.clone(), HeaderValue::from_static("raw"));
                call.body(picture.bytes.to_vec().into())
            })
            .await?;
        if !answer.status.is_success() {
            self.google.read::<Value>(&answer, Twice::Harmless)?;
        }
        let strange = |_| unsettled("the answer is no upload token".to_owned(), Twice::Harmless);
        String::from_utf8(answer.body.to_vec()).map_err(strange)
    }

    /// Puts those pictures of the post into the album that are not `there`, in one call. What Google does not take of
    /// them is left out, unless it is all there would be.
    async fn placed(
        &self,
        album: &str,
        (post, key): (&Rendered, DeliveryId),
        there: &[Photo],
        twice: Twice,
    ) -> Result<(), DeliveryError> {
        let mut new = Vec::new();
        for picture in post
            .pictures
            .iter()
            .filter(|picture| !there.iter().any(|photo| photo.is_of(picture)))
        {
            let token = self.uploaded(picture).await?;
            let name = format!("{}-{}", picture.media.0.simple(), key.0.simple());
            new.push(json!({
                "description": described(post, picture),
                "simpleMediaItem": { "fileName": name, "uploadToken": token },
            }));
        }
        if new.is_empty() {
            return Ok(());
        }
        let body = json!({ "albumId": album, "newMediaItems": new });
        let create = (Method::POST, "mediaItems:batchCreate");
        let batch: Batch = self.ask(create, twice, |call| call.json(&body)).await?;
        let mut failed = batch
            .new_media_item_results
            .into_iter()
            .filter(|made| made.media_item.is_none());
        match failed.next() {
            Some(first) if there.is_empty() && failed.count() + 1 == new.len() => Err(first.status.verdict()),
            Some(first) => {
                tracing::warn!(album, reason = first.status.message, "Google Photos left out a photo");
                Ok(())
            }
            None => Ok(()),
        }
    }
}

#[async_trait]
impl SocialNetwork for GooglePhotos {
    async fn check(&self) -> Result<(AccountHealth, Capabilities), DeliveryError> {
        let query = [("pageSize", "1")];
        let list = (Method::GET, "albums");
        let albums: Result<Albums, _> = self.ask(list, Twice::Harmless, |call| call.query(&query)).await;
        albums.map_err(no_server)?;
        let health = AccountHealth {
            checked_at: self.http.clock().now(),
            handle: self.settings.account.clone(),
            url: None,
            followers: None,
            warning: None,
        };
        Ok((health, capabilities()))
    }

    async fn renew(&self) -> Result<(), DeliveryError> {
        self.google.renew().await
    }

    async fn publish(&self, post: &Rendered, key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        if post.pictures.is_empty() {
            let none = "Google Photos takes photos, and this has none";
            return Err(DeliveryError::Refused(none.to_owned()));
        }
        let (album, there) = match self.left(post, key).await.map_err(no_server)? {
            Some(left) => left,
            None => (self.created(&post.title).await.map_err(no_server)?, Vec::new()),
        };
        self.placed(&album.id, (post, key), &there, Twice::Harmful)
            .await
            .map_err(no_server)?;
        Ok(album.remote())
    }

    /// The words, and the photos too: an event has its photos when it is over. A photo that goes stays in the library.
    async fn amend(&self, remote: &RemotePost, post: &Rendered, key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        let (album, title) = (format!("albums/{}", remote.id), json!({ "title": post.title }));
        let query = [("updateMask", "title")];
        let rename = (Method::PATCH, album.as_str());
        let _: Value = self
            .ask(rename, Twice::Harmless, |call| call.query(&query).json(&title))
            .await?;
        let there = self.photos(&remote.id).await?;
        self.placed(&remote.id, (post, key), &there, Twice::Harmless).await?;
        let mut goes = Vec::new();
        for photo in there.iter().filter(|photo| photo.is_ours()) {
            let Some(picture) = post.pictures.iter().find(|picture| photo.is_of(picture)) else {
                goes.push(&photo.id);
                continue;
            };
            let (item, words) = (
                format!("mediaItems/{}", photo.id),
                json!({ "description": described(post, picture) }),
            );
            let query = [("updateMask", "description")];
            let reword = (Method::PATCH, item.as_str());
            let _: Value = self
                .ask(reword, Twice::Harmless, |call| call.query(&query).json(&words))
                .await?;
        }
        if !goes.is_empty() {
            let (resource, body) = (
                format!("{album}:batchRemoveMediaItems"),
                json!({ "mediaItemIds": goes }),
            );
            let leave = (Method::POST, resource.as_str());
            let _: Value = self.ask(leave, Twice::Harmless, |call| call.json(&body)).await?;
        }
        Ok(remote.clone())
    }

    async fn find(
        &self,
        post: &Rendered,
        key: DeliveryId,
        _since: Timestamp,
    ) -> Result<Option<RemotePost>, DeliveryError> {
        let left = self.left(post, key).await.map_err(no_server)?;
        Ok(left
            .filter(|(_, photos)| !photos.is_empty())
            .map(|(album, _)| album.remote()))
    }
}
