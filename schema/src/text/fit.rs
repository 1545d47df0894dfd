//! Brings a post into a network's limit.
//!
//! What gives way first: the end of the body, then facts from the last, then hashtags from the last, then names, then the
//! end of the lead. The link never does.

use unicode_segmentation::UnicodeSegmentation as _;

pub use super::shorten::shorten;
use super::{
    PostText,
    count::{clean_hashtag, fits},
};
use crate::value::TextLimit;

/// A paragraph of which fewer words would be left is left out: `Les…` tells nothing.
const LEAST_WORDS: usize = 3;

/// A post that fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fitted {
    /// What is sent.
    pub text: String,
    /// The hashtags that stand in it, without `#`.
    pub hashtags: Vec<String>,
}

/// The link alone is longer than the network takes: this account cannot carry links in its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the link alone is longer than this network's limit")]
pub struct LinkTooLong;

/// The post within `limit`. An empty lead, or a lead of which no word has room, leaves the link alone.
pub fn fit(post: &PostText, limit: &TextLimit) -> Result<Fitted, LinkTooLong> {
    let link = post.link.as_deref().unwrap_or_default();
    if !fits(link, limit) {
        return Err(LinkTooLong);
    }
    let lead = tidy(&post.lead);
    let (tail, hashtags) = tail_of(post, limit);
    let room = |prose: &str| fits(&joined(prose, &tail), limit);
    let mut prose = shorten(lead, room).unwrap_or_default();
    if prose == lead {
        add_facts(&mut prose, &post.facts, room);
        add_body(&mut prose, &post.body, room);
    }
    Ok(Fitted {
        text: joined(&prose, &tail),
        hashtags,
    })
}

/// What stands below the prose: the link, and the names and hashtags that have room beside the lead.
pub(super) fn tail_of(post: &PostText, limit: &TextLimit) -> (String, Vec<String>) {
    let (link, lead) = (post.link.as_deref().unwrap_or_default(), tidy(&post.lead));
    let tags = distinct(&post.hashtags);
    let mut marks = post.mentions.clone();
    marks.extend(tags.iter().map(|tag| format!("#{tag}")));
    let (tail, kept) = (0..=marks.len())
        .rev()
        .map(|kept| (joined(link, &marks[..kept].join(" ")), kept))
        .find(|(tail, _)| fits(&joined(lead, tail), limit))
        .unwrap_or_else(|| (link.to_owned(), 0));
    let tags = tags.into_iter().take(kept.saturating_sub(post.mentions.len()));
    (tail, tags.collect())
}

/// `text` in at most so many characters: whole sentences, else words, and no grapheme cut in two. Nothing when not even
/// one word has room.
pub fn shortened(text: &str, most: usize) -> String {
    shorten(text, |text| text.chars().count() <= most).unwrap_or_default()
}

fn add_facts(prose: &mut String, facts: &[String], room: impl Fn(&str) -> bool) {
    for fact in facts.iter().map(|fact| tidy(fact)).filter(|fact| !fact.is_empty()) {
        let longer = stacked(prose, "\n", fact);
        if !room(&longer) {
            break;
        }
        *prose = longer;
    }
}

fn add_body(prose: &mut String, body: &[String], room: impl Fn(&str) -> bool) {
    for paragraph in body
        .iter()
        .map(|paragraph| tidy(paragraph))
        .filter(|paragraph| !paragraph.is_empty())
    {
        let Some(kept) = shorten(paragraph, |text| room(&stacked(prose, "\n\n", text))) else {
            break;
        };
        let whole = kept == paragraph;
        if !whole && kept.unicode_words().count() < LEAST_WORDS {
            break;
        }
        *prose = stacked(prose, "\n\n", &kept);
        if !whole {
            break;
        }
    }
}

/// Without the breaking white space around it; a no-break space at an end is as idle.
pub(super) fn tidy(text: &str) -> &str {
    text.trim()
}

pub(super) fn joined(above: &str, below: &str) -> String {
    stacked(above, "\n\n", below)
}

pub(super) fn stacked(above: &str, gap: &str, below: &str) -> String {
    if above.is_empty() || below.is_empty() {
        format!("{above}{below}")
    } else {
        format!("{above}{gap}{below}")
    }
}

fn distinct(hashtags: &[String]) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for tag in hashtags.iter().map(|tag| clean_hashtag(tag)) {
        // Digits alone are no hashtag on any network.
        let known = tags.iter().any(|have| have.to_lowercase() == tag.to_lowercase());
        if !known && tag.chars().any(char::is_alphabetic) {
            tags.push(tag);
        }
    }
    tags
}

#[cfg(test)]
mod tests;
