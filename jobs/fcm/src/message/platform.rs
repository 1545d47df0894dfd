//! What a message says differently to one platform.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Map;

/// How Android devices receive the message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AndroidConfig {
    /// Of messages with the same key only the last waits for an offline device; at most four keys wait at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collapse_key: Option<String>,
    /// Whether a sleeping device is woken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<MessagePriority>,
    /// How long FCM keeps the message for an offline device, up to four weeks (the default); zero is now or never.
    #[serde(skip_serializing_if = "Option::is_none", with = "super::ttl")]
    pub ttl: Option<Duration>,
    /// The only app that may receive it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restricted_package_name: Option<String>,
    /// Replaces `Message::data`.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub data: Map,
    /// How it is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notification: Option<AndroidNotification>,
    /// For Firebase's statistics.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fcm_options: Option<AndroidFcmOptions>,
    /// Whether it may arrive before the device is first unlocked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direct_boot_ok: Option<bool>,
    /// Whether it may use a network of little bandwidth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bandwidth_constrained_ok: Option<bool>,
    /// Whether it may use a satellite network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restricted_satellite_ok: Option<bool>,
}

/// How Android shows the message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AndroidNotification {
    /// Replaces the common title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Replaces the common text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The name of a drawable of the app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
    /// The icon's colour, `#rrggbb`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    /// The name of a sound of the app, or `default`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sound: Option<String>,
    /// A notification with the same tag is replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// The intent that a tap starts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub click_action: Option<String>,
    /// A string resource of the app, for the title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title_loc_key: Option<String>,
    /// What is put into that resource.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub title_loc_args: Vec<String>,
    /// A string resource of the app, for the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_loc_key: Option<String>,
    /// What is put into that resource.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub body_loc_args: Vec<String>,
    /// The notification channel; it must exist in the app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<String>,
    /// Text for accessibility services.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticker: Option<String>,
    /// Whether it stays after a tap.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sticky: Option<bool>,
    /// When it happened, RFC 3339 in UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_time: Option<String>,
    /// Whether it stays off bridged devices such as watches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_only: Option<bool>,
    /// How prominently it is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notification_priority: Option<NotificationPriority>,
    /// Whether the system's sound is played.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_sound: Option<bool>,
    /// Whether the system's vibration is used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_vibrate_timings: Option<bool>,
    /// Whether the system's light is used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_light_settings: Option<bool>,
    /// What a locked screen shows of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
    /// The number on the app's badge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notification_count: Option<u32>,
    /// Replaces the common image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
}

/// For Firebase's statistics, on Android.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AndroidFcmOptions {
    /// Replaces the common label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub analytics_label: Option<String>,
}

/// How Apple's push service receives the message.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ApnsConfig {
    /// APNs request headers, such as `apns-priority`, `apns-expiration` and `apns-collapse-id`.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub headers: Map,
    /// The APNs payload: an object with `aps`, and the app's own members.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<Value>,
    /// For Firebase's statistics, and the image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fcm_options: Option<ApnsFcmOptions>,
    /// The token of a Live Activity to start or change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub live_activity_token: Option<String>,
}

/// FCM's own options on Apple's platforms.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ApnsFcmOptions {
    /// Replaces the common label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub analytics_label: Option<String>,
    /// Replaces the common image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
}

/// How browsers receive the message.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebpushConfig {
    /// Web Push request headers (RFC 8030): `TTL`, `Urgency`, `Topic`.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub headers: Map,
    /// Replaces `Message::data`.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub data: Map,
    /// The options of the browser's Notification, as an object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notification: Option<Value>,
    /// For Firebase's statistics, and the link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fcm_options: Option<WebpushFcmOptions>,
}

/// FCM's own options in browsers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebpushFcmOptions {
    /// The page that a tap opens; https only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Replaces the common label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub analytics_label: Option<String>,
}

/// When Android hands the message over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum MessagePriority {
    /// When the device is awake.
    Normal,
    /// At once, waking it; for what the person then sees.
    High,
}

/// How prominently Android shows a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NotificationPriority {
    /// In the drawer only.
    #[serde(rename = "PRIORITY_MIN")]
    Min,
    /// Without sound.
    #[serde(rename = "PRIORITY_LOW")]
    Low,
    /// As usual.
    #[serde(rename = "PRIORITY_DEFAULT")]
    Default,
    /// Over what is on the screen.
    #[serde(rename = "PRIORITY_HIGH")]
    High,
    /// As an alarm or a call.
    #[serde(rename = "PRIORITY_MAX")]
    Max,
}

/// What Android's locked screen shows of a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Visibility {
    /// That there is one.
    Private,
    /// All of it.
    Public,
    /// Nothing.
    Secret,
}
