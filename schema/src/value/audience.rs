//! Phones, what they follow, and who is told.

use std::collections::BTreeMap;

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

use super::{Kind, Language, Point, Severity, Shape};
use crate::{
    clock::Timestamp,
    id::{DeviceId, ItemId, LineId, StopId, ZoneId},
};

closed_set! {
    /// What the app runs on.
    pub enum Platform {
        /// Android.
        Android = "android",
        /// iOS and iPadOS.
        Ios = "ios",
        /// A web browser.
        Web = "web",
    }
}

closed_set! {
    /// How a device is reached.
    pub enum TransportKind {
        /// Firebase Cloud Messaging, by registration token.
        FcmToken = "fcm_token",
        /// Firebase Cloud Messaging, by Firebase installation id.
        FcmFid = "fcm_fid",
    }
}

closed_set! {
    /// What a resident can follow, beside the surroundings of a point.
    pub enum FollowKind {
        /// A topic, by its slug.
        Topic = "topic",
        /// A line, by its id.
        Line = "line",
        /// A stop or station, by its id.
        Stop = "stop",
        /// A zone, by its id.
        Zone = "zone",
        /// Every item of a kind (`event`, `disruption`, `article`).
        Kind = "kind",
    }
}

/// One thing a device follows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Follow {
    /// What sort of thing.
    pub kind: FollowKind,
    /// Its slug or id.
    pub target: String,
}

/// Whom a revision concerns: followers of any of these, or of a place near any of these points and shapes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(default)]
pub struct Audience {
    /// The item's kind, for those who follow all of it.
    pub kind: Option<Kind>,
    /// Topic slugs.
    pub topics: Vec<String>,
    /// Lines concerned as a whole.
    pub lines: Vec<LineId>,
    /// Stops concerned, with the station they belong to.
    pub stops: Vec<StopId>,
    /// Zones concerned.
    pub zones: Vec<ZoneId>,
    /// Where it is: the venue, the stops concerned.
    pub points: Vec<Point>,
    /// The outlines of the zones concerned.
    pub shapes: Vec<Shape>,
    /// Not those whom it concerns now, but those who were told of this item before (it is over, it was taken back):
    /// whatever it has shrunk to meanwhile, what their phones show is put right.
    pub told_before: bool,
}

closed_set! {
    /// Why a campaign is sent.
    pub enum CampaignKind {
        /// The first word.
        Alert = "alert",
        /// It changed.
        Update = "update",
        /// It is over.
        Resolved = "resolved",
        /// It was taken back.
        Withdrawn = "withdrawn",
    }
}

closed_set! {
    /// Where a campaign is.
    pub enum CampaignState {
        /// Its pages are being sent.
        Running = "running",
        /// Every page is settled.
        Done = "done",
        /// The transport refuses our credentials or our messages: somebody must look. Nothing is retired.
        Halted = "halted",
        /// Overtaken by a newer revision, expired, or stopped by a person.
        Cancelled = "cancelled",
    }
}

/// A notification before it is addressed: one per campaign.
///
/// The payload contract (`docs/push.md`) is made of these fields; `tag` makes a repeat or a follow-up replace what the
/// phone shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Note {
    /// Title and body, by language.
    pub words: BTreeMap<Language, Words>,
    /// Language for devices whose own is not among `words`.
    pub fallback: Language,
    /// The item.
    pub item: ItemId,
    /// The item's version that is told.
    pub version: i32,
    /// The item's kind.
    pub kind: Kind,
    /// Why it is sent.
    pub campaign: CampaignKind,
    /// For disruptions.
    pub severity: Option<Severity>,
    /// The item's canonical https page: the deep link.
    pub link: String,
    /// Same tag, same place on the phone: 22 characters of base64url, made of the item's id.
    pub tag: String,
    /// Wakes a dozing phone.
    pub urgent: bool,
    /// Of no use after this instant.
    pub expires_at: Timestamp,
}

/// The words of a notification in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// First line.
    pub title: String,
    /// The rest.
    pub body: String,
}

/// One device to reach.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    /// Which row it is.
    pub device: DeviceId,
    /// How it is reached.
    pub transport: TransportKind,
    /// The transport's address of it. A secret: whoever has it can write to the phone.
    pub address: String,
    /// The device's language.
    pub language: Language,
    /// What it runs on.
    pub platform: Platform,
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            device,
            transport,
            address: _,
            language,
            platform,
        } = self;
        write!(f, "Target({device}, {transport}, {language}, {platform})")
    }
}

/// How one device's notification ended, named by what happens to the device next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The transport took it.
    Sent,
    /// Later: it did not leave, or we were asked to wait.
    Retry(Option<std::time::Duration>),
    /// The device is gone: forget its address.
    Gone,
    /// This message is refused for this device; the address stays.
    Refused(String),
    /// The transport does not accept us at all (credentials, project, quota fault): halt the campaign, tell the people.
    Halt(String),
}

/// Devices by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct DeviceList(pub Vec<DeviceId>);
