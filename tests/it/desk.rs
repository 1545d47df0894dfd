//! What staff do and see, verb by verb.

mod settings;
mod tasks;
mod wording;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use beffroi_schema::value::Role::{Contributor, Editor};
use beffroi_tests::scene;
use chrono::Duration;
use serde_json::{Value, json};

use crate::{
    front::code,
    office::{Office, staff},
};

const CREATE: &str = "mutation($input: CreateDraftInput!) { createDraft(input: $input) {
    item { id kind status version title texts { language title summary } topics link venue { name }
        detail { ... on EventDetail { startsAt endsAt timeZone rule }
                 ... on DisruptionDetail { cause severity impactPeriods { start end } }
                 ... on ArticleDetail { section } } }
    problems { code path message }
} }";
const EDIT: &str = "mutation($input: EditItemInput!) { editDraft(input: $input) {
    item { version title texts { language title summary } topics link venue { name } }
    problems { code path message }
} }";

fn french(title: &str) -> Value {
    json!([{ "language": "fr", "title": title }])
}

/// A draft of an article, written by a contributor; its id.
async fn drafted(office: &Office, title: &str) -> Value {
    let input =
        json!({ "authorityId": office.here_id(), "content": { "texts": french(title) }, "detail": { "article": {} } });
    let made = office.done(Contributor, CREATE, json!({ "input": input })).await;
    made["createDraft"]["item"]["id"].clone()
}

/// Calls a verb that takes an item and its version, as an editor; answers its payload.
async fn act(office: &Office, verb: &str, item: &Value, version: i32) -> Value {
    let query = format!(
        "mutation($id: ID!, $version: Int!) {{ {verb}(id: $id, version: $version) {{
            item {{ status version url }} problems {{ code path message }} }} }}"
    );
    let mut done = office
        .done(Editor, &query, json!({ "id": item, "version": version }))
        .await;
    done[verb].take()
}

#[tokio::test]
async fn each_kind_of_item_is_drafted_with_what_it_says() {
    let office = Office::new().await;
    let event = json!({ "event": { "startsAt": "2026-06-20T20:30:00", "rule": "FREQ=WEEKLY;BYDAY=SA" } });
    let disruption = json!({ "disruption": { "cause": "STRIKE", "severity": "SEVERE",
        "impactPeriods": [{ "start": "2026-06-02T05:00:00+02:00" }] } });
    let article = json!({ "article": { "section": "voirie" } });
    for (detail, kind, expected) in [
        (
            event,
            "EVENT",
            json!({ "startsAt": "2026-06-20T20:30:00", "endsAt": null, "timeZone": "Europe/Paris", "rule": "FREQ=WEEKLY;BYDAY=SA" }),
        ),
        (
            disruption,
            "DISRUPTION",
            json!({ "cause": "STRIKE", "severity": "SEVERE", "impactPeriods": [{ "start": "2026-06-02T03:00:00Z", "end": null }] }),
        ),
        (article, "ARTICLE", json!({ "section": "voirie" })),
    ] {
        let input = json!({ "authorityId": office.here_id(), "detail": detail,
            "content": { "texts": french("Titre"), "venue": { "name": "Halle" } } });
        let made = office.done(Contributor, CREATE, json!({ "input": input })).await;
        let made = &made["createDraft"];
        assert_eq!(made["problems"], json!([]));
        assert_eq!(
            (made["item"]["kind"].as_str(), made["item"]["status"].as_str()),
            (Some(kind), Some("DRAFT"))
        );
        assert_eq!(made["item"]["detail"], expected);
        assert_eq!(made["item"]["venue"]["name"], "Halle");
    }
}

#[tokio::test]
async fn a_draft_sent_twice_with_one_key_is_one_draft() {
    let office = Office::new().await;
    let input = json!({ "authorityId": office.here_id(), "idempotencyKey": "k1",
        "content": { "texts": french("Une fois") }, "detail": { "article": {} } });
    let first = office.done(Contributor, CREATE, json!({ "input": input })).await;
    let again = office.done(Contributor, CREATE, json!({ "input": input })).await;
    assert_eq!(first["createDraft"]["item"]["id"], again["createDraft"]["item"]["id"]);
}

