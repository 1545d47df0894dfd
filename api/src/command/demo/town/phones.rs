//! A hundred phones, each with its own wishes: registered as the app would, at the same verbs.

use std::collections::HashMap;

use anyhow::Context as _;
use beffroi_sandbox::{Fcm, Outcome};
use beffroi_schema::{
    device::{Area, DeviceDraft, DeviceSettings, QuietHours},
    id::{AuthorityId, LineId, ZoneId},
    store::Store,
    value::{Follow, FollowKind, Language, Platform, Severity, TransportKind},
};
use secrecy::SecretString;

use super::{TIME_ZONE, territory};

/// How many there are.
const PHONES: usize = 100;
/// Of them, those whose holder took the app off since: FCM says so at the next message.
const GONE: [usize; 2] = [22, 64];
/// Metres around the market hall that some follow.
const NEAR_M: i32 = 800;
/// Quiet hours of those who have some: from 22:00 to 7:00.
const NIGHT: QuietHours = QuietHours {
    from: 22 * 60,
    to: 7 * 60,
};

/// Registers all, and says how many follow line B.
pub async fn register(
    store: &Store,
    fcm: &Fcm,
    authority: AuthorityId,
    lines: &HashMap<String, LineId>,
    centre: ZoneId,
) -> anyhow::Result<usize> {
    let line = |key: &str| -> anyhow::Result<Follow> {
        let id = lines
            .get(key)
            .with_context(|| format!("the timetable brings line {key}"))?;
        Ok(follow(FollowKind::Line, id.to_string()))
    };
    let (a, b, bus) = (line("A")?, line("B")?, line("12")?);
    let mut with_b = 0;
    for number in 0..PHONES {
        let token = format!("valbourg-phone-{number:03}");
        if GONE.contains(&number) {
            fcm.script(&token, Outcome::Unregistered);
        }
        let wishes = [
            (number % 2 == 0, b.clone()),
            (number % 3 == 0, a.clone()),
            (number % 5 == 1, bus.clone()),
            (number % 4 == 1, follow(FollowKind::Topic, "culture".to_owned())),
            (number % 6 == 5, follow(FollowKind::Topic, "marche".to_owned())),
            (number % 7 == 3, follow(FollowKind::Zone, centre.to_string())),
            (number % 25 == 7, follow(FollowKind::Kind, "event".to_owned())),
        ];
        let follows: Vec<Follow> = wishes
            .into_iter()
            .filter_map(|(wanted, what)| wanted.then_some(what))
            .collect();
        with_b += usize::from(follows.contains(&b));
        let device = store.register_device(authority, draft(number, token)).await?;
        if !follows.is_empty() {
            store.follow(device.device, &device.credential, &follows).await?;
        }
    }
    Ok(with_b)
}

fn follow(kind: FollowKind, target: String) -> Follow {
    Follow { kind, target }
}

fn draft(number: usize, token: String) -> DeviceDraft {
    let platform = match number % 5 {
        0 | 1 => Platform::Ios,
        2 => Platform::Web,
        _ => Platform::Android,
    };
    let language = if number % 8 == 6 {
        Language::english()
    } else {
        Language::french()
    };
    DeviceDraft {
        transport: TransportKind::FcmToken,
        address: SecretString::from(token),
        platform,
        settings: DeviceSettings {
            app_version: Some("1.4.0".to_owned()),
            language,
            time_zone: TIME_ZONE.to_owned(),
            quiet_hours: (number % 12 == 4).then_some(NIGHT),
            daily_cap: None,
            min_severity: if number % 16 == 10 {
                Severity::Severe
            } else {
                Severity::Info
            },
            area: (number % 10 == 9).then_some(Area {
                point: territory::MARKET_HALL,
                radius_m: NEAR_M,
            }),
        },
    }
}
