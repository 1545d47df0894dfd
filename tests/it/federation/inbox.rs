//! What others send us, honestly or not.

use axum::http::StatusCode;
use beffroi_sandbox::Tamper;
use beffroi_schema::{entity::federated_request, id::ItemId, value::RequestState};
use beffroi_tests::{City, scene};
use chrono::Duration;
use sea_orm::{EntityTrait as _, QueryOrder as _};
use serde_json::{Value, json};

/// A town with an actor that has told one thing, and Léa, who follows it from the first server.
struct Told {
    city: City,
    item: ItemId,
    object: String,
}

impl Told {
    async fn new() -> Self {
        let city = City::new().await;
        city.actor("actualites", None).await;
        city.followed_by(0, "lea", "actualites").await;
        let item = city.publish(scene::article("Le pont rouvre")).await;
        city.settle().await;
        let object = city.told("actualites", item);
        Self { city, item, object }
    }

    /// Somebody on the first server sends something, and it is looked at.
    async fn sends(&self, person: &str, activity: Value) -> StatusCode {
        let answer = self.city.peers[0].send(person, &activity, Tamper::Nothing).await;
        self.city.settle().await;
        answer
    }

    fn reply(&self, person: &str, text: &str) -> Value {
        let peer = &self.city.peers[0];
        let (me, id) = (peer.person(person), peer.number());
        let note = json!({ "type": "Note", "id": format!("{id}/note"), "attributedTo": me, "inReplyTo": self.object,
            "content": format!("<p><b>{text}</b></p>"), "to": ["https://www.w3.org/ns/activitystreams#Public"],
            "published": "2026-06-01T07:00:00Z" });
        json!({ "id": id, "type": "Create", "actor": me, "object": note })
    }

    fn does(&self, person: &str, kind: &str, object: impl Into<Value>) -> Value {
        let peer = &self.city.peers[0];
        json!({ "id": peer.number(), "type": kind, "actor": peer.person(person), "object": object.into() })
    }

    async fn followers(&self) -> u64 {
        let actor = self.city.store.federated_actor("actualites").await.unwrap().unwrap();
        self.city.store.federated_standing(actor.id).await.unwrap().followers
    }

    /// What the requests came to, oldest first.
    async fn verdicts(&self) -> Vec<(RequestState, String)> {
        let rows = federated_request::Entity::find()
            .order_by_asc(federated_request::Column::Id)
            .all(self.city.database())
            .await
            .unwrap();
        rows.into_iter()
            .map(|row| (row.state, row.reason.unwrap_or_default()))
            .collect()
    }

    async fn replies(&self) -> Vec<String> {
        let rows = self.city.store.federated_replies(self.item).await.unwrap();
        rows.into_iter().map(|row| row.text).collect()
    }
}

#[tokio::test]
async fn what_is_not_signed_well_is_refused_at_the_door() {
    let city = City::new().await;
    city.actor("actualites", None).await;
    let follow = |id: &str| {
        json!({ "id": id, "type": "Follow", "actor": city.peers[0].person("lea"),
            "object": city.addresses().actor("actualites") })
    };
    for tamper in [Tamper::Unsigned, Tamper::Digest, Tamper::Hours(13), Tamper::Hours(-2)] {
        let answer = city.peers[0].send("lea", &follow("https://x.example/1"), tamper).await;
        assert_eq!(answer, StatusCode::UNAUTHORIZED, "{tamper:?}");
    }
    let kept = federated_request::Entity::find().all(city.database()).await.unwrap();
    assert_eq!(kept, [], "nothing of it is kept");
}

#[tokio::test]
async fn what_is_signed_by_another_key_or_for_another_place_is_not_believed() {
    let told = Told::new().await;
    for tamper in [Tamper::Key, Tamper::Body, Tamper::Path] {
        let follow = told.does("max", "Follow", json!("https://valbourg.example/federation/actualites"));
        assert_eq!(
            told.city.peers[0].send("max", &follow, tamper).await,
            StatusCode::ACCEPTED
        );
    }
    told.city.settle().await;
    assert_eq!(told.followers().await, 1);
    let refused = (RequestState::Refused, "the signature does not hold".to_owned());
    assert_eq!(told.verdicts().await[1..], [refused.clone(), refused.clone(), refused]);
}

#[tokio::test]
async fn nobody_speaks_for_somebody_else() {
    let told = Told::new().await;
    let (here, there) = (&told.city.peers[0], &told.city.peers[1]);
    let follow = |actor: String| {
        json!({ "id": format!("{actor}/follow"), "type": "Follow", "actor": actor,
            "object": "https://valbourg.example/federation/actualites" })
    };
    // Of the same server, and of another one.
    here.send("lea", &follow(here.person("max")), Tamper::Nothing).await;
    here.send("lea", &follow(there.person("eve")), Tamper::Nothing).await;
    told.city.settle().await;
    assert_eq!(told.followers().await, 1);
    let verdicts = told.verdicts().await;
    assert!(
        verdicts[1..].iter().all(|(state, _)| *state == RequestState::Refused),
        "{verdicts:?}"
    );
}

