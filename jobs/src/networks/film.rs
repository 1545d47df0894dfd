//! The file of a post's video, on its way: what networks that take videos have in common.

use std::{ops::Range, time::Duration};

use beffroi_schema::value::{Film, Rendered};
use bytes::Bytes;
use futures_util::stream;
use reqwest::Body;

use super::DeliveryError;

/// What our videos are.
pub(super) const MIME: &str = "video/mp4";
/// Bytes read, sent, and held, at once. YouTube wants a multiple of 256 KiB, TikTok from 5 to 64 MB. What eight
/// deliveries hold side by side stays below what a small machine has.
pub(super) const PART: u64 = 8 * 1024 * 1024;
/// How long a file may take that goes in one call: less than all calls of a delivery together.
pub(super) const WHOLE_WITHIN: Duration = Duration::from_secs(200);

/// The file of the post's video.
pub(super) fn of(post: &Rendered) -> Result<&Film, DeliveryError> {
    let film = post.video.as_ref().map(|video| &video.film);
    film.filter(|film| film.size() > 0)
        .ok_or_else(|| DeliveryError::Refused("this network takes videos alone, and there is none".to_owned()))
}

/// A part of it. What cannot be read has not left, and is read later.
pub(super) async fn part(film: &Film, range: Range<u64>) -> Result<Bytes, DeliveryError> {
    let unread = |reason| DeliveryError::Retry { after: None, reason };
    film.part(range).await.map_err(unread)
}

/// All of it, in one call.
pub(super) fn body(film: &Film) -> Body {
    Body::wrap_stream(stream::try_unfold((film.clone(), 0), |(film, from)| async move {
        let to = (from + PART).min(film.size());
        if from == to {
            return Ok(None);
        }
        let part = film.part(from..to).await?;
        Ok::<_, String>(Some((part, (film, to))))
    }))
}
