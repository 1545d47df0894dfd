//! Content lines (RFC 5545 §3.1): folded, escaped, ended by CR LF.

use chrono::NaiveDateTime;

use crate::clock::Timestamp;

/// Longest line, in bytes, its end not counted.
const MAX_LINE_BYTES: usize = 75;

/// A calendar being written.
#[derive(Default)]
pub(super) struct Lines(String);

impl Lines {
    /// A value that needs no escaping. What would end the line is left out.
    pub(super) fn put(&mut self, name: &str, value: &str) {
        let mut room = MAX_LINE_BYTES;
        for letter in name
            .chars()
            .chain([':'])
            .chain(value.chars())
            .filter(|letter| !letter.is_control())
        {
            if letter.len_utf8() > room {
                self.0.push_str("\r\n ");
                room = MAX_LINE_BYTES - 1;
            }
            self.0.push(letter);
            room -= letter.len_utf8();
        }
        self.0.push_str("\r\n");
    }

    /// A text.
    pub(super) fn text(&mut self, name: &str, text: &str) {
        self.put(name, &escaped(text));
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.0.into_bytes()
    }
}

/// As a text is written (§3.3.11).
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | ';' | ',' => escaped.extend(['\\', letter]),
            '\n' => escaped.push_str("\\n"),
            _ => escaped.push(letter),
        }
    }
    escaped
}

/// An instant.
pub(super) fn utc(at: Timestamp) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

/// By a wall clock.
pub(super) fn local(at: NaiveDateTime) -> String {
    at.format("%Y%m%dT%H%M%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_folded_between_letters_and_unfold_to_what_was_written() {
        let mut lines = Lines::default();
        let text = "été 🎺 à l’Hôtel de ville ; entrée, sortie \\ fin\nsuite ".repeat(5);
        lines.text("SUMMARY", &text);
        let written = String::from_utf8(lines.finish()).unwrap();
        assert!(written.split("\r\n").all(|line| line.len() <= MAX_LINE_BYTES));
        let unfolded = written.replace("\r\n ", "");
        assert_eq!(unfolded, format!("SUMMARY:{}\r\n", escaped(&text)));
    }

    #[test]
    fn nothing_in_a_value_begins_a_line() {
        let mut lines = Lines::default();
        lines.put("URL", "https://x.example/\r\nATTENDEE:evil");
        lines.text("SUMMARY", "a\r\nb");
        let written = String::from_utf8(lines.finish()).unwrap();
        assert_eq!(written, "URL:https://x.example/ATTENDEE:evil\r\nSUMMARY:a\\nb\r\n");
    }
}
