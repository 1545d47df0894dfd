//! Phones of residents.

use beffroi_sandbox::Notification;
use beffroi_schema::{
    device::{DeviceDraft, DeviceSettings, QuietHours},
    entity::campaign,
    id::ItemId,
    store::Registered,
    value::{Follow, FollowKind, Language, Platform, Scope, Severity, TransportKind},
};

use super::City;

/// A phone that is registered.
#[derive(Debug)]
pub struct Phone {
    /// Its address at FCM.
    pub token: String,
    /// Its row, and what proves that the app runs on it.
    pub registered: Registered,
}

impl City {
    /// A phone in French that follows what `follows` names, and may ring at any time.
    pub async fn phone(&self, token: &str, follows: &[(FollowKind, &str)]) -> Phone {
        self.phone_that_sleeps(token, follows, None).await
    }

    /// A phone in French that follows what `follows` names.
    pub async fn phone_that_sleeps(
        &self,
        token: &str,
        follows: &[(FollowKind, &str)],
        quiet_hours: Option<QuietHours>,
    ) -> Phone {
        let draft = DeviceDraft {
            transport: TransportKind::FcmToken,
            address: token.to_owned().into(),
            platform: Platform::Android,
            settings: DeviceSettings {
                app_version: None,
                language: Language::french(),
                time_zone: "Europe/Paris".to_owned(),
                quiet_hours,
                daily_cap: None,
                min_severity: Severity::Info,
                area: None,
            },
        };
        let registered = self.store.register_device(self.authority, draft).await.unwrap();
        let follows: Vec<Follow> = follows
            .iter()
            .map(|(kind, target)| Follow {
                kind: *kind,
                target: (*target).to_owned(),
            })
            .collect();
        let followed = self.store.follow(registered.device, &registered.credential, &follows);
        followed.await.unwrap();
        Phone {
            token: token.to_owned(),
            registered,
        }
    }

    /// What a phone's screen shows, oldest first.
    pub fn screen(&self, token: &str) -> Vec<Notification> {
        let shown = self.sandbox.fcm.phones();
        shown.into_iter().filter(|shown| shown.token() == token).collect()
    }

    /// The campaigns of an item.
    pub async fn campaigns(&self, item: ItemId) -> Vec<campaign::Model> {
        let known = self.store.campaigns_of(&Scope::Instance, item).await.unwrap();
        known.into_iter().map(|known| known.campaign).collect()
    }
}
