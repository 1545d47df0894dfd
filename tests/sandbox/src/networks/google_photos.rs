//! Google Photos in miniature: albums of photos that a program made.
//!
//! <https://developers.google.com/photos/library/reference/rest>

use serde_json::{Value, json};

use super::google::{self, Refused, Tokens};
use super::timeline::Timeline;
use crate::account::Account;
use crate::call::{Body, Call};
use crate::clock::Clock;
use crate::fault::Operation;
use crate::gallery;
use crate::post::{Image, Post};
use crate::protocol::{Protocol, Refusal, Route};
use crate::reply::Reply;

/// What making albums needs.
const SCOPES: [&str; 3] = [
    "https://www.googleapis.com/auth/photoslibrary.appendonly",
    "https://www.googleapis.com/auth/photoslibrary.readonly.appcreateddata",
    "https://www.googleapis.com/auth/photoslibrary.edit.appcreateddata",
];
const TITLE_LIMIT: usize = 500;
const DESCRIPTION_LIMIT: usize = 1000;
const BATCH_LIMIT: usize = 50;
const ALBUMS_LIMIT: usize = 50;
const PHOTOS_LIMIT: usize = 100;

/// Every library. The timeline has the albums, as posts.
pub(crate) struct Libraries {
    timeline: Timeline,
    tokens: Tokens,
    photos: Vec<Photo>,
    /// Bytes of which no photo was made yet: their token, whose they are, how many, and whether they are a picture.
    uploads: Vec<(String, String, usize, Option<String>)>,
}

struct Photo {
    id: String,
    album: Option<String>,
    account: String,
    filename: String,
    description: String,
    bytes_len: usize,
    sha256: String,
}

type Handle = fn(&mut Libraries, &Call, &Account) -> Result<Reply, Refused>;

impl Protocol for Libraries {
    fn open(url: &str, _: Clock) -> Self {
        Self {
            timeline: Timeline::new(url),
            tokens: Tokens::default(),
            photos: Vec::new(),
            uploads: Vec::new(),
        }
    }

    fn settings(&self, account: &Account) -> Value {
        let url = &self.timeline.url;
        json!({ "account": account.handle, "api": format!("{url}/v1"), "tokens": format!("{url}/token") })
    }

    /// An album that holds nothing shows nothing: a post is there with its photos.
    fn route(&self, call: &Call) -> Option<Route<Self>> {
        let (operation, handle): (_, fn(&mut Self, &Call) -> Reply) = match (call.method.as_str(), &*call.segments()) {
            ("GET", ["o", "oauth2", "v2", "auth"]) => (Operation::SignIn, |here, call| {
                here.tokens.ask(&here.timeline, call, &SCOPES)
            }),
            ("POST", ["token"]) if call.param("code").is_some() => (Operation::SignIn, |here, call| {
                here.tokens.agreed(&mut here.timeline, call)
            }),
            ("POST", ["token"]) => (Operation::SignIn, |here, call| here.tokens.renew(&here.timeline, call)),
            ("GET", ["v1", "albums"]) => (Operation::Read, |here, call| here.run(call, albums)),
            ("POST", ["v1", "albums"]) => (Operation::Upload, |here, call| here.run(call, create_album)),
            ("POST", ["v1", "uploads"]) => (Operation::Upload, |here, call| here.run(call, upload)),
            ("POST", ["v1", "mediaItems:batchCreate"]) => (Operation::Create, |here, call| here.run(call, create)),
            ("POST", ["v1", "mediaItems:search"]) => (Operation::Read, |here, call| here.run(call, search)),
            ("PATCH", ["v1", "albums", _]) => (Operation::Edit, |here, call| here.run(call, rename)),
            ("PATCH", ["v1", "mediaItems", _]) => (Operation::Edit, |here, call| here.run(call, reword)),
            ("POST", ["v1", "albums", named]) if named.ends_with(":batchRemoveMediaItems") => {
                (Operation::Edit, |here, call| here.run(call, remove))
            }
            ("GET", ["lr", "album", _]) => (Operation::Read, page),
            _ => return None,
        };
        Some(Route { operation, handle })
    }

    fn refuse(&self, refusal: &Refusal, _call: &Call) -> Reply {
        google::refuse(refusal)
    }

    fn open_account(&mut self, handle: &str, name: &str) -> Account {
        let number = self.timeline.accounts().len();
        let id = format!("library-{number}");
        self.timeline.open_account(id, handle, name, google::secret(number))
    }

    fn accounts(&self) -> Vec<Account> {
        self.timeline.accounts().to_vec()
    }

    fn revoke(&mut self, account: &str) {
        self.timeline.revoke(account);
    }

    fn posts(&self) -> Vec<Post> {
        let seen = |album: &Post| {
            let images: Vec<_> = self.held(&album.remote_id).map(Photo::shown).collect();
            let mut post = album.clone();
            post.images = images;
            (!post.images.is_empty()).then_some(post)
        };
        self.timeline.posts.iter().filter_map(seen).collect()
    }
}

