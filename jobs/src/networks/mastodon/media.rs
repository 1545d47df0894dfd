//! Pictures and videos on Mastodon: uploaded first, then attached by their ids.

use std::{collections::BTreeMap, time::Duration};

use beffroi_schema::value::{RemotePost, Rendered};
use reqwest::{
    Method, StatusCode,
    multipart::{Form, Part},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    super::{
        answer::{Twice, no_server, unsettled},
        film,
    },
    DeliveryError, Mastodon,
};

/// Times a picture that is being processed is asked for before the delivery is put off.
const POLLS: u32 = 7;

/// The same of a video, which a server writes anew.
const FILM_POLLS: u32 = 10;

/// The wait after the first of them; each further one doubles it (6.3 seconds in all, and 102).
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// Under which name a receipt keeps [`Attached`].
const EXTRA: &str = "media";

/// Which of our files is which attachment over there, in the order of the post.
#[derive(Debug, Default)]
pub(super) struct Attached(Vec<Attachment>);

#[derive(Debug)]
struct Attachment {
    ours: String,
    theirs: String,
    alt: String,
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

    /// The alternative texts of what was there before: an edit sets them anew.
    pub(super) fn kept_attributes(&self) -> Vec<Value> {
        let described = self.0.iter().filter(|attachment| attachment.kept);
        described
            .map(|attachment| json!({ "id": attachment.theirs, "description": attachment.alt }))
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
    /// Uploads the post's pictures, or its video, except those that `remote` already has.
    pub(super) async fn attach(&self, post: &Rendered, remote: Option<&RemotePost>) -> Result<Attached, DeliveryError> {
        let known = remote.map(known).unwrap_or_default();
        let mut attached = Vec::with_capacity(post.pictures.len());
        for picture in &post.pictures {
            let (ours, alt) = (picture.media.to_string(), picture.alt.clone());
            let kept = known.get(ours.as_str()).map(|id| (*id).to_owned());
            let file = || Part::bytes(picture.bytes.to_vec()).file_name("picture");
            let new = async { self.upload((file(), &picture.mime), &alt, POLLS).await };
            attached.push(Attachment::of(ours, alt.clone(), kept, new).await?);
        }
        if let Some(video) = &post.video {
            let (ours, alt) = (video.media.to_string(), video.alt.clone());
            let kept = known.get(ours.as_str()).map(|id| (*id).to_owned());
            let file = || Part::stream_with_length(film::body(&video.film), video.film.size()).file_name("video.mp4");
            let new = async { self.upload((file(), film::MIME), &alt, FILM_POLLS).await };
            attached.push(Attachment::of(ours, alt.clone(), kept, new).await?);
        }
        Ok(Attached(attached))
    }

    async fn upload(&self, (file, mime): (Part, &str), alt: &str, polls: u32) -> Result<String, DeliveryError> {
        let file = file.mime_str(mime);
        let file = file.map_err(|error| DeliveryError::Refused(error.to_string()))?;
        let form = Form::new().part("file", file).text("description", alt.to_owned());
        let call = self.call(Method::POST, "/api/v2/media")?.within(film::WHOLE_WITHIN);
        let answer = self.ask(call.multipart(form), Twice::Harmless).await?;
        let media: Option<Media> = answer.json();
        let id = media
            .ok_or_else(|| unsettled("the answer is no attachment".to_owned(), Twice::Harmless))?
            .id;
        if answer.status == StatusCode::ACCEPTED {
            self.until_processed(&id, polls).await?;
        }
        Ok(id)
    }

    async fn until_processed(&self, id: &str, polls: u32) -> Result<(), DeliveryError> {
        for poll in 0..polls {
            let call = self.call(Method::GET, &format!("/api/v1/media/{id}"))?;
            if self.ask(call, Twice::Harmless).await?.status == StatusCode::OK {
                return Ok(());
            }
            tokio::time::sleep(FIRST_PAUSE * 2_u32.pow(poll)).await;
        }
        Err(DeliveryError::Retry {
            after: None,
            reason: "a picture or a video is still being processed".to_owned(),
        })
    }
}

impl Attachment {
    /// The one that is there already; else the new one.
    async fn of(
        ours: String,
        alt: String,
        there: Option<String>,
        new: impl Future<Output = Result<String, DeliveryError>>,
    ) -> Result<Self, DeliveryError> {
        let kept = there.is_some();
        let theirs = match there {
            Some(id) => id,
            None => new.await.map_err(no_server)?,
        };
        Ok(Self {
            ours,
            theirs,
            alt,
            kept,
        })
    }
}
