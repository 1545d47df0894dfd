//! Google Business Profile: posts on Google Maps and Search, of a place that the town runs.
//! <https://developers.google.com/my-business/reference/rest/v4/accounts.locations.localPosts>

use async_trait::async_trait;
use beffroi_schema::{
    clock::Timestamp,
    id::DeliveryId,
    value::{
        AccountHealth, Capabilities, Counting, LinkStyle, PictureFormat, PictureRules, RemotePost, Rendered, Span,
        TextLimit,
    },
};
use chrono::{DateTime, Datelike as _, FixedOffset, Timelike as _};
use reqwest::Method;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use url::Url;

use super::{
    Credentials, DeliveryError, SocialNetwork,
    answer::{Twice, no_server},
    google::{self, Google},
    likeness::{earliest, skeleton},
};
use crate::http::{Call, Http};

/// Characters of a post: <https://support.google.com/business/answer/7662907>
const MAX_TEXT: u32 = 1500;
/// Characters of an event's title, by the same page.
const MAX_TITLE: u32 = 58;
/// Largest picture, by the same page. Google fetches it itself.
const PICTURE_BYTES: u64 = 5 * 1024 * 1024;
/// Posts read back in one page when looking for ours; the most that is given.
const FIND_PAGE: &str = "100";
/// Pages read back: posts are listed in no order that is promised.
const FIND_PAGES: usize = 5;

/// A place. Its secret is the JSON of an OAuth client and a refresh token with the scope `business.manage`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoogleBusinessSettings {
    /// `accounts/{account}/locations/{location}`.
    pub location: String,
    /// Where posts are made.
    #[serde(default = "posts")]
    pub posts: Url,
    /// Where a place tells its name.
    #[serde(default = "places")]
    pub places: Url,
    /// Where refresh tokens become access tokens.
    #[serde(default = "google::tokens")]
    pub tokens: Url,
}

/// One place.
#[derive(Debug)]
pub(super) struct GoogleBusiness {
    settings: GoogleBusinessSettings,
    google: Google,
    http: Http,
}

fn posts() -> Url {
    super::constant("https://mybusiness.googleapis.com/v4")
}

fn places() -> Url {
    super::constant("https://mybusinessbusinessinformation.googleapis.com/v1")
}

/// What every place takes.
pub(super) fn capabilities() -> Capabilities {
    Capabilities {
        title: Some(MAX_TITLE),
        images: 1,
        image_bytes: PICTURE_BYTES,
        pictures: Some(Box::new(PictureRules {
            formats: vec![PictureFormat::Jpeg, PictureFormat::Png],
            fetched: true,
            ..PictureRules::weight(PICTURE_BYTES)
        })),
        link: LinkStyle::Field,
        edit: true,
        delete: true,
        // No keys: only looking tells whether a post is there.
        ..Capabilities::texts(TextLimit::of(MAX_TEXT, Counting::Utf16))
    }
}

