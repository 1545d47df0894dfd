//! Reads what somebody elsewhere says they did.

use beffroi_schema::{address::Addresses, clock::Timestamp, id::ItemId, value::Reaction};
use serde_json::Value;
use url::{Origin, Url};

use super::plain::plain;

/// The ways to write "for everyone" (ActivityPub §5.6, and what JSON-LD makes of it).
const PUBLIC: [&str; 3] = ["https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"];
/// Types that an actor may have (`ActivityStreams` vocabulary, §3.2).
const ACTORS: [&str; 5] = ["Person", "Service", "Organization", "Application", "Group"];

/// An activity, as it was sent: who did it is not known yet.
#[derive(Debug)]
pub(super) struct Activity {
    pub(super) id: String,
    pub(super) actor: String,
    kind: String,
    object: Value,
    all: Value,
}

/// What it comes down to for us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// Somebody follows the actor with this name.
    Follow(String),
    /// No longer, or it is blocked.
    Unfollow(String),
    /// Whatever was done by this activity is taken back.
    Undo(String),
    /// An answer.
    Reply(Reply),
    /// An answer says something else.
    Edited { uri: String, text: String },
    /// An answer is gone.
    Deleted(String),
    /// Liked or shared: which actor told it, which item.
    Reaction(Reaction, String, ItemId),
    /// The actor itself is gone.
    Gone,
    /// The actor describes itself anew.
    Changed,
    /// Nothing for us, and why.
    Nothing(&'static str),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) uri: String,
    pub(super) parent: String,
    /// The actor and the item, where it answers our object itself.
    pub(super) object: Option<(String, ItemId)>,
    pub(super) url: String,
    pub(super) text: String,
    pub(super) public: bool,
    pub(super) at: Option<Timestamp>,
}

impl Activity {
    /// None: it is no activity.
    pub(super) fn read(body: &str) -> Option<Self> {
        let all: Value = serde_json::from_str(body).ok()?;
        Some(Self {
            id: text(&all, "id").unwrap_or_default(),
            actor: id_of(all.get("actor")?)?,
            kind: text(&all, "type")?,
            object: all.get("object")?.clone(),
            all,
        })
    }

    /// Whether an actor says of itself that it is gone.
    pub(super) fn ends_its_actor(&self) -> bool {
        self.kind == "Delete" && id_of(&self.object).as_ref() == Some(&self.actor)
    }

    /// As JSON, for an answer that names it.
    pub(super) fn whole(&self) -> &Value {
        &self.all
    }

    /// What it says, taken for granted that `actor` sent it.
    pub(super) fn said(&self, ours: &Addresses) -> Said {
        let object = id_of(&self.object).unwrap_or_default();
        let our_actor = || ours.read_actor(&object).map(str::to_owned);
        match self.kind.as_str() {
            "Follow" if self.id.is_empty() => Said::Nothing("a Follow without an id cannot be accepted"),
            "Follow" => our_actor().map_or(Said::Nothing("it is none of our actors"), Said::Follow),
            "Block" => our_actor().map_or(Said::Nothing("it is none of our actors"), Said::Unfollow),
            "Undo" => self.undone(ours, object),
            "Create" => self.reply(ours),
            "Update" if self.object_is(&ACTORS) && object == self.actor => Said::Changed,
            "Update" if self.object_is(&["Note"]) && self.wrote_object() => Said::Edited {
                uri: object,
                text: plain(&text(&self.object, "content").unwrap_or_default()),
            },
            "Delete" if object == self.actor => Said::Gone,
            "Delete" if !object.is_empty() => Said::Deleted(object),
            "Like" => self.reaction(ours, Reaction::Like, &object),
            "Announce" => self.reaction(ours, Reaction::Announce, &object),
            _ => Said::Nothing("nothing that concerns us"),
        }
    }

    fn reaction(&self, ours: &Addresses, kind: Reaction, object: &str) -> Said {
        match ours.read_told(object) {
            Some((name, item)) if !self.id.is_empty() => Said::Reaction(kind, name.to_owned(), item),
            Some(_) | None => Said::Nothing("it is about nothing of ours"),
        }
    }

    /// What is taken back stands there whole, or by its id.
    fn undone(&self, ours: &Addresses, id: String) -> Said {
        let foreign = self
            .object
            .get("actor")
            .and_then(id_of)
            .is_some_and(|actor| actor != self.actor);
        if foreign {
            return Said::Nothing("nobody takes back what others did");
        }
        let followed = self.object.get("object").and_then(id_of);
        let name = followed.as_deref().and_then(|followed| ours.read_actor(followed));
        match (text(&self.object, "type").as_deref(), name) {
            (Some("Follow"), Some(name)) => Said::Unfollow(name.to_owned()),
            (Some("Block"), _) => Said::Nothing("nothing that concerns us"),
            _ if id.is_empty() => Said::Nothing("it takes back nothing"),
            _ => Said::Undo(id),
        }
    }

