//! The bytes of what a post carries: loaded just before they are sent, in the form that the network takes. A video is
//! opened, and read in parts while it is sent.

use beffroi_schema::{
    address::Addresses,
    media::fitted,
    store::{Store, StoreResult},
    value::{PictureRules, Rendered},
};

/// The same post with the bytes of its pictures, each as `rules` take it, and the file of its video; or why not, for
/// people.
pub(super) async fn with_bytes(
    store: &Store,
    addresses: &Addresses,
    mut rendered: Rendered,
    rules: &PictureRules,
) -> StoreResult<Result<Rendered, String>> {
    for picture in &mut rendered.pictures {
        let Some((bytes, focus)) = store.media_bytes(picture.media).await? else {
            continue;
        };
        let (file, limits) = (bytes.clone(), rules.clone());
        // Seconds of work, for a large one.
        let fitted = tokio::task::spawn_blocking(move || fitted(&file, focus, &limits)).await;
        match fitted {
            Ok(Ok(None)) => picture.bytes = bytes.to_vec().into(),
            Ok(Ok(Some(file))) => {
                (picture.mime, picture.bytes) = (file.format.as_str().to_owned(), file.bytes.clone().into());
                (picture.width, picture.height) = (file.width, file.height);
                if rules.fetched {
                    picture.url = addresses.picture(&store.put_fitted(file).await?);
                }
            }
            Ok(Err(_)) | Err(_) => {
                return Ok(Err(format!(
                    "a picture cannot be brought below the {} bytes that this network takes",
                    rules.bytes
                )));
            }
        }
    }
    if let Some(video) = &mut rendered.video {
        match store.film(video.media).await? {
            Some(film) => video.film = film,
            None => return Ok(Err("the video is not there any more".to_owned())),
        }
    }
    Ok(Ok(rendered))
}
