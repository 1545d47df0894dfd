//! Brings a text that is longer than one post into several, each of which answers the one before.
//!
//! The first has what a post has: the lead, the facts, the link, the hashtags, and as much of the body as there is room
//! for. The others go on where it stops. Parts end with a sentence where they can, and say which they are of how many: who
//! sees one of them knows that there are others.

use super::{
    PostText,
    count::fits,
    fit::{Fitted, LinkTooLong, fit, joined, stacked, tail_of, tidy},
    shorten::{cut, shorten},
};
use crate::value::{MAX_THREAD, TextLimit};

/// What the number of a part takes, whichever it is: there are at most [`MAX_THREAD`].
const ROOM_FOR_NUMBER: &str = " (9/9)";
/// Ends the last part where there is more to say, on the item's page.
const MORE: &str = " […]";

/// A text in one post or several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    /// The post.
    pub first: Fitted,
    /// What goes on in answers to it, each to the one before.
    pub more: Vec<String>,
}

impl From<Fitted> for Thread {
    fn from(first: Fitted) -> Self {
        let more = Vec::new();
        Self { first, more }
    }
}

/// The post within `limit`, and what goes on in answers to it, in at most so many posts: one where it has room for all,
/// or no room for a part's beginning.
pub fn thread(post: &PostText, limit: &TextLimit, most: u32) -> Result<Thread, LinkTooLong> {
    let alone = fit(post, limit)?;
    let (tail, hashtags) = tail_of(post, limit);
    let blocks = blocks(post);
    let most = usize::try_from(most.min(MAX_THREAD)).unwrap_or(1);
    if most < 2 || fits(&joined(&blocks.join("\n\n"), &tail), limit) {
        return Ok(alone.into());
    }
    let numbered = |prose: &str| format!("{prose}{ROOM_FOR_NUMBER}");
    let first = |prose: &str| fits(&joined(&numbered(prose), &tail), limit);
    let other = |prose: &str| fits(&numbered(prose), limit);
    let Some(parts) = split(&blocks, most, first, other).filter(|parts| parts.len() > 1) else {
        return Ok(alone.into());
    };
    let of = parts.len();
    let mut parts = parts
        .into_iter()
        .enumerate()
        .map(|(index, prose)| format!("{prose} ({}/{of})", index + 1));
    let text = parts.next().map(|prose| joined(&prose, &tail)).unwrap_or_default();
    Ok(Thread {
        first: Fitted { text, hashtags },
        more: parts.collect(),
    })
}

/// The post without its link and its hashtags, which the comment below it has; without a comment where there are none.
pub fn with_comment(post: &PostText, limit: &TextLimit) -> Result<Thread, LinkTooLong> {
    let below = PostText {
        link: post.link.clone(),
        hashtags: post.hashtags.clone(),
        ..PostText::default()
    };
    let (comment, _) = tail_of(&below, limit);
    let bare = PostText {
        link: None,
        hashtags: Vec::new(),
        ..post.clone()
    };
    Ok(Thread {
        first: fit(&bare, limit)?,
        more: Some(comment)
            .filter(|comment| !comment.is_empty())
            .into_iter()
            .collect(),
    })
}

/// What there is to say, in order: the lead with its facts, then the body's paragraphs.
fn blocks(post: &PostText) -> Vec<String> {
    let mut head = tidy(&post.lead).to_owned();
    for fact in post.facts.iter().map(|fact| tidy(fact)) {
        head = stacked(&head, "\n", fact);
    }
    let body = post.body.iter().map(|paragraph| tidy(paragraph).to_owned());
    std::iter::once(head)
        .chain(body)
        .filter(|block| !block.is_empty())
        .collect()
}

/// The blocks in parts; none where not even one word has room. What is left after the last part is left out, and the
/// part says so.
fn split(
    blocks: &[String],
    most: usize,
    first: impl Fn(&str) -> bool,
    other: impl Fn(&str) -> bool,
) -> Option<Vec<String>> {
    let (mut parts, mut part) = (Vec::new(), String::new());
    let mut left: Vec<&str> = blocks.iter().rev().map(String::as_str).collect();
    while let Some(block) = left.pop() {
        let whole = stacked(&part, "\n\n", block);
        let has_room = |text: &str| if parts.is_empty() { first(text) } else { other(text) };
        if has_room(&whole) {
            part = whole;
            continue;
        }
        if parts.len() + 1 == most {
            part = shorten(&whole, |text| has_room(&format!("{text}{MORE}"))).map_or(part, open_ended);
            break;
        }
        let room = |text: &str| has_room(&stacked(&part, "\n\n", text));
        // Where a part has something already, a block is begun in it with whole sentences alone.
        let cut = cut(block, room).filter(|cut| cut.whole || part.is_empty());
        let rest = match cut {
            Some(cut) => {
                part = stacked(&part, "\n\n", &cut.text);
                block[cut.end..].trim()
            }
            None if part.is_empty() => return None,
            None => block,
        };
        if !rest.is_empty() {
            left.push(rest);
        }
        parts.push(std::mem::take(&mut part));
    }
    if !part.is_empty() {
        parts.push(part);
    }
    Some(parts)
}

