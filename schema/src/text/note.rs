//! The words of a notification: two lines on a locked screen.

use super::{Story, Tongue, compose, dates::Seen, phrases, shorten::shorten};
use crate::{
    clock::Timestamp,
    value::{Change, Words},
};

/// What phones show of a title without cutting it.
const MAX_TITLE: usize = 65;

/// What phones show of a body once it is unfolded.
const MAX_BODY: usize = 240;

/// The notification for `story`, sent at `now`: near dates are told as "today" and "tomorrow".
pub fn words(story: &Story<'_>, now: Timestamp) -> Words {
    let tongue = Tongue::of(story.language);
    let (headline, rest) = headline(story, tongue);
    let headline = match compose::prefix(story, tongue) {
        Some(word) => format!("{word}{}{headline}", tongue.colon()),
        None => headline,
    };
    let mut told: Vec<String> = rest.into_iter().collect();
    match story.change {
        Change::Resolved => told.insert(0, format!("{}.", phrases::back_to_normal(tongue))),
        Change::Withdrawn => told.insert(0, phrases::no_longer_valid(tongue).to_owned()),
        Change::Published | Change::Amended | Change::Reopened => {
            told.extend(compose::facts(story, Seen::at(now, story.zone), tongue));
            told.extend(compose::body(story, tongue));
        }
    }
    Words {
        title: within(&headline, MAX_TITLE),
        body: within(&told.join("\n"), MAX_BODY),
    }
}

/// The title; where it stands without its lines, those come first and it moves down.
fn headline(story: &Story<'_>, tongue: Tongue) -> (String, Option<String>) {
    let title = phrases::typeset(story.text.title.trim(), tongue);
    match (compose::lines(story, tongue), phrases::effect(story.effect, tongue)) {
        (Some(lines), Some(effect)) => (format!("{lines}{}{effect}", compose::DASH), Some(title)),
        (Some(lines), None) => (lines, Some(title)),
        (None, _) => (title, None),
    }
}

fn within(text: &str, most: usize) -> String {
    use unicode_segmentation::UnicodeSegmentation as _;
    shorten(text, |text| text.graphemes(true).count() <= most).unwrap_or_default()
}
