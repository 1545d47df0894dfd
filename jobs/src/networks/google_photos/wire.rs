//! What Google Photos answers. <https://developers.google.com/photos/library/reference/rest>

use beffroi_schema::value::{Picture, RemotePost, Rendered};
use serde::Deserialize;

use super::super::DeliveryError;

/// `RESOURCE_EXHAUSTED`: the account has no room. <https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto>
const FULL: i64 = 8;
/// `INTERNAL` and `UNAVAILABLE`, by the same page.
const TROUBLE: [i64; 2] = [13, 14];

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Albums {
    pub(super) albums: Vec<Album>,
    pub(super) next_page_token: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Album {
    pub(super) id: String,
    #[serde(default)]
    pub(super) title: String,
    pub(super) product_url: Option<String>,
    /// A number in quotes; none where there is no photo.
    pub(super) media_items_count: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Photos {
    pub(super) media_items: Vec<Photo>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Photo {
    pub(super) id: String,
    #[serde(default)]
    pub(super) filename: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Batch {
    pub(super) new_media_item_results: Vec<Made>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Made {
    #[serde(default)]
    pub(super) status: Status,
    pub(super) media_item: Option<Photo>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Status {
    pub(super) code: i64,
    pub(super) message: String,
}

impl Album {
    pub(super) fn is_empty(&self) -> bool {
        let count = self.media_items_count.as_deref().unwrap_or("0");
        count == "0"
    }

    pub(super) fn remote(self) -> RemotePost {
        RemotePost {
            id: self.id,
            url: self.product_url,
            extra: std::collections::BTreeMap::new(),
            replies: Vec::new(),
        }
    }
}

impl Photo {
    pub(super) fn is_of(&self, picture: &Picture) -> bool {
        self.filename.starts_with(&picture.media.0.simple().to_string())
    }

    /// Named by us: a picture and a delivery, not by the camera of somebody who added theirs.
    pub(super) fn is_ours(&self) -> bool {
        let name = self.filename.split_once('-');
        name.is_some_and(|(media, key)| [media, key].iter().all(|id| is_id(id)))
    }
}

impl Status {
    /// Why no photo at all was made: then there is no post.
    pub(super) fn verdict(self) -> DeliveryError {
        let reason = self.message;
        match self.code {
            FULL => DeliveryError::Locked(reason),
            code if TROUBLE.contains(&code) => DeliveryError::Retry { after: None, reason },
            _ => DeliveryError::Refused(reason),
        }
    }
}

/// As we write ids: 32 hexadecimal digits.
fn is_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What is read beside a photo: albums have no words of their own but a title.
pub(super) fn described(post: &Rendered, picture: &Picture) -> String {
    if picture.alt.is_empty() {
        return post.text.clone();
    }
    format!("{}\n\n{}", post.text, picture.alt)
}
