//! What a network takes of pictures.

use serde::{Deserialize, Serialize};

closed_set! {
    /// In which form a picture can be sent.
    pub enum PictureFormat {
        /// For photographs.
        Jpeg = "image/jpeg",
        /// For drawings, and what is transparent.
        Png = "image/png",
    }
}

/// A side by a side: `16:9`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ratio {
    /// From side to side.
    pub width: u32,
    /// From top to bottom.
    pub height: u32,
}

/// The shapes that a network takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ratios {
    /// The tallest: `4:5`.
    pub tallest: Ratio,
    /// The widest: `191:100`.
    pub widest: Ratio,
}

/// What a network takes of pictures. What is not said is not limited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PictureRules {
    /// Largest file, in bytes.
    pub bytes: u64,
    /// Longest side, in pixels.
    #[serde(default)]
    pub side: Option<u32>,
    /// Most pixels in all.
    #[serde(default)]
    pub pixels: Option<u64>,
    /// The forms it takes; empty: any of ours.
    #[serde(default)]
    pub formats: Vec<PictureFormat>,
    /// The shapes it takes: others are cropped around their focal point.
    #[serde(default)]
    pub ratios: Option<Ratios>,
    /// Whether it fetches pictures by their addresses: what was made to fit then has one.
    #[serde(default)]
    pub fetched: bool,
}

impl PictureRules {
    /// Nothing but a limit of weight.
    pub fn weight(bytes: u64) -> Self {
        Self {
            bytes,
            side: None,
            pixels: None,
            formats: Vec::new(),
            ratios: None,
            fetched: false,
        }
    }
}
