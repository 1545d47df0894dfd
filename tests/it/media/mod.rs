//! Files that staff bring: how they come, what becomes of them, how they are served.

mod alternatives;
mod former;
mod kept;
mod s3;
mod served;
mod slides;
mod uploads;

use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use beffroi_api::graphql::id;
use beffroi_schema::{id::AuthorityId, value::Role};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::front::Front;

/// Largest answer that is read.
const MAX_ANSWER_BYTES: usize = 16 << 20;

/// A contributor at their desk, with a token.
struct Desk {
    front: Front,
    authority: AuthorityId,
    token: SecretString,
}

/// An answer, read to its end.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Desk {
    async fn new() -> Self {
        let front = Front::new().await;
        let authority = front.authority("valbourg").await;
        let token = front.token(authority, Role::Contributor).await;
        Self {
            front,
            authority,
            token,
        }
    }

    async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.front.router.clone().oneshot(request.body(body.into()).unwrap());
        let response = response.await.unwrap();
        Answer {
            status: response.status(),
            headers: response.headers().clone(),
            body: to_bytes(response.into_body(), MAX_ANSWER_BYTES).await.unwrap().to_vec(),
        }
    }

    /// A request of the protocol of uploads, with the token.
    async fn tus(&self, method: Method, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
        let bearer = format!("Bearer {}", self.token.expose_secret());
        let own = [("tus-resumable", "1.0.0"), ("authorization", bearer.as_str())];
        self.send(method, path, &[&own[..], headers].concat(), body).await
    }

    async fn begin(&self, size: usize, name: &str) -> Answer {
        let home = id::global("Authority", self.authority.0).to_string();
        let metadata = format!(
            "filename {},authority {}",
            BASE64_STANDARD.encode(name),
            BASE64_STANDARD.encode(home)
        );
        let headers = [("upload-length", size.to_string()), ("upload-metadata", metadata)];
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        self.tus(Method::POST, "/uploads", &headers, Body::empty()).await
    }

    async fn add(&self, path: &str, offset: usize, bytes: &[u8]) -> Answer {
        let offset = offset.to_string();
        let headers = [
            ("content-type", "application/offset+octet-stream"),
            ("upload-offset", offset.as_str()),
        ];
        self.tus(Method::PATCH, path, &headers, bytes.to_vec()).await
    }

    /// Brings a file in two parts; the path of its upload.
    async fn upload(&self, file: &[u8], name: &str) -> String {
        let begun = self.begin(file.len(), name).await;
        assert_eq!(begun.status, StatusCode::CREATED);
        let path = path_of(&begun);
        let middle = file.len() / 3;
        assert_eq!(self.add(&path, 0, &file[..middle]).await.status, StatusCode::NO_CONTENT);
        assert_eq!(
            self.add(&path, middle, &file[middle..]).await.status,
            StatusCode::NO_CONTENT
        );
        path
    }

    /// What `keepUpload` answers.
    async fn keep(&self, path: &str, more: Value) -> Value {
        let mut input = json!({
            "uploadId": path.rsplit('/').next().unwrap(),
            "alt": [{ "language": "fr", "text": "Ce que l’on voit" }],
        });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let query = "mutation($input: KeepUploadInput!) { keepUpload(input: $input) {
            media { id kind url mime megabytes width height duration name variants { url width height } }
            problems { code path message } } }";
        self.front
            .ask(Some(&self.token), query, json!({ "input": input }))
            .await
    }

    /// Brings a file and keeps it: what it became.
    async fn kept(&self, file: &[u8], name: &str) -> Value {
        let path = self.upload(file, name).await;
        let mut answer = self.keep(&path, json!({})).await;
        let media = answer["data"]["keepUpload"]["media"].take();
        assert!(media.is_object(), "{answer:#}");
        media
    }

    async fn get(&self, media: &Value, headers: &[(&str, &str)]) -> Answer {
        let url: url::Url = media["url"].as_str().unwrap().parse().unwrap();
        self.send(Method::GET, url.path(), headers, Body::empty()).await
    }
}

fn path_of(begun: &Answer) -> String {
    let url: url::Url = begun.header("location").parse().unwrap();
    url.path().to_owned()
}

fn pdf() -> Vec<u8> {
    b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\nstartxref\n9\n%%EOF\n".to_vec()
}
