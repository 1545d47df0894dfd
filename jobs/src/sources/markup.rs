//! HTML where plain text was asked for.
//!
//! Read once and never twice: `&amp;lt;` is the text `&lt;`, and stays so.

/// Width that no line reaches: lines are broken where the source broke them, not where a terminal would.
const NO_WRAPPING: usize = 100_000;
/// Elements whose presence says that line breaks in the source are only layout.
const BREAKING: &[&str] = &[
    "p", "br", "div", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6",
];
/// Further elements that feeds use.
const INLINE: &[&str] = &[
    "a",
    "b",
    "i",
    "u",
    "em",
    "strong",
    "span",
    "font",
    "small",
    "sup",
    "sub",
    "s",
    "strike",
    "img",
    "hr",
    "blockquote",
    "center",
    "style",
    "script",
    "html",
    "body",
    "head",
];

/// `text` without markup, or none when it has none. Links follow the text as a numbered list.
pub fn to_plain(text: &str) -> Option<String> {
    let breaks = has_element(text, BREAKING);
    if !breaks && !has_element(text, INLINE) && !has_entity(text) {
        return None;
    }
    let html = if breaks {
        text.to_owned()
    } else {
        text.replace("\r\n", "\n").replace('\n', "<br>")
    };
    let config = html2text::config::plain_no_decorate()
        .link_footnotes(true)
        .no_link_wrapping()
        .raw_mode(true)
        .empty_img_mode(html2text::config::ImageRenderMode::IgnoreEmpty);
    config.string_from_read(html.as_bytes(), NO_WRAPPING).ok()
}

/// Whether `<name`, `</name` with a known name stands in the text: "A < B" is no markup.
fn has_element(text: &str, names: &[&str]) -> bool {
    text.split('<').skip(1).any(|after| {
        let after = after.strip_prefix('/').unwrap_or(after);
        let name: String = after.chars().take_while(char::is_ascii_alphanumeric).collect();
        let closed = after[name.len()..].starts_with(|c: char| c == '>' || c == '/' || c.is_ascii_whitespace());
        closed && names.contains(&name.to_ascii_lowercase().as_str())
    })
}

/// Whether `&name;` or `&#12;` stands in the text: `?a=1&b=2` is none.
fn has_entity(text: &str) -> bool {
    text.split('&').skip(1).any(|after| {
        let Some((name, _)) = after.split_once(';') else {
            return false;
        };
        let number = name
            .strip_prefix('#')
            .map(|digits| digits.strip_prefix(['x', 'X']).unwrap_or(digits));
        match number {
            Some(digits) => !digits.is_empty() && digits.len() <= 7 && digits.bytes().all(|b| b.is_ascii_hexdigit()),
            None => (2..=8).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric()),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_becomes_text_once() {
        for (html, text) in [
            (
                "<p>Arr&#234;t d&eacute;plac&eacute;</p><p>Place des FFI</p>",
                "Arrêt déplacé\n\nPlace des FFI",
            ),
            ("<b>Ligne 2</b>\nArrêt <i>Siam</i>", "Ligne 2\nArrêt Siam"),
            ("Rue &amp;lt;barrée&amp;gt;", "Rue &lt;barrée&gt;"),
            ("Tram A &amp; B", "Tram A & B"),
            ("Avant<br/>après", "Avant\naprès"),
            ("<script>alert(1)</script><p>Dévié</p>", "Dévié"),
        ] {
            assert_eq!(to_plain(html).unwrap().trim(), text, "{html}");
        }
    }

    #[test]
    fn links_are_kept() {
        let text = to_plain(r#"<p>Voir <a href="https://example.org/plan">le plan</a></p>"#).unwrap();
        assert!(
            text.contains("le plan") && text.contains("https://example.org/plan"),
            "{text}"
        );
    }

    #[test]
    fn plain_text_is_left_alone() {
        for plain in [
            "Si A < B et C > D",
            "https://example.org/?a=1&b=2;c",
            "Marks & Spencer; soldes",
            "<Siam> fermé",
            "",
        ] {
            assert_eq!(to_plain(plain), None, "{plain}");
        }
    }
}
