//! Files that come in parts, whatever happens between.

use axum::{
    body::Body,
    http::{Method, StatusCode},
};
use beffroi_schema::{
    bus::Bus,
    files::{FileLimits, Files},
    id::UploadId,
    store::{About, KEY_BYTES, NewUpload, Seal, Store, machine},
    value::{Label, Language, Role, Scope},
};
use beffroi_tests::scene;
use bytes::Bytes;
use chrono::Duration;
use futures_util::stream;
use tempfile::TempDir;

use super::{Desk, path_of};
use crate::front::Front;

#[tokio::test]
async fn an_upload_goes_on_where_it_stands() {
    let desk = Desk::new().await;
    let file = scene::photograph(60, 40);
    let begun = desk.begin(file.len(), "place.png").await;
    assert_eq!(
        (begun.status, begun.header("upload-offset")),
        (StatusCode::CREATED, "0")
    );
    assert_eq!(begun.header("upload-expires"), "Fri, 29 May 2026 20:26:40 GMT");
    let path = path_of(&begun);
    let first = desk.add(&path, 0, &file[..1000]).await;
    assert_eq!(
        (first.status, first.header("upload-offset")),
        (StatusCode::NO_CONTENT, "1000")
    );
    // The answer was lost, and the same bytes come again.
    assert_eq!(desk.add(&path, 0, &file[..1000]).await.status, StatusCode::CONFLICT);
    assert_eq!(desk.add(&path, 2000, &file[2000..]).await.status, StatusCode::CONFLICT);
    let asked = desk.tus(Method::HEAD, &path, &[], Body::empty()).await;
    assert_eq!((asked.status, asked.header("upload-offset")), (StatusCode::OK, "1000"));
    assert_eq!(asked.header("upload-length"), file.len().to_string());
    assert_eq!(asked.header("cache-control"), "no-store");
    let early = desk.keep(&path, serde_json::json!({})).await;
    assert_eq!(
        early["data"]["keepUpload"]["problems"][0]["code"], "WRONG_STATE",
        "{early}"
    );
    assert_eq!(
        desk.add(&path, 1000, &file[1000..]).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(desk.add(&path, file.len(), b"").await.status, StatusCode::NO_CONTENT);
    let kept = desk.keep(&path, serde_json::json!({})).await;
    assert_eq!(kept["data"]["keepUpload"]["media"]["width"], 60, "{kept}");
    let gone = desk.tus(Method::HEAD, &path, &[], Body::empty()).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND, "what is kept is no upload any more");
}

#[tokio::test]
async fn a_connection_that_breaks_loses_nothing_that_was_received() {
    let desk = Desk::new().await;
    let path = path_of(&desk.begin(10, "a").await);
    let headers = [
        ("content-type", "application/offset+octet-stream"),
        ("upload-offset", "0"),
    ];
    let cut = Body::from_stream(stream::iter([
        Ok(Bytes::from_static(b"abcd")),
        Err(std::io::Error::other("cut")),
    ]));
    desk.tus(Method::PATCH, &path, &headers, cut).await;
    let asked = desk.tus(Method::HEAD, &path, &[], Body::empty()).await;
    assert_eq!(asked.header("upload-offset"), "4");
}

