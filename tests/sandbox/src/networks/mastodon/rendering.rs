//! A status as HTML, tags and mentions.

use serde_json::{Value, json};

use super::text::{Span, spans};
use crate::reply::escape;

/// Paragraphs, links and hashtags, as Mastodon formats plain text.
pub(super) fn html(text: &str, url: &str) -> String {
    let inline: String = spans(text).into_iter().map(|span| inline(span, url)).collect();
    if inline.is_empty() {
        return inline;
    }
    let paragraphs = inline.split("\n\n").map(|paragraph| paragraph.replace('\n', "<br />"));
    format!("<p>{}</p>", paragraphs.collect::<Vec<_>>().join("</p><p>"))
}

pub(super) fn tags(text: &str, url: &str) -> Vec<Value> {
    let named = spans(text).into_iter().filter_map(|span| match span {
        Span::Hashtag(tag) => Some(tag.trim_start_matches('#').to_lowercase()),
        Span::Text(_) | Span::Url(_) | Span::Mention { .. } => None,
    });
    named
        .map(|name| json!({"name": name, "url": format!("{url}/tags/{name}")}))
        .collect()
}

/// The address whose preview the instance would fetch: the first one.
pub(super) fn first_url(text: &str) -> Option<String> {
    spans(text).into_iter().find_map(|span| match span {
        Span::Url(url) => Some(url.to_owned()),
        Span::Text(_) | Span::Mention { .. } | Span::Hashtag(_) => None,
    })
}

fn inline(span: Span<'_>, url: &str) -> String {
    match span {
        Span::Text(text) => escape(text),
        Span::Mention { user, host } => escape(&format!("{user}{host}")),
        Span::Hashtag(tag) => {
            let name = tag.trim_start_matches('#');
            let path = name.to_lowercase();
            format!("<a href=\"{url}/tags/{path}\" class=\"mention hashtag\" rel=\"tag\">#<span>{name}</span></a>")
        }
        Span::Url(address) => {
            let (scheme, shown) = address.split_at(address.find("://").map_or(0, |at| at + 3));
            format!(
                "<a href=\"{}\" target=\"_blank\" rel=\"nofollow noopener\" translate=\"no\">\
                 <span class=\"invisible\">{scheme}</span><span class=\"\">{}</span>\
                 <span class=\"invisible\"></span></a>",
                escape(address),
                escape(shown)
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_escaped() {
        assert_eq!(html("a < b & c", "http://x"), "<p>a &lt; b &amp; c</p>");
    }

    #[test]
    fn blank_lines_make_paragraphs() {
        assert_eq!(html("un\ndeux\n\ntrois", "http://x"), "<p>un<br />deux</p><p>trois</p>");
    }
}