#[tokio::test]
async fn what_is_absent_stays_and_null_clears() {
    let office = Office::new().await;
    let input = json!({ "authorityId": office.here_id(), "detail": { "article": {} }, "content": {
        "texts": [{ "language": "fr", "title": "Titre", "summary": "Résumé" }, { "language": "en", "title": "Title" }],
        "topics": ["culture"], "link": "https://ailleurs.example/", "venue": { "name": "Halle" } } });
    let made = office.done(Contributor, CREATE, json!({ "input": input })).await;
    let id = &made["createDraft"]["item"]["id"];
    let change = json!({ "id": id, "version": 1, "content": { "link": null, "removeLanguages": ["en"],
        "texts": [{ "language": "fr", "summary": null }] } });
    let edited = office.done(Contributor, EDIT, json!({ "input": change })).await;
    let expected = json!({ "version": 2, "title": "Titre", "texts": [{ "language": "fr", "title": "Titre", "summary": "" }],
        "topics": ["culture"], "link": null, "venue": { "name": "Halle" } });
    assert_eq!(edited["editDraft"]["item"], expected);
}

#[tokio::test]
async fn a_stale_version_is_a_conflict_that_says_the_present_one() {
    let office = Office::new().await;
    let id = drafted(&office, "Titre").await;
    let input = json!({ "input": { "id": id, "version": 1, "content": { "topics": ["culture"] } } });
    office.done(Contributor, EDIT, input.clone()).await;
    let stale = office.ask(Some(staff(Contributor, office.here)), EDIT, input).await;
    assert_eq!(code(&stale), "CONFLICT");
    assert_eq!(stale["errors"][0]["extensions"]["currentVersion"], 2);
}

#[tokio::test]
async fn problems_are_said_in_the_language_of_the_viewer() {
    let office = Office::new().await;
    let input = json!({ "authorityId": office.here_id(), "detail": { "event": {} },
        "content": { "texts": french("Titre"), "link": "ailleurs", "zones": ["nulle-part"] } });
    for (language, said) in [
        ("fr", "Dites quand l’événement commence."),
        ("en", "Say when the event starts."),
    ] {
        let viewer = Some(staff(Contributor, office.here));
        let answer = office.ask_in(language, viewer, CREATE, json!({ "input": input })).await;
        let problems = answer["data"]["createDraft"]["problems"].as_array().unwrap();
        let paths: Vec<_> = problems
            .iter()
            .map(|problem| problem["path"].as_str().unwrap())
            .collect();
        assert_eq!(paths, ["event.startsAt", "zones.0", "link"]);
        assert_eq!(
            (problems[0]["code"].as_str(), problems[0]["message"].as_str()),
            (Some("MISSING"), Some(said))
        );
        assert_eq!(answer["data"]["createDraft"]["item"], Value::Null);
    }
}

#[tokio::test]
async fn an_item_lives_from_draft_to_withdrawal() {
    let office = Office::new().await;
    let input = json!({ "authorityId": office.here_id(), "content": { "texts": french("Tram arrêté") }, "detail": { "disruption": {} } });
    let made = office.done(Contributor, CREATE, json!({ "input": input })).await;
    let id = &made["createDraft"]["item"]["id"];

    let schedule = "mutation($id: ID!, $at: DateTime!) { scheduleItem(id: $id, version: 1, publishAt: $at) {
        item { status publishAt } problems { path } } }";
    let past = office
        .done(Editor, schedule, json!({ "id": id, "at": "2026-06-01T09:00:00+02:00" }))
        .await;
    assert_eq!(past["scheduleItem"]["problems"], json!([{ "path": "publishAt" }]));
    let planned = office
        .done(Editor, schedule, json!({ "id": id, "at": "2026-06-01T18:00:00Z" }))
        .await;
    assert_eq!(
        planned["scheduleItem"]["item"],
        json!({ "status": "SCHEDULED", "publishAt": "2026-06-01T20:00:00+02:00" })
    );

    let published = act(&office, "publishItem", id, 2).await;
    assert_eq!(published["item"]["status"], "PUBLISHED");
    assert!(
        published["item"]["url"]
            .as_str()
            .unwrap()
            .starts_with("https://ville.example/valbourg/disruption/")
    );
    assert_eq!(
        act(&office, "publishItem", id, 3).await["problems"][0]["code"],
        "WRONG_STATE"
    );

    let amend =
        "mutation($input: EditItemInput!) { amendItem(input: $input) { item { version title } problems { path } } }";
    let input = json!({ "id": id, "version": 3, "content": { "texts": french("Tram ralenti") }, "detail": { "disruption": { "severity": "INFO" } } });
    let amended = office.done(Editor, amend, json!({ "input": input })).await;
    assert_eq!(
        amended["amendItem"]["item"],
        json!({ "version": 4, "title": "Tram ralenti" })
    );
    assert_eq!(act(&office, "resolveItem", id, 4).await["item"]["version"], 5);
    let withdrawn = act(&office, "withdrawItem", id, 5).await;
    assert_eq!(
        withdrawn["item"],
        json!({ "status": "WITHDRAWN", "version": 6, "url": null })
    );

    let read = "query($id: ID!) { desk { item(id: $id) { status revisions { version change class } } } }";
    let read = office.done(Contributor, read, json!({ "id": id })).await;
    let changes: Vec<_> = read["desk"]["item"]["revisions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|revision| revision["change"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(changes, ["WITHDRAWN", "RESOLVED", "AMENDED", "PUBLISHED"]);
}

