//! Files that items show or attach.

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

closed_set! {
    /// What a file is to whoever looks at the item.
    pub enum MediaKind {
        /// Shown.
        Picture = "picture",
        /// Played.
        Video = "video",
        /// Read, or taken along: a PDF, or a presentation.
        Document = "document",
    }
}

/// The point of a picture that every crop keeps in view: shares of its width and height, from the top left.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Focus {
    /// 0: the left side; 1: the right one.
    pub x: f64,
    /// 0: the top; 1: the bottom.
    pub y: f64,
}

impl Focus {
    /// Where people look when nobody says.
    pub const MIDDLE: Self = Self { x: 0.5, y: 0.5 };

    /// The point, if it lies on the picture.
    pub fn checked(x: f64, y: f64) -> Option<Self> {
        let within = |share: f64| (0.0..=1.0).contains(&share);
        (within(x) && within(y)).then_some(Self { x, y })
    }
}

/// A picture in a smaller size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// SHA-256 of its bytes, in hexadecimal: its address.
    pub sha256: String,
    /// `image/jpeg` or `image/png`.
    pub mime: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

/// A picture's smaller sizes, the smallest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Variants(pub Vec<Variant>);
