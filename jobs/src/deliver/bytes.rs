//! The bytes of what a post carries: loaded just before they are sent, as light as the network wants them.

use beffroi_schema::{
    store::{Store, StoreResult},
    value::Rendered,
};

use super::picture::lighter;

/// The same post with the bytes of its pictures, none of which weighs more than `most`; or why not, for people.
pub(super) async fn with_bytes(
    store: &Store,
    mut rendered: Rendered,
    most: u64,
) -> StoreResult<Result<Rendered, String>> {
    for picture in &mut rendered.pictures {
        let Some(bytes) = store.media_bytes(picture.media).await? else {
            continue;
        };
        if bytes.len() as u64 <= most {
            picture.bytes = bytes.into();
            continue;
        }
        // Seconds of work, for a large one.
        let scaled = tokio::task::spawn_blocking(move || lighter(&bytes, most)).await;
        let Ok(Some(file)) = scaled else {
            return Ok(Err(format!(
                "a picture cannot be brought below the {most} bytes that this network takes"
            )));
        };
        (picture.mime, picture.bytes) = ("image/jpeg".to_owned(), file.bytes.into());
        (picture.width, picture.height) = (file.width, file.height);
    }
    Ok(Ok(rendered))
}
