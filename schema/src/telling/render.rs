//! What a post says on one account: told in its language, fitted to its limit, with its pictures.

use crate::{
    address::Addresses,
    clock::Timestamp,
    entity::{account, media, post_template},
    store::Facts,
    text::{
        PostText, Story, compose,
        count::{fits, urls},
        fit::{shorten, shortened},
        template::Template,
        thread::{Thread, thread, with_comment},
    },
    value::{
        Capabilities, Card, Change, Clip, Counting, Film, Language, LinkStyle, MediaKind, Needs, Picture, Rendered,
        Span, TextLimit, Video,
    },
};

use super::story;

/// The post that says `facts` on an account, without the bytes of its pictures; or why it cannot be made, for people.
/// `change` is what happened for the readers of this account.
pub fn render(
    facts: &Facts,
    addresses: &Addresses,
    account: &account::Model,
    abilities: &Capabilities,
    change: Change,
    now: Timestamp,
) -> Result<Rendered, String> {
    let link = addresses.item(&facts.authority.slug, facts.item.kind, facts.item.id);
    let rules = &account.rules;
    let language = rules
        .language
        .clone()
        .unwrap_or_else(|| facts.authority.language.clone());
    let Some(told) = story(facts, &language, change, &link, &rules.hashtags, now) else {
        return Err("there is no text to post".to_owned());
    };
    let video = video(facts, &language, abilities, addresses);
    if abilities.needs == Needs::Video && video.is_none() {
        return Err("this network takes videos alone, and there is none that it takes".to_owned());
    }
    let pictures = match video {
        Some(_) => Vec::new(),
        None => pictures(facts, &language, abilities, addresses),
    };
    // Where nothing goes without a picture, a card is drawn in the end.
    let illustrated = video.is_some() || !pictures.is_empty() || abilities.needs == Needs::Picture;
    // A post embeds one thing: a video or pictures take the place of the card, and the link then stands in the text.
    let carded = abilities.link == LinkStyle::Card && !illustrated;
    let in_text = match abilities.link {
        LinkStyle::InText => true,
        LinkStyle::Card => !carded,
        LinkStyle::Field | LinkStyle::Nowhere => false,
    };
    // A correction is told in one post: what it says stands nowhere else.
    let first_told = change == Change::Published;
    let commented = first_told && rules.first_comment && abilities.comments;
    // A link that is no card any more is put below the text by the network's client: in a comment, it is in the text.
    let beside = commented && abilities.link == LinkStyle::Field && illustrated;
    let post = worded(facts, account, &told, in_text || beside);
    let limit = abilities.text_limit(illustrated);
    let threaded = first_told && abilities.thread && abilities.price.is_none();
    let fitted = if commented {
        with_comment(&post, &limit)
    } else {
        thread(&post, &limit, if threaded { rules.thread() } else { 1 })
    };
    let Thread { first, more } = fitted.map_err(|error| error.to_string())?;
    let card = carded.then(|| Card {
        title: told.text.title.clone(),
        description: told.text.summary.clone(),
    });
    Ok(Rendered {
        text: first.text,
        thread: more,
        title: abilities
            .title
            .map(|most| titled(&told.text.title, most))
            .unwrap_or_default(),
        language: told.language.clone(),
        link: link.clone(),
        card,
        pictures,
        video,
        when: when(&told),
        hashtags: first.hashtags,
        at: now,
    })
}

/// What a person wrote for this account; else what the template of its network says, or of all networks.
fn worded(facts: &Facts, account: &account::Model, told: &Story<'_>, in_text: bool) -> PostText {
    let mut variants = facts.variants.iter();
    let written = variants.find(|variant| variant.account_id == account.id && !compose::is_over(told.change));
    if let Some(variant) = written {
        return PostText {
            lead: variant.text.clone(),
            link: (in_text && !variant.text.contains(told.link)).then(|| told.link.to_owned()),
            ..PostText::default()
        };
    }
    let of = |network: &str| {
        let mut templates = facts.templates.iter();
        let same = |row: &&post_template::Model| {
            row.kind == told.kind && row.network == network && row.language.primary() == told.language.primary()
        };
        templates.find(same).and_then(|row| Template::read(&row.text).ok())
    };
    let template = of(account.network.as_str()).or_else(|| of(""));
    let post = template.map_or_else(|| compose::post(told, in_text), |template| template.post(told, in_text));
    PostText {
        mentions: account.rules.mentions.clone(),
        ..post
    }
}

/// A title in at most so many UTF-16 units.
fn titled(title: &str, most: u32) -> String {
    let limit = TextLimit::of(most, Counting::Utf16);
    shorten(title.trim(), |text| fits(text, &limit)).unwrap_or_default()
}

/// When an event takes place, by the authority's clocks.
fn when(told: &Story<'_>) -> Option<Span> {
    let date = told.date.as_ref()?;
    let local = |at: Timestamp| at.with_timezone(&told.zone).fixed_offset();
    let (from, to) = (local(date.start), local(date.end.unwrap_or(date.start)));
    Some(Span { from, to })
}

/// What the network charges for a post, in millionths of a US dollar; none: nothing.
pub fn cost(abilities: &Capabilities, post: &Rendered) -> Option<u32> {
    let price = abilities.price?;
    let linked = !urls(&post.text).is_empty();
    Some(if linked { price.link } else { price.post })
}

/// The first video that the account takes, with its alternative text.
fn video(facts: &Facts, language: &Language, abilities: &Capabilities, addresses: &Addresses) -> Option<Video> {
    let limit = abilities.video?;
    let mut videos = facts.attachments.iter().filter_map(|media| Some((media, clip(media)?)));
    let (media, clip) = videos.find(|(_, clip)| limit.takes(*clip))?;
    Some(Video {
        media: media.id,
        width: u32::try_from(media.width).unwrap_or_default(),
        height: u32::try_from(media.height).unwrap_or_default(),
        seconds: clip.seconds,
        alt: alt(media, facts, language, abilities),
        url: addresses.picture(&media.sha256),
        film: Film::default(),
    })
}

/// What decides where a file is taken; none when it is no video.
pub fn clip(media: &media::Model) -> Option<Clip> {
    let length = media.duration_ms.unwrap_or_default();
    (media.kind == MediaKind::Video).then(|| Clip {
        bytes: u64::try_from(media.size).unwrap_or(u64::MAX),
        seconds: u32::try_from((length + 999) / 1000).unwrap_or(u32::MAX),
    })
}

/// What a file shows, in as many characters as the network takes.
fn alt(media: &media::Model, facts: &Facts, language: &Language, abilities: &Capabilities) -> String {
    let longest = abilities
        .alt_text
        .map_or(0, |most| usize::try_from(most).unwrap_or(usize::MAX));
    let wanted = std::slice::from_ref(language);
    let alt = media.alt.choose(wanted, &facts.revision.content.language);
    shortened(alt.unwrap_or_default(), longest)
}

/// The pictures that the account takes, in order, each with its alternative text.
fn pictures(facts: &Facts, language: &Language, abilities: &Capabilities, addresses: &Addresses) -> Vec<Picture> {
    let most = usize::try_from(abilities.images).unwrap_or_default();
    let picture = |media: &media::Model| Picture {
        media: media.id,
        mime: media.mime.clone(),
        width: u32::try_from(media.width).unwrap_or_default(),
        height: u32::try_from(media.height).unwrap_or_default(),
        alt: alt(media, facts, language, abilities),
        url: addresses.picture(&media.sha256),
        bytes: std::sync::Arc::from([]),
    };
    facts.pictures.iter().take(most).map(picture).collect()
}
