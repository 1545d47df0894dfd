//! Flickr in miniature: photos and albums, by calls signed with OAuth 1.0a.
//!
//! <https://www.flickr.com/services/api/>

use chrono::{DateTime, Utc};
use http::StatusCode;
use serde_json::{Value, json};

use super::oauth1::{self, Signatures, Unsigned};
use super::timeline::{Holder, Timeline};
use crate::account::Account;
use crate::call::Call;
use crate::clock::Clock;
use crate::fault::Operation;
use crate::gallery;
use crate::post::{Image, Post};
use crate::protocol::{Protocol, Refusal, Route};
use crate::reply::Reply;

mod album;

use album::{add_photo, album_photos, create_album, delete_album, edit_album};

const TEXT_LIMIT: usize = 65_535;
const FIRST_PHOTO: u64 = 54_000_000_000;

/// Every photo, and every album. The timeline has the albums, as posts.
pub(crate) struct Photos {
    timeline: Timeline,
    taken: Vec<Photo>,
    /// Of each album, its photos.
    albums: Vec<(String, Vec<String>)>,
    signatures: Signatures,
}

struct Photo {
    id: String,
    account: String,
    description: String,
    tags: Vec<String>,
    bytes_len: usize,
    sha256: String,
    public: bool,
    deleted_at: Option<DateTime<Utc>>,
    /// How often somebody opened a page with it.
    views: u64,
}

