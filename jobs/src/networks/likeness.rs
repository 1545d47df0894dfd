//! Whether a post found on a network is the one we may have sent. Networks change white space, entities and the way
//! links are shown, so letters and digits alone are compared.

use beffroi_schema::clock::Timestamp;
use chrono::TimeDelta;

/// How far a network's clock may be behind ours.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::minutes(2);

/// From when on, by the network's clock, a post may be there that left at `since` by ours.
pub(super) fn earliest(since: Timestamp) -> Timestamp {
    since - CLOCKS_DIFFER
}

/// `text` for comparison: lower-case letters and digits.
pub(super) fn skeleton(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// The words of a piece of HTML, as Mastodon servers write posts: tags dropped, entities read.
pub(super) fn words_of_html(html: &str) -> String {
    let mut words = String::with_capacity(html.len());
    let mut in_tag = false;
    for c in html.chars() {
        match c {
            '<' => in_tag = true,
            '>' => in_tag = false,
            _ if !in_tag => words.push(c),
            _ => {}
        }
    }
    // The ampersand last: `&amp;lt;` stands for `&lt;`.
    let entities = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&apos;", "'"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ];
    entities
        .into_iter()
        .fold(words, |words, (entity, c)| words.replace(entity, c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_is_known_again_in_html() {
        let sent = "Fête & marché : l’été !\n\nhttps://ville.example/i/1?a=1&b=2";
        let shown = "<p>Fête &amp; marché : l’été !</p><p><a href=\"https://ville.example/i/1?a=1&amp;b=2\"><span class=\"invisible\">\
                     https://</span><span>ville.example/i/1?a=1&amp;b=2</span></a></p>";
        assert_eq!(skeleton(&words_of_html(shown)), skeleton(sent));
        assert_ne!(skeleton(&words_of_html("<p>Fête &amp; marché</p>")), skeleton(sent));
    }
}