/// An ellipsis says that there is more; a whole sentence does not.
fn open_ended(text: String) -> String {
    if text.ends_with('…') { text } else { text + MORE }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        text::count::{hashtags, urls},
        value::Counting,
    };

    fn limit(units: u32) -> TextLimit {
        TextLimit {
            url_units: Some(23),
            ..TextLimit::of(units, Counting::Graphemes)
        }
    }

    fn works() -> PostText {
        PostText {
            lead: "Travaux rue du Four".to_owned(),
            facts: vec!["Du 3 au 14\u{a0}mars".to_owned()],
            body: vec![
                "La chaussée est refaite. On passe à pied. Les riverains gardent leur accès.".to_owned(),
                "Le marché se tient place des Halles. Le bus 67 est dévié par les quais.".to_owned(),
            ],
            link: Some("https://ville.example/i/1".to_owned()),
            hashtags: vec!["Travaux".to_owned()],
            ..PostText::default()
        }
    }

    #[test]
    fn what_has_room_is_one_post() {
        let alone = fit(&works(), &limit(500)).unwrap();
        assert_eq!(thread(&works(), &limit(500), 3).unwrap(), Thread::from(alone));
    }

    #[test]
    fn what_has_not_goes_on_after_a_sentence() {
        let Thread { first, more } = thread(&works(), &limit(110), 3).unwrap();
        assert_eq!(
            first.text,
            "Travaux rue du Four\nDu 3 au 14\u{a0}mars\n\nLa chaussée est refaite. (1/3)\n\nhttps://ville.example/i/1\n\n#Travaux"
        );
        assert_eq!(
            more,
            [
                "On passe à pied. Les riverains gardent leur accès.\n\nLe marché se tient place des Halles. (2/3)",
                "Le bus 67 est dévié par les quais. (3/3)",
            ]
        );
    }

    #[test]
    fn what_is_longer_than_all_parts_ends_with_an_ellipsis() {
        let long = PostText {
            body: vec!["Un mot puis un autre ".repeat(100)],
            ..works()
        };
        let Thread { more, .. } = thread(&long, &limit(120), 5).unwrap();
        assert_eq!(more.len(), 4);
        assert!(more.last().unwrap().ends_with("… (5/5)"), "{more:?}");
        let one = fit(&long, &limit(120)).unwrap();
        assert_eq!(thread(&long, &limit(120), 1).unwrap(), Thread::from(one));
    }

    #[test]
    fn a_whole_sentence_at_the_end_says_that_there_is_more() {
        let long = PostText {
            body: vec!["Une rue est fermée. ".repeat(60)],
            ..works()
        };
        let Thread { more, .. } = thread(&long, &limit(120), 3).unwrap();
        assert!(
            more.last().unwrap().ends_with("Une rue est fermée. […] (3/3)"),
            "{more:?}"
        );
    }

    #[test]
    fn a_first_comment_has_the_link_and_the_hashtags() {
        let Thread { first, more } = with_comment(&works(), &limit(36)).unwrap();
        assert_eq!(first.text, "Travaux rue du Four\nDu 3 au 14\u{a0}mars");
        assert_eq!(first.hashtags, Vec::<String>::new());
        assert_eq!(more, ["https://ville.example/i/1\n\n#Travaux"]);
        let bare = PostText {
            link: None,
            hashtags: Vec::new(),
            ..works()
        };
        assert_eq!(with_comment(&bare, &limit(36)).unwrap().more, Vec::<String>::new());
    }

    proptest! {
        #[test]
        fn no_part_is_too_long_nor_cuts_an_address_or_a_hashtag(
            lead in "\\PC{0,60}",
            body in proptest::collection::vec("(\\PC{0,40}|https://ville\\.example/[a-z]{1,30}|#[a-z]{1,20}| |\\. ){0,12}", 0..5),
            units in 30_u32..300,
            most in 1_u32..=MAX_THREAD,
        ) {
            let post = PostText { lead, body, link: Some("https://ville.example/i/1".to_owned()), ..PostText::default() };
            let limit = limit(units);
            let Thread { first, more } = thread(&post, &limit, most).unwrap();
            let all = format!("{}\n{}", post.lead, post.body.join("\n"));
            let whole: Vec<&str> = urls(&all).into_iter().chain(hashtags(&all)).map(|range| &all[range]).collect();
            prop_assert!(more.len() < most as usize);
            for part in std::iter::once(&first.text).chain(&more) {
                prop_assert!(fits(part, &limit), "{part:?}");
                for range in urls(part) {
                    let address = &part[range];
                    prop_assert!(whole.contains(&address) || Some(address) == post.link.as_deref(), "{address} in {part:?}");
                }
            }
        }
    }
}
