//! Lines of text: broken where a reader breathes, as even as they can be, as large as there is room.

use ab_glyph::{Font as _, FontRef, GlyphId, OutlinedGlyph, PxScale, ScaleFont as _, point};
use unicode_normalization::UnicodeNormalization as _;
use unicode_segmentation::UnicodeSegmentation as _;

/// Inter Display Bold and Inter Medium: `fonts/OFL.txt`.
const TITLE: &[u8] = include_bytes!("fonts/title.otf");
const TEXT: &[u8] = include_bytes!("fonts/text.otf");
/// Distance of two baselines, in sizes.
const LEADING: f32 = 1.12;
/// How much smaller each try is.
const STEP: f32 = 2.0;
/// Halvings of the width, on the way to even lines: to less than a pixel.
const HALVINGS: usize = 11;

/// A face of type.
pub(super) struct Face(FontRef<'static>);

impl Face {
    pub(super) fn title() -> Option<Self> {
        FontRef::try_from_slice(TITLE).ok().map(Self)
    }

    pub(super) fn text() -> Option<Self> {
        FontRef::try_from_slice(TEXT).ok().map(Self)
    }

    /// The text as far as it can be set: emoji and other signs that the face has not are left out. None: letters are
    /// missing, or nothing is left.
    pub(super) fn written(&self, text: &str) -> Option<String> {
        let known = |c: char| self.0.glyph_id(c) != GlyphId(0);
        let composed: String = text.nfc().collect();
        if composed.chars().any(|c| c.is_alphanumeric() && !known(c)) {
            return None;
        }
        let kept = composed
            .chars()
            .map(|c| if c.is_whitespace() && !is_fixed(c) { ' ' } else { c });
        let kept: String = kept.filter(|c| known(*c) || *c == ' ').collect();
        let words: Vec<&str> = kept.split(' ').filter(|word| !word.is_empty()).collect();
        (!words.is_empty()).then(|| words.join(" "))
    }

    /// Pixels that make letters of this size: of the square in which they are drawn.
    fn scale(&self, size: f32) -> PxScale {
        let square = self.0.units_per_em().unwrap_or(1000.0);
        PxScale::from(size * self.0.height_unscaled() / square)
    }

    /// From a baseline up to the top of capitals, about.
    pub(super) fn rise(&self, size: f32) -> f32 {
        let square = self.0.units_per_em().unwrap_or(1000.0);
        size * self.0.ascent_unscaled() / square * 0.8
    }

    /// Each letter of a line, where it stands.
    pub(super) fn outlines(&self, text: &str, (x, y): (f32, f32), size: f32) -> Vec<OutlinedGlyph> {
        let font = self.0.as_scaled(self.scale(size));
        let (mut at, mut last, mut outlines) = (x, None, Vec::new());
        for letter in text.chars() {
            let id = font.glyph_id(letter);
            at += last.map_or(0.0, |last| font.kern(last, id));
            let glyph = id.with_scale_and_position(self.scale(size), point(at, y));
            outlines.extend(font.outline_glyph(glyph));
            at += font.h_advance(id);
            last = Some(id);
        }
        outlines
    }

    /// How wide a line is.
    pub(super) fn width(&self, text: &str, size: f32) -> f32 {
        let font = self.0.as_scaled(self.scale(size));
        let (mut at, mut last) = (0.0, None);
        for letter in text.chars() {
            let id = font.glyph_id(letter);
            at += last.map_or(0.0, |last| font.kern(last, id)) + font.h_advance(id);
            last = Some(id);
        }
        at
    }
}

/// Between which sizes a title is set.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub largest: f32,
    pub smallest: f32,
}

/// Lines of one size.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Block {
    pub lines: Vec<String>,
    pub size: f32,
}

impl Block {
    pub(super) fn leading(&self) -> f32 {
        self.size * LEADING
    }