#[tokio::test]
async fn a_replayed_request_is_done_once() {
    let told = Told::new().await;
    let peer = &told.city.peers[0];
    let follow = told.does("max", "Follow", json!("https://valbourg.example/federation/actualites"));
    let letter = peer.letter("max", &follow, Tamper::Nothing);
    assert_eq!(peer.post(&letter).await, StatusCode::ACCEPTED);
    told.city.settle().await;
    assert_eq!(told.followers().await, 2);
    told.sends("max", told.does("max", "Undo", follow)).await;
    assert_eq!(told.followers().await, 1);
    assert_eq!(
        peer.post(&letter).await,
        StatusCode::ACCEPTED,
        "they are not told that it changes nothing"
    );
    told.city.settle().await;
    assert_eq!(told.followers().await, 1);
    told.city.clock.advance(Duration::hours(13));
    assert_eq!(peer.post(&letter).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn an_answer_is_kept_changed_and_forgotten() {
    let told = Told::new().await;
    let reply = told.reply("max", "Merci !");
    told.sends("max", reply.clone()).await;
    assert_eq!(told.replies().await, ["Merci !"]);
    let kept = told.city.store.federated_replies(told.item).await.unwrap().remove(0);
    assert!(kept.public && kept.handle == "max@127.0.0.1" && kept.at.to_rfc3339() == "2026-06-01T07:00:00+00:00");
    // An answer to the answer belongs to the same item.
    let mut further = told.reply("lea", "De rien");
    further["object"]["inReplyTo"] = reply["object"]["id"].clone();
    told.sends("lea", further).await;
    assert_eq!(told.replies().await, ["Merci !", "De rien"]);

    let mut changed = reply["object"].clone();
    changed["content"] = json!("<p>Merci bien</p>");
    told.sends("max", told.does("max", "Update", changed.clone())).await;
    // Léa cannot change what Max said, nor delete it.
    changed["content"] = json!("<p>Non</p>");
    told.sends("lea", told.does("lea", "Update", changed)).await;
    let id = reply["object"]["id"].clone();
    told.sends(
        "lea",
        told.does("lea", "Delete", json!({ "type": "Tombstone", "id": id })),
    )
    .await;
    assert_eq!(told.replies().await, ["Merci bien", "De rien"]);
    told.sends(
        "max",
        told.does("max", "Delete", json!({ "type": "Tombstone", "id": id })),
    )
    .await;
    assert_eq!(told.replies().await, ["", "De rien"]);
}

#[tokio::test]
async fn answers_to_nobody_and_words_in_private_are_told_apart() {
    let told = Told::new().await;
    let mut private = told.reply("max", "Entre nous");
    private["object"]["to"] = json!([told.city.addresses().actor("actualites")]);
    told.sends("max", private).await;
    let mut elsewhere = told.reply("max", "Ailleurs");
    elsewhere["object"]["inReplyTo"] = json!("https://autre.example/notes/1");
    told.sends("max", elsewhere).await;
    let kept = told.city.store.federated_replies(told.item).await.unwrap();
    assert_eq!(
        kept.iter()
            .map(|row| (row.text.as_str(), row.public))
            .collect::<Vec<_>>(),
        [("Entre nous", false)]
    );
    assert_eq!(told.verdicts().await[2].0, RequestState::Ignored);
}

#[tokio::test]
async fn likes_and_shares_are_counted_once_and_taken_back() {
    let told = Told::new().await;
    let like = told.does("max", "Like", json!(told.object));
    let counts = async || told.city.store.federated_reactions(told.item).await.unwrap();
    told.sends("max", like.clone()).await;
    told.sends("max", told.does("max", "Like", json!(told.object))).await;
    told.sends("lea", told.does("lea", "Announce", json!(told.object)))
        .await;
    assert_eq!(counts().await, (1, 1));
    let undo = told.does("max", "Undo", like["id"].clone());
    told.sends("max", undo).await;
    assert_eq!(counts().await, (0, 1));
}

#[tokio::test]
async fn who_blocks_us_or_is_gone_follows_no_longer() {
    let told = Told::new().await;
    told.city.followed_by(0, "max", "actualites").await;
    told.sends(
        "max",
        told.does("max", "Block", json!("https://valbourg.example/federation/actualites")),
    )
    .await;
    assert_eq!(told.followers().await, 1);

    told.sends("lea", told.reply("lea", "Bonjour")).await;
    told.sends("lea", told.does("lea", "Like", json!(told.object))).await;
    told.city.peers[0].go();
    let me = told.city.peers[0].person("lea");
    // Her key is known still, and would be for a day; then only her server can say that she is gone.
    told.city.clock.advance(Duration::hours(25));
    told.sends("lea", told.does("lea", "Delete", json!(me))).await;
    assert_eq!((told.followers().await, told.replies().await), (0, vec![String::new()]));
    assert_eq!(told.city.store.federated_reactions(told.item).await.unwrap(), (0, 0));
}

#[tokio::test]
async fn a_key_that_was_replaced_is_asked_for_again_but_not_at_every_turn() {
    let told = Told::new().await;
    let peer = &told.city.peers[0];
    peer.rotate_key();
    let questions = peer.questions();
    told.sends("lea", told.reply("lea", "Trop tôt")).await;
    assert_eq!(
        (told.replies().await.len(), peer.questions()),
        (0, questions),
        "it was asked for just now"
    );
    told.city.clock.advance(Duration::minutes(6));
    told.sends("lea", told.reply("lea", "Avec la nouvelle clé")).await;
    assert_eq!((told.replies().await.len(), peer.questions()), (1, questions + 1));
    told.sends("lea", told.reply("lea", "Encore")).await;
    assert_eq!(
        (told.replies().await.len(), peer.questions()),
        (2, questions + 1),
        "it is remembered"
    );
}
