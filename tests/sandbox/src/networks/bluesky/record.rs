//! `app.bsky.feed.post`, checked against its lexicon.
//!
//! <https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/feed/post.json>

use chrono::DateTime;
use serde_json::Value;
use unicode_segmentation::UnicodeSegmentation;

use super::{Pds, invalid, text};
use crate::reply::Reply;

pub(super) const POST: &str = "app.bsky.feed.post";
pub(super) const IMAGES: &str = "app.bsky.embed.images";
pub(super) const EXTERNAL: &str = "app.bsky.embed.external";
pub(super) const VIDEO: &str = "app.bsky.embed.video";
pub(super) const WITH_MEDIA: &str = "app.bsky.embed.recordWithMedia";

const GRAPHEME_LIMIT: usize = 300;
const BYTE_LIMIT: usize = 3000;
const LANGS_LIMIT: usize = 3;
const IMAGES_LIMIT: usize = 4;
const VIDEO_BYTES_LIMIT: usize = 100_000_000;
/// Graphemes of a video's alternative text.
const VIDEO_ALT_LIMIT: usize = 1_000;
const IMAGE_BYTES_LIMIT: usize = 2_000_000;
const THUMB_BYTES_LIMIT: usize = 1_000_000;
const TAGS_LIMIT: usize = 8;

/// Refuses what the server refuses.
pub(super) fn check(pds: &Pds, record: &Value) -> Result<(), Reply> {
    check_text(record)?;
    check_created_at(record)?;
    check_count(record, "langs", LANGS_LIMIT)?;
    check_count(record, "tags", TAGS_LIMIT)?;
    let embed = &record["embed"];
    match text(embed, "$type") {
        WITH_MEDIA => check_embed(pds, &embed["media"], "$.record.embed.media"),
        _ => check_embed(pds, embed, "$.record.embed"),
    }
}

/// What the server takes although readers will see it wrong: facets outside the text or inside a character.
pub(super) fn misplaced_facet(record: &Value) -> Option<String> {
    let content = text(record, "text");
    let facets = record["facets"].as_array().into_iter().flatten();
    let index = |facet: &Value, key: &str| usize::try_from(facet["index"][key].as_u64()?).ok();
    facets.enumerate().find_map(|(number, facet)| {
        let range = index(facet, "byteStart").zip(index(facet, "byteEnd"));
        let fits = range.is_some_and(|(start, end)| start < end && content.get(start..end).is_some());
        (!fits).then(|| {
            format!(
                "facet {number} does not cover whole characters of the text: {}",
                facet["index"]
            )
        })
    })
}

fn check_text(record: &Value) -> Result<(), Reply> {
    let Some(content) = record.get("text").and_then(Value::as_str) else {
        return Err(missing("text", "$.record"));
    };
    if content.len() > BYTE_LIMIT {
        return Err(too_big("string", BYTE_LIMIT, content.len(), "$.record.text"));
    }
    let graphemes = content.graphemes(true).count();
    if graphemes > GRAPHEME_LIMIT {
        return Err(too_big("grapheme", GRAPHEME_LIMIT, graphemes, "$.record.text"));
    }
    Ok(())
}

fn check_created_at(record: &Value) -> Result<(), Reply> {
    let Some(created_at) = record.get("createdAt").and_then(Value::as_str) else {
        return Err(missing("createdAt", "$.record"));
    };
    if DateTime::parse_from_rfc3339(created_at).is_err() {
        return Err(wrong(&format!("Invalid datetime {created_at:?} at $.record.createdAt")));
    }
    Ok(())
}

fn check_count(record: &Value, key: &str, limit: usize) -> Result<(), Reply> {
    let count = record[key].as_array().map_or(0, Vec::len);
    if count > limit {
        Err(too_big("array", limit, count, &format!("$.record.{key}")))
    } else {
        Ok(())
    }
}

fn check_embed(pds: &Pds, embed: &Value, path: &str) -> Result<(), Reply> {
    match text(embed, "$type") {
        IMAGES => check_images(pds, embed, path),
        EXTERNAL => check_external(pds, &embed["external"], path),
        VIDEO => check_video(pds, embed, path),
        // Records and whatever comes later are not looked into.
        _ => Ok(()),
    }
}

fn check_images(pds: &Pds, embed: &Value, path: &str) -> Result<(), Reply> {
    let Some(images) = embed["images"].as_array() else {
        return Err(missing("images", path));
    };
    if images.len() > IMAGES_LIMIT {
        return Err(too_big("array", IMAGES_LIMIT, images.len(), &format!("{path}.images")));
    }
    for (index, image) in images.iter().enumerate() {
        if !image["alt"].is_string() {
            return Err(missing("alt", &format!("{path}.images[{index}]")));
        }
        pds.usable_blob(&image["image"], IMAGE_BYTES_LIMIT, "image/")?;
    }
    Ok(())
}

fn check_video(pds: &Pds, embed: &Value, path: &str) -> Result<(), Reply> {
    let alt = text(embed, "alt").graphemes(true).count();
    if alt > VIDEO_ALT_LIMIT {
        return Err(too_big("grapheme", VIDEO_ALT_LIMIT, alt, &format!("{path}.alt")));
    }
    for side in ["width", "height"] {
        let ratio = &embed["aspectRatio"];
        if !ratio.is_null() && ratio[side].as_u64().is_none_or(|side| side == 0) {
            return Err(missing(side, &format!("{path}.aspectRatio")));
        }
    }
    pds.usable_blob(&embed["video"], VIDEO_BYTES_LIMIT, "video/mp4")
        .map(drop)
}

fn check_external(pds: &Pds, external: &Value, path: &str) -> Result<(), Reply> {
    for key in ["uri", "title", "description"] {
        if !external[key].is_string() {
            return Err(missing(key, &format!("{path}.external")));
        }
    }
    if !external["thumb"].is_null() {
        pds.usable_blob(&external["thumb"], THUMB_BYTES_LIMIT, "image/")?;
    }
    Ok(())
}

fn too_big(what: &str, maximum: usize, got: usize, path: &str) -> Reply {
    wrong(&format!("{what} too big (maximum {maximum}, got {got}) at {path}"))
}

fn missing(key: &str, path: &str) -> Reply {
    wrong(&format!("Missing required key \"{key}\" at {path}"))
}

fn wrong(why: &str) -> Reply {
    invalid(&format!("Invalid {POST} record: {why}"))
}
