//! What becomes of a file that has come in full.

use axum::http::StatusCode;
use beffroi_tests::scene::{self, film};
use serde_json::{Value, json};

use super::{Desk, pdf};

#[tokio::test]
async fn each_kind_of_file_becomes_what_items_show() {
    let desk = Desk::new().await;
    let picture = desk.kept(&scene::photograph(1500, 1000), "IMG_0042.HEIC").await;
    assert_eq!((&picture["kind"], &picture["width"]), (&json!("PICTURE"), &json!(1500)));
    let widths: Vec<_> = picture["variants"]
        .as_array()
        .unwrap()
        .iter()
        .map(|variant| &variant["width"])
        .collect();
    assert_eq!(widths, [320, 640, 1280]);
    for variant in picture["variants"].as_array().unwrap() {
        let served = desk.get(variant, &[]).await;
        assert_eq!(served.status, StatusCode::OK);
        let read = image::load_from_memory(&served.body).unwrap();
        assert_eq!(json!(read.width()), variant["width"]);
    }
    let video = desk.kept(&film(), "vacances.mov").await;
    let seen = [
        &video["kind"],
        &video["mime"],
        &video["width"],
        &video["height"],
        &video["duration"],
    ];
    assert_eq!(
        seen,
        [
            &json!("VIDEO"),
            &json!("video/mp4"),
            &json!(640),
            &json!(360),
            &json!(2.0)
        ]
    );
    let document = desk.kept(&pdf(), "Ordre du jour.pdf").await;
    assert_eq!(
        (&document["kind"], &document["name"]),
        (&json!("DOCUMENT"), &json!("Ordre du jour.pdf"))
    );
    assert_eq!(desk.get(&document, &[]).await.body, pdf());
}

#[tokio::test]
async fn a_video_tells_nothing_of_whoever_made_it() {
    let desk = Desk::new().await;
    let film = film();
    let video = desk.kept(&film, "a.mp4").await;
    let served = desk.get(&video, &[]).await.body;
    assert_eq!(served.len(), film.len(), "nothing has moved");
    for told in [&b"Jeanne"[..], b"43.6045", b"\xe1\x01\x02"] {
        assert!(
            !served.windows(told.len()).any(|run| run == told),
            "{}",
            told.escape_ascii()
        );
    }
    assert!(
        served.windows(900).any(|run| run == [0x5a; 900]),
        "what is played is there"
    );
}

#[tokio::test]
async fn what_is_made_to_harm_is_refused_in_both_languages() {
    let desk = Desk::new().await;
    let photograph = scene::photograph(90, 60);
    let cut = film()[..film().len() - 40].to_vec();
    let mut lying = film();
    lying[20..24].copy_from_slice(&u32::MAX.to_be_bytes());
    for (name, file, said) in [
        (
            "page.jpg",
            b"<html><script>alert(1)</script></html>".to_vec(),
            "neither",
        ),
        (
            "logo.png",
            b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec(),
            "neither",
        ),
        (
            "photo.jpg",
            b"MZ\x90\0\x03 this program cannot be run".to_vec(),
            "neither",
        ),
        ("archive.pdf", b"PK\x03\x04 not what it says".to_vec(), "damaged"),
        ("old.ppt", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old".to_vec(), "2007"),
        ("late.pdf", [b"GIF or not? ".as_slice(), &pdf()].concat(), "neither"),
        ("photo.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec(), "neither"),
        ("half.png", photograph[..photograph.len() / 2].to_vec(), "damaged"),
        ("half.mp4", cut, "damaged"),
        ("lying.mp4", lying, "damaged"),
        ("half.pdf", pdf()[..40].to_vec(), "damaged"),
        ("empty.mp4", b"\0\0\0\x18ftypisom\0\0\0\0isomisom".to_vec(), "damaged"),
        ("two.mp4", [film(), film()].concat(), "damaged"),
    ] {
        let path = desk.upload(&file, name).await;
        let answer = desk.keep(&path, json!({})).await;
        let refused = &answer["data"]["keepUpload"];
        assert_eq!(refused["media"], Value::Null, "{name}");
        let problem = &refused["problems"][0];
        assert_eq!(
            (&problem["code"], &problem["path"]),
            (&json!("INVALID"), &json!("uploadId")),
            "{name}"
        );
        assert!(problem["message"].as_str().unwrap().contains(said), "{name}: {problem}");
    }
}

#[tokio::test]
async fn what_is_said_of_a_file_is_checked_before_it_is_opened() {
    let desk = Desk::new().await;
    let path = desk.upload(&scene::photograph(30, 20), "a.png").await;
    for (input, code, at) in [
        (json!({ "alt": [] }), "ALT_TEXT_MISSING", "alt"),
        (
            json!({ "alt": [{ "language": "fr", "text": " " }] }),
            "ALT_TEXT_MISSING",
            "alt",
        ),
        (json!({ "focus": { "x": 1.5, "y": 0.0 } }), "OUT_OF_RANGE", "focus"),
        (json!({ "credit": "x".repeat(251) }), "TOO_LONG", "credit"),
        (json!({ "name": "x".repeat(251) }), "TOO_LONG", "name"),
    ] {
        let answer = desk.keep(&path, input).await;
        let problem = &answer["data"]["keepUpload"]["problems"][0];
        assert_eq!(
            (&problem["code"], &problem["path"]),
            (&json!(code), &json!(at)),
            "{answer}"
        );
    }
    let kept = desk.keep(&path, json!({ "focus": { "x": 0.9, "y": 0.1 } })).await;
    assert_eq!(
        kept["data"]["keepUpload"]["problems"],
        json!([]),
        "nothing was lost by the refusals"
    );
}
