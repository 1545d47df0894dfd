//! The little format of texts.
//!
//! <https://learn.microsoft.com/linkedin/marketing/community-management/shares/little-text-format>

const RESERVED: &str = "|{}@[]()<>#*_~";

/// The little format read back: from an unescaped sign on, LinkedIn drops the text without a word.
pub(super) fn read(little: &str) -> (String, bool) {
    let (mut text, mut rest) = (String::new(), little);
    while let Some(letter) = rest.chars().next() {
        if let Some((tag, after)) = rest.strip_prefix("{hashtag|\\#|").and_then(|tag| tag.split_once('}')) {
            text.push('#');
            text.push_str(&tag.replace('\\', ""));
            rest = after;
            continue;
        }
        let after = &rest[letter.len_utf8()..];
        if letter == '\\' {
            let escaped = after.chars().next().unwrap_or_default();
            text.push(escaped);
            rest = after.get(escaped.len_utf8()..).unwrap_or_default();
            continue;
        }
        if RESERVED.contains(letter) {
            return (text, true);
        }
        text.push(letter);
        rest = after;
    }
    (text, false)
}

/// As LinkedIn gives a text back: hashtags as templates, signs escaped.
pub(super) fn write(text: &str) -> String {
    let (mut written, mut in_tag) = (String::new(), false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let word = letter.is_alphanumeric() || letter == '_';
        if in_tag && !word {
            written.push('}');
            in_tag = false;
        }
        if letter == '#' && letters.peek().is_some_and(|next| next.is_alphanumeric()) {
            written.push_str("{hashtag|\\#|");
            in_tag = true;
            continue;
        }
        if letter == '\\' || RESERVED.contains(letter) {
            written.push('\\');
        }
        written.push(letter);
    }
    if in_tag {
        written.push('}');
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back_and_what_is_not_escaped_is_cut() {
        for text in ["Été (gratuit) #TramB, a_b", "\\o/ | {x}"] {
            assert_eq!(read(&write(text)), (text.to_owned(), false));
        }
        assert_eq!(read("Gratuit (dès 6 ans)"), ("Gratuit ".to_owned(), true));
    }
}
