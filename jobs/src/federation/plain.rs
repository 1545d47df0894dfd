//! What somebody elsewhere wrote, as plain text.

use html2text::render::TrivialDecorator;

/// Longest HTML that is read: more is no answer to a town, and costs whoever reads it.
const MAX_HTML: usize = 16_384;
/// Characters kept of it: ten times what Mastodon lets people write.
const MAX_TEXT: usize = 5_000;
/// Width that no line reaches: lines are broken where they were written so.
const NO_WRAPPING: usize = 100_000;

/// The text of an HTML fragment, without anything that could do more than be read.
pub(super) fn plain(html: &str) -> String {
    let cut = html.floor_char_boundary(MAX_HTML);
    let config = html2text::config::with_decorator(TrivialDecorator::new())
        .no_link_wrapping()
        .raw_mode(true)
        .link_footnotes(false)
        .empty_img_mode(html2text::config::ImageRenderMode::IgnoreEmpty);
    let text = config
        .string_from_read(&html.as_bytes()[..cut], NO_WRAPPING)
        .unwrap_or_default();
    let kept = |c: &char| !c.is_control() || *c == '\n';
    text.trim().chars().filter(kept).take(MAX_TEXT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_goes_and_words_stay() {
        let html = "<p><span class=\"h-card\"><a href=\"https://ville.example/@x\">@<span>x</span></a></span> \
                    Merci&nbsp;!</p><script>alert(1)</script><p>À <b>demain</b></p>";
        let text = plain(html);
        assert!(
            text.starts_with("@x Merci\u{a0}!") && text.ends_with("À demain"),
            "{text:?}"
        );
        assert!(!text.contains("alert") && !text.contains("href"), "{text:?}");
    }

    #[test]
    fn what_is_hostile_is_short_and_harmless() {
        let torn = plain(&"<b>".repeat(200_000));
        assert!(torn.is_empty() || torn == "<", "at most the tag that is cut: {torn}");
        assert_eq!(plain(&"é".repeat(200_000)).chars().count(), MAX_TEXT);
        assert_eq!(
            plain("&lt;script&gt;"),
            "<script>",
            "text that looks like markup stays text"
        );
    }
}
