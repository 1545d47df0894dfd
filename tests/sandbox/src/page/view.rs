//! The page's own view of phones and timelines.

use std::collections::HashMap;

use askama::Template;
use chrono::{DateTime, Local, Utc};

use super::View;
use super::look::Look;
use super::words::Words;
use crate::fcm::Notification;
use crate::miniature::Miniature;
use crate::post::{Post, Wording};

/// A page is looked at, not searched: the newest of each.
const CARDS_SHOWN: usize = 12;
const POSTS_SHOWN: usize = 30;

#[derive(Template)]
#[template(path = "sandbox.html")]
pub(super) struct Page<'a> {
    words: &'static Words,
    nonce: &'a str,
    town: String,
    now: Moment,
    today: String,
    phones: String,
    cards: Vec<Card>,
    more_cards: bool,
    timelines: Vec<Timeline>,
}

/// A notification and how many phones show it.
struct Card {
    title: Option<String>,
    body: Option<String>,
    phones: usize,
    phones_text: String,
    replaced: bool,
    earlier: Vec<Past>,
    at: Moment,
}

struct Timeline {
    name: &'static str,
    style: &'static str,
    square: bool,
    author: String,
    initial: String,
    handle: String,
    posts_text: String,
    /// What the network charged for all of them.
    bill: Option<String>,
    posts: Vec<Entry>,
    more: bool,
}

struct Entry {
    post: Post,
    /// It stands below the post that it answers.
    answer: bool,
    /// Its first words, where the network shows no more.
    folded: Option<String>,
    cost: Option<String>,
    /// What its video shows.
    clip: Option<String>,
    at: Moment,
    edited: Option<Moment>,
    deleted: Option<Moment>,
    host: Option<String>,
    earlier: Vec<Past>,
}

struct Past {
    text: String,
    at: Moment,
}

struct Moment {
    machine: String,
    people: String,
}

impl<'a> Page<'a> {
    pub(super) fn new(view: &View, words: &'static Words, nonce: &'a str, now: DateTime<Utc>) -> Self {
        let notifications = view.fcm.phones();
        let phones: std::collections::HashSet<_> = notifications.iter().map(Notification::token).collect();
        let phones = words.count_phones(phones.len());
        let mut cards = group(&notifications, words);
        let more_cards = cards.len() > CARDS_SHOWN;
        cards.truncate(CARDS_SHOWN);
        Self {
            words,
            nonce,
            town: view.networks[0].account().name,
            now: moment(now),
            today: words.date(now.with_timezone(&Local)),
            phones,
            cards,
            more_cards,
            timelines: view.networks.iter().map(|network| timeline(network, words)).collect(),
        }
    }
}

/// A campaign is one card, however many phones it reached; newest first.
fn group(notifications: &[Notification], words: &Words) -> Vec<Card> {
    let mut cards: Vec<Card> = Vec::new();
    let mut places = HashMap::new();
    for shown in notifications.iter().rev() {
        let place = *places
            .entry((&shown.title, &shown.body, &shown.tag))
            .or_insert_with(|| {
                cards.push(card(shown));
                cards.len() - 1
            });
        let card = &mut cards[place];
        card.phones += 1;
        card.replaced |= shown.replaced();
    }
    for card in &mut cards {
        card.phones_text = words.count_phones(card.phones);
    }
    cards
}

fn card(shown: &Notification) -> Card {
    let earlier = shown.earlier.iter().rev().map(|earlier| {
        let texts = [&earlier.title, &earlier.body];
        let text = texts
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" — ");
        Past {
            text,
            at: moment(earlier.at),
        }
    });
    Card {
        title: shown.title.clone(),
        body: shown.body.clone(),
        phones: 0,
        phones_text: String::new(),
        replaced: false,
        earlier: earlier.collect(),
        at: moment(shown.at),
    }
}

fn timeline(network: &Miniature, words: &Words) -> Timeline {
    let posts = network.all_posts();
    let (account, look) = (network.account(), Look::of(network.kind()));
    let costs: Vec<u64> = posts.iter().filter_map(|post| post.cost).collect();
    let entries = threaded(&posts)
        .into_iter()
        .map(|(post, answer)| entry(post, answer, look, words));
    Timeline {
        name: network.kind().title(),
        style: network.kind().name(),
        square: look.square,
        initial: account.name.chars().take(1).collect(),
        author: account.name,
        handle: account.handle,
        posts_text: words.count_posts(posts.iter().filter(|post| !post.deleted()).count()),
        bill: (!costs.is_empty()).then(|| words.billed(costs.iter().sum())),
        more: posts.len() > POSTS_SHOWN,
        posts: entries.take(POSTS_SHOWN).collect(),
    }
}

/// Newest first, each followed by its answers, in the order of their writing.
fn threaded(posts: &[Post]) -> Vec<(Post, bool)> {
    let of = |id: &str| -> Vec<Post> {
        let answers = posts.iter().filter(|post| post.reply_to.as_deref() == Some(id));
        answers.cloned().collect()
    };
    let there = |id: &Option<String>| {
        id.as_ref()
            .is_some_and(|id| posts.iter().any(|post| post.remote_id == *id))
    };
    let mut lines = Vec::new();
    for root in posts.iter().rev().filter(|post| !there(&post.reply_to)) {
        lines.push((root.clone(), false));
        let mut waiting = of(&root.remote_id);
        while !waiting.is_empty() {
            let next = waiting.remove(0);
            waiting.extend(of(&next.remote_id));
            lines.push((next, true));
        }
    }
    lines
}

fn entry(post: Post, answer: bool, look: Look, words: &Words) -> Entry {
    let reworded = |wording: &Wording| Past {
        text: wording.text.clone(),
        at: moment(wording.until),
    };
    let host = post.card.as_ref().and_then(|card| url::Url::parse(&card.url).ok());
    Entry {
        at: moment(post.created_at),
        edited: post.edited_at.map(moment),
        deleted: post.deleted_at.map(moment),
        host: host.and_then(|url| url.host_str().map(str::to_owned)),
        earlier: post.history.iter().rev().map(reworded).collect(),
        folded: look.folded(&post.text),
        cost: post.cost.map(|cost| words.dollars(cost)),
        clip: post.video.as_ref().map(|clip| words.video(clip.alt.as_deref())),
        answer,
        post,
    }
}

/// In the zone of this machine: whoever looks at a loopback page sits in front of it.
fn moment(at: DateTime<Utc>) -> Moment {
    let people = at.with_timezone(&Local).format("%H:%M").to_string();
    Moment {
        machine: at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        people,
    }
}
