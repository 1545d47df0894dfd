//! Videos: a video is a thing of its own, which a post of the feed shows.
//!
//! <https://developers.facebook.com/docs/graph-api/reference/page/videos>

use serde_json::json;

use super::error::GraphError;
use super::{Graph, feed};
use crate::account::Account;
use crate::call::Call;
use crate::post::Clip;
use crate::reply::Reply;

/// Facebook fetches the address itself; the miniature opens no connection.
pub(super) fn create(graph: &mut Graph, call: &Call, page: &Account) -> Result<Reply, GraphError> {
    feed::owned(call, page)?;
    let words = call.param("description").unwrap_or_default();
    feed::check_message(&words)?;
    let fetched = call.param("file_url").is_some_and(|url| url::Url::parse(&url).is_ok());
    let bytes_len = match call.file("source") {
        Some(file) => file.bytes.len(),
        None if fetched => 0,
        None => return Err(GraphError::parameter("Requires video data: source or file_url")),
    };
    let id = graph.keep(page, words, None, Vec::new(), true, call.at).remote_id;
    let number = id.rsplit('_').next().unwrap_or_default().to_owned();
    let url = format!("{}/{}/videos/{number}", graph.url, page.handle);
    if let Some(kept) = graph.posts.last_mut() {
        kept.post.remote_id.clone_from(&number);
        kept.post.url = url;
        kept.post.video = Some(Clip { alt: None, bytes_len });
    }
    Ok(Reply::ok(&json!({ "id": number })))
}
