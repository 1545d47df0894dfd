//! How Mastodon counts: grapheme clusters, an address as 23, a mention without its domain.
//!
//! <https://github.com/mastodon/mastodon/blob/main/app/validators/status_length_validator.rb>

use unicode_segmentation::UnicodeSegmentation;

pub(super) const CHARACTER_LIMIT: usize = 500;
pub(super) const CHARACTERS_PER_URL: usize = 23;

const SCHEMES: [&str; 2] = ["https://", "http://"];
/// Punctuation that ends the sentence, not the address.
const TRAILING: &[char] = &['.', ',', ';', ':', '!', '?', '\'', '"', ')', '»', '”', '…'];

/// A stretch of a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Span<'a> {
    Text(&'a str),
    Url(&'a str),
    /// `@user@host`: the user, with the first at sign, and the rest.
    Mention {
        user: &'a str,
        host: &'a str,
    },
    /// With its hash sign.
    Hashtag(&'a str),
}

pub(super) fn count(text: &str, warning: &str) -> usize {
    let counted: String = spans(text)
        .into_iter()
        .map(|span| match span {
            Span::Text(text) | Span::Hashtag(text) => text.to_owned(),
            Span::Mention { user, .. } => user.to_owned(),
            Span::Url(_) => "x".repeat(CHARACTERS_PER_URL),
        })
        .collect();
    warning.graphemes(true).count() + counted.graphemes(true).count()
}

/// Cuts a text where its addresses, mentions and hashtags begin and end.
pub(super) fn spans(text: &str) -> Vec<Span<'_>> {
    let (mut spans, mut plain_from, mut at) = (Vec::new(), 0, 0);
    while let Some(letter) = text[at..].chars().next() {
        let before = text[..at].chars().next_back();
        match special_at(&text[at..], before) {
            Some((span, length)) => {
                if plain_from < at {
                    spans.push(Span::Text(&text[plain_from..at]));
                }
                spans.push(span);
                at += length;
                plain_from = at;
            }
            None => at += letter.len_utf8(),
        }
    }
    if plain_from < text.len() {
        spans.push(Span::Text(&text[plain_from..]));
    }
    spans
}

fn special_at(rest: &str, before: Option<char>) -> Option<(Span<'_>, usize)> {
    if before.is_some_and(|letter| letter.is_alphanumeric() || "_/@#".contains(letter)) {
        return None;
    }
    let found = url_at(rest)
        .map(Span::Url)
        .or_else(|| mention_at(rest))
        .or_else(|| hashtag_at(rest))?;
    let length = match found {
        Span::Text(text) | Span::Url(text) | Span::Hashtag(text) => text.len(),
        Span::Mention { user, host } => user.len() + host.len(),
    };
    Some((found, length))
}

/// Only what names a host with a top-level domain counts as an address: `http://127.0.0.1/` is plain text.
fn url_at(rest: &str) -> Option<&str> {
    let scheme = SCHEMES.iter().find(|scheme| rest.starts_with(**scheme))?;
    let end = rest
        .find(|letter: char| letter.is_whitespace() || "<>".contains(letter))
        .unwrap_or(rest.len());
    let url = rest[..end].trim_end_matches(TRAILING);
    let host = url.get(scheme.len()..)?.split(['/', '?', '#', ':']).next()?;
    let (name, top) = host.rsplit_once('.')?;
    let is_top_level = top.starts_with("xn--") || (top.chars().count() >= 2 && top.chars().all(char::is_alphabetic));
    (!name.is_empty() && is_top_level).then_some(url)
}

fn mention_at(rest: &str) -> Option<Span<'_>> {
    let user = word_length(rest.strip_prefix('@')?)? + 1;
    let host = rest[user..].strip_prefix('@')?;
    let end = host
        .find(|letter: char| !letter.is_ascii_alphanumeric() && !".-".contains(letter))
        .unwrap_or(host.len());
    let host = host[..end].trim_end_matches(['.', '-']);
    host.contains('.').then(|| Span::Mention {
        user: &rest[..user],
        host: &rest[user..=user + host.len()],
    })
}

fn hashtag_at(rest: &str) -> Option<Span<'_>> {
    let length = word_length(rest.strip_prefix('#')?)? + 1;
    let tag = &rest[..length];
    tag.chars().any(char::is_alphabetic).then_some(Span::Hashtag(tag))
}

fn word_length(text: &str) -> Option<usize> {
    let end = text
        .find(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .unwrap_or(text.len());
    (end > 0).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_counts_23_whatever_its_length() {
        let long = format!("Voir https://valbourg.example/{} !", "a".repeat(400));
        assert_eq!(count(&long, ""), "Voir ".len() + CHARACTERS_PER_URL + " !".len());
        assert_eq!(count("http://a.fr", ""), CHARACTERS_PER_URL);
    }

    #[test]
    fn a_loopback_address_is_plain_text() {
        assert_eq!(
            count("http://127.0.0.1:8080/e/1", ""),
            "http://127.0.0.1:8080/e/1".len()
        );
    }

    #[test]
    fn a_mention_counts_without_its_host() {
        assert_eq!(count("@ville@valbourg.example bonjour", ""), "@ville bonjour".len());
        assert_eq!(count("contact@valbourg.example", ""), "contact@valbourg.example".len());
    }

    #[test]
    fn a_cluster_counts_once_and_the_warning_counts_too() {
        assert_eq!(count("👩‍👩‍👧‍👦e\u{301}", ""), 2);
        assert_eq!(count("ab", "cde"), 5);
    }
}