#[tokio::test]
async fn what_cannot_go_on_is_said_with_its_reason() {
    let desk = Desk::new().await;
    let able = desk.send(Method::OPTIONS, "/uploads", &[], Body::empty()).await;
    assert_eq!(able.status, StatusCode::NO_CONTENT);
    assert_eq!(
        (able.header("tus-version"), able.header("tus-max-size")),
        ("1.0.0", "536870912")
    );
    let heavy = desk.begin((512 << 20) + 1, "long.mp4").await;
    assert_eq!(heavy.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(String::from_utf8(heavy.body).unwrap().contains("512 Mo"));
    let path = path_of(&desk.begin(5, "a").await);
    assert_eq!(
        desk.add(&path, 0, b"too much").await.status,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    let plain = [("content-type", "text/plain"), ("upload-offset", "0")];
    let wrong = desk.tus(Method::PATCH, &path, &plain, Body::from("abc")).await;
    assert_eq!(wrong.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let endless = desk.tus(Method::POST, "/uploads", &[], Body::empty()).await;
    assert_eq!(endless.status, StatusCode::BAD_REQUEST);
    let old = desk
        .send(Method::HEAD, &path, &[("tus-resumable", "0.2.2")], Body::empty())
        .await;
    assert_eq!(
        (old.status, old.header("tus-version")),
        (StatusCode::PRECONDITION_FAILED, "1.0.0")
    );
    let stray = desk.tus(Method::HEAD, "/uploads/nonsense", &[], Body::empty()).await;
    assert_eq!(stray.status, StatusCode::NOT_FOUND);
    assert_eq!(
        desk.tus(Method::DELETE, &path, &[], Body::empty()).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        desk.tus(Method::HEAD, &path, &[], Body::empty()).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn nobody_brings_or_touches_files_of_an_authority_that_is_not_theirs() {
    let mut desk = Desk::new().await;
    let path = path_of(&desk.begin(5, "a").await);
    let nobody = desk
        .send(Method::HEAD, &path, &[("tus-resumable", "1.0.0")], Body::empty())
        .await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
    let montclair = desk.front.authority("montclair").await;
    desk.token = desk.front.token(montclair, Role::Admin).await;
    for (method, said) in [
        (Method::HEAD, StatusCode::NOT_FOUND),
        (Method::DELETE, StatusCode::NOT_FOUND),
    ] {
        assert_eq!(desk.tus(method, &path, &[], Body::empty()).await.status, said);
    }
    assert_eq!(desk.add(&path, 0, b"abc").await.status, StatusCode::NOT_FOUND);
    assert_eq!(desk.begin(5, "a").await.status, StatusCode::NOT_FOUND);
    let kept = desk.keep(&path, serde_json::json!({})).await;
    assert_eq!(kept["errors"][0]["extensions"]["code"], "NOT_FOUND");
}

/// A store as another process has it: of the same database and the same folder.
fn process(front: &Front, folder: &TempDir) -> Store {
    let files = Files::folder(folder.path(), FileLimits::default()).unwrap();
    let connection = front.database.connection.clone();
    let seal = Seal::new([7; KEY_BYTES]);
    Store::new(
        connection,
        front.clock.clone(),
        front.store.ids().clone(),
        Bus::local(),
        seal,
    )
    .with_files(files)
}

fn about() -> About {
    About {
        alt: Label::only(Language::french(), "Une place"),
        ..About::default()
    }
}

#[tokio::test]
async fn a_death_at_any_step_leaves_what_was_noted_down_and_nothing_else() {
    let (front, folder) = (Front::new().await, TempDir::new().unwrap());
    let authority = front.authority("valbourg").await;
    let file = scene::photograph(50, 40);
    let size = file.len() as u64;
    let new = NewUpload {
        authority,
        name: "place.png".to_owned(),
        size,
    };
    let begun = process(&front, &folder).begin_upload(new).await.unwrap();
    let piece = |range: std::ops::Range<usize>| Bytes::copy_from_slice(&file[range]);
    let first = process(&front, &folder).append(&begun, 0, piece(0..500)).await.unwrap();
    assert_eq!(first, Some(500));
    // Dead after the part was written, and before it was noted down.
    let files = Files::folder(folder.path(), FileLimits::default()).unwrap();
    let lost = front.store.ids().make();
    files
        .put_part(begun.id, lost, Bytes::from_static(b"written by the dead"))
        .await
        .unwrap();
    let survivor = process(&front, &folder);
    let upload = survivor.upload(&Scope::Instance, begun.id).await.unwrap();
    assert_eq!(upload.received, 500);
    // Two senders at once: one of them is told that it stands elsewhere.
    assert_eq!(survivor.append(&upload, 500, piece(500..900)).await.unwrap(), Some(900));
    assert_eq!(
        survivor
            .append(&upload, 500, Bytes::from_static(b"????"))
            .await
            .unwrap(),
        None
    );
    let upload = survivor.upload(&Scope::Instance, begun.id).await.unwrap();
    survivor.append(&upload, 900, piece(900..file.len())).await.unwrap();
    let by = machine("test");
    let kept = survivor
        .keep_upload(&Scope::Instance, begun.id, about(), &by)
        .await
        .unwrap();
    let (bytes, _) = survivor.media_bytes(kept.id).await.unwrap().unwrap();
    let read = image::load_from_memory(&bytes).unwrap().to_rgb8();
    assert_eq!(
        read.as_raw(),
        image::load_from_memory(&file).unwrap().to_rgb8().as_raw()
    );
    assert!(parts(&folder).is_empty(), "the parts are gone, noted down or not");
}

#[tokio::test]
async fn what_nobody_completes_is_forgotten_in_time() {
    let (front, folder) = (Front::new().await, TempDir::new().unwrap());
    let authority = front.authority("valbourg").await;
    let store = process(&front, &folder);
    let new = NewUpload {
        authority,
        name: String::new(),
        size: 9,
    };
    let upload = store.begin_upload(new).await.unwrap();
    store.append(&upload, 0, Bytes::from_static(b"abc")).await.unwrap();
    front.clock.advance(Duration::hours(23));
    assert_eq!(store.drop_expired_uploads().await.unwrap(), 0);
    front.clock.advance(Duration::hours(2));
    assert!(
        store.upload(&Scope::Instance, upload.id).await.is_err(),
        "it is over, forgotten or not"
    );
    assert_eq!(store.drop_expired_uploads().await.unwrap(), 1);
    assert_eq!(store.drop_expired_uploads().await.unwrap(), 0);
    assert!(parts(&folder).is_empty());
}

#[tokio::test]
async fn pieces_without_end_are_refused() {
    let (front, folder) = (Front::new().await, TempDir::new().unwrap());
    let authority = front.authority("valbourg").await;
    let store = process(&front, &folder);
    let new = NewUpload {
        authority,
        name: String::new(),
        size: 9,
    };
    let mut last = None;
    for _ in 0..100 {
        last = Some(store.begin_upload(new.clone()).await.unwrap().id);
    }
    assert!(store.begin_upload(new.clone()).await.is_err(), "a hundred at once");
    store.drop_upload(&Scope::Instance, last.unwrap()).await.unwrap();
    let again: UploadId = store.begin_upload(new).await.unwrap().id;
    assert_ne!(Some(again), last);
}

/// The files below `uploads`.
fn parts(folder: &TempDir) -> Vec<std::path::PathBuf> {
    let Ok(uploads) = std::fs::read_dir(folder.path().join("uploads")) else {
        return Vec::new();
    };
    let inside = |upload: std::path::PathBuf| std::fs::read_dir(upload).unwrap().map(|part| part.unwrap().path());
    uploads.flat_map(|upload| inside(upload.unwrap().path())).collect()
}
