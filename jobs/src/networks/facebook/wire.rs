//! What Facebook answers: the fields read.

use std::collections::BTreeMap;

use beffroi_schema::value::RemotePost;
use serde::Deserialize;

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
    permalink_url: Option<String>,
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
    pub(super) fn remote(self) -> RemotePost {
        RemotePost {
            id: self.id,
            url: self.permalink_url,
            extra: BTreeMap::new(),
            replies: Vec::new(),
        }
    }
}
