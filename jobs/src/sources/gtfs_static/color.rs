//! Colours of lines that people can read.

/// What a line has that names no colour.
pub const DEFAULT_COLOR: &str = "FFFFFF";
const BLACK: &str = "000000";
const WHITE: &str = "FFFFFF";
/// Least contrast for text (<https://www.w3.org/TR/WCAG21/#contrast-minimum>).
const READABLE: f64 = 4.5;

/// Six hexadecimal digits in upper case; a `#` before them is forgiven.
pub fn parse(written: &str) -> Option<String> {
    let digits = written.strip_prefix('#').unwrap_or(written);
    (digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit())).then(|| digits.to_ascii_uppercase())
}

/// `wanted` (black when none) if it can be read on `background`, else black or white, whichever can be read better.
pub fn readable_on(background: &str, wanted: Option<String>) -> String {
    let wanted = wanted.unwrap_or_else(|| BLACK.to_owned());
    if contrast(background, &wanted) >= READABLE {
        wanted
    } else if contrast(background, BLACK) >= contrast(background, WHITE) {
        BLACK.to_owned()
    } else {
        WHITE.to_owned()
    }
}

/// 1 (the same) to 21 (black on white).
pub fn contrast(a: &str, b: &str) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Relative luminance (<https://www.w3.org/TR/WCAG21/#dfn-relative-luminance>).
fn luminance(color: &str) -> f64 {
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(color.get(at..at + 2).unwrap_or("00"), 16).unwrap_or(0)) / 255.0;
        if value <= 0.04045 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_that_of_the_standard() {
        assert!((contrast("000000", "FFFFFF") - 21.0).abs() < 1e-9);
        assert!((contrast("777777", "FFFFFF") - 4.478).abs() < 1e-3);
    }

    #[test]
    fn text_is_always_readable() {
        for (background, wanted, text) in [
            ("FFFFFF", None, "000000"),
            ("000000", None, "FFFFFF"),
            ("FFFF33", Some("FFFFFF"), "000000"),
            ("E31837", Some("FFFFFF"), "FFFFFF"),
            ("0055A4", Some("000000"), "FFFFFF"),
        ] {
            assert_eq!(readable_on(background, wanted.map(str::to_owned)), text, "{background}");
        }
        for grey in 0..=255 {
            let background = format!("{grey:02X}{grey:02X}{grey:02X}");
            assert!(
                contrast(&background, &readable_on(&background, None)) >= READABLE,
                "{background}"
            );
        }
    }

    #[test]
    fn only_six_digits_are_a_colour() {
        assert_eq!(parse("#ff8000").as_deref(), Some("FF8000"));
        for wrong in ["", "fff", "red", "12345G", "1234567"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
