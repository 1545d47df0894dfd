//! Pictures on Mastodon: uploaded first, then attached by their ids.

use std::{collections::BTreeMap, time::Duration};

use beffroi_schema::value::{Picture, RemotePost};
use reqwest::{
    Method, StatusCode,
    multipart::{Form, Part},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    super::answer::{Twice, no_server, unsettled},
    DeliveryError, Mastodon,
};

/// Times a picture that is being processed is asked for before the delivery is put off.
const POLLS: u32 = 7;

/// The wait after the first of them; each further one doubles it (6.3 seconds in all).
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// Under which name a receipt keeps [`Attached`].
const EXTRA: &str = "media";

/// Which of our pictures is which attachment over there, in the order of the post.
#[derive(Debug, Default)]
pub(super) struct Attached(Vec<Attachment>);

#[derive(Debug)]
struct Attachment {
    ours: String,
    theirs: String,
    kept: bool,
}

#[derive(Debug, Deserialize)]
struct Media {
    id: String,
}

impl Attached {
    pub(super) fn ids(&self) -> Vec<&str> {
        self.0.iter().map(|attachment| attachment.theirs.as_str()).collect()
    }

    /// The alternative texts of pictures that were there before: an edit sets them anew.
    pub(super) fn kept_attributes(&self, pictures: &[Picture]) -> Vec<Value> {
        let described = self.0.iter().zip(pictures).filter(|(attachment, _)| attachment.kept);
        described
            .map(|(attachment, picture)| json!({ "id": attachment.theirs, "description": picture.alt }))
            .collect()
    }

    /// For the receipt: `ours=theirs ours=theirs`.
    pub(super) fn extra(&self) -> BTreeMap<String, String> {
        let pairs: Vec<String> = self
            .0
            .iter()
            .map(|Attachment { ours, theirs, .. }| format!("{ours}={theirs}"))
            .collect();
        if pairs.is_empty() {
            BTreeMap::new()
        } else {
            BTreeMap::from([(EXTRA.to_owned(), pairs.join(" "))])
        }
    }
}

fn known(remote: &RemotePost) -> BTreeMap<&str, &str> {
    remote
        .extra
        .get(EXTRA)
        .into_iter()
        .flat_map(|pairs| pairs.split(' '))
        .filter_map(|pair| pair.split_once('='))
        .collect()
}

impl Mastodon {
    /// Uploads the pictures, except those that `remote` already has.
    pub(super) async fn attach(
        &self,
        pictures: &[Picture],
        remote: Option<&RemotePost>,
    ) -> Result<Attached, DeliveryError> {
        let known = remote.map(known).unwrap_or_default();
        let mut attached = Vec::with_capacity(pictures.len());
        for picture in pictures {
            let ours = picture.media.to_string();
            let (theirs, kept) = match known.get(ours.as_str()) {
                Some(id) => ((*id).to_owned(), true),
                None => (self.upload(picture).await.map_err(no_server)?, false),
            };
            attached.push(Attachment { ours, theirs, kept });
        }
        Ok(Attached(attached))
    }

    async fn upload(&self, picture: &Picture) -> Result<String, DeliveryError> {
        let file = Part::bytes(picture.bytes.to_vec())
            .file_name("picture")
            .mime_str(&picture.mime);
        let file = file.map_err(|error| DeliveryError::Refused(error.to_string()))?;
        let form = Form::new().part("file", file).text("description", picture.alt.clone());
        let call = self.call(Method::POST, "/api/v2/media")?.multipart(form);
        let answer = self.ask(call, Twice::Harmless).await?;
        let media: Option<Media> = answer.json();
        let id = media
            .ok_or_else(|| unsettled("the answer is no attachment".to_owned(), Twice::Harmless))?
            .id;
        if answer.status == StatusCode::ACCEPTED {
            self.until_processed(&id).await?;
        }
        Ok(id)
    }

    async fn until_processed(&self, id: &str) -> Result<(), DeliveryError> {
        for poll in 0..POLLS {
            let call = self.call(Method::GET, &format!("/api/v1/media/{id}"))?;
            if self.ask(call, Twice::Harmless).await?.status == StatusCode::OK {
                return Ok(());
            }
            tokio::time::sleep(FIRST_PAUSE * 2_u32.pow(poll)).await;
        }
        Err(DeliveryError::Retry {
            after: None,
            reason: "a picture is still being processed".to_owned(),
        })
    }
}
