//! How X counts a text, and how it shows a post to programs.
//!
//! <https://docs.x.com/fundamentals/counting-characters>

use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use super::super::readers::{LIKES, SHARES, VIEWS};
use super::Refused;
use crate::call::Call;
use crate::post::Post;

/// What every address counts for.
const URL_WEIGHT: usize = 23;
/// Letters that count for one; all others for two.
const LIGHT: [std::ops::RangeInclusive<char>; 4] = [
    '\0'..='\u{10ff}',
    '\u{2000}'..='\u{200d}',
    '\u{2010}'..='\u{201f}',
    '\u{2032}'..='\u{2037}',
];
/// Where emoji are.
const EMOJI: [std::ops::RangeInclusive<char>; 2] = ['\u{2190}'..='\u{2bff}', '\u{1f000}'..='\u{1faff}'];
/// Punctuation that ends the sentence, not the address.
const TRAILING: &[char] = &['.', ',', ';', ':', '!', '?', '\'', '"', ')', '»', '”', '…'];
/// What a program may ask of a post here.
const FIELDS: [&str; 6] = ["id", "text", "created_at", "entities", "note_post", "public_metrics"];
/// Letters of a post before a note goes on.
const SHORT: usize = 280;

/// The weighted length of a text.
pub(super) fn weight(text: &str) -> usize {
    let text: String = text.nfc().collect();
    let (mut rest, mut weight) = (text.as_str(), 0);
    while let Some((before, _, after)) = next_url(rest) {
        weight += letters(before) + URL_WEIGHT;
        rest = after;
    }
    weight + letters(rest)
}

fn letters(text: &str) -> usize {
    text.graphemes(true).map(cluster).sum()
}

fn cluster(cluster: &str) -> usize {
    let emoji = |letter: char| EMOJI.iter().any(|range| range.contains(&letter));
    let light = |letter: char| LIGHT.iter().any(|range| range.contains(&letter));
    if cluster.chars().any(|letter| emoji(letter) || letter == '\u{fe0f}') {
        return 2;
    }
    cluster.chars().map(|letter| if light(letter) { 1 } else { 2 }).sum()
}

/// The text before the next address, the address, the text after it.
pub(super) fn next_url(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    loop {
        let start = from + text[from..].find("http")?;
        let rest = &text[start..];
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let url = rest[..end].trim_end_matches(TRAILING);
        if is_url(url) {
            return Some((&text[..start], url, &rest[url.len()..]));
        }
        from = start + "http".len();
    }
}

fn is_url(text: &str) -> bool {
    let scheme = ["https://", "http://"]
        .into_iter()
        .find_map(|scheme| text.strip_prefix(scheme));
    let host = scheme.and_then(|rest| rest.split(['/', '?', '#', ':']).next());
    host.is_some_and(|host| {
        let top = host.rsplit('.').next().unwrap_or_default();
        host.contains('.') && top.len() >= 2 && top.chars().all(char::is_alphabetic)
    })
}

/// The fields of a post that are asked for.
pub(super) fn fields(call: &Call) -> Result<Vec<String>, Refused> {
    let asked = call.param("post.fields").unwrap_or_default();
    let asked: Vec<_> = asked
        .split(',')
        .filter(|field| !field.is_empty())
        .map(str::to_owned)
        .collect();
    if asked.iter().all(|field| FIELDS.contains(&field.as_str())) {
        Ok(asked)
    } else {
        Err(Refused::invalid("post.fields names what is no field of a post"))
    }
}

/// A post as programs are shown it: addresses in short, pictures as addresses, `&`, `<` and `>` escaped.
pub(super) fn post(post: &Post, asked: &[String]) -> Value {
    let (text, urls) = shortened(post);
    let asks = |field: &str| asked.iter().any(|asked| asked == field);
    let mut shown = json!({ "id": post.remote_id, "edit_history_post_ids": [post.remote_id] });
    let short: String = text.chars().take(SHORT).collect();
    if asks("note_post") && short != text {
        shown["note_post"] = json!({ "text": text, "entities": { "urls": urls } });
    }
    shown["text"] = short.into();
    if asks("created_at") {
        shown["created_at"] = post
            .created_at
            .to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
            .into();
    }
    if asks("entities") && !urls.is_empty() {
        shown["entities"] = json!({ "urls": urls });
    }
    if asks("public_metrics") {
        shown["public_metrics"] = json!({ "repost_count": SHARES, "reply_count": 0, "like_count": LIKES, "quote_count": 0,
            "bookmark_count": 0, "impression_count": VIEWS });
    }
    shown
}

fn shortened(post: &Post) -> (String, Vec<Value>) {
    let (mut text, mut urls, mut rest) = (String::new(), Vec::new(), post.text.as_str());
    let mut entity = |text: &mut String, expanded: &str, media: Option<String>| {
        let start = text.chars().count();
        let short = format!("https://t.co/{}{}", post.remote_id, urls.len());
        text.push_str(&short);
        let mut url = json!({ "start": start, "end": text.chars().count(), "url": short, "expanded_url": expanded,
            "display_url": expanded });
        if let Some(key) = media {
            url["media_key"] = key.into();
        }
        urls.push(url);
    };
    while let Some((before, url, after)) = next_url(rest) {
        text.push_str(&escaped(before));
        entity(&mut text, url, None);
        rest = after;
    }
    text.push_str(&escaped(rest));
    if !post.images.is_empty() || post.video.is_some() {
        let kind = if post.video.is_some() { "video" } else { "photo" };
        text.push(' ');
        entity(
            &mut text,
            &format!("{}/{kind}/1", post.url),
            Some(format!("3_{}", post.remote_id)),
        );
    }
    (text, urls)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_count_for_one_or_two_and_addresses_for_23() {
        for (text, counted) in [
            ("Été", 3),
            ("e\u{301}t", 2),
            ("日本", 4),
            ("👩‍👩‍👧‍👦", 2),
            (
                "Voir https://www.lille.fr/une/page/assez/longue/pour/voir !",
                5 + 23 + 2,
            ),
            ("https://a", 9),
        ] {
            assert_eq!(weight(text), counted, "{text}");
        }
    }
}