    /// The text as large as it fits into `width` and `height`. At the smallest size what does not fit is left out.
    pub(super) fn largest(face: &Face, text: &str, limits: Limits, width: f32, height: f32) -> Self {
        let mut size = limits.largest;
        loop {
            let most = lines_within(height, size);
            let lines = even(face, text, size, width);
            if size <= limits.smallest {
                let lines = lines.unwrap_or_else(|| broken(face, text, size, width));
                return Self {
                    lines: cut(face, lines, size, width, most),
                    size,
                };
            }
            match lines {
                Some(lines) if lines.len() <= most => return Self { lines, size },
                Some(_) | None => size = (size - STEP).max(limits.smallest),
            }
        }
    }

    /// The text in at most `most` lines of one size.
    pub(super) fn wrapped(face: &Face, text: &str, size: f32, width: f32, most: usize) -> Self {
        let lines = even(face, text, size, width).unwrap_or_else(|| broken(face, text, size, width));
        Self {
            lines: cut(face, lines, size, width, most),
            size,
        }
    }

    /// The text in one line, shortened if it must be.
    pub(super) fn one_line(face: &Face, text: &str, size: f32, width: f32) -> String {
        let lines = greedy(face, text, size, width).unwrap_or_else(|| broken(face, text, size, width));
        cut(face, lines, size, width, 1).into_iter().next().unwrap_or_default()
    }
}

/// How many lines stand in a height.
fn lines_within(height: f32, size: f32) -> usize {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few lines")]
    let lines = (height / (size * LEADING)).floor().max(1.0) as usize;
    lines
}

/// As few lines as there must be, all about as long: no word stands alone in the last. None: a word is too long.
fn even(face: &Face, text: &str, size: f32, width: f32) -> Option<Vec<String>> {
    let lines = greedy(face, text, size, width)?;
    let (mut narrow, mut wide, mut best) = (width / 3.0, width, lines);
    for _ in 0..HALVINGS {
        let middle = f32::midpoint(narrow, wide);
        match greedy(face, text, size, middle) {
            Some(lines) if lines.len() <= best.len() => (wide, best) = (middle, lines),
            Some(_) | None => narrow = middle,
        }
    }
    Some(best)
}

/// Each line as full as it gets. None: a word is too long.
fn greedy(face: &Face, text: &str, size: f32, width: f32) -> Option<Vec<String>> {
    let mut lines = vec![String::new()];
    for piece in pieces(text) {
        if face.width(piece.trim_end(), size) > width {
            return None;
        }
        let line = lines.last_mut()?;
        if line.is_empty() || face.width(&format!("{line}{}", piece.trim_end()), size) <= width {
            line.push_str(piece);
        } else {
            lines.push(piece.to_owned());
        }
    }
    Some(lines.into_iter().map(|line| line.trim_end().to_owned()).collect())
}

/// Lines of words that are too long for any: broken between two letters.
fn broken(face: &Face, text: &str, size: f32, width: f32) -> Vec<String> {
    let mut lines = vec![String::new()];
    for letter in text.graphemes(true) {
        let line = lines.last().map_or("", String::as_str);
        if !line.is_empty() && face.width(&format!("{line}{letter}"), size) > width {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut().filter(|line| !line.is_empty() || letter != " ") {
            line.push_str(letter);
        }
    }
    lines
}

/// At most so many lines; the last then says that there was more.
fn cut(face: &Face, mut lines: Vec<String>, size: f32, width: f32, most: usize) -> Vec<String> {
    if lines.len() <= most {
        return lines;
    }
    lines.truncate(most);
    if let Some(last) = lines.last_mut() {
        let ended = |line: &str| {
            format!(
                "{}…",
                line.trim_end_matches([' ', ',', ';', ':', '.', '–', '-', '\u{a0}', '\u{202f}'])
            )
        };
        while face.width(&ended(last), size) > width {
            let shorter = last
                .rfind(' ')
                .unwrap_or_else(|| last.grapheme_indices(true).next_back().map_or(0, |(at, _)| at));
            last.truncate(shorter);
        }
        *last = ended(last);
    }
    lines
}

/// The runs between which a line may end: after a space, and after a hyphen or a slash within a word.
fn pieces(text: &str) -> Vec<&str> {
    let (mut pieces, mut from) = (Vec::new(), 0);
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let next = letters.peek().map(|(_, next)| *next);
        let within = next.is_some_and(char::is_alphabetic) && at > from;
        let ends = match letter {
            ' ' => next.is_some_and(may_begin),
            '-' | '/' | '\u{2010}' => within,
            _ => false,
        };
        if ends {
            let end = at + letter.len_utf8();
            pieces.extend(text.get(from..end));
            from = end;
        }
    }
    pieces.extend(text.get(from..));
    pieces
}