impl Photo {
    fn shown(&self) -> Image {
        Image {
            alt: self.description.clone(),
            bytes_len: self.bytes_len,
            sha256: Some(self.sha256.clone()),
            url: None,
        }
    }

    fn told(&self) -> Value {
        json!({ "id": self.id, "filename": self.filename, "description": self.description })
    }
}

impl Libraries {
    fn run(&mut self, call: &Call, handle: Handle) -> Reply {
        let account = match self.tokens.holder(&self.timeline, call) {
            Ok(account) => account,
            Err(refused) => return refused.into(),
        };
        let answered = handle(self, call, &account);
        answered.unwrap_or_else(Into::into).by(&account.id)
    }

    fn held<'a>(&'a self, album: &'a str) -> impl Iterator<Item = &'a Photo> {
        self.photos
            .iter()
            .filter(move |photo| photo.album.as_deref() == Some(album))
    }

    fn album(&mut self, id: &str, account: &Account) -> Result<&mut Post, Refused> {
        let album = self.timeline.live(id).filter(|album| album.account == account.id);
        album.ok_or_else(not_found)
    }

    /// What readers of an album read is what stands beside its first photo.
    fn retold(&mut self, album: &str, call: &Call) {
        let text = self
            .held(album)
            .next()
            .map(|photo| photo.description.clone())
            .unwrap_or_default();
        match self.timeline.live(album) {
            Some(post) if post.text.is_empty() => post.text = text,
            Some(post) if post.text != text => post.reword(text, call.at),
            Some(_) | None => {}
        }
    }

    fn told(&self, album: &Post) -> Value {
        let mut told =
            json!({ "id": album.remote_id, "title": album.title, "productUrl": album.url, "isWriteable": true });
        let count = self.held(&album.remote_id).count();
        if count > 0 {
            told["mediaItemsCount"] = json!(count.to_string());
        }
        told
    }
}

fn not_found() -> Refused {
    Refused::plain(404, "Requested entity was not found.")
}

fn sized(call: &Call, most: usize, usual: usize) -> Result<usize, Refused> {
    let size = call
        .param("pageSize")
        .and_then(|size| size.parse().ok())
        .unwrap_or(usual);
    if size > most {
        return Err(Refused::wrong("pageSize is above its maximum"));
    }
    Ok(size)
}

fn albums(here: &mut Libraries, call: &Call, account: &Account) -> Result<Reply, Refused> {
    let size = sized(call, ALBUMS_LIMIT, 20)?;
    let from: usize = call
        .param("pageToken")
        .and_then(|token| token.parse().ok())
        .unwrap_or(0);
    let mut all = here
        .timeline
        .posts
        .iter()
        .filter(|album| album.account == account.id)
        .skip(from);
    let page: Vec<_> = all.by_ref().take(size).map(|album| here.told(album)).collect();
    let mut answer = json!({});
    if !page.is_empty() {
        answer["albums"] = json!(page);
    }
    if all.next().is_some() {
        answer["nextPageToken"] = json!((from + size).to_string());
    }
    Ok(Reply::ok(&answer))
}

fn titled(album: &Value) -> Result<String, Refused> {
    let title = album["title"].as_str().unwrap_or_default();
    if !(1..=TITLE_LIMIT).contains(&title.chars().count()) {
        return Err(Refused::wrong("an album has a title, of 500 characters at most"));
    }
    Ok(title.to_owned())
}

fn create_album(here: &mut Libraries, call: &Call, account: &Account) -> Result<Reply, Refused> {
    let title = titled(&call.json().cloned().unwrap_or_default()["album"])?;
    let id = format!("album-{}", here.timeline.next_number());
    let url = format!("{}/lr/album/{id}", here.timeline.url);
    let mut album = Post::new(&account.id, id, url, String::new(), call.at);
    album.title = Some(title);
    let answer = here.told(&album);
    here.timeline.posts.push(album);
    Ok(Reply::ok(&answer))
}

fn upload(here: &mut Libraries, call: &Call, account: &Account) -> Result<Reply, Refused> {
    let Body::Raw(bytes) = &call.body else {
        return Err(Refused::wrong("an upload is its bytes, as application/octet-stream"));
    };
    if call.header("x-goog-upload-protocol") != Some("raw") {
        return Err(Refused::wrong("X-Goog-Upload-Protocol is raw"));
    }
    let token = format!("CAIS-{}", here.timeline.next_number());
    let picture = [&b"\x89PNG"[..], b"\xff\xd8\xff", b"RIFF"]
        .iter()
        .any(|magic| bytes.starts_with(magic))
        .then(|| gallery::name(bytes));
    here.uploads
        .push((token.clone(), account.id.clone(), bytes.len(), picture));
    Ok(Reply::html(token))
}

