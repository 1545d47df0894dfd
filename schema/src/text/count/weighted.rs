//! As X counts: twitter-text, version 3 of its configuration.
//! <https://github.com/twitter/twitter-text/blob/master/config/v3.json>

use super::tweet;
use unicode_normalization::UnicodeNormalization as _;
use unicode_segmentation::UnicodeSegmentation as _;

/// Units of a character outside the light ranges, and of any emoji.
const HEAVY: usize = 2;
/// Units of a character inside them.
const LIGHT: usize = 1;
/// Latin and its neighbours, general punctuation and spaces.
const LIGHT_RANGES: [std::ops::RangeInclusive<u32>; 4] =
    [0..=0x10ff, 0x2000..=0x200d, 0x2010..=0x201f, 0x2032..=0x2037];

/// Units of a text, in which each address counts for `url_units`, or for as much as it is long.
pub(super) fn units(text: &str, url_units: Option<u32>) -> usize {
    let text: String = text.nfc().collect();
    let Some(url_units) = url_units else {
        return plain(&text);
    };
    let (mut total, mut read) = (0, 0);
    for url in tweet::urls(&text) {
        total += plain(&text[read..url.start]) + url_units as usize;
        read = url.end;
    }
    total + plain(&text[read..])
}

fn plain(text: &str) -> usize {
    let units = |cluster: &str| {
        if is_emoji(cluster) {
            HEAVY
        } else {
            cluster.chars().map(weight).sum()
        }
    };
    text.graphemes(true).map(units).sum()
}

fn weight(c: char) -> usize {
    let light = LIGHT_RANGES.iter().any(|range| range.contains(&u32::from(c)));
    if light { LIGHT } else { HEAVY }
}

/// Whether a grapheme cluster is shown as an emoji.
pub(super) fn is_emoji(cluster: &str) -> bool {
    let mut chars = cluster.chars();
    let first = chars.next().map_or(0, u32::from);
    let pictured = |c: char| matches!(c, '\u{fe0f}' | '\u{20e3}');
    // Flags are pairs of letters; the rest are pictures by themselves, or by a selector behind them.
    (0x1f1e6..=0x1f1ff).contains(&first) || is_picture(first) || chars.any(pictured)
}

/// Emoji that need no selector (`Emoji_Presentation`), by their blocks.
fn is_picture(c: u32) -> bool {
    matches!(c, 0x1f300..=0x1f64f | 0x1f680..=0x1f6ff | 0x1f7e0..=0x1f7ff | 0x1f90c..=0x1f9ff | 0x1fa70..=0x1faff)
}
