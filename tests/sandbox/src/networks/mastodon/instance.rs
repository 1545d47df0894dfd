//! What the instance is and allows.

use serde_json::{Value, json};

use super::Instance;
use super::media::{DESCRIPTION_LIMIT, IMAGE_SIZE_LIMIT, MIME_TYPES, VIDEO_SIZE_LIMIT};
use super::statuses::MEDIA_LIMIT;
use super::text::{CHARACTER_LIMIT, CHARACTERS_PER_URL};
use crate::call::Call;
use crate::reply::Reply;

const VERSION: &str = "4.5.0";
const CONTACT: &str = "contact@valbourg.example";

pub(super) fn v2(instance: &mut Instance, _call: &Call) -> Reply {
    let url = &instance.url;
    let mut configuration = configuration();
    configuration["urls"] = json!({
        "streaming": url.replacen("http", "ws", 1), "status": null, "about": format!("{url}/about"),
        "privacy_policy": null, "terms_of_service": null,
    });
    configuration["vapid"] = json!({"public_key": vapid_key()});
    configuration["translation"] = json!({"enabled": false});
    configuration["limited_federation"] = json!(false);
    Reply::ok(&json!({
        "domain": domain(url), "title": "Mastodon en miniature", "version": VERSION,
        "source_url": "https://github.com/mastodon/mastodon",
        "description": "Une instance pour essayer, en mémoire.",
        "usage": {"users": {"active_month": instance.accounts.len()}},
        "thumbnail": {"url": format!("{url}/thumbnail.png"), "blurhash": null},
        "icon": [{"src": format!("{url}/icon.png"), "size": "192x192"}],
        "languages": ["fr"], "configuration": configuration,
        "registrations": {"enabled": false, "approval_required": false, "reason_required": false,
                          "message": null, "min_age": null, "url": null},
        "api_versions": {"mastodon": 7}, "contact": {"email": CONTACT, "account": null}, "rules": [],
    }))
}

pub(super) fn v1(instance: &mut Instance, _call: &Call) -> Reply {
    let url = &instance.url;
    Reply::ok(&json!({
        "uri": domain(url), "title": "Mastodon en miniature", "version": VERSION, "email": CONTACT,
        "short_description": "Une instance pour essayer, en mémoire.", "description": "", "languages": ["fr"],
        "urls": {"streaming_api": url.replacen("http", "ws", 1)},
        "stats": {"user_count": instance.accounts.len(), "status_count": instance.statuses.len(), "domain_count": 1},
        "thumbnail": null, "registrations": false, "approval_required": false, "invites_enabled": false,
        "configuration": configuration(), "contact_account": null, "rules": [],
    }))
}

/// The part both versions share.
fn configuration() -> Value {
    json!({
        "accounts": {"max_featured_tags": 10, "max_pinned_statuses": 5, "max_profile_fields": 4,
                     "profile_field_name_limit": 255, "profile_field_value_limit": 255},
        "statuses": {"max_characters": CHARACTER_LIMIT, "max_media_attachments": MEDIA_LIMIT,
                     "characters_reserved_per_url": CHARACTERS_PER_URL},
        "media_attachments": {
            "description_limit": DESCRIPTION_LIMIT, "image_matrix_limit": 33_177_600,
            "image_size_limit": IMAGE_SIZE_LIMIT, "supported_mime_types": MIME_TYPES,
            "video_frame_rate_limit": 120, "video_matrix_limit": 8_294_400, "video_size_limit": VIDEO_SIZE_LIMIT,
        },
        "polls": {"max_options": 4, "max_characters_per_option": 50, "min_expiration": 300,
                  "max_expiration": 2_629_746},
    })
}

/// A point on P-256, as Web Push clients expect one.
pub(super) fn vapid_key() -> &'static str {
    "BCk-QqERU0q-CfYZjcuB6lnyyOYfJ2AifKqfeGIm7Z-HiTU5T9eTG5GxVA0_OH5mMlI4UkkDTpaZwozy0TzdZ2M="
}

pub(super) fn domain(url: &str) -> &str {
    url.split_once("://").map_or(url, |(_, rest)| rest)
}