#[tokio::test]
async fn an_item_does_not_change_its_kind() {
    let office = Office::new().await;
    let id = drafted(&office, "Titre").await;
    let input = json!({ "id": id, "version": 1, "detail": { "disruption": {} } });
    let refused = office.done(Contributor, EDIT, json!({ "input": input })).await;
    assert_eq!(refused["editDraft"]["problems"][0]["path"], "detail");
}

#[tokio::test]
async fn a_picture_says_itself_what_it_is() {
    let office = Office::new().await;
    let upload = "mutation($input: UploadPictureInput!) { uploadPicture(input: $input) { picture { id mime width height alt { text } } problems { code path } } }";
    let file = |content: &str, alt: &str| json!({ "input": { "authorityId": office.here_id(), "content": content, "alt": [{ "language": "fr", "text": alt }] } });
    let kept = office
        .done(
            Contributor,
            upload,
            file(&BASE64_STANDARD.encode(scene::photograph(3, 2)), "Un tram"),
        )
        .await;
    let picture = &kept["uploadPicture"]["picture"];
    assert_eq!(
        (&picture["mime"], &picture["width"], &picture["height"]),
        (&json!("image/png"), &json!(3), &json!(2))
    );
    let huge = BASE64_STANDARD.encode(png(50_000, 2));
    let text = BASE64_STANDARD.encode("<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
    for (content, alt, problem) in [
        (
            text.as_str(),
            "Un tram",
            json!([{ "code": "INVALID", "path": "content" }]),
        ),
        (
            "pas du base64",
            "Un tram",
            json!([{ "code": "INVALID", "path": "content" }]),
        ),
        (
            huge.as_str(),
            "Un tram",
            json!([{ "code": "TOO_LONG", "path": "content" }]),
        ),
        (
            &BASE64_STANDARD.encode(scene::photograph(3, 2)),
            " ",
            json!([{ "code": "ALT_TEXT_MISSING", "path": "alt" }]),
        ),
    ] {
        let refused = office.done(Contributor, upload, file(content, alt)).await;
        assert_eq!(refused["uploadPicture"]["problems"], problem);
    }
}

/// The header of a PNG of this size, and its end.
fn png(width: u32, height: u32) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    for (name, data) in [(b"IHDR", header.as_slice()), (b"IDAT", b"x"), (b"IEND", b"")] {
        let length = u32::try_from(data.len()).unwrap();
        let body = [&name[..], data].concat();
        file.extend([&length.to_be_bytes()[..], &body, &crc(&body).to_be_bytes()].concat());
    }
    file
}

/// The checksum of a chunk (PNG, appendix D).
fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _: u8| {
        if crc & 1 == 1 {
            0xEDB8_8320 ^ (crc >> 1)
        } else {
            crc >> 1
        }
    };
    !bytes
        .iter()
        .fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

#[tokio::test]
async fn the_list_of_items_is_read_page_by_page() {
    let office = Office::new().await;
    for number in 0..5 {
        drafted(&office, &format!("Brouillon {number}")).await;
        // Two of them share an instant.
        office.clock.advance(Duration::seconds(i64::from(number != 2)));
    }
    let list = "query($after: String) { desk { items(first: 2, after: $after, status: DRAFT, kind: ARTICLE) {
        nodes { title } pageInfo { hasNextPage endCursor } } } }";
    let (mut after, mut titles) = (Value::Null, Vec::new());
    loop {
        let page = office.done(Contributor, list, json!({ "after": after })).await["desk"]["items"].take();
        titles.extend(
            page["nodes"]
                .as_array()
                .unwrap()
                .iter()
                .map(|node| node["title"].as_str().unwrap().to_owned()),
        );
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    // Which of two that share an instant comes first is not said; that each comes once is.
    titles[1..3].sort();
    assert_eq!(titles, [4, 2, 3, 1, 0].map(|number| format!("Brouillon {number}")));
}
