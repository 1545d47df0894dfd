//! What our own actors in the fediverse say of a revision.

use beffroi_schema::{
    address::Addresses,
    entity::federated_actor,
    id::ActivityId,
    rules,
    store::{Facts, News, Saying, Store, StoreResult},
    value::{Change, Scope, Verb},
};

use crate::federation::{Voice, object, told_activity, tombstone};

/// A first word by each actor that the item concerns; what was said follows the item, whatever it has become.
pub(super) async fn choose(
    store: &Store,
    addresses: &Addresses,
    facts: &Facts,
    news: &News,
) -> StoreResult<Vec<Saying>> {
    let actors = store
        .federated_actors(&Scope::Instance, Some(facts.authority.id))
        .await?;
    if actors.is_empty() {
        return Ok(Vec::new());
    }
    let known = store.federated_notes(facts.item.id).await?;
    let now = store.clock().now();
    let told = (news.quiet, news.revision.by.is_some());
    let first = rules::first_word(news.change, news.class, &facts.revision.content, told, now);
    let mut sayings = Vec::new();
    for actor in &actors {
        let voice = Voice { addresses, actor };
        let note = known.iter().find(|note| note.actor_id == actor.id);
        let (verb, object) = match note {
            Some(note) if note.deleted_at.is_some() || note.version >= news.revision.version => continue,
            Some(_) if !news.change.stays() => (
                Verb::Delete,
                Some(tombstone(voice, facts.item.id, facts.item.kind, now)),
            ),
            Some(note) => (Verb::Update, object(voice, facts, news.change, note.published_at, now)),
            None if actor.active && concerns(actor, facts) && first => {
                (Verb::Create, object(voice, facts, Change::Published, now, now))
            }
            None => continue,
        };
        let Some(object) = object else { continue };
        let id: ActivityId = store.ids().make();
        sayings.push(Saying {
            actor: actor.id,
            id,
            verb,
            body: told_activity(voice, id, verb, &object, now).to_string(),
            object: object.to_string(),
        });
    }
    Ok(sayings)
}

/// An actor without a topic tells of everything.
fn concerns(actor: &federated_actor::Model, facts: &Facts) -> bool {
    let topics = &facts.revision.content.topics.0;
    actor.topic.as_ref().is_none_or(|topic| topics.contains(topic))
}
