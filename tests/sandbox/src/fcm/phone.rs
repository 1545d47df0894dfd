//! What the phones show.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::message::Message;

/// A campaign of a load test reaches a million phones; a person looks at a few.
const NOTIFICATIONS_KEPT: usize = 10_000;
/// A replaced notification remembers this many earlier wordings.
const EARLIER_KEPT: usize = 16;

/// Whom a message is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    Token(String),
    Fid(String),
    Topic(String),
    Condition(String),
}

impl Target {
    pub fn as_str(&self) -> &str {
        match self {
            Self::Token(name) | Self::Fid(name) | Self::Topic(name) | Self::Condition(name) => name,
        }
    }
}

/// One entry on a phone's lock screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notification {
    pub target: Target,
    /// The same tag replaces the entry on the same phone.
    pub tag: Option<String>,
    pub collapse_key: Option<String>,
    /// `None` for both texts: a silent message for the app alone.
    pub title: Option<String>,
    pub body: Option<String>,
    pub data: BTreeMap<String, String>,
    /// The last arrival.
    pub at: DateTime<Utc>,
    /// How many messages arrived for this entry: 1 plus its replacements.
    pub arrivals: u32,
    /// The texts it had before, oldest first.
    pub earlier: Vec<Earlier>,
}

/// A text that was replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Earlier {
    pub title: Option<String>,
    pub body: Option<String>,
    pub at: DateTime<Utc>,
}

impl Notification {
    /// The registration token, or whatever else the message was addressed to.
    pub fn token(&self) -> &str {
        self.target.as_str()
    }

    pub fn replaced(&self) -> bool {
        self.arrivals > 1
    }
}

#[derive(Debug, Default)]
pub(super) struct Phones {
    shown: BTreeMap<u64, Notification>,
    by_tag: HashMap<(Target, String), u64>,
    arrived: u64,
}

impl Phones {
    /// Shows the message and says which arrival it was.
    pub(super) fn show(&mut self, message: Message, at: DateTime<Utc>) -> u64 {
        self.arrived += 1;
        let mut notification = Notification {
            target: message.target,
            tag: message.tag,
            collapse_key: message.collapse_key,
            title: message.title,
            body: message.body,
            data: message.data,
            at,
            arrivals: 1,
            earlier: Vec::new(),
        };
        if let Some(tag) = notification.tag.clone() {
            let place = self.by_tag.insert((notification.target.clone(), tag), self.arrived);
            if let Some(replaced) = place.and_then(|place| self.shown.remove(&place)) {
                notification.replace(replaced);
            }
        }
        self.shown.insert(self.arrived, notification);
        self.forget_oldest();
        self.arrived
    }

    pub(super) fn arrived(&self) -> u64 {
        self.arrived
    }

    pub(super) fn notifications(&self) -> Vec<Notification> {
        self.shown.values().cloned().collect()
    }

    fn forget_oldest(&mut self) {
        if self.shown.len() <= NOTIFICATIONS_KEPT {
            return;
        }
        if let Some((
            _,
            Notification {
                target, tag: Some(tag), ..
            },
        )) = self.shown.pop_first()
        {
            self.by_tag.remove(&(target, tag));
        }
    }
}

impl Notification {
    fn replace(&mut self, old: Self) {
        self.arrivals = old.arrivals + 1;
        self.earlier = old.earlier;
        if self.earlier.len() == EARLIER_KEPT {
            self.earlier.remove(0);
        }
        self.earlier.push(Earlier {
            title: old.title,
            body: old.body,
            at: old.at,
        });
    }
}
