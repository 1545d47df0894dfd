//! What Facebook answers: the fields read.

use std::collections::BTreeMap;

use beffroi_schema::value::{Metrics, RemotePost};
use serde::Deserialize;

use super::VIDEO;

#[derive(Debug, Deserialize)]
pub(super) struct PageProfile {
    pub(super) name: String,
    pub(super) link: Option<String>,
    pub(super) followers_count: Option<u64>,
}

/// What a creation gives back.
#[derive(Debug, Deserialize)]
pub(super) struct Posted {
    pub(super) id: String,
    pub(super) permalink_url: Option<String>,
}

/// `published_posts`.
#[derive(Debug, Deserialize)]
pub(super) struct Page {
    pub(super) data: Vec<Listed>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Listed {
    id: String,
    #[serde(default)]
    pub(super) message: String,
    permalink_url: Option<String>,
    #[serde(default)]
    attachments: Attachments,
}

#[derive(Debug, Default, Deserialize)]
struct Attachments {
    data: Vec<Attachment>,
}

#[derive(Debug, Deserialize)]
struct Attachment {
    target: Option<Target>,
}

/// What is shown in a post, as a thing of its own.
#[derive(Debug, Deserialize)]
struct Target {
    id: Option<String>,
}

/// What is counted of a post; nothing is said of shares before the first.
#[derive(Debug, Deserialize)]
pub(super) struct Counted {
    reactions: Option<Counter>,
    comments: Option<Counter>,
    shares: Option<Shares>,
}

#[derive(Debug, Deserialize)]
struct Counter {
    summary: Option<Summary>,
}

#[derive(Debug, Deserialize)]
struct Summary {
    total_count: u64,
}

#[derive(Debug, Deserialize)]
struct Shares {
    count: u64,
}

impl Counted {
    /// What is asked for: of each list its length alone.
    pub(super) const FIELDS: &str =
        "reactions.limit(0).summary(total_count),comments.limit(0).summary(total_count),shares";

    pub(super) fn metrics(self) -> Metrics {
        let total = |counter: Option<Counter>| counter.and_then(|list| list.summary).map(|summary| summary.total_count);
        Metrics {
            likes: total(self.reactions),
            shares: Some(self.shares.map_or(0, |shares| shares.count)),
            replies: total(self.comments),
            views: None,
        }
    }
}

impl Posted {
    pub(super) fn remote(self) -> RemotePost {
        RemotePost {
            id: self.id,
            url: self.permalink_url,
            extra: BTreeMap::new(),
            replies: Vec::new(),
        }
    }
}

impl Listed {
    /// A video is known by its own id, as it is when it is made.
    pub(super) fn remote(self, video: bool) -> RemotePost {
        let mut shown = self.attachments.data.into_iter();
        let shown = shown.find_map(|attachment| attachment.target?.id);
        if let Some(id) = shown.filter(|_| video) {
            return film(id, self.permalink_url);
        }
        RemotePost {
            id: self.id,
            url: self.permalink_url,
            extra: BTreeMap::new(),
            replies: Vec::new(),
        }
    }
}

/// A post that is a video.
pub(super) fn film(id: String, url: Option<String>) -> RemotePost {
    RemotePost {
        id,
        url,
        extra: BTreeMap::from([(VIDEO.to_owned(), "1".to_owned())]),
        replies: Vec::new(),
    }
}
