//! JSON Feed 1.1 (<https://www.jsonfeed.org/version/1.1/>).

use serde_json::{Map, Value, json};

use super::{
    Scene, Selection,
    atom::date,
    entry::{Attached, Entry},
};

pub(super) fn write(scene: &Scene<'_>, selection: &Selection) -> Vec<u8> {
    let entries = selection.items.iter().filter_map(|one| Entry::of(scene, one));
    let items: Vec<Value> = entries.map(|entry| item(&entry)).collect();
    let authority = &scene.board.places.authority;
    let feed = json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": scene.title(),
        "home_page_url": scene.home(),
        "feed_url": scene.address(),
        "description": scene.description(),
        "language": scene.language().as_str(),
        "authors": [{ "name": authority.name, "url": scene.home() }],
        "hubs": [{ "type": "WebSub", "url": scene.hub() }],
        "items": items,
    });
    feed.to_string().into_bytes()
}

fn attachment(file: &Attached<'_>) -> Value {
    let mut attachment = json!({
        "url": file.url,
        "mime_type": file.mime,
        "title": file.title,
        "size_in_bytes": file.bytes,
    });
    if let Some(length) = file.duration_ms {
        attachment["duration_in_seconds"] = json!(length / 1000);
    }
    attachment
}

fn item(entry: &Entry<'_>) -> Value {
    let pictures = entry
        .pictures
        .iter()
        .map(|picture| json!({ "url": picture.url, "mime_type": picture.mime, "title": picture.alt }));
    let attachments: Vec<Value> = pictures.chain(entry.files.iter().map(attachment)).collect();
    let mut item = Map::new();
    let mut say = |name: &str, value: Value| item.insert(name.to_owned(), value);
    say("id", json!(entry.id()));
    say("url", json!(entry.url));
    if let Some(link) = &entry.item.content.link {
        say("external_url", json!(link));
    }
    say("title", json!(entry.text.title));
    say("content_html", json!(entry.html()));
    say("summary", json!(entry.summary()));
    if let Some(picture) = entry.pictures.first() {
        say("image", json!(picture.url));
    }
    say("date_published", json!(date(entry.item.published_at)));
    say("date_modified", json!(date(entry.item.revised_at)));
    say("language", json!(entry.language.as_str()));
    say("tags", json!(entry.tags().collect::<Vec<_>>()));
    if !attachments.is_empty() {
        say("attachments", json!(attachments));
    }
    Value::Object(item)
}
