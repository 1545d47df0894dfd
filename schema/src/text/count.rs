//! Counts a text as a network counts it: one engine, and [`TextLimit`] is its table.

pub mod tweet;
mod weighted;

use std::ops::Range;

use linkify::{LinkFinder, LinkKind};
use unicode_segmentation::UnicodeSegmentation as _;

use crate::value::{Counting, TextLimit};

/// Whether `text` is within both bounds of `limit`.
pub fn fits(text: &str, limit: &TextLimit) -> bool {
    let bytes_fit = limit.bytes.is_none_or(|most| text.len() <= most as usize);
    bytes_fit && units(text, limit) <= limit.units as usize
}

/// How many units `text` counts for. Where the rule is ambiguous the answer is the larger one, so a text that fits
/// here fits there.
pub fn units(text: &str, limit: &TextLimit) -> usize {
    if limit.counting == Counting::Weighted {
        return weighted::units(text, limit.url_units);
    }
    let Some(url_units) = limit.url_units else {
        return plain_units(text, limit);
    };
    let (mut total, mut read) = (0, 0);
    for url in urls(text) {
        let (before, address) = (&text[read..url.start], &text[url.clone()]);
        let unsure = if has_public_host(address) {
            0
        } else {
            plain_units(address, limit)
        };
        total += plain_units(before, limit) + unsure.max(url_units as usize);
        read = url.end;
    }
    total + plain_units(&text[read..], limit)
}

/// Networks that shorten addresses do so only where the host ends in a top-level domain.
fn has_public_host(url: &str) -> bool {
    let host = url.split(['/', '?', '#', ':']).nth(3).unwrap_or_default();
    let top_level = host.rsplit_once('.').map_or("", |(_, top_level)| top_level);
    top_level.starts_with("xn--") || (top_level.chars().count() >= 2 && top_level.chars().all(char::is_alphabetic))
}

/// Where the web addresses stand in `text`, in order, in bytes.
pub fn urls(text: &str) -> Vec<Range<usize>> {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]);
    let web = |url: &str| url.starts_with("https://") || url.starts_with("http://");
    finder
        .links(text)
        .filter(|link| web(link.as_str()))
        .map(|link| link.start()..link.end())
        .collect()
}

/// Where the hashtags stand in `text`, with their `#`, in order, in bytes.
pub fn hashtags(text: &str) -> Vec<Range<usize>> {
    let inside_url = urls(text);
    let starts = text.match_indices('#').map(|(start, _)| start).filter(|&start| {
        let after_word = text[..start]
            .chars()
            .next_back()
            .is_some_and(|before| before.is_alphanumeric() || before == '#');
        !after_word && !inside_url.iter().any(|url| url.contains(&start))
    });
    starts
        .map(|start| {
            start
                ..start
                    + 1
                    + text[start + 1..]
                        .find(|c| !is_tag_char(c))
                        .unwrap_or(text.len() - start - 1)
        })
        .filter(|tag| tag.len() > 1)
        .collect()
}

/// Whether `c` can stand in a hashtag: letters, digits, marks on letters, and `_`.
fn is_tag_char(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || unicode_normalization::char::is_combining_mark(c)
}

/// `tag` as it can stand after `#`: what no network accepts in a hashtag is left out.
pub fn clean_hashtag(tag: &str) -> String {
    tag.chars().filter(|&c| is_tag_char(c)).collect()
}

fn plain_units(text: &str, limit: &TextLimit) -> usize {
    let count = |text: &str| match limit.counting {
        Counting::Graphemes => text.graphemes(true).count(),
        Counting::Characters => text.chars().count(),
        Counting::Utf16 => text.encode_utf16().count(),
        Counting::Bytes => text.len(),
        Counting::Weighted => weighted::units(text, None),
        Counting::EmojiBytes => emoji_bytes(text),
    };
    let hosts: usize = if limit.short_mentions {
        mention_hosts(text).into_iter().map(|host| count(&text[host])).sum()
    } else {
        0
    };
    count(text) - hosts
}

