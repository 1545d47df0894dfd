//! Deliveries: one revision brought to one account.

use std::sync::Arc;

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

use super::{Film, Language};
use crate::{clock::Timestamp, id::MediaId};

closed_set! {
    /// What is asked of the network.
    pub enum Action {
        /// A new post.
        Publish = "publish",
        /// Our post says something else now. Where the network has no edit: a reply that corrects it.
        Amend = "amend",
        /// Our post goes.
        Withdraw = "withdraw",
    }
}

closed_set! {
    /// Where a delivery is. `Done` is written only after the network's own id came back.
    pub enum DeliveryState {
        /// Goes out at `due_at`.
        Waiting = "waiting",
        /// The call may have left the house. Found so after a crash, it is `Unknown`.
        Attempting = "attempting",
        /// It may be there, or not: only asking the network (or a person) settles it.
        Unknown = "unknown",
        /// It is there.
        Done = "done",
        /// The network will not take this content; a person can put it right.
        Refused = "refused",
        /// The network cannot do this by its API: a person does it by hand.
        ByHand = "by_hand",
        /// Not sent: a newer revision overtook it, or the item never reached this account.
        Skipped = "skipped",
    }
}

closed_set! {
    /// How one try ended.
    pub enum AttemptOutcome {
        /// The network's id came back.
        Done = "done",
        /// It did not leave, or they asked us to wait.
        Retry = "retry",
        /// It may have left.
        Doubtful = "doubtful",
        /// Looked for on the network, not found.
        NotFound = "not_found",
        /// This content never.
        Refused = "refused",
        /// This target never again.
        Gone = "gone",
        /// This account not now.
        Locked = "locked",
    }
}

/// A picture as it goes to a network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// Which media of ours it is.
    pub media: MediaId,
    /// `image/jpeg`, `image/png` or `image/webp`.
    pub mime: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// What it shows, for those who do not see it.
    pub alt: String,
    /// Where anybody finds it, for networks that fetch pictures themselves.
    pub url: String,
    /// The file. Not part of the frozen rendering: loaded just before it is sent.
    #[serde(skip)]
    pub bytes: Arc<[u8]>,
}

/// A video as it goes to a network: MP4.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Video {
    /// Which media of ours it is.
    pub media: MediaId,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Its length.
    pub seconds: u32,
    /// What it shows, for those who do not see it.
    pub alt: String,
    /// Where anybody finds it, for networks that fetch videos themselves.
    pub url: String,
    /// The file. Not part of the frozen rendering: opened just before it is sent.
    #[serde(skip)]
    pub film: Film,
}

/// When what the item announces takes place, for networks that have events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// Its beginning, in the authority's time zone.
    pub from: chrono::DateTime<chrono::FixedOffset>,
    /// Its end; the beginning where none is known.
    pub to: chrono::DateTime<chrono::FixedOffset>,
}

/// A card that stands for the item's page, where the network lets us supply it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// The item's title.
    pub title: String,
    /// The item's summary.
    pub description: String,
}

/// A post as it will be sent, frozen with its time before the first try: a second try sends the very same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Rendered {
    /// Fitted to the account's limit. Contains the link where [`super::LinkStyle::InText`], and where pictures take the
    /// place of the card.
    pub text: String,
    /// What goes on in answers to it, each to the one before: the rest of a text that is longer than one post, or the
    /// first comment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub thread: Vec<String>,
    /// The item's title, fitted to the account's limit, where the network has a field for it.
    pub title: String,
    /// The language of the text.
    pub language: Language,
    /// The item's public page.
    pub link: String,
    /// Where the network lets us supply it, and no picture takes its place.
    pub card: Option<Card>,
    /// In order.
    pub pictures: Vec<Picture>,
    /// In place of pictures.
    pub video: Option<Video>,
    /// For events.
    pub when: Option<Span>,
    /// Hashtags that stand in the text, without `#`.
    pub hashtags: Vec<String>,
    /// When it was frozen: the post's own date where the network asks for one.
    pub at: Timestamp,
}

/// Under which name a receipt says that a person gave the post's address, and that its network's own id is not known.
const BY_ADDRESS: &str = "by_address";

/// Under which name a receipt says how many of our answers are parts of the post.
const PARTS: &str = "parts";

/// What the network gave back: enough to amend, withdraw and link to the post later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct RemotePost {
    /// The network's own id of the post.
    pub id: String,
    /// The post's page, for people.
    pub url: Option<String>,
    /// What else the network's file needs later (a record's cid, media ids), by name.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub extra: std::collections::BTreeMap<String, String>,
    /// The network's own ids of our answers to the post, which go when it goes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replies: Vec<String>,
}

impl RemotePost {
    /// A post that a person made or found: known by its address alone where they do not say the network's own id.
    pub fn by_person(url: String, id: Option<String>) -> Self {
        let mut extra = std::collections::BTreeMap::new();
        if id.is_none() {
            extra.insert(BY_ADDRESS.to_owned(), "1".to_owned());
        }
        Self {
            id: id.unwrap_or_else(|| url.clone()),
            url: Some(url),
            extra,
            replies: Vec::new(),
        }
    }

    /// One more part of the post is there, by the network's own id.
    pub fn goes_on(&mut self, part: String) {
        let parts = self.parts().len() + 1;
        self.extra.insert(PARTS.to_owned(), parts.to_string());
        self.replies.insert(parts - 1, part);
    }

    /// Our answers that are parts of the post, in order: they say more of the same, and are the first.
    pub fn parts(&self) -> &[String] {
        let parts = self.extra.get(PARTS).and_then(|parts| parts.parse().ok()).unwrap_or(0);
        self.replies.get(..parts).unwrap_or(&self.replies)
    }

    /// The same without its parts.
    #[must_use]
    pub fn alone(&self) -> Self {
        let mut alone = self.clone();
        alone.replies.drain(..self.parts().len());
        alone.extra.remove(PARTS);
        alone
    }

    /// Whether only a person can find it: the network's own id is not known.
    pub fn only_by_address(&self) -> bool {
        self.extra.contains_key(BY_ADDRESS)
    }
}