/// A refusal: its code and sentence, and why a correct client would not have met it.
struct Refused(u32, String, Option<&'static str>);

impl Refused {
    fn plain(code: u32, sentence: &str) -> Self {
        Self(code, sentence.to_owned(), None)
    }

    fn wrong(code: u32, sentence: &'static str) -> Self {
        Self(code, sentence.to_owned(), Some(sentence))
    }

    /// Methods refuse in JSON, uploads in XML; both with the status 200.
    fn told(self, call: &Call) -> Reply {
        let Self(code, message, violation) = self;
        let reply = if call.path.contains("upload") {
            Reply::html(format!(
                "<rsp stat=\"fail\"><err code=\"{code}\" msg=\"{message}\" /></rsp>"
            ))
        } else {
            Reply::ok(&json!({ "stat": "fail", "code": code, "message": message }))
        };
        violation.into_iter().fold(reply, Reply::violation)
    }
}

type Handle = fn(&mut Photos, &Call, &Account) -> Result<Reply, Refused>;

/// What each method does. An upload is seen by nobody who may not see the photo, and so is an album; what is shown is
/// a post.
fn method(name: &str) -> Option<(Operation, Handle)> {
    Some(match name {
        "flickr.test.login" => (Operation::Describe, |_, _, account| Ok(login(account))),
        "flickr.photos.search" => (Operation::Read, |here, call, account| Ok(search(here, call, account))),
        "flickr.photos.getInfo" => (Operation::Read, info),
        "flickr.photos.getFavorites" => (Operation::Read, favourites),
        "flickr.photos.getAllContexts" => (Operation::Read, contexts),
        "flickr.photos.setPerms" => (Operation::Create, set_perms),
        "flickr.photos.setMeta" => (Operation::Edit, set_meta),
        "flickr.photos.delete" => (Operation::Delete, delete),
        "flickr.photosets.create" => (Operation::Upload, create_album),
        "flickr.photosets.addPhoto" => (Operation::Upload, add_photo),
        "flickr.photosets.getPhotos" => (Operation::Read, album_photos),
        "flickr.photosets.editMeta" => (Operation::Edit, edit_album),
        "flickr.photosets.delete" => (Operation::Delete, delete_album),
        _ => return None,
    })
}

impl Protocol for Photos {
    fn open(url: &str, _: Clock) -> Self {
        Self {
            timeline: Timeline::new(url),
            taken: Vec::new(),
            albums: Vec::new(),
            signatures: Signatures::default(),
        }
    }

    fn settings(&self, _: &Account) -> Value {
        let url = &self.timeline.url;
        json!({ "rest": format!("{url}/services/rest"), "upload": format!("{url}/services/upload/"), "pages": url })
    }

    fn route(&self, call: &Call) -> Option<Route<Self>> {
        let (operation, handle): (_, fn(&mut Self, &Call) -> Reply) = match (call.method.as_str(), &*call.segments()) {
            ("POST", ["services", "upload"]) => (Operation::Upload, |here, call| here.run(call, upload)),
            ("POST", ["services", "rest"]) => {
                let (operation, _) = method(&call.param("method")?)?;
                (operation, |here, call| {
                    match method(&call.param("method").unwrap_or_default()) {
                        Some((_, handle)) => here.run(call, handle),
                        None => Refused::plain(112, "Method not found").told(call),
                    }
                })
            }
            ("GET", ["services", "oauth", "request_token"]) => (Operation::SignIn, |here, call| {
                here.signatures.ask(call, &here.timeline.url)
            }),
            ("GET", ["services", "oauth", "authorize"]) => (Operation::SignIn, |here, call| {
                here.signatures.agree(call, here.timeline.accounts())
            }),
            ("GET", ["services", "oauth", "access_token"]) => (Operation::SignIn, agreed),
            ("GET", ["photos", _, "albums", _]) => (Operation::Read, page),
            _ => return None,
        };
        Some(Route { operation, handle })
    }

    fn refuse(&self, refusal: &Refusal, call: &Call) -> Reply {
        match refusal {
            Refusal::RateLimited { retry_after_s } => {
                Reply::json(StatusCode::TOO_MANY_REQUESTS, &json!({})).header("retry-after", retry_after_s.to_string())
            }
            Refusal::ServerError => Reply::json(StatusCode::INTERNAL_SERVER_ERROR, &json!({})),
            // A token does not expire: its owner takes it back.
            Refusal::TokenRevoked | Refusal::TokenExpired => Refused::plain(98, "Invalid auth token").told(call),
            Refusal::Content(text) => Refused::plain(5, text).told(call),
            Refusal::UnknownRoute => Refused::plain(112, "Method not found").told(call),
        }
    }

    fn open_account(&mut self, handle: &str, name: &str) -> Account {
        let number = self.timeline.accounts().len();
        let id = format!("{}@N00", 12_000 + number);
        self.timeline.open_account(id, handle, name, oauth1::secret(number))
    }

    fn accounts(&self) -> Vec<Account> {
        self.timeline.accounts().to_vec()
    }

    fn revoke(&mut self, account: &str) {
        self.timeline.revoke(account);
    }

    /// Albums with something to see, and the photos that stand in none.
    fn posts(&self) -> Vec<Post> {
        let albums = self.timeline.posts.iter().filter_map(|album| self.seen(album));
        let alone = self
            .taken
            .iter()
            .filter(|photo| photo.public && photo.deleted_at.is_none());
        let alone = alone.filter(|photo| self.album_of(&photo.id).is_none());
        albums.chain(alone.map(|photo| self.lone(photo))).collect()
    }
}

fn agreed(here: &mut Photos, call: &Call) -> Reply {
    match here.signatures.exchange(call, &here.timeline.url) {
        Ok((reply, account)) => {
            here.timeline.restore(&account.id);
            reply
        }
        Err(refused) => refused,
    }
}

impl Photos {
    fn run(&mut self, call: &Call, handle: Handle) -> Reply {
        let signer = self
            .signatures
            .signer(call, &self.timeline.url, self.timeline.accounts());
        let account = match signer {
            Ok(account) => account,
            Err(Unsigned::Token) => return Refused::wrong(98, "Invalid auth token").told(call),
            Err(Unsigned::Late) => return Refused::plain(96, "Invalid signature").told(call),
            Err(Unsigned::Signature(why)) => return Refused::wrong(96, why).told(call),
        };
        if let Holder::Revoked(account) = self.timeline.holder(&account.secret) {
            return Refused::plain(98, "Invalid auth token").told(call).by(&account.id);
        }
        let answered = handle(self, call, &account);
        answered.unwrap_or_else(|refused| refused.told(call)).by(&account.id)
    }

    /// The photos of an album that are not deleted.
    fn held<'a>(&'a self, album: &'a str) -> impl Iterator<Item = &'a Photo> {
        let ids = self.albums.iter().find(|(id, _)| id == album).map(|(_, ids)| ids);
        let photos = ids.into_iter().flatten();
        let photos = photos.filter_map(|id| self.taken.iter().find(|photo| photo.id == *id));
        photos.filter(|photo| photo.deleted_at.is_none())
    }

    fn album_of(&self, photo: &str) -> Option<&Post> {
        let holds = |id: &str| {
            self.albums
                .iter()
                .any(|(album, ids)| album == id && ids.iter().any(|one| one == photo))
        };
        let mut albums = self.timeline.posts.iter();
        albums.find(|album| !album.deleted() && holds(&album.remote_id))
    }

    /// An album as readers see it; none when they see none of its photos.
    fn seen(&self, album: &Post) -> Option<Post> {
        let shown = |photo: &Photo| Image {
            alt: photo.description.clone(),
            bytes_len: photo.bytes_len,
            sha256: Some(photo.sha256.clone()),
            url: None,
        };
        let images: Vec<_> = self
            .held(&album.remote_id)
            .filter(|photo| photo.public)
            .map(shown)
            .collect();
        let mut post = album.clone();
        if images.is_empty() && !album.deleted() {
            return None;
        }
        post.images = images;
        Some(post)
    }

    fn lone(&self, photo: &Photo) -> Post {
        let url = format!("{}/photos/{}/{}", self.timeline.url, photo.account, photo.id);
        let at = DateTime::default();
        Post::new(&photo.account, photo.id.clone(), url, photo.description.clone(), at)
    }

    fn photo(&mut self, call: &Call, account: &Account) -> Result<&mut Photo, Refused> {
        let id = call.param("photo_id").or_else(|| call.param("primary_photo_id"));
        let id = id.unwrap_or_default();
        let mut photos = self.taken.iter_mut();
        let found = photos.find(|photo| photo.id == id && photo.account == account.id && photo.deleted_at.is_none());
        found.ok_or_else(|| Refused::plain(1, "Photo not found"))
    }

    fn album(&mut self, call: &Call) -> Result<&mut Post, Refused> {
        let id = call.param("photoset_id").unwrap_or_default();
        let album = self.timeline.live(&id);
        album.ok_or_else(|| Refused::plain(1, "Photoset not found"))
    }
}

fn done() -> Reply {
    Reply::ok(&json!({ "stat": "ok" }))
}

fn login(account: &Account) -> Reply {
    let user = json!({ "id": account.id, "username": { "_content": account.name } });
    Reply::ok(&json!({ "stat": "ok", "user": user }))
}

fn upload(here: &mut Photos, call: &Call, account: &Account) -> Result<Reply, Refused> {
    let file = call
        .file("photo")
        .ok_or_else(|| Refused::wrong(2, "No photo specified"))?;
    if !file.content_type.starts_with("image/") || file.bytes.is_empty() {
        return Err(Refused::wrong(5, "Filetype was not recognised"));
    }
    let description = described(call)?;
    let id = (FIRST_PHOTO + here.timeline.next_number()).to_string();
    let tags = call.param("tags").unwrap_or_default();
    here.taken.push(Photo {
        id: id.clone(),
        account: account.id.clone(),
        description,
        tags: tags.split_whitespace().map(str::to_owned).collect(),
        bytes_len: file.bytes.len(),
        sha256: gallery::name(&file.bytes),
        public: call.param("is_public").is_none_or(|public| public == "1"),
        deleted_at: None,
        views: 0,
    });
    let answer = format!("<?xml version=\"1.0\"?>\n<rsp stat=\"ok\">\n<photoid>{id}</photoid>\n</rsp>\n");
    Ok(Reply::html(answer))
}

/// In a list, as `extras` asks for.
fn told(photo: &Photo, call: &Call) -> Value {
    let mut told = json!({ "id": photo.id, "owner": photo.account, "ispublic": u8::from(photo.public) });
    if call
        .param("extras")
        .is_some_and(|extras| extras.contains("machine_tags"))
    {
        let tags: Vec<_> = photo
            .tags
            .iter()
            .filter(|tag| tag.contains([':', '=']))
            .cloned()
            .collect();
        told["machine_tags"] = json!(tags.join(" "));
    }
    told
}

fn search(here: &Photos, call: &Call, account: &Account) -> Reply {
    let tag = call.param("machine_tags").unwrap_or_default();
    let mine = |photo: &&Photo| photo.account == account.id && photo.deleted_at.is_none() && photo.tags.contains(&tag);
    let found: Vec<_> = here.taken.iter().filter(mine).map(|photo| told(photo, call)).collect();
    let photos = json!({ "page": 1, "total": found.len(), "photo": found });
    Reply::ok(&json!({ "stat": "ok", "photos": photos }))
}

fn info(here: &mut Photos, call: &Call, account: &Account) -> Result<Reply, Refused> {
    let photo = here.photo(call, account)?;
    let told = json!({ "id": photo.id, "views": photo.views.to_string(), "comments": { "_content": "1" } });
    Ok(Reply::ok(&json!({ "stat": "ok", "photo": told })))
}

/// Two people like every photo.
fn favourites(here: &mut Photos, call: &Call, account: &Account) -> Result<Reply, Refused> {
    let told = json!({ "id": here.photo(call, account)?.id, "person": [], "total": 2 });
    Ok(Reply::ok(&json!({ "stat": "ok", "photo": told })))
}

fn contexts(here: &mut Photos, call: &Call, account: &Account) -> Result<Reply, Refused> {
    let id = here.photo(call, account)?.id.clone();
    let mut answer = json!({ "stat": "ok" });
    if let Some(album) = here.album_of(&id) {
        answer["set"] = json!([{ "id": album.remote_id, "title": album.title }]);
    }
    Ok(Reply::ok(&answer))
}

fn set_perms(here: &mut Photos, call: &Call, account: &Account) -> Result<Reply, Refused> {
    let given = ["is_public", "is_friend", "is_family", "perm_comment", "perm_addmeta"];
    if given.iter().any(|name| call.param(name).is_none()) {
        return Err(Refused::wrong(2, "Required arguments missing"));
    }
    let photo = here.photo(call, account)?;
    photo.public = call.param("is_public").as_deref() == Some("1");
    let id = photo.id.clone();
    Ok(Reply::ok(&json!({ "stat": "ok", "photoid": { "_content": id } })))
}

fn set_meta(here: &mut Photos, call: &Call, account: &Account) -> Result<Reply, Refused> {
    let description = described(call)?;
    here.photo(call, account)?.description = description;
    Ok(done())
}

/// An album goes with its last photo.
fn delete(here: &mut Photos, call: &Call, account: &Account) -> Result<Reply, Refused> {
    let photo = here.photo(call, account)?;
    photo.deleted_at = Some(call.at);
    let id = photo.id.clone();
    let album = here.album_of(&id).map(|album| album.remote_id.clone());
    let empty = album.filter(|album| here.held(album).next().is_none());
    if let Some(album) = empty.and_then(|album| here.timeline.live(&album)) {
        album.deleted_at = Some(call.at);
    }
    Ok(done())
}

fn page(here: &mut Photos, call: &Call) -> Reply {
    let album = call.segment(3).to_owned();
    let ids: Vec<_> = here
        .held(&album)
        .filter(|photo| photo.public)
        .map(|photo| photo.id.clone())
        .collect();
    let seen = here.taken.iter_mut().filter(|photo| ids.contains(&photo.id));
    seen.for_each(|photo| photo.views += 1);
    let page = here.timeline.page(call).filter(|_| !ids.is_empty());
    page.unwrap_or_else(|| Reply::json(StatusCode::NOT_FOUND, &json!({})))
}

/// A description is a little HTML; readers see its text.
fn described(call: &Call) -> Result<String, Refused> {
    let text = call.param("description").unwrap_or_default();
    if text.chars().count() > TEXT_LIMIT {
        return Err(Refused::wrong(5, "The description is too long"));
    }
    Ok(text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
}
