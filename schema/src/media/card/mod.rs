//! The picture of an item that has none: its words, set large, in the colour of its kind.
//!
//! Networks that take nothing without a picture get this one. It says what the item says and no more, so that its
//! alternative text is its words.

mod paint;
mod typeset;

use image::{DynamicImage, RgbImage};

use self::{
    paint::{Ink, Sheet},
    typeset::{Block, Face, Limits},
};
use super::{Rendition, picture};
use crate::{
    text::Tongue,
    value::{Kind, Label, Language},
};

/// Of the JPEG: letters have sharp edges.
const QUALITY: u8 = 92;
/// Lines of what there is to know beside the title.
const MAX_DETAILS: usize = 3;
/// Share of the sheet's shorter side that stays free on each side.
const MARGIN: f32 = 0.075;

/// The shape of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardShape {
    /// 1080 × 1350: for feeds of pictures.
    Tall,
    /// 1200 × 630: for links.
    Wide,
}

impl CardShape {
    const fn size(self) -> (u32, u32) {
        match self {
            Self::Tall => (1080, 1350),
            Self::Wide => (1200, 630),
        }
    }

    /// Sizes of the title, the largest first, and of everything else.
    const fn sizes(self) -> (Limits, f32) {
        match self {
            Self::Tall => (
                Limits {
                    largest: 128.0,
                    smallest: 52.0,
                },
                42.0,
            ),
            Self::Wide => (
                Limits {
                    largest: 92.0,
                    smallest: 38.0,
                },
                31.0,
            ),
        }
    }
}

/// What a card says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Its colour, and the word above the title.
    pub kind: Kind,
    /// The language of its words.
    pub language: Language,
    /// What happens.
    pub title: String,
    /// When, where: most important first.
    pub details: Vec<String>,
    /// Who says it.
    pub town: String,
}

impl Card {
    /// The word above the title.
    fn label(&self) -> &'static str {
        let tongue = Tongue::of(&self.language);
        match self.kind {
            Kind::Event => tongue.pick("Agenda", "Event"),
            Kind::Disruption => tongue.pick("Perturbation", "Disruption"),
            Kind::Article => tongue.pick("Actualité", "News"),
        }
    }

    /// What the card shows, for those who do not see it: its words.
    pub fn alt(&self) -> Label {
        let details = self.details.iter().take(MAX_DETAILS);
        let parts: Vec<&str> = [self.label(), &self.title]
            .into_iter()
            .chain(details.map(String::as_str))
            .chain([self.town.as_str()])
            .map(|part| part.trim().trim_end_matches('.'))
            .filter(|part| !part.is_empty())
            .collect();
        Label::only(self.language.clone(), parts.join(". ") + ".")
    }
}

/// The background, and what is written on it beside white. Each is dark enough for white letters of any size
/// (WCAG 2.2 §1.4.6), and light enough to be read on it (§1.4.3).
const fn colours(kind: Kind) -> (Ink, Ink, Ink) {
    match kind {
        // Plum, a lighter plum, apricot.
        Kind::Event => (Ink([74, 32, 90]), Ink([92, 46, 110]), Ink([255, 205, 160])),
        // Brick, a lighter brick, straw.
        Kind::Disruption => (Ink([138, 28, 22]), Ink([156, 42, 34]), Ink([255, 219, 138])),
        // Night blue, a lighter one, sky.
        Kind::Article => (Ink([14, 52, 92]), Ink([24, 68, 112]), Ink([164, 218, 255])),
    }
}

/// Draws a card. None: the title is in letters that our fonts have not.
pub fn draw_card(card: &Card, shape: CardShape) -> Option<Rendition> {
    let (title_face, text_face) = (Face::title()?, Face::text()?);
    let title = title_face.written(&card.title)?;
    let (width, height) = shape.size();
    let (ground, tint, accent) = colours(card.kind);
    let mut sheet = Sheet::new(RgbImage::new(width, height), ground);
    let (w, h) = (sheet.width(), sheet.height());
    let margin = w.min(h) * MARGIN;
    let (limits, small) = shape.sizes();

    // A quarter of a disc in the corner keeps the ground from being a wall.
    let radius = w.min(h) * 0.62;
    sheet.disc(w, h, radius, tint);

    let inner = w - 2.0 * margin;
    let label = text_face.written(card.label()).unwrap_or_default();
    let top = margin + small;
    sheet.line(&text_face, &label, (margin, top), small, accent);
    sheet.bar(margin, top + small * 0.62, small * 2.0, small * 0.14, accent);

    let foot = h - margin;
    if let Some(town) = text_face.written(&card.town) {
        let town = Block::one_line(&text_face, &town, small, inner);
        sheet.line(&text_face, &town, (margin, foot), small, Ink::WHITE);
    }
    let details: Vec<String> = card
        .details
        .iter()
        .filter_map(|detail| text_face.written(detail))
        .take(MAX_DETAILS)
        .collect();
    let size = small * 1.08;
    let mut at = foot - small * 2.3;
    for block in details
        .iter()
        .rev()
        .map(|detail| Block::wrapped(&text_face, detail, size, inner, 2))
    {
        for line in block.lines.iter().rev() {
            sheet.line(&text_face, line, (margin, at), size, accent);
            at -= size * 1.3;
        }
        at -= size * 0.28;
    }

    let begin = top + small * 1.9;
    // What is left between the label and the details, with air below.
    let room = (at - begin - small * 0.2).max(limits.smallest * 1.2);
    let block = Block::largest(&title_face, &title, limits, inner, room);
    for (row, line) in (0_u8..).zip(&block.lines) {
        let baseline = begin + title_face.rise(block.size) + f32::from(row) * block.leading();
        sheet.line(&title_face, line, (margin, baseline), block.size, Ink::WHITE);
    }
    picture::jpeg(&DynamicImage::ImageRgb8(sheet.into_image()), QUALITY).ok()
}

#[cfg(test)]
mod tests;
