//! Pictures and videos on LinkedIn: uploaded first, seen by nobody before a post shows them.

use std::time::Duration;

use beffroi_schema::value::{Picture, Video};
use reqwest::{
    Method,
    header::{CONTENT_TYPE, ETAG, HeaderValue},
};
use serde_json::{Value, json};

use super::{
    super::{
        DeliveryError,
        answer::{Twice, no_server, unsettled},
        film,
    },
    Linkedin, encoded,
    wire::{FilmUpload, ImageUpload, Progress, Started},
};

/// Times a picture or a video that is being processed is asked for before the delivery is put off.
const POLLS: u32 = 9;
/// The wait after the first of them; each further one doubles it (two minutes in all).
const FIRST_PAUSE: Duration = Duration::from_millis(250);

impl Linkedin {
    /// Uploaded, and waited for: nobody sees it before a post shows it.
    pub(super) async fn upload(&self, picture: &Picture) -> Result<Value, DeliveryError> {
        let body = json!({ "initializeUploadRequest": { "owner": self.urn() } });
        let call = self
            .call(Method::POST, "images?action=initializeUpload")
            .await?
            .json(&body);
        let Started::<ImageUpload> { value } = self.ask(call, Twice::Harmless).await.map_err(no_server)?;
        let mime = HeaderValue::from_str(&picture.mime).map_err(|error| DeliveryError::Refused(error.to_string()))?;
        let put = self
            .http
            .call(Method::PUT, value.upload_url)
            .bearer(&self.tokens.token().await?);
        let put = put
            .header(CONTENT_TYPE, mime)
            .body(bytes::Bytes::from_owner(picture.bytes.clone()));
        self.send(put, Twice::Harmless).await.map_err(no_server)?;
        self.until_available("images", &value.image).await?;
        Ok(json!({ "id": value.image, "altText": picture.alt }))
    }

    /// A video, in the parts that LinkedIn asks for. There is no field for what it shows.
    pub(super) async fn upload_film(&self, video: &Video) -> Result<Value, DeliveryError> {
        let body = json!({ "initializeUploadRequest": { "owner": self.urn(), "fileSizeBytes": video.film.size(),
            "uploadCaptions": false, "uploadThumbnail": false } });
        let call = self
            .call(Method::POST, "videos?action=initializeUpload")
            .await?
            .json(&body);
        let Started::<FilmUpload> { value } = self.ask(call, Twice::Harmless).await.map_err(no_server)?;
        let mut parts = Vec::with_capacity(value.upload_instructions.len());
        for part in value.upload_instructions {
            // LinkedIn tells the last byte, not the one after it.
            let bytes = film::part(&video.film, part.first_byte..part.last_byte + 1).await?;
            let put = self
                .http
                .call(Method::PUT, part.upload_url)
                .bearer(&self.tokens.token().await?);
            let kind = HeaderValue::from_static("application/octet-stream");
            let put = put.header(CONTENT_TYPE, kind).body(bytes);
            let answer = self.send(put, Twice::Harmless).await.map_err(no_server)?;
            let tag = answer.headers.get(ETAG).and_then(|tag| tag.to_str().ok());
            let unnamed = || unsettled("LinkedIn did not name a part of the video".to_owned(), Twice::Harmless);
            parts.push(tag.ok_or_else(unnamed)?.to_owned());
        }
        let body = json!({ "finalizeUploadRequest": { "video": value.video, "uploadToken": value.upload_token,
            "uploadedPartIds": parts } });
        let call = self
            .call(Method::POST, "videos?action=finalizeUpload")
            .await?
            .json(&body);
        self.send(call, Twice::Harmless).await.map_err(no_server)?;
        self.until_available("videos", &value.video).await?;
        Ok(json!({ "id": value.video }))
    }

    async fn until_available(&self, kind: &str, urn: &str) -> Result<(), DeliveryError> {
        for poll in 0..POLLS {
            let call = self.call(Method::GET, &format!("{kind}/{}", encoded(urn))).await?;
            let told: Progress = self.ask(call, Twice::Harmless).await.map_err(no_server)?;
            match told.status.as_str() {
                "AVAILABLE" => return Ok(()),
                "PROCESSING_FAILED" => {
                    return Err(DeliveryError::Refused(
                        "LinkedIn cannot read a picture or a video".to_owned(),
                    ));
                }
                _ => tokio::time::sleep(FIRST_PAUSE * 2_u32.pow(poll)).await,
            }
        }
        Err(DeliveryError::Retry {
            after: None,
            reason: "a picture or a video is still being processed".to_owned(),
        })
    }
}