/// Whether a line may begin so: not with the sign that closes what stands before it.
fn may_begin(letter: char) -> bool {
    !matches!(letter, '»' | ':' | ';' | '!' | '?' | '–' | '—' | '%' | '€')
}

fn is_fixed(letter: char) -> bool {
    matches!(letter, '\u{a0}' | '\u{202f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(text: &str, size: f32, width: f32) -> Vec<String> {
        Block::wrapped(&Face::title().unwrap(), text, size, width, 9).lines
    }

    #[test]
    fn a_line_ends_where_a_reader_breathes() {
        let pieces = |text: &str| pieces(text).join("|");
        assert_eq!(pieces("Fête de la Saint-Jean"), "Fête |de |la |Saint-|Jean");
        assert_eq!(pieces("Attention : travaux !"), "Attention : |travaux !");
        assert_eq!(pieces("« Le Cid » à 20 h"), "« |Le |Cid » |à |20 |h");
        assert_eq!(pieces("Tram B – rails"), "Tram |B – |rails");
        assert_eq!(pieces("-5 % et eau/gaz"), "-5 % |et |eau/|gaz");
        assert_eq!(pieces("20\u{a0}h\u{202f}!"), "20\u{a0}h\u{202f}!");
    }

    #[test]
    fn lines_are_even_and_no_word_stands_alone() {
        let lines = set(
            "Travaux de nuit sur le pont de la République jusqu’au vendredi",
            60.0,
            800.0,
        );
        let face = Face::title().unwrap();
        let widths: Vec<f32> = lines.iter().map(|line| face.width(line, 60.0)).collect();
        let (least, most) = widths
            .iter()
            .fold((f32::MAX, 0.0_f32), |(least, most), w| (least.min(*w), most.max(*w)));
        assert!(
            lines.len() > 1 && most <= 800.0 && least > most * 0.5,
            "{lines:?} {widths:?}"
        );
    }

    #[test]
    fn what_is_too_long_is_broken_or_cut_and_says_so() {
        let face = Face::title().unwrap();
        let limits = Limits {
            largest: 90.0,
            smallest: 40.0,
        };
        let word = "a".repeat(200);
        let block = Block::largest(&face, &word, limits, 500.0, 200.0);
        assert!((block.size - 40.0).abs() < 0.1);
        assert!(
            block.lines.len() <= 4 && block.lines.last().unwrap().ends_with('…'),
            "{block:?}"
        );
        let long = "Les élus du conseil municipal ".repeat(20);
        let block = Block::largest(&face, &long, limits, 500.0, 200.0);
        for line in &block.lines {
            assert!(face.width(line, block.size) <= 500.0, "{line}");
        }
        assert!(block.lines.last().unwrap().ends_with('…'));
        let short = Block::largest(&face, "Bal", limits, 500.0, 200.0);
        assert_eq!(short.lines, ["Bal"]);
        assert!((short.size - 90.0).abs() < 0.1);
    }

    #[test]
    fn signs_that_the_face_has_not_are_left_out_and_letters_are_not() {
        let face = Face::title().unwrap();
        assert_eq!(face.written("⚠️ Tram B\n arrêté 🚋").as_deref(), Some("Tram B arrêté"));
        assert_eq!(face.written("e\u{301}te\u{301}").as_deref(), Some("été"));
        assert_eq!(
            face.written("Œuvre à l’œil\u{a0}: 12\u{202f}€").as_deref(),
            Some("Œuvre à l’œil\u{a0}: 12\u{202f}€")
        );
        for none in ["", "🎉", "مهرجان", "夏祭り"] {
            assert_eq!(face.written(none), None, "{none}");
        }
    }

    #[test]
    fn letters_are_kerned() {
        let face = Face::title().unwrap();
        assert!(face.width("AVATAR", 100.0) < "AVATAR".chars().map(|c| face.width(&c.to_string(), 100.0)).sum());
    }
}
