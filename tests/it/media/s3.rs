//! The store of files in an S3-compatible store: one in miniature, as Amazon's API reference says of `PutObject`,
//! `GetObject`, `HeadObject`, `CopyObject`, `DeleteObject`, `ListObjectsV2` and uploads in parts.

use std::{
    collections::BTreeMap,
    net::Ipv4Addr,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, Path, Query, State},
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use beffroi_schema::{
    bus::Bus,
    files::{FileLimits, Files, S3},
    id::UploadId,
    store::{About, KEY_BYTES, NewUpload, Seal, Store, machine},
    value::{Label, Language, Scope},
};
use beffroi_tests::scene::film;
use futures_util::{TryStreamExt as _, stream};
use secrecy::SecretString;

use crate::front::Front;

type Objects = Arc<Mutex<BTreeMap<String, Bytes>>>;

/// A bucket, at its address, and what it holds.
struct Bucket {
    url: url::Url,
    objects: Objects,
}

impl Bucket {
    async fn open() -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let objects = Objects::default();
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("http://{}/town", listener.local_addr().unwrap())
            .parse()
            .unwrap();
        let answer = axum::routing::any(answer);
        let router = Router::new()
            .route("/town", answer.clone())
            .route("/town/", answer.clone())
            .route("/town/{*key}", answer)
            .layer(DefaultBodyLimit::disable())
            .with_state(objects.clone());
        #[expect(clippy::disallowed_methods, reason = "it ends with the test's runtime")]
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, objects }
    }

    fn files(&self) -> Files {
        let secret = SecretString::from("hunter2");
        let (region, key) = ("eu-test-1", "town");
        Files::s3(
            &S3 {
                url: &self.url,
                region,
                key,
                secret: &secret,
            },
            FileLimits::default(),
        )
        .unwrap()
    }

    fn keys(&self) -> Vec<String> {
        self.objects.lock().unwrap().keys().cloned().collect()
    }
}

async fn answer(
    State(objects): State<Objects>,
    method: Method,
    key: Option<Path<String>>,
    Query(query): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let signed = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let ours = "AWS4-HMAC-SHA256 Credential=town/";
    if !signed.is_some_and(|signed| signed.starts_with(ours) && signed.contains("/eu-test-1/s3/aws4_request")) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let key = key.map_or_else(String::new, |Path(key)| key);
    let part = |number: &str| format!("{key}?{number:0>5}");
    let mut objects = objects.lock().unwrap();
    let etag = [(header::ETAG, "\"etag\"")];
    match (method.as_str(), query.get("partNumber"), query.contains_key("uploadId")) {
        ("PUT", Some(number), _) => {
            objects.insert(part(number), body);
            etag.into_response()
        }
        ("PUT", None, _) => {
            let source = headers.get("x-amz-copy-source").map(|source| source.to_str().unwrap());
            let copied = source.and_then(|source| objects.get(source.trim_start_matches("/town/").trim_start_matches("town/")).cloned());
            objects.insert(key, copied.unwrap_or(body));
            let said = "<CopyObjectResult><ETag>etag</ETag></CopyObjectResult>";
            (etag, said).into_response()
        }
        ("POST", _, false) => format!("<InitiateMultipartUploadResult><Bucket>town</Bucket><Key>{key}</Key><UploadId>1</UploadId></InitiateMultipartUploadResult>").into_response(),
        ("POST", _, true) => {
            let parts: Vec<String> = objects.keys().filter(|name| name.starts_with(&format!("{key}?"))).cloned().collect();
            let whole: Vec<u8> = parts.iter().flat_map(|name| objects.remove(name).unwrap()).collect();
            objects.insert(key, whole.into());
            "<CompleteMultipartUploadResult><ETag>etag</ETag></CompleteMultipartUploadResult>".into_response()
        }
        ("DELETE", _, _) => {
            objects.retain(|name, _| *name != key && !name.starts_with(&format!("{key}?")));
            StatusCode::NO_CONTENT.into_response()
        }
        ("GET", _, _) if key.is_empty() => {
            let prefix = query.get("prefix").cloned().unwrap_or_default();
            let found = objects.iter().filter(|(name, _)| name.starts_with(&prefix));
            let entry = |(name, bytes): (&String, &Bytes)| format!("<Contents><Key>{name}</Key><LastModified>2026-06-01T08:00:00.000Z</LastModified><ETag>etag</ETag><Size>{}</Size></Contents>", bytes.len());
            let entries: String = found.map(entry).collect();
            format!("<ListBucketResult>{entries}</ListBucketResult>").into_response()
        }
        _ => objects.get(&key).map_or_else(|| StatusCode::NOT_FOUND.into_response(), |bytes| object(&method, bytes, &headers)),
    }
}