/// Characters, but an emoji counts for its UTF-8 bytes.
/// <https://developers.facebook.com/docs/threads/overview> (limitations of text)
fn emoji_bytes(text: &str) -> usize {
    let units = |cluster: &str| {
        if weighted::is_emoji(cluster) {
            cluster.len()
        } else {
            cluster.chars().count()
        }
    };
    text.graphemes(true).map(units).sum()
}

/// Where the uncounted `@host` of every `@user@host` stands.
fn mention_hosts(text: &str) -> Vec<Range<usize>> {
    let mut hosts = Vec::new();
    let mut read = 0;
    while let Some(at) = text[read..].find('@').map(|found| read + found) {
        let user_end = at + 1 + name_length(&text[at + 1..], |c| c.is_ascii_alphanumeric() || "_.-".contains(c));
        read = user_end;
        let starts_word = !text[..at]
            .chars()
            .next_back()
            .is_some_and(|before| before.is_alphanumeric() || "_/=".contains(before));
        if !starts_word || user_end == at + 1 || !text[user_end..].starts_with('@') {
            continue;
        }
        let host_end =
            user_end + 1 + name_length(&text[user_end + 1..], |c| c.is_ascii_alphanumeric() || ".-".contains(c));
        if text[user_end + 1..host_end].contains('.') {
            hosts.push(user_end..host_end);
        }
        read = host_end;
    }
    hosts
}

/// Bytes of the name at the start of `text`; a full stop or hyphen at its end belongs to the sentence.
fn name_length(text: &str, allowed: impl Fn(char) -> bool) -> usize {
    let end = text.find(|c| !allowed(c)).unwrap_or(text.len());
    text[..end].trim_end_matches(['.', '-']).len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(counting: Counting) -> TextLimit {
        TextLimit {
            units: 500,
            counting,
            bytes: None,
            url_units: None,
            short_mentions: false,
        }
    }

    #[test]
    fn one_table_serves_every_way_of_counting() {
        // A flag, a family, a decomposed accent.
        let text = "🇫🇷👨‍👩‍👧e\u{301}";
        assert_eq!(units(text, &limit(Counting::Graphemes)), 3);
        assert_eq!(units(text, &limit(Counting::Characters)), 9);
        assert_eq!(units(text, &limit(Counting::Utf16)), 14);
    }

    #[test]
    fn a_url_counts_for_what_the_network_reserves() {
        let mastodon = TextLimit {
            url_units: Some(23),
            ..limit(Counting::Graphemes)
        };
        assert_eq!(units("Voir https://ville.example/e/1, merci", &mastodon), 5 + 23 + 7);
        assert_eq!(
            units("https://ville.example/un/chemin/vraiment/tres/long", &mastodon),
            23
        );
        assert_eq!(
            units("http://127.0.0.1:8080/un/chemin/long", &mastodon),
            36,
            "no top-level domain: plain text"
        );
        assert_eq!(
            units("http://localhost", &mastodon),
            23,
            "whatever the network takes it for"
        );
        assert_eq!(
            units("ville.example", &mastodon),
            13,
            "an address without a scheme is counted as it stands"
        );
    }

    #[test]
    fn a_mention_counts_without_its_host() {
        let mastodon = TextLimit {
            short_mentions: true,
            ..limit(Counting::Graphemes)
        };
        assert_eq!(units("@mairie@ville.example.", &mastodon), "@mairie.".len());
        assert_eq!(
            units("ecrire a mairie@ville.example", &mastodon),
            29,
            "a mail address is no mention"
        );
        assert_eq!(units("@mairie@ville", &mastodon), 13, "a host has a dot");
    }

    #[test]
    fn bytes_are_a_bound_of_their_own() {
        let bluesky = TextLimit {
            units: 300,
            bytes: Some(10),
            ..limit(Counting::Graphemes)
        };
        assert!(fits("eeeeeeeeee", &bluesky));
        assert!(!fits("eeeeeeeeeé", &bluesky));
    }

    #[test]
    fn hashtags_are_found_where_they_begin_a_word() {
        let text = "#été_2026, n#on https://a.example/#x #";
        let found: Vec<&str> = hashtags(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, ["#été_2026"]);
        assert_eq!(clean_hashtag("#vie de quartier !"), "viedequartier");
    }
}
