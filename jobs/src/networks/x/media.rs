//! Pictures and videos on X: uploaded first, seen by nobody before a post shows them.
//! <https://docs.x.com/x-api/media/quickstart/media-upload-chunked>

use std::time::Duration;

use beffroi_schema::value::{Film, Picture};
use reqwest::{
    Method,
    header::{CONTENT_TYPE, HeaderMap, HeaderValue},
    multipart::{Form, Part},
};
use serde_json::{Value, json};

use super::{
    super::{DeliveryError, answer::no_server, film},
    X,
    wire::Uploaded,
};

/// Bytes of a part; X takes five million.
const PART: u64 = 4 * 1024 * 1024;
/// Times a video that is being worked on is asked for before the delivery is put off.
const POLLS: u32 = 9;
/// The wait after the first of them; each further one doubles it (two minutes in all).
const FIRST_PAUSE: Duration = Duration::from_millis(250);

impl X {
    /// Uploaded, and described: nobody sees it before a post shows it.
    pub(super) async fn upload(&self, picture: &Picture) -> Result<String, DeliveryError> {
        let kind = HeaderValue::try_from(&picture.mime).map_err(|error| DeliveryError::Refused(error.to_string()))?;
        let form = || {
            let file = Part::bytes(picture.bytes.to_vec()).file_name("picture");
            let file = file.headers(HeaderMap::from_iter([(CONTENT_TYPE, kind.clone())]));
            Form::new().text("media_category", "tweet_image").part("media", file)
        };
        let uploaded = self
            .ask(Method::POST, "media/upload", |call| call.multipart(form()))
            .await;
        let Uploaded { id, .. } = uploaded.map_err(no_server)?;
        if !picture.alt.is_empty() {
            let body = json!({ "id": id, "metadata": { "alt_text": { "text": picture.alt } } });
            let described = self.ask(Method::POST, "media/metadata", |call| call.json(&body)).await;
            let _described: Value = described.map_err(no_server)?;
        }
        Ok(id)
    }

    /// A video, in parts, once X has worked on it. X has no field for what a video shows.
    pub(super) async fn upload_film(&self, film: &Film) -> Result<String, DeliveryError> {
        let size = film.size();
        let body = json!({ "media_category": "tweet_video", "media_type": film::MIME, "total_bytes": size });
        let begun = self
            .ask(Method::POST, "media/upload/initialize", |call| call.json(&body))
            .await;
        let Uploaded { id, .. } = begun.map_err(no_server)?;
        let (mut from, mut segment) = (0, 0_u32);
        while from < size {
            let to = (from + PART).min(size);
            let part = film::part(film, from..to).await?;
            let form = || {
                let part = Part::bytes(part.to_vec()).file_name("part");
                Form::new()
                    .text("segment_index", segment.to_string())
                    .part("media", part)
            };
            let path = format!("media/upload/{id}/append");
            let appended = self.ask(Method::POST, &path, |call| call.multipart(form())).await;
            let _appended: Value = appended.map_err(no_server)?;
            (from, segment) = (to, segment + 1);
        }
        self.until_processed(&id).await?;
        Ok(id)
    }

    async fn until_processed(&self, id: &str) -> Result<(), DeliveryError> {
        let path = format!("media/upload/{id}/finalize");
        let mut told: Uploaded = self.ask(Method::POST, &path, |call| call).await.map_err(no_server)?;
        let query = [("command", "STATUS"), ("media_id", id)];
        for poll in 0..POLLS {
            match told.processing_info.as_ref().map(|info| info.state.as_str()) {
                None | Some("succeeded") => return Ok(()),
                Some("failed") => {
                    let reason = "X can make nothing of this video".to_owned();
                    return Err(DeliveryError::Refused(reason));
                }
                Some(_) => tokio::time::sleep(FIRST_PAUSE * 2_u32.pow(poll)).await,
            }
            let asked = self.ask(Method::GET, "media/upload", |call| call.query(&query));
            told = asked.await.map_err(no_server)?;
        }
        Err(DeliveryError::Retry {
            after: None,
            reason: "a video is still being worked on".to_owned(),
        })
    }
}
