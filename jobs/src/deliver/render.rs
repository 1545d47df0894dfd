//! What a post says on one account: told in its language, fitted to its limit, with its pictures.

use beffroi_schema::{
    address::Addresses,
    store::{Facts, Job, Store, StoreResult},
    text::{compose, fit::fit},
    value::{Capabilities, Card, LinkStyle, Picture, Rendered},
};

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
    let Some(told) = story(&facts, &language, job.delivery.change, &link, &rules.hashtags, now) else {
        return Ok(Err("there is no text to post".to_owned()));
    };
    let post = compose::post(&told, abilities.link == LinkStyle::InText);
    let fitted = match fit(&post, &abilities.text) {
        Ok(fitted) => fitted,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let pictures = pictures(&facts, &language, abilities);
    let card = (abilities.link == LinkStyle::Card).then(|| Card {
        title: told.text.title.clone(),
        description: told.text.summary.clone(),
        picture: pictures.first().cloned(),
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

/// The pictures that the account takes, in order, each with its alternative text.
fn pictures(facts: &Facts, language: &beffroi_schema::value::Language, abilities: &Capabilities) -> Vec<Picture> {
    let most = usize::try_from(abilities.images).unwrap_or_default();
    let picture = |media: &beffroi_schema::entity::media::Model| {
        let alt = media
            .alt
            .choose(std::slice::from_ref(language), &facts.revision.content.language)
            .unwrap_or_default();
        let longest = abilities
            .alt_text
            .map_or(0, |most| usize::try_from(most).unwrap_or(usize::MAX));
        Picture {
            media: media.id,
            mime: media.mime.clone(),
            width: u32::try_from(media.width).unwrap_or_default(),
            height: u32::try_from(media.height).unwrap_or_default(),
            alt: alt.chars().take(longest).collect(),
            bytes: std::sync::Arc::from([]),
        }
    };
    facts.pictures.iter().take(most).map(picture).collect()
}

/// The same post with the bytes of its pictures.
pub(super) async fn with_bytes(store: &Store, mut rendered: Rendered) -> StoreResult<Rendered> {
    let of_card = rendered.card.as_mut().and_then(|card| card.picture.as_mut());
    for picture in rendered.pictures.iter_mut().chain(of_card) {
        if let Some(bytes) = store.media_bytes(picture.media).await? {
            picture.bytes = bytes.into();
        }
    }
    Ok(rendered)
}