#[derive(Debug, Deserialize)]
struct Place {
    title: String,
    #[serde(default)]
    metadata: Metadata,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Metadata {
    maps_uri: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    local_posts: Vec<Post>,
    next_page_token: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Post {
    name: String,
    #[serde(default)]
    summary: String,
    #[serde(default)]
    state: String,
    search_url: Option<String>,
    create_time: Option<DateTime<FixedOffset>>,
}

impl GoogleBusiness {
    pub(super) fn new(settings: &GoogleBusinessSettings, credentials: Credentials, http: &Http) -> Self {
        Self {
            settings: settings.clone(),
            google: Google::new(credentials, &settings.tokens, http),
            http: http.clone(),
        }
    }

    /// `resource` below `base`.
    async fn ask<T: DeserializeOwned>(
        &self,
        (method, base, resource): (Method, &Url, &str),
        twice: Twice,
        prepare: impl Fn(Call<'_>) -> Call<'_> + Send + Sync,
    ) -> Result<T, DeliveryError> {
        let url = format!("{}/{resource}", base.as_str().trim_end_matches('/'));
        let url: Result<Url, _> = url.parse();
        let url = url.map_err(|error| DeliveryError::Locked(error.to_string()))?;
        self.google.ask(&method, &url, twice, prepare).await
    }

    fn list(&self) -> String {
        format!("{}/localPosts", self.settings.location)
    }
}

#[async_trait]
impl SocialNetwork for GoogleBusiness {
    async fn check(&self) -> Result<(AccountHealth, Capabilities), DeliveryError> {
        let location = self.settings.location.split_once('/').map_or("", |(_, rest)| rest);
        let Some((_, location)) = location.split_once('/') else {
            let wrong = "the location is not written accounts/…/locations/…";
            return Err(DeliveryError::Locked(wrong.to_owned()));
        };
        let call = (Method::GET, &self.settings.places, location);
        let mask = [("readMask", "title,metadata")];
        let place: Result<Place, _> = self.ask(call, Twice::Harmless, |call| call.query(&mask)).await;
        let place = place.map_err(no_server)?;
        let health = AccountHealth {
            checked_at: self.http.clock().now(),
            handle: place.title,
            url: place.metadata.maps_uri,
            followers: None,
            warning: None,
        };
        Ok((health, capabilities()))
    }

    async fn renew(&self) -> Result<(), DeliveryError> {
        self.google.renew().await
    }

    async fn publish(&self, post: &Rendered, _key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        let (list, mut body) = (self.list(), body(post));
        let pictures = post.pictures.iter();
        let pictures: Vec<_> = pictures
            .map(|picture| json!({ "mediaFormat": "PHOTO", "sourceUrl": picture.url }))
            .collect();
        if !pictures.is_empty() {
            body["media"] = pictures.into();
        }
        let call = (Method::POST, &self.settings.posts, list.as_str());
        let made: Result<Post, _> = self.ask(call, Twice::Harmful, |call| call.json(&body)).await;
        made.map_err(no_server)?.accepted()
    }

    /// All but the picture.
    async fn amend(&self, remote: &RemotePost, post: &Rendered, _key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        let body = body(post);
        let mask = if post.when.is_some() {
            "languageCode,summary,callToAction,event"
        } else {
            "languageCode,summary,callToAction"
        };
        let call = (Method::PATCH, &self.settings.posts, remote.id.as_str());
        let query = [("updateMask", mask)];
        let made: Result<Post, _> = self
            .ask(call, Twice::Harmless, |call| call.query(&query).json(&body))
            .await;
        made?.accepted().map(|_| remote.clone())
    }

    async fn withdraw(&self, remote: &RemotePost) -> Result<(), DeliveryError> {
        let call = (Method::DELETE, &self.settings.posts, remote.id.as_str());
        match self.ask::<Value>(call, Twice::Harmless, |call| call).await {
            Ok(_) | Err(DeliveryError::Gone(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn find(
        &self,
        post: &Rendered,
        _key: DeliveryId,
        since: Timestamp,
    ) -> Result<Option<RemotePost>, DeliveryError> {
        let (list, wanted, mut token) = (self.list(), skeleton(&post.text), String::new());
        let ours = |listed: &Post| {
            listed.create_time.is_some_and(|at| at >= earliest(since)) && skeleton(&listed.summary) == wanted
        };
        for _ in 0..FIND_PAGES {
            let call = (Method::GET, &self.settings.posts, list.as_str());
            let query = [("pageSize", FIND_PAGE), ("pageToken", &token)];
            let page: Result<Page, _> = self.ask(call, Twice::Harmless, |call| call.query(&query)).await;
            let page = page.map_err(no_server)?;
            if let Some(found) = page.local_posts.into_iter().find(ours) {
                return found.accepted().map(Some);
            }
            token = page.next_page_token;
            if token.is_empty() {
                break;
            }
        }
        Ok(None)
    }
}

impl Post {
    /// Google reads every post before it shows it, most of them within seconds.
    fn accepted(self) -> Result<RemotePost, DeliveryError> {
        if self.state == "REJECTED" {
            let reason = "Google found the post to be against its rules for content, and does not show it";
            return Err(DeliveryError::Refused(reason.to_owned()));
        }
        Ok(RemotePost {
            id: self.name,
            url: self.search_url,
            extra: std::collections::BTreeMap::new(),
            replies: Vec::new(),
        })
    }
}

/// What announces a date is an event, with a title of its own.
fn body(post: &Rendered) -> Value {
    let mut body = json!({
        "languageCode": post.language,
        "summary": post.text,
        "topicType": "STANDARD",
        "callToAction": { "actionType": "LEARN_MORE", "url": post.link },
    });
    if let Some(when) = &post.when {
        body["topicType"] = "EVENT".into();
        body["event"] = json!({ "title": post.title, "schedule": schedule(when) });
    }
    body
}

/// In the place's own time. An event without an end lasts its day.
fn schedule(when: &Span) -> Value {
    let date = |at: &DateTime<FixedOffset>| json!({ "year": at.year(), "month": at.month(), "day": at.day() });
    let time = |at: &DateTime<FixedOffset>| json!({ "hours": at.hour(), "minutes": at.minute() });
    let end = if when.to > when.from {
        time(&when.to)
    } else {
        json!({ "hours": 23, "minutes": 59 })
    };
    json!({ "startDate": date(&when.from), "startTime": time(&when.from), "endDate": date(&when.to), "endTime": end })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_told_by_the_clocks_of_the_place() {
        let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap();
        let from = at("2026-06-21T23:30:00+02:00");
        let night = schedule(&Span {
            from,
            to: at("2026-06-22T01:15:00+02:00"),
        });
        assert_eq!(night["startDate"], json!({ "year": 2026, "month": 6, "day": 21 }));
        assert_eq!(night["startTime"], json!({ "hours": 23, "minutes": 30 }));
        assert_eq!(night["endDate"]["day"], 22);
        assert_eq!(night["endTime"], json!({ "hours": 1, "minutes": 15 }));
        let open = schedule(&Span { from, to: from });
        assert_eq!(
            (&open["endDate"]["day"], &open["endTime"]["hours"]),
            (&json!(21), &json!(23))
        );
    }
}
