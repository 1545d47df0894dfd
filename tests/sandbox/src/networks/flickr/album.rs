//! What is done with albums.

use serde_json::json;

use super::{Photos, Refused, described, done, told};
use crate::account::Account;
use crate::call::Call;
use crate::post::Post;
use crate::reply::Reply;

const FIRST_ALBUM: u64 = 72_177_720_300_000_000;

pub(super) fn album_photos(here: &mut Photos, call: &Call, _: &Account) -> Result<Reply, Refused> {
    let id = here.album(call)?.remote_id.clone();
    let photos: Vec<_> = here.held(&id).map(|photo| told(photo, call)).collect();
    let album = json!({ "id": id, "total": photos.len(), "photo": photos });
    Ok(Reply::ok(&json!({ "stat": "ok", "photoset": album })))
}

pub(super) fn create_album(here: &mut Photos, call: &Call, account: &Account) -> Result<Reply, Refused> {
    let title = call.param("title").filter(|title| !title.is_empty());
    let title = title.ok_or_else(|| Refused::wrong(1, "No title specified"))?;
    let text = described(call)?;
    let first = here
        .photo(call, account)
        .map_err(|_| Refused::plain(2, "Photo not found"))?
        .id
        .clone();
    let id = (FIRST_ALBUM + here.timeline.next_number()).to_string();
    let url = format!("{}/photos/{}/albums/{id}", here.timeline.url, account.id);
    let mut album = Post::new(&account.id, id.clone(), url.clone(), text, call.at);
    album.title = Some(title);
    here.timeline.posts.push(album);
    here.albums.push((id.clone(), vec![first]));
    Ok(Reply::ok(
        &json!({ "stat": "ok", "photoset": { "id": id, "url": url } }),
    ))
}

pub(super) fn add_photo(here: &mut Photos, call: &Call, account: &Account) -> Result<Reply, Refused> {
    let id = here.album(call)?.remote_id.clone();
    let photo = here
        .photo(call, account)
        .map_err(|_| Refused::plain(2, "Photo not found"))?
        .id
        .clone();
    if here.held(&id).any(|held| held.id == photo) {
        return Err(Refused::wrong(3, "Photo already in set"));
    }
    let album = here.albums.iter_mut().find(|(album, _)| *album == id);
    if let Some((_, photos)) = album {
        photos.push(photo);
    }
    Ok(done())
}

pub(super) fn edit_album(here: &mut Photos, call: &Call, _: &Account) -> Result<Reply, Refused> {
    let text = described(call)?;
    let album = here.album(call)?;
    album.title = call.param("title");
    if album.text != text {
        album.reword(text, call.at);
    }
    Ok(done())
}

/// Its photos stay.
pub(super) fn delete_album(here: &mut Photos, call: &Call, _: &Account) -> Result<Reply, Refused> {
    here.album(call)?.deleted_at = Some(call.at);
    Ok(done())
}
