//! A picture for an item that has none, where a network takes nothing without.

use beffroi_schema::{
    clock::Timestamp,
    media::{Card, CardShape, draw_card},
    store::{Facts, Store, StoreResult},
    telling::story,
    text::compose,
    value::{AccountRules, Capabilities, Change, Needs, Rendered},
};

/// The facts with the card that stands for them, where the network needs a picture and there is none. An item that no
/// card can be drawn of (its letters are none of our fonts') stays without.
pub(super) async fn illustrated(
    store: &Store,
    mut facts: Facts,
    rules: &AccountRules,
    abilities: &Capabilities,
    change: Change,
    now: Timestamp,
) -> StoreResult<Facts> {
    if abilities.needs != Needs::Picture || !facts.pictures.is_empty() {
        return Ok(facts);
    }
    let Some(card) = card(&facts, rules, change, now) else {
        return Ok(facts);
    };
    let alt = card.alt();
    // A tenth of a second of work.
    let drawn = tokio::task::spawn_blocking(move || draw_card(&card, CardShape::Tall)).await;
    if let Ok(Some(drawn)) = drawn {
        facts.pictures = vec![store.put_card(facts.authority.id, drawn, alt).await?];
    }
    Ok(facts)
}

/// The post, unless the network takes none without a picture and it has none.
pub(super) fn with_picture(post: Rendered, abilities: &Capabilities) -> Result<Rendered, String> {
    if abilities.needs == Needs::Picture && post.pictures.is_empty() && post.video.is_none() {
        return Err("this network takes nothing without a picture, and no card can be drawn of this text".to_owned());
    }
    Ok(post)
}

/// What a card says of these facts, in the language of the account.
fn card(facts: &Facts, rules: &AccountRules, change: Change, now: Timestamp) -> Option<Card> {
    let language = rules.language.as_ref().unwrap_or(&facts.authority.language);
    let told = story(facts, language, change, "", &[], now)?;
    let post = compose::post(&told, false);
    Some(Card {
        kind: told.kind,
        language: told.language.clone(),
        title: post.lead,
        details: post.facts,
        town: facts.authority.name.clone(),
    })
}