    fn reply(&self, ours: &Addresses) -> Said {
        let note = &self.object;
        let (Some(uri), Some(parent)) = (text(note, "id"), note.get("inReplyTo").and_then(id_of)) else {
            return Said::Nothing("it answers nothing");
        };
        if !self.object_is(&["Note"]) || !self.wrote_object() {
            return Said::Nothing("it is no note of who sent it");
        }
        let addressed = [&note["to"], &note["cc"], &self.all["to"], &self.all["cc"]];
        let public = addressed
            .into_iter()
            .flat_map(list)
            .any(|one| one.as_str().is_some_and(|one| PUBLIC.contains(&one)));
        Said::Reply(Reply {
            object: ours.read_told(&parent).map(|(name, item)| (name.to_owned(), item)),
            parent,
            url: text(note, "url").unwrap_or_else(|| uri.clone()),
            text: plain(&text(note, "content").unwrap_or_default()),
            public,
            at: text(note, "published")
                .and_then(|at| chrono::DateTime::parse_from_rfc3339(&at).ok())
                .map(|at| at.to_utc()),
            uri,
        })
    }

    fn object_is(&self, kinds: &[&str]) -> bool {
        text(&self.object, "type").is_some_and(|kind| kinds.contains(&kind.as_str()))
    }

    /// Whether who sent it is the author of the object, which stands on their own server.
    fn wrote_object(&self) -> bool {
        let author = self.object.get("attributedTo").and_then(id_of);
        let id = text(&self.object, "id").unwrap_or_default();
        author.as_ref() == Some(&self.actor) && same_server(&id, &self.actor)
    }
}

/// Whether two addresses stand on one server.
pub(super) fn same_server(one: &str, other: &str) -> bool {
    let origin = |address: &str| Url::parse(address).ok().map(|url| url.origin());
    match (origin(one), origin(other)) {
        (Some(one @ Origin::Tuple(..)), Some(other)) => one == other,
        _ => false,
    }
}

/// A thing is named by its id, or stands there with it.
pub(super) fn id_of(value: &Value) -> Option<String> {
    match value {
        Value::String(id) => Some(id.clone()),
        Value::Object(thing) => Some(thing.get("id")?.as_str()?.to_owned()),
        Value::Array(list) => list.first().and_then(id_of),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

pub(super) fn text(value: &Value, key: &str) -> Option<String> {
    Some(value.get(key)?.as_str()?.to_owned())
}

fn list(value: &Value) -> &[Value] {
    match value {
        Value::Array(list) => list,
        Value::Null => &[],
        one @ (Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => std::slice::from_ref(one),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const THEM: &str = "https://pair.example/users/lea";

    fn said(activity: &Value) -> Said {
        let ours = Addresses::below(&"https://ville.example/".parse().unwrap());
        Activity::read(&activity.to_string()).unwrap().said(&ours)
    }

    #[test]
    fn what_is_undone_stands_whole_or_by_its_id() {
        let follow = json!({ "id": "https://pair.example/1", "type": "Follow", "actor": THEM,
            "object": "https://ville.example/federation/travaux" });
        let undo = |object: Value| said(&json!({ "type": "Undo", "actor": THEM, "object": object }));
        assert_eq!(said(&follow), Said::Follow("travaux".to_owned()));
        assert_eq!(undo(follow.clone()), Said::Unfollow("travaux".to_owned()));
        assert_eq!(
            undo(json!("https://pair.example/1")),
            Said::Undo("https://pair.example/1".to_owned())
        );
        let mut others = follow;
        others["actor"] = json!("https://pair.example/users/max");
        assert!(matches!(undo(others), Said::Nothing(_)));
    }

    #[test]
    fn a_note_of_somebody_else_is_no_answer() {
        let note = |author: &str, id: &str| {
            json!({ "type": "Create", "actor": THEM, "object": {
                "type": "Note", "id": id, "attributedTo": author, "content": "<p>Merci</p>",
                "inReplyTo": "https://ville.example/federation/travaux/items/00000000-0000-0000-0000-000000000007",
                "to": ["as:Public"] } })
        };
        let Said::Reply(reply) = said(&note(THEM, "https://pair.example/n/1")) else {
            panic!("it is an answer")
        };
        assert!(reply.public && reply.text == "Merci" && reply.object.is_some());
        for forged in [
            note("https://pair.example/users/max", "https://pair.example/n/1"),
            note(THEM, "https://autre.example/n/1"),
        ] {
            assert!(matches!(said(&forged), Said::Nothing(_)), "{forged}");
        }
    }

    #[test]
    fn one_server_is_scheme_host_and_port() {
        assert!(same_server("https://a.example/1", "https://a.example:443/2"));
        assert!(!same_server("https://a.example/1", "http://a.example/1"));
        assert!(!same_server("https://a.example:1/1", "https://a.example:2/1"));
        assert!(!same_server("data:,a", "data:,a"));
    }
}