/// Each photo by itself: what is no picture fails alone.
fn create(here: &mut Libraries, call: &Call, account: &Account) -> Result<Reply, Refused> {
    let body = call.json().cloned().unwrap_or_default();
    let album = body["albumId"].as_str().unwrap_or_default().to_owned();
    here.album(&album, account)?;
    let new = body["newMediaItems"].as_array().cloned().unwrap_or_default();
    if !(1..=BATCH_LIMIT).contains(&new.len()) {
        return Err(Refused::wrong("from 1 to 50 media items are made at once"));
    }
    let long = |item: &Value| item["description"].as_str().unwrap_or_default().chars().count() > DESCRIPTION_LIMIT;
    if new.iter().any(long) {
        return Err(Refused::wrong("a description has a maximum of 1000 characters"));
    }
    let made: Vec<_> = new.iter().map(|item| here.made(&album, item, account)).collect();
    here.retold(&album, call);
    Ok(Reply::ok(&json!({ "newMediaItemResults": made })))
}

impl Libraries {
    fn made(&mut self, album: &str, item: &Value, account: &Account) -> Value {
        let (token, name) = (
            &item["simpleMediaItem"]["uploadToken"],
            &item["simpleMediaItem"]["fileName"],
        );
        let upload = self
            .uploads
            .iter()
            .find(|(known, owner, ..)| *token == **known && *owner == account.id);
        let Some((_, _, bytes_len, Some(sha256))) = upload else {
            let message = "Failed: There was an error while trying to create this media item.";
            return json!({ "uploadToken": token, "status": { "code": 3, "message": message } });
        };
        let photo = Photo {
            id: format!("photo-{}", self.timeline.next_number()),
            album: Some(album.to_owned()),
            account: account.id.clone(),
            filename: name.as_str().unwrap_or_default().to_owned(),
            description: item["description"].as_str().unwrap_or_default().to_owned(),
            bytes_len: *bytes_len,
            sha256: sha256.clone(),
        };
        let told = photo.told();
        self.photos.push(photo);
        json!({ "uploadToken": token, "status": { "message": "Success" }, "mediaItem": told })
    }
}

fn search(here: &mut Libraries, call: &Call, account: &Account) -> Result<Reply, Refused> {
    let size = sized(call, PHOTOS_LIMIT, 25)?;
    let album = call.param("albumId").unwrap_or_default();
    here.album(&album, account)?;
    let photos: Vec<_> = here.held(&album).take(size).map(Photo::told).collect();
    Ok(Reply::ok(&json!({ "mediaItems": photos })))
}

fn masked(call: &Call, field: &str) -> Result<Value, Refused> {
    if call.param("updateMask").as_deref() != Some(field) {
        return Err(Refused::wrong("updateMask names what is told"));
    }
    Ok(call.json().cloned().unwrap_or_default())
}

fn rename(here: &mut Libraries, call: &Call, account: &Account) -> Result<Reply, Refused> {
    let title = titled(&masked(call, "title")?)?;
    let album = here.album(call.segment(2), account)?;
    album.title = Some(title);
    let album = album.clone();
    Ok(Reply::ok(&here.told(&album)))
}

fn reword(here: &mut Libraries, call: &Call, account: &Account) -> Result<Reply, Refused> {
    let body = masked(call, "description")?;
    let description = body["description"].as_str().unwrap_or_default();
    if description.chars().count() > DESCRIPTION_LIMIT {
        return Err(Refused::wrong("a description has a maximum of 1000 characters"));
    }
    let mut photos = here.photos.iter_mut();
    let photo = photos.find(|photo| photo.id == call.segment(2) && photo.account == account.id);
    let photo = photo.ok_or_else(not_found)?;
    description.clone_into(&mut photo.description);
    let (told, album) = (photo.told(), photo.album.clone());
    here.retold(&album.unwrap_or_default(), call);
    Ok(Reply::ok(&told))
}

/// They stay in the library.
fn remove(here: &mut Libraries, call: &Call, account: &Account) -> Result<Reply, Refused> {
    let album = call.segment(2).trim_end_matches(":batchRemoveMediaItems").to_owned();
    here.album(&album, account)?;
    let ids = call.params("mediaItemIds").unwrap_or_default();
    if !(1..=BATCH_LIMIT).contains(&ids.len()) {
        return Err(Refused::wrong("from 1 to 50 media items are removed at once"));
    }
    let gone = here.photos.iter_mut().filter(|photo| ids.contains(&photo.id));
    gone.for_each(|photo| photo.album = None);
    here.retold(&album, call);
    Ok(Reply::ok(&json!({})))
}

fn page(here: &mut Libraries, call: &Call) -> Reply {
    let page = here.timeline.page(call);
    page.unwrap_or_else(|| not_found().into())
}
