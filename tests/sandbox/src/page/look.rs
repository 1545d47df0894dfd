//! How a network's own pages show a post.

use crate::miniature::Kind;

/// What a network changes of the look of a post; its colour is in the style sheet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    /// Characters that are read before "show more"; none: the whole text is.
    fold: Option<usize>,
    /// Whether readers see accounts as squares.
    pub(super) square: bool,
}

impl Look {
    const WHOLE: Self = Self {
        fold: None,
        square: false,
    };

    /// As the networks' apps show posts today; none of them promises a number.
    pub(super) fn of(kind: Kind) -> Self {
        let folded = |characters| Self {
            fold: Some(characters),
            square: false,
        };
        let square = Self {
            square: true,
            ..Self::WHOLE
        };
        match kind.name() {
            "x" => folded(280),
            "facebook" => folded(480),
            "instagram" => folded(125),
            "tiktok" => folded(80),
            "youtube" | "dailymotion" => folded(150),
            "google_business" => folded(250),
            "flickr" | "google_photos" => folded(300),
            "linkedin" => Self {
                fold: Some(210),
                square: true,
            },
            "slack" => Self {
                fold: Some(700),
                square: true,
            },
            "mastodon" | "webhook" => square,
            _ => Self::WHOLE,
        }
    }

    /// What is read at first of a text that is not read whole: it ends at a word.
    pub(super) fn folded(self, text: &str) -> Option<String> {
        let most = self.fold?;
        let (end, _) = text.char_indices().nth(most)?;
        let head = text.get(..end)?;
        let word = head.rfind(char::is_whitespace).unwrap_or(end);
        Some(format!("{}…", head.get(..word)?.trim_end()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_folded_at_a_word_and_a_short_one_is_not() {
        let look = Look {
            fold: Some(12),
            square: false,
        };
        assert_eq!(look.folded("Une rue fermée").as_deref(), Some("Une rue…"));
        assert_eq!(look.folded("Une rue calme"), Some("Une rue…".to_owned()));
        assert_eq!(look.folded("Une rue bien"), None);
        assert_eq!(look.folded("ÉÉÉÉÉÉÉÉÉÉÉÉÉ").as_deref(), Some("ÉÉÉÉÉÉÉÉÉÉÉÉ…"));
        assert_eq!(Look::WHOLE.folded("Une rue fermée"), None);
    }
}
