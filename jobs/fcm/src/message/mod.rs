//! What is said to a device: the `Message` resource of HTTP v1, without its target.
//!
//! Field names and meanings are those of
//! <https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages>.

pub(crate) mod check;
mod platform;
mod ttl;

use std::collections::BTreeMap;

pub use platform::{
    AndroidConfig, AndroidFcmOptions, AndroidNotification, ApnsConfig, ApnsFcmOptions, MessagePriority,
    NotificationPriority, Visibility, WebpushConfig, WebpushFcmOptions,
};
use serde::{Deserialize, Serialize};

/// Strings by name.
type Map = BTreeMap<String, String>;

/// One device. FCM moves from registration tokens to installation ids; both work meanwhile.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Target {
    /// A registration token.
    Token(String),
    /// A Firebase installation id.
    Fid(String),
}

/// What is said, to whomever. Start from `Message::default()`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Message {
    /// What every platform shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notification: Option<Notification>,
    /// For the app. `from`, `message_type`, `google.*` and `gcm.notification.*` are FCM's own keys.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub data: Map,
    /// What differs on Android.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub android: Option<AndroidConfig>,
    /// What differs on Apple's platforms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub apns: Option<ApnsConfig>,
    /// What differs in browsers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webpush: Option<WebpushConfig>,
    /// For Firebase's statistics.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fcm_options: Option<FcmOptions>,
}

/// What is shown everywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Notification {
    /// The title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The address of an image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
}

impl Notification {
    /// A title and a text.
    pub fn new(title: impl Into<String>, body: impl Into<String>) -> Self {
        Self {
            title: Some(title.into()),
            body: Some(body.into()),
            image: None,
        }
    }
}

/// For Firebase's statistics, on every platform.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FcmOptions {
    /// Groups messages in Firebase's reports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub analytics_label: Option<String>,
}
