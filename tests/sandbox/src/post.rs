//! A post as its readers see it, whatever the network.

use chrono::{DateTime, Utc};
use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Post {
    /// The id of the account that posted it, as its network writes ids.
    pub account: String,
    pub remote_id: String,
    /// Where people read it.
    pub url: String,
    /// Where the network has a field for it.
    pub title: Option<String>,
    pub text: String,
    pub language: Option<String>,
    pub images: Vec<Image>,
    pub video: Option<Clip>,
    pub card: Option<Card>,
    /// The remote id of the post this one answers.
    pub reply_to: Option<String>,
    pub created_at: DateTime<Utc>,
    pub edited_at: Option<DateTime<Utc>>,
    pub deleted_at: Option<DateTime<Utc>>,
    /// What the network charged for it so far, in millionths of a US dollar; `None`: nothing.
    pub cost: Option<u64>,
    /// Earlier wordings, oldest first; empty when never edited.
    pub history: Vec<Wording>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Image {
    pub alt: String,
    pub bytes_len: usize,
    /// Of its bytes, in hexadecimal, where it was sent: the page shows it under this name.
    pub sha256: Option<String>,
    /// Where the network fetches it, for those that do.
    pub url: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Clip {
    pub alt: Option<String>,
    /// 0 where the network fetches the file itself.
    pub bytes_len: usize,
}

/// The preview of a link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Card {
    pub url: String,
    /// `None` where the network reads the title off the page itself.
    pub title: Option<String>,
    pub description: Option<String>,
    /// Of the bytes of its picture, where the client sends one; most networks read it off the page.
    pub picture: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Wording {
    pub text: String,
    pub until: DateTime<Utc>,
}

impl Post {
    /// A text and nothing else.
    pub(crate) fn new(account: &str, remote_id: String, url: String, text: String, at: DateTime<Utc>) -> Self {
        Self {
            account: account.to_owned(),
            remote_id,
            url,
            title: None,
            text,
            language: None,
            images: Vec::new(),
            video: None,
            card: None,
            reply_to: None,
            created_at: at,
            edited_at: None,
            deleted_at: None,
            cost: None,
            history: Vec::new(),
        }
    }

    /// The network charges for it.
    pub(crate) fn charge(&mut self, millionths: u64) {
        *self.cost.get_or_insert_default() += millionths;
    }

    pub fn deleted(&self) -> bool {
        self.deleted_at.is_some()
    }

    pub(crate) fn reword(&mut self, text: String, at: DateTime<Utc>) {
        let text = std::mem::replace(&mut self.text, text);
        self.history.push(Wording { text, until: at });
        self.edited_at = Some(at);
    }
}
