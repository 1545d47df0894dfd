//! What an app may say, and what it is told when it may not.

use std::ops::RangeInclusive;

use chrono_tz::Tz;
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

use super::{Area, DeviceDraft, DevicePatch, DeviceSettings, QuietHours};
use crate::{
    store::unknown_time_zone,
    value::{Follow, FollowKind, Kind, Point, Problem, ProblemCode},
};

/// Things one device follows at most.
pub const MAX_FOLLOWS: u64 = 200;
/// Bytes of a transport's address. FCM's are under 200; Google promises no length.
pub const MAX_ADDRESS_LENGTH: usize = 1024;
/// Characters of an app's version.
pub const MAX_APP_VERSION_LENGTH: usize = 40;
/// Characters of a topic's slug.
pub const MAX_TOPIC_LENGTH: usize = 64;
/// Metres around a point that can be followed.
pub const RADIUS_M: RangeInclusive<i32> = 100..=20_000;
/// Minutes of a day.
pub const MINUTES: std::ops::Range<i16> = 0..1440;
/// Notifications a day that can be wished for.
pub const DAILY_CAP: RangeInclusive<i32> = 0..=50;
/// Notifications a day for those who wish nothing else.
pub const DEFAULT_DAILY_CAP: i32 = 6;

impl DeviceDraft {
    /// What has to be put right before the device can be registered.
    pub fn problems(&self) -> Vec<Problem> {
        let address = address_problem(&self.address);
        address.into_iter().chain(self.settings.problems()).collect()
    }
}

impl DevicePatch {
    /// What has to be put right before the device can be changed from `settings`.
    pub fn problems(&self, settings: DeviceSettings) -> Vec<Problem> {
        let address = self.address.as_ref().and_then(|(_, address)| address_problem(address));
        address
            .into_iter()
            .chain(self.applied_to(settings).problems())
            .collect()
    }
}

impl DeviceSettings {
    fn problems(&self) -> Vec<Problem> {
        [
            self.app_version.as_deref().and_then(app_version_problem),
            self.time_zone
                .parse::<Tz>()
                .is_err()
                .then(|| unknown_time_zone("timeZone", &self.time_zone)),
            self.quiet_hours.and_then(quiet_hours_problem),
            self.daily_cap.and_then(daily_cap_problem),
        ]
        .into_iter()
        .flatten()
        .chain(self.area.into_iter().flat_map(area_problems))
        .collect()
    }
}

fn address_problem(address: &SecretString) -> Option<Problem> {
    let address = address.expose_secret();
    let well_formed = !address.is_empty() && address.bytes().all(|byte| byte.is_ascii_graphic());
    if address.len() > MAX_ADDRESS_LENGTH {
        return Some(Problem::new(
            ProblemCode::TooLong,
            "address",
            format!("L’adresse de l’appareil dépasse {MAX_ADDRESS_LENGTH} caractères."),
            format!("The device's address is longer than {MAX_ADDRESS_LENGTH} characters."),
        ));
    }
    (!well_formed).then(|| {
        Problem::new(
            ProblemCode::Invalid,
            "address",
            "L’adresse de l’appareil est vide ou contient autre chose que des caractères ASCII visibles.",
            "The device's address is empty, or has characters other than visible ASCII.",
        )
    })
}

fn app_version_problem(version: &str) -> Option<Problem> {
    (version.chars().count() > MAX_APP_VERSION_LENGTH).then(|| {
        Problem::new(
            ProblemCode::TooLong,
            "appVersion",
            format!("La version de l’application dépasse {MAX_APP_VERSION_LENGTH} caractères."),
            format!("The app's version is longer than {MAX_APP_VERSION_LENGTH} characters."),
        )
    })
}

fn quiet_hours_problem(quiet: QuietHours) -> Option<Problem> {
    if !MINUTES.contains(&quiet.from) || !MINUTES.contains(&quiet.to) {
        return Some(Problem::new(
            ProblemCode::OutOfRange,
            "quietHours",
            "Les heures calmes vont de la minute 0 à la minute 1439 du jour.",
            "Quiet hours are given in minutes of the day, from 0 to 1439.",
        ));
    }
    (quiet.from == quiet.to).then(|| {
        Problem::new(
            ProblemCode::Invalid,
            "quietHours",
            "Les heures calmes commencent et finissent à la même minute.",
            "Quiet hours start and end at the same minute.",
        )
    })
}

fn daily_cap_problem(cap: i32) -> Option<Problem> {
    let (least, most) = (DAILY_CAP.start(), DAILY_CAP.end());
    (!DAILY_CAP.contains(&cap)).then(|| {
        Problem::new(
            ProblemCode::OutOfRange,
            "dailyCap",
            format!("Le nombre de notifications par jour est compris entre {least} et {most}."),
            format!("The number of notifications a day is between {least} and {most}."),
        )
    })
}

fn area_problems(area: Area) -> Vec<Problem> {
    let (least, most) = (RADIUS_M.start(), RADIUS_M.end());
    let point = Point::checked(area.point.latitude, area.point.longitude)
        .is_none()
        .then(|| {
            Problem::new(
                ProblemCode::OutOfRange,
                "area.point",
                "La latitude est comprise entre -90 et 90 degrés, la longitude entre -180 et 180.",
                "The latitude is between -90 and 90 degrees, the longitude between -180 and 180.",
            )
        });
    let radius = (!RADIUS_M.contains(&area.radius_m)).then(|| {
        Problem::new(
            ProblemCode::OutOfRange,
            "area.radius",
            format!("Le rayon est compris entre {least} et {most} mètres."),
            format!("The radius is between {least} and {most} metres."),
        )
    });
    point.into_iter().chain(radius).collect()
}

/// The follow in its one spelling, or what is wrong with it. `position` is its place in the request.
pub fn check_follow(follow: &Follow, position: usize) -> Result<Follow, Problem> {
    let target = match follow.kind {
        FollowKind::Topic => slug(&follow.target),
        FollowKind::Line | FollowKind::Stop | FollowKind::Zone => {
            Uuid::parse_str(&follow.target).ok().map(|id| id.to_string())
        }
        FollowKind::Kind => follow.target.parse::<Kind>().ok().map(|kind| kind.to_string()),
    };
    let kind = follow.kind;
    target.map(|target| Follow { kind, target }).ok_or_else(|| {
        Problem::new(
            ProblemCode::Invalid,
            format!("follows.{position}.target"),
            format!("Ce n’est pas un identifiant possible pour « {kind} »."),
            format!("This cannot be the identifier of a {kind}."),
        )
    })
}

fn slug(target: &str) -> Option<String> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let ok = (1..=MAX_TOPIC_LENGTH).contains(&target.len()) && target.bytes().all(allowed);
    ok.then(|| target.to_owned())
}
