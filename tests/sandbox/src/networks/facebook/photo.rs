//! Photos, mostly uploaded unpublished and attached by a post.

use serde_json::json;

use super::error::GraphError;
use super::{Graph, feed};
use crate::account::Account;
use crate::call::{Call, File};
use crate::gallery;
use crate::post::Image;
use crate::reply::Reply;

const SIZE_LIMIT: usize = 4 * 1024 * 1024;
const TYPES: [&str; 6] = [
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/tiff",
    "image/heif",
    "image/webp",
];

#[derive(Debug, Clone)]
pub(super) struct Photo {
    pub(super) page: String,
    pub(super) alt: String,
    pub(super) bytes_len: usize,
    sha256: Option<String>,
    url: Option<String>,
    pub(super) attached: bool,
}

pub(super) fn create(graph: &mut Graph, call: &Call, page: &Account) -> Result<Reply, GraphError> {
    feed::owned(call, page)?;
    let (bytes_len, sha256, url) = match (call.file("source"), call.param("url")) {
        (
            Some(File {
                content_type, bytes, ..
            }),
            _,
        ) => {
            if bytes.len() > SIZE_LIMIT || !TYPES.contains(&content_type.as_str()) {
                return Err(GraphError::photo());
            }
            (bytes.len(), Some(gallery::name(bytes)), None)
        }
        // Facebook fetches the address itself; the miniature opens no connection.
        (None, Some(url)) => (0, None, Some(url)),
        (None, None) => return Err(GraphError::parameter("Requires photo data: source or url")),
    };
    let id = graph.next_number().to_string();
    let alt = call.param("alt_text_custom").unwrap_or_default();
    let published = call.param("published").as_deref() != Some("false");
    let photo = Photo {
        page: page.id.clone(),
        alt,
        bytes_len,
        sha256,
        url,
        attached: published,
    };
    let image = photo.image();
    graph.photos.insert(id.clone(), photo);
    if !published {
        return Ok(Reply::ok(&json!({"id": id})));
    }
    let caption = call
        .param("message")
        .or_else(|| call.param("caption"))
        .unwrap_or_default();
    let post = graph.keep(page, caption, None, vec![image], true, call.at);
    Ok(Reply::ok(&json!({"id": id, "post_id": post.remote_id})))
}

impl Photo {
    pub(super) fn image(&self) -> Image {
        Image {
            alt: self.alt.clone(),
            bytes_len: self.bytes_len,
            sha256: self.sha256.clone(),
            url: self.url.clone(),
        }
    }
}
