//! What the slides of a presentation say, for whoever reads them without the program that made them.

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

/// What a presentation says, slide by slide.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Slides {
    /// In the order in which they are shown.
    pub slides: Vec<Slide>,
    /// False: there is more than is read, in the file alone.
    pub whole: bool,
}

/// What a slide says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slide {
    /// Empty when it has none.
    pub title: String,
    /// In the order in which it is read aloud.
    pub blocks: Vec<SlideBlock>,
}

/// Something on a slide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlideBlock {
    /// Words.
    Paragraph(String),
    /// What a picture shows; empty when nobody said.
    Picture(String),
    /// Row by row, cell by cell.
    Table(Vec<Vec<String>>),
}

impl SlideBlock {
    /// What it takes: its characters, and one for itself, each row and each cell. Nothing is kept for nothing.
    pub fn size(&self) -> usize {
        let row = |row: &Vec<String>| 1 + row.iter().map(|cell| cell.chars().count() + 1).sum::<usize>();
        match self {
            Self::Paragraph(text) | Self::Picture(text) => 1 + text.chars().count(),
            Self::Table(rows) => 1 + rows.iter().map(row).sum::<usize>(),
        }
    }
}
