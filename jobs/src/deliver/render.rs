//! What a post says on one account: told in its language, fitted to its limit, with its pictures.

use beffroi_schema::{
    address::Addresses,
    entity::media,
    store::{Facts, Job, Store, StoreResult},
    text::{
        compose,
        fit::{fit, shortened},
    },
    value::{Capabilities, Card, Change, Language, LinkStyle, Picture, Rendered},
};

use super::picture::lighter;
use crate::story::story;

/// The post of a job, or why it cannot be made, for people.
pub(super) async fn render(
    store: &Store,
    addresses: &Addresses,
    job: &Job,
    abilities: &Capabilities,
) -> StoreResult<Result<Rendered, String>> {
    let facts = store.facts(job.revision.id).await?;
    let link = addresses.item(&facts.authority.slug, facts.item.kind, facts.item.id);
    let rules = &job.account.rules;
    let language = rules
        .language
        .clone()
        .unwrap_or_else(|| facts.authority.language.clone());
    let now = store.clock().now();
    let Some(told) = story(&facts, &language, change(job), &link, &rules.hashtags, now) else {
        return Ok(Err("there is no text to post".to_owned()));
    };
    let pictures = pictures(&facts, &language, abilities);
    // A post embeds one thing: pictures take the place of the card, and the link then stands in the text.
    let carded = abilities.link == LinkStyle::Card && pictures.is_empty();
    let in_text = match abilities.link {
        LinkStyle::InText => true,
        LinkStyle::Card => !carded,
        LinkStyle::Field => false,
    };
    let post = compose::post(&told, in_text);
    let fitted = match fit(&post, &abilities.text) {
        Ok(fitted) => fitted,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let card = carded.then(|| Card {
        title: told.text.title.clone(),
        description: told.text.summary.clone(),
    });
    Ok(Ok(Rendered {
        text: fitted.text,
        language: told.language.clone(),
        link: link.clone(),
        card,
        pictures,
        hashtags: fitted.hashtags,
        at: now,
    }))
}

/// What happened, for the readers of this account: to those who saw nothing before, a correction is the first word.
fn change(job: &Job) -> Change {
    let there = job
        .receipt
        .as_ref()
        .is_some_and(|receipt| receipt.withdrawn_at.is_none());
    match job.delivery.change {
        Change::Amended | Change::Reopened if !there => Change::Published,
        change @ (Change::Published | Change::Amended | Change::Reopened | Change::Resolved | Change::Withdrawn) => {
            change
        }
    }
}

/// The pictures that the account takes, in order, each with its alternative text.
fn pictures(facts: &Facts, language: &Language, abilities: &Capabilities) -> Vec<Picture> {
    let most = usize::try_from(abilities.images).unwrap_or_default();
    let longest = abilities
        .alt_text
        .map_or(0, |most| usize::try_from(most).unwrap_or(usize::MAX));
    let picture = |media: &media::Model| {
        let alt = media
            .alt
            .choose(std::slice::from_ref(language), &facts.revision.content.language)
            .unwrap_or_default();
        Picture {
            media: media.id,
            mime: media.mime.clone(),
            width: u32::try_from(media.width).unwrap_or_default(),
            height: u32::try_from(media.height).unwrap_or_default(),
            alt: shortened(alt, longest),
            bytes: std::sync::Arc::from([]),
        }
    };
    facts.pictures.iter().take(most).map(picture).collect()
}

/// The same post with the bytes of its pictures, none of which weighs more than `most`; or why not, for people.
pub(super) async fn with_bytes(
    store: &Store,
    mut rendered: Rendered,
    most: u64,
) -> StoreResult<Result<Rendered, String>> {
    for picture in &mut rendered.pictures {
        let Some(bytes) = store.media_bytes(picture.media).await? else {
            continue;
        };
        if bytes.len() as u64 <= most {
            picture.bytes = bytes.into();
            continue;
        }
        // Seconds of work, for a large one.
        let scaled = tokio::task::spawn_blocking(move || lighter(&bytes, most)).await;
        let Ok(Some(file)) = scaled else {
            return Ok(Err(format!(
                "a picture cannot be brought below the {most} bytes that this network takes"
            )));
        };
        (picture.mime, picture.bytes) = ("image/jpeg".to_owned(), file.bytes.into());
        (picture.width, picture.height) = (file.width, file.height);
    }
    Ok(Ok(rendered))
}
