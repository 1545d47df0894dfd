//! Blobs: uploaded first, kept once a record refers to them.

use http::StatusCode;
use serde_json::{Value, json};

use super::limits::{self, BLOBS};
use super::session::signed_in;
use super::{Pds, cid, failure, text};
use crate::call::{Body, Call};
use crate::gallery;
use crate::reply::Reply;

/// What the server takes; what a record may use is checked when it is written.
const UPLOAD_LIMIT: usize = 5 * 1024 * 1024;

#[derive(Debug)]
pub(super) struct Blob {
    content_type: String,
    pub(super) bytes_len: usize,
    pub(super) sha256: String,
}

pub(super) fn upload(pds: &mut Pds, call: &Call) -> Reply {
    signed_in(pds, call, |pds, account| {
        limits::within(pds, call, &BLOBS, &account.id, 1, |pds| {
            let Some(content_type) = call.header("content-type").map(str::to_owned) else {
                return super::invalid("Request encoding (Content-Type) required but not provided");
            };
            let bytes = match &call.body {
                Body::Raw(bytes) if bytes.len() <= UPLOAD_LIMIT => bytes,
                Body::Raw(_) | Body::TooLarge => return too_large(),
                Body::Empty | Body::Json(_) | Body::Form { .. } | Body::Malformed(_) => {
                    return super::invalid("A blob is sent as it is, with its own content type");
                }
            };
            let blob = pds.keep_blob(bytes, &content_type);
            Reply::ok(&json!({"blob": blob}))
        })
    })
}

impl Pds {
    /// Keeps a blob; the answer is how records name it.
    pub(super) fn keep_blob(&mut self, bytes: &[u8], content_type: &str) -> Value {
        let cid = cid::of_blob(bytes);
        let size = bytes.len();
        let blob = json!({"$type": "blob", "ref": {"$link": cid}, "mimeType": content_type, "size": size});
        let kept = Blob {
            content_type: content_type.to_owned(),
            bytes_len: size,
            sha256: gallery::name(bytes),
        };
        self.blobs.insert(cid, kept);
        blob
    }

    /// The blob a record refers to, if it may be used there.
    pub(super) fn usable_blob(&self, reference: &Value, limit: usize, accept: &str) -> Result<&Blob, Reply> {
        let cid = text(&reference["ref"], "$link");
        let Some(blob) = self.blobs.get(cid) else {
            let message = format!("Could not find blob: {cid}");
            return Err(failure(StatusCode::BAD_REQUEST, "BlobNotFound", &message).violation(message));
        };
        if blob.bytes_len > limit {
            let size = blob.bytes_len;
            let message = format!("This file is too large. It is {size} bytes but the maximum size is {limit} bytes.");
            return Err(failure(StatusCode::BAD_REQUEST, "BlobTooLarge", &message).violation(message));
        }
        if !blob.content_type.starts_with(accept) {
            let message = format!(
                "Wrong type of file. It is {} but it must match {accept}*.",
                blob.content_type
            );
            return Err(failure(StatusCode::BAD_REQUEST, "InvalidMimeType", &message).violation(message));
        }
        Ok(blob)
    }
}

fn too_large() -> Reply {
    let message = "request entity too large";
    failure(StatusCode::PAYLOAD_TOO_LARGE, "PayloadTooLarge", message).violation(message)
}