fn object(method: &Method, bytes: &Bytes, headers: &HeaderMap) -> Response {
    let own = [
        (header::ETAG, "\"etag\""),
        (header::LAST_MODIFIED, "Mon, 01 Jun 2026 08:00:00 GMT"),
    ];
    let size = bytes.len();
    if method == Method::HEAD {
        return (own, [(header::CONTENT_LENGTH, size.to_string())], Body::empty()).into_response();
    }
    let range = headers
        .get(header::RANGE)
        .map(|range| range.to_str().unwrap().trim_start_matches("bytes="));
    let Some((first, last)) = range.and_then(|range| range.split_once('-')) else {
        return (own, bytes.clone()).into_response();
    };
    let (first, last): (usize, usize) = (
        first.parse().unwrap(),
        last.parse::<usize>().unwrap_or(size - 1).min(size - 1),
    );
    let said = [(header::CONTENT_RANGE, format!("bytes {first}-{last}/{size}"))];
    (StatusCode::PARTIAL_CONTENT, own, said, bytes.slice(first..=last)).into_response()
}

#[tokio::test]
async fn files_are_kept_and_read_in_ranges_there() {
    let bucket = Bucket::open().await;
    let files = bucket.files();
    files.check().await.unwrap();
    assert_eq!(bucket.keys(), [] as [String; 0], "a check leaves nothing");
    let sha256 = files.put(Bytes::from_static(b"abc")).await.unwrap();
    assert_eq!(bucket.keys(), [format!("content/ba/{sha256}")]);
    let part = files.read(&sha256, Some(1..3)).await.unwrap().unwrap();
    assert_eq!((part.size, part.range.clone()), (3, 1..3));
    assert_eq!(part.bytes.try_collect::<Vec<_>>().await.unwrap().concat(), b"bc");
    assert!(files.whole(&"0".repeat(64)).await.unwrap().is_none());
    let upload: UploadId = Front::new().await.store.ids().make();
    let pieces = stream::iter([Ok(Bytes::from(vec![7; 6 << 20])), Ok(Bytes::from(vec![8; 100]))]);
    let large = files.put_stream(upload, pieces).await.unwrap();
    assert_eq!(files.read(&large, None).await.unwrap().unwrap().size, (6 << 20) + 100);
    assert_eq!(bucket.keys().len(), 2, "nothing is left among the uploads");
}

#[tokio::test]
async fn an_upload_becomes_a_video_there() {
    let (bucket, front) = (Bucket::open().await, Front::new().await);
    let authority = front.authority("valbourg").await;
    let (connection, ids) = (front.database.connection.clone(), front.store.ids().clone());
    let seal = Seal::new([7; KEY_BYTES]);
    let store = Store::new(connection, front.clock.clone(), ids, Bus::local(), seal).with_files(bucket.files());
    let film = film();
    let new = NewUpload {
        authority,
        name: "a.mp4".to_owned(),
        size: film.len() as u64,
    };
    let begun = store.begin_upload(new).await.unwrap();
    store
        .append(&begun, 0, Bytes::copy_from_slice(&film[..700]))
        .await
        .unwrap();
    let half = store.upload(&Scope::Instance, begun.id).await.unwrap();
    store
        .append(&half, 700, Bytes::copy_from_slice(&film[700..]))
        .await
        .unwrap();
    let about = About {
        alt: Label::only(Language::french(), "Le lancement du tram"),
        ..About::default()
    };
    let kept = store
        .keep_upload(&Scope::Instance, begun.id, about, &machine("test"))
        .await
        .unwrap();
    assert_eq!((kept.width, kept.duration_ms), (640, Some(2000)));
    let [only] = bucket.keys().try_into().unwrap();
    assert_eq!(only, format!("content/{}/{}", &kept.sha256[..2], kept.sha256));
    let served = bucket.objects.lock().unwrap()[&only].clone();
    assert!(!served.windows(6).any(|run| run == b"Jeanne"));
}
