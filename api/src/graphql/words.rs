//! The closed sets of the trade, as enumerations of the contract.

use async_graphql::Enum;
use beffroi_schema::value;

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::Kind")]
pub enum Kind {
    /// Something to go to, at one or several dates.
    Event,
    /// Something that does not work as usual on the transport network.
    Disruption,
    /// City news.
    Article,
}

/// Why service is disrupted (GTFS-Realtime `Alert.Cause`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::Cause")]
pub enum Cause {
    /// Not said.
    UnknownCause,
    /// None of the others.
    OtherCause,
    /// A technical problem.
    TechnicalProblem,
    /// A strike.
    Strike,
    /// A demonstration on the route.
    Demonstration,
    /// An accident.
    Accident,
    /// A public holiday.
    Holiday,
    /// The weather.
    Weather,
    /// Maintenance.
    Maintenance,
    /// Works.
    Construction,
    /// A police operation.
    PoliceActivity,
    /// A person is unwell.
    MedicalEmergency,
    /// A festival, a match, a market.
    SpecialEvent,
}

/// What a disruption does to service (GTFS-Realtime `Alert.Effect`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::Effect")]
pub enum Effect {
    /// No service.
    NoService,
    /// Fewer departures.
    ReducedService,
    /// Significant delays.
    SignificantDelays,
    /// Another route.
    Detour,
    /// More departures.
    AdditionalService,
    /// Another timetable, or part of the line only.
    ModifiedService,
    /// Something else.
    OtherEffect,
    /// Not said.
    UnknownEffect,
    /// The stop is elsewhere.
    StopMoved,
    /// Information only.
    NoEffect,
    /// A lift or ramp is out of order.
    AccessibilityIssue,
}

/// How bad a disruption is (GTFS-Realtime `Alert.SeverityLevel`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::Severity")]
pub enum Severity {
    /// Not said.
    UnknownSeverity,
    /// Good to know.
    Info,
    /// Plan for it.
    Warning,
    /// Urgent.
    Severe,
}

/// How a disruption differs from what was known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::ChangeClass")]
pub enum ChangeClass {
    /// New, and in effect.
    Created,
    /// New, and still ahead.
    Announced,
    /// Worse, or on more lines.
    Escalated,
    /// The end moved by 15 minutes or more.
    Rescheduled,
    /// The words, or the places within the same lines, changed.
    Edited,
    /// Less bad, or on fewer lines.
    Deescalated,
    /// Back to normal.
    Resolved,
    /// Came back within hours of being resolved.
    Reopened,
}

/// What a revision did to an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::Change")]
pub enum Change {
    /// First made public.
    Published,
    /// Its text or facts changed.
    Amended,
    /// A disruption is over; the item stays readable as past.
    Resolved,
    /// A resolved disruption came back.
    Reopened,
    /// Taken back: it cannot be read any more.
    Withdrawn,
}

/// Whether one date of an event takes place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::OccurrenceStatus")]
pub enum OccurrenceStatus {
    /// As announced.
    Scheduled,
    /// At another time than the rule says.
    Moved,
    /// Will not take place.
    Cancelled,
    /// Takes place, without a seat left.
    Full,
}

/// How a line runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::Mode")]
pub enum Mode {
    /// Tram, streetcar, light rail.
    Tram,
    /// Metro.
    Metro,
    /// Train.
    Rail,
    /// Bus.
    Bus,
    /// Ferry.
    Ferry,
    /// Cable tram.
    CableTram,
    /// Aerial lift.
    AerialLift,
    /// Funicular.
    Funicular,
    /// Trolleybus.
    Trolleybus,
    /// Monorail.
    Monorail,
    /// Anything else.
    Other,
}

/// A social network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::Network")]
pub enum Network {
    /// Mastodon and servers that speak its API.
    Mastodon,
    /// Bluesky and other AT Protocol servers.
    Bluesky,
    /// Facebook Pages.
    Facebook,
    /// Telegram channels.
    Telegram,
    /// X.
    X,
    /// Discord channels.
    Discord,
    /// Slack channels.
    Slack,
    /// Signed webhooks, and the webhooks of chat servers.
    Webhook,
    /// Google Business Profile: posts on Google Maps.
    GoogleBusiness,
    /// Threads.
    Threads,
    /// Pages of organisations on LinkedIn.
    Linkedin,
    /// Professional accounts on Instagram.
    Instagram,
    /// YouTube channels.
    Youtube,
    /// Dailymotion channels.
    Dailymotion,
    /// TikTok accounts.
    Tiktok,
    /// Albums on Flickr.
    Flickr,
    /// Albums on Google Photos.
    GooglePhotos,
    /// WhatsApp Channels: a person posts.
    WhatsappChannel,
    /// Snapchat public profiles: a person posts.
    Snapchat,
    /// Facebook groups: a person posts.
    FacebookGroup,
    /// Facebook profiles of persons: a person posts.
    FacebookProfile,
    /// Nextdoor agencies: a person posts.
    Nextdoor,
}

/// The rung of an authority in the French local government ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::AuthorityKind")]
pub enum AuthorityKind {
    /// A town or village.
    Commune,
    /// A group of communes with its own powers (transport, waste, water).
    Intercommunalite,
    /// A département.
    Departement,
    /// A région.
    Region,
}
