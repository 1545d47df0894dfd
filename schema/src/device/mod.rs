//! What an app says about the phone it runs on.

mod check;
mod coarse;

pub use check::{
    DAILY_CAP, DEFAULT_DAILY_CAP, MAX_ADDRESS_LENGTH, MAX_APP_VERSION_LENGTH, MAX_FOLLOWS, MAX_TOPIC_LENGTH, MINUTES,
    RADIUS_M, check_follow,
};
pub use coarse::coarsen;
use secrecy::SecretString;

use crate::value::{Language, Platform, Point, Severity, TransportKind};

/// A phone that wants to be told, as its app registers it.
#[derive(Clone, Debug)]
pub struct DeviceDraft {
    /// How it is reached.
    pub transport: TransportKind,
    /// The transport's address of it: a registration token or an installation id.
    pub address: SecretString,
    /// What it runs on.
    pub platform: Platform,
    /// What its holder chose.
    pub settings: DeviceSettings,
}

/// What the holder of a phone chose.
#[derive(Clone, Debug, PartialEq)]
pub struct DeviceSettings {
    /// Of the app, for the support desk.
    pub app_version: Option<String>,
    /// In which it is told.
    pub language: Language,
    /// IANA name, for quiet hours and for the day of the daily cap.
    pub time_zone: String,
    /// When it is not to be disturbed.
    pub quiet_hours: Option<QuietHours>,
    /// Notifications a day, urgent ones not counted; none: [`DEFAULT_DAILY_CAP`].
    pub daily_cap: Option<i32>,
    /// Disruptions below it are not told.
    pub min_severity: Severity,
    /// The surroundings it follows.
    pub area: Option<Area>,
}

/// From one minute of the device's day to another, over midnight when `to` is the smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuietHours {
    /// First minute.
    pub from: i16,
    /// First minute after.
    pub to: i16,
}

/// The surroundings of a point. What is stored of it is coarser: see [`coarsen`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    /// Its middle.
    pub point: Point,
    /// In metres.
    pub radius_m: i32,
}

/// What happens to a setting that may be absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Setting<T> {
    /// It stays as it is.
    #[default]
    Keep,
    /// It is taken away.
    Unset,
    /// It becomes this.
    Set(T),
}

impl<T> Setting<T> {
    fn applied_to(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Keep => before,
            Self::Unset => None,
            Self::Set(value) => Some(value),
        }
    }
}

/// What changes about a registered phone; what is not named stays.
#[derive(Clone, Debug, Default)]
pub struct DevicePatch {
    /// The transport gave it a new address.
    pub address: Option<(TransportKind, SecretString)>,
    /// See [`DeviceSettings`].
    pub app_version: Setting<String>,
    /// See [`DeviceSettings`].
    pub language: Option<Language>,
    /// See [`DeviceSettings`].
    pub time_zone: Option<String>,
    /// See [`DeviceSettings`].
    pub quiet_hours: Setting<QuietHours>,
    /// See [`DeviceSettings`].
    pub daily_cap: Setting<i32>,
    /// See [`DeviceSettings`].
    pub min_severity: Option<Severity>,
    /// See [`DeviceSettings`].
    pub area: Setting<Area>,
}

impl DevicePatch {
    /// `settings` with the changes applied.
    pub fn applied_to(&self, settings: DeviceSettings) -> DeviceSettings {
        let Self {
            address: _,
            app_version,
            language,
            time_zone,
            quiet_hours,
            daily_cap,
            min_severity,
            area,
        } = self.clone();
        DeviceSettings {
            app_version: app_version.applied_to(settings.app_version),
            language: language.unwrap_or(settings.language),
            time_zone: time_zone.unwrap_or(settings.time_zone),
            quiet_hours: quiet_hours.applied_to(settings.quiet_hours),
            daily_cap: daily_cap.applied_to(settings.daily_cap),
            min_severity: min_severity.unwrap_or(settings.min_severity),
            area: area.applied_to(settings.area),
        }
    }
}
