//! The page's own view of phones and timelines.

use std::collections::{HashMap, HashSet};

use askama::Template;
use chrono::{DateTime, Local, Utc};

use super::View;
use super::look::Look;
use super::words::Words;
use crate::fcm::Notification;
use crate::miniature::Miniature;
use crate::post::{Image, Post, Wording};

/// A page is looked at, not searched: the newest of each.
const CARDS_SHOWN: usize = 12;
const POSTS_SHOWN: usize = 30;
/// An answer to an answer to an answer stands no further in: a phone has no room for it.
const DEEPEST: usize = 3;

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
    /// How far in it stands, below the post that it answers; 0: it answers none.
    depth: usize,
    shots: Vec<Shot>,
    /// The picture of its link.
    thumbnail: Option<String>,
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

/// A picture as the network shows it.
struct Shot {
    /// None: the page cannot show it any more.
    address: Option<String>,
    /// Empty: nobody said what it shows.
    alt: String,
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
        let phones: HashSet<_> = notifications.iter().map(Notification::token).collect();
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
            timelines: view
                .networks
                .iter()
                .map(|network| timeline(view, network, words))
                .collect(),
        }
    }

    /// Where pictures are that networks fetch: the page fetches them there, as they would.
    pub(super) fn origins(&self) -> Vec<String> {
        let entries = self.timelines.iter().flat_map(|timeline| &timeline.posts);
        let addresses = entries.flat_map(|entry| &entry.post.images).filter_map(fetched);
        let mut origins: Vec<_> = addresses.map(|url| url.origin().ascii_serialization()).collect();
        origins.sort();
        origins.dedup();
        origins
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

fn timeline(view: &View, network: &Miniature, words: &Words) -> Timeline {
    let posts = network.all_posts();
    let (account, look) = (network.account(), Look::of(network.kind()));
    let costs: Vec<u64> = posts.iter().filter_map(|post| post.cost).collect();
    let entries = threaded(&posts)
        .into_iter()
        .map(|(post, depth)| entry(view, (post, depth), look, words));
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

/// Newest first, each followed by its answers, and each of those by its own, in the order of their writing; with how many
/// posts stand above each.
fn threaded(posts: &[Post]) -> Vec<(Post, usize)> {
    let mut of: HashMap<Option<&str>, Vec<&Post>> = HashMap::new();
    let there: HashSet<&str> = posts.iter().map(|post| post.remote_id.as_str()).collect();
    for post in posts {
        let answered = post
            .reply_to
            .as_deref()
            .filter(|id| there.contains(id) && *id != post.remote_id);
        of.entry(answered).or_default().push(post);
    }
    // The last is told next. What was told is taken, so that nothing is told twice.
    let mut waiting: Vec<(&Post, usize)> = Vec::new();
    waiting.extend(of.remove(&None).into_iter().flatten().map(|root| (root, 0)));
    let mut lines = Vec::new();
    while let Some((post, depth)) = waiting.pop() {
        let answers = of.remove(&Some(post.remote_id.as_str())).into_iter().flatten();
        waiting.extend(answers.rev().map(|answer| (answer, depth + 1)));
        lines.push((post.clone(), depth));
    }
    lines
}

fn entry(view: &View, (post, depth): (Post, usize), look: Look, words: &Words) -> Entry {
    let reworded = |wording: &Wording| Past {
        text: wording.text.clone(),
        at: moment(wording.until),
    };
    let card = post.card.as_ref();
    let host = card.and_then(|card| url::Url::parse(&card.url).ok());
    Entry {
        at: moment(post.created_at),
        edited: post.edited_at.map(moment),
        deleted: post.deleted_at.map(moment),
        host: host.and_then(|url| url.host_str().map(str::to_owned)),
        shots: post.images.iter().map(|image| shot(view, image)).collect(),
        thumbnail: card.and_then(|card| sent(view, card.picture.as_deref())),
        earlier: post.history.iter().rev().map(reworded).collect(),
        folded: look.folded(&post.text),
        cost: post.cost.map(|cost| words.dollars(cost)),
        clip: post.video.as_ref().map(|clip| words.video(clip.alt.as_deref())),
        depth: depth.min(DEEPEST),
        post,
    }
}

fn shot(view: &View, image: &Image) -> Shot {
    Shot {
        address: sent(view, image.sha256.as_deref()).or_else(|| fetched(image).map(String::from)),
        alt: image.alt.clone(),
    }
}

/// Where the page serves a picture that was sent, while it is kept.
fn sent(view: &View, sha256: Option<&str>) -> Option<String> {
    let name = sha256?;
    view.gallery.picture(name)?;
    Some(format!("sandbox/pictures/{name}"))
}

/// Where a network fetches a picture.
fn fetched(image: &Image) -> Option<url::Url> {
    let url = url::Url::parse(image.url.as_deref()?).ok()?;
    matches!(url.scheme(), "http" | "https").then_some(url)
}

/// In the zone of this machine: whoever looks at a loopback page sits in front of it.
fn moment(at: DateTime<Utc>) -> Moment {
    let people = at.with_timezone(&Local).format("%H:%M").to_string();
    Moment {
        machine: at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        people,
    }
}
