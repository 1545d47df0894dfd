//! Networks that take nothing from programs: a person posts what we prepare, and says where it is.
//!
//! Nothing is called, so nothing is kept secret. What limits there are is what their apps and their advertising or
//! messaging interfaces say; where a network publishes none, ours is one that people read to its end.

use async_trait::async_trait;
use beffroi_schema::{
    id::DeliveryId,
    value::{
        AccountHealth, Capabilities, Counting, LinkStyle, Needs, PictureRules, Ratio, Ratios, RemotePost, Rendered,
        TextLimit,
    },
};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{DeliveryError, SocialNetwork};
use crate::http::Http;

/// Characters of a message of WhatsApp, and of what stands under a picture:
/// <https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages>
const WHATSAPP_TEXT: u32 = 4_096;
const WHATSAPP_CAPTION: u32 = 1_024;
/// Pictures that are posted side by side there before they become a gallery.
const WHATSAPP_IMAGES: u32 = 4;
/// Characters of a Spotlight's description and of a story's title:
/// <https://developers.snap.com/api/marketing-api/Public-Profile-API>
const SNAPCHAT_TEXT: u32 = 160;
const SNAPCHAT_TITLE: u32 = 45;
/// Largest picture of a story.
const SNAPCHAT_BYTES: u64 = 20 * 1024 * 1024;
/// A phone that is held upright.
const UPRIGHT: Ratio = Ratio { width: 9, height: 16 };
/// Characters of a post on Facebook, pages or not.
const FACEBOOK_TEXT: u32 = 63_206;
/// Pictures of a post there, as on pages.
const FACEBOOK_IMAGES: u32 = 10;
/// Characters of an alternative text there.
const FACEBOOK_ALT: u32 = 1_000;
/// Nextdoor publishes no limit: what neighbours read to its end.
const NEXTDOOR_TEXT: u32 = 2_000;
/// Pictures of a post there.
const NEXTDOOR_IMAGES: u32 = 10;
/// Largest picture that phones pass on without trouble.
const PICTURE_BYTES: u64 = 4 * 1024 * 1024;

/// An account that a person posts to. It has no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByHandSettings {
    /// The page of the channel, group or profile, where readers find it.
    pub page: Url,
    /// What opens the place where a post is written; absent: the page.
    #[serde(default)]
    pub composer: Option<Url>,
}

/// One account.
#[derive(Debug)]
pub(super) struct ByHand {
    http: Http,
    settings: ByHandSettings,
    capabilities: Capabilities,
}

/// WhatsApp Channels.
pub(super) fn whatsapp_channel() -> Capabilities {
    Capabilities {
        caption: Some(WHATSAPP_CAPTION),
        images: WHATSAPP_IMAGES,
        image_bytes: PICTURE_BYTES,
        ..Capabilities::by_hand(TextLimit::of(WHATSAPP_TEXT, Counting::Utf16))
    }
}

/// Snapchat: a story is a picture with a few words; links are not read there.
pub(super) fn snapchat() -> Capabilities {
    Capabilities {
        title: Some(SNAPCHAT_TITLE),
        needs: Needs::Picture,
        images: 1,
        image_bytes: SNAPCHAT_BYTES,
        link: LinkStyle::Nowhere,
        pictures: Some(Box::new(PictureRules {
            ratios: Some(Ratios {
                tallest: UPRIGHT,
                widest: UPRIGHT,
            }),
            ..PictureRules::weight(SNAPCHAT_BYTES)
        })),
        ..Capabilities::by_hand(TextLimit::of(SNAPCHAT_TEXT, Counting::Utf16))
    }
}

/// Facebook groups and the profiles of persons.
pub(super) fn facebook() -> Capabilities {
    Capabilities {
        images: FACEBOOK_IMAGES,
        image_bytes: PICTURE_BYTES,
        alt_text: Some(FACEBOOK_ALT),
        ..Capabilities::by_hand(TextLimit::of(FACEBOOK_TEXT, Counting::Characters))
    }
}

/// Nextdoor.
pub(super) fn nextdoor() -> Capabilities {
    Capabilities {
        images: NEXTDOOR_IMAGES,
        image_bytes: PICTURE_BYTES,
        ..Capabilities::by_hand(TextLimit::of(NEXTDOOR_TEXT, Counting::Characters))
    }
}

impl ByHand {
    pub(super) fn new(settings: &ByHandSettings, capabilities: Capabilities, http: &Http) -> Self {
        Self {
            http: http.clone(),
            settings: settings.clone(),
            capabilities,
        }
    }
}

#[async_trait]
impl SocialNetwork for ByHand {
    /// Nobody is asked.
    async fn check(&self) -> Result<(AccountHealth, Capabilities), DeliveryError> {
        let page = &self.settings.page;
        let health = AccountHealth {
            checked_at: self.http.clock().now(),
            handle: page.as_str().trim_start_matches("https://").to_owned(),
            url: Some(page.to_string()),
            followers: None,
            warning: None,
        };
        Ok((health, self.capabilities.clone()))
    }

    async fn publish(&self, _: &Rendered, _key: DeliveryId) -> Result<RemotePost, DeliveryError> {
        Err(DeliveryError::Refused("a person posts here".to_owned()))
    }

    fn composer(&self) -> Option<String> {
        let place = self.settings.composer.as_ref().unwrap_or(&self.settings.page);
        Some(place.to_string())
    }
}
