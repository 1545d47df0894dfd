//! Presentations (PPTX, ODP): what their slides say, and the file without what tells of whoever made it.
//!
//! Both are archives of XML. Every part is unpacked within bounds, read, and packed anew into an archive of our own, so
//! that nothing between or behind the parts comes along. Remarks and the words of the presenter are taken out: they are
//! written for colleagues, and whoever brings the file seldom remembers that they are in it.

mod jpeg;
mod links;
mod odp;
mod package;
mod part;
mod pptx;
mod xml;

#[cfg(test)]
mod tests;

use self::package::Package;
use super::{Flaw, SlidesFlaw};
use crate::value::{Slide, SlideBlock, Slides};

/// Slides that are read: more than anybody sits through.
const MAX_SLIDES: usize = 500;
/// Characters that are read in all: a book of 100 pages.
const MAX_CHARACTERS: usize = 200_000;
/// How a presentation of before 2007 begins, and any that is behind a password (MS-CFB §2.2).
const COMPOUND_FILE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// A form of presentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Office Open XML (ISO/IEC 29500).
    Pptx,
    /// `OpenDocument` (ISO/IEC 26300).
    Odp,
}

impl Form {
    /// Its media type.
    pub const fn mime(self) -> &'static str {
        match self {
            Self::Pptx => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            Self::Odp => "application/vnd.oasis.opendocument.presentation",
        }
    }

    /// The form of which this is the media type.
    pub fn of(mime: &str) -> Option<Self> {
        [Self::Pptx, Self::Odp].into_iter().find(|form| form.mime() == mime)
    }

    /// What people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pptx => "PPTX",
            Self::Odp => "ODP",
        }
    }
}

/// A presentation ready to be kept.
#[derive(Clone, Debug)]
pub struct Presentation {
    /// What it is.
    pub form: Form,
    /// What takes the place of the file that came.
    pub bytes: Vec<u8>,
    /// What it says.
    pub slides: Slides,
}

/// Whether a file that begins with `head` is a presentation of before 2007, or one behind a password.
pub fn is_closed(head: &[u8]) -> bool {
    head.starts_with(COMPOUND_FILE)
}

/// Reads a presentation, and makes it ready to be kept.
pub fn prepare(bytes: &[u8]) -> Result<Presentation, Flaw> {
    let package = Package::open(bytes)?;
    let (form, package, slides) = match (pptx::is_one(&package), odp::is_one(&package)) {
        (true, false) => {
            let package = pptx::cleaned(package)?;
            let slides = pptx::read(&package)?;
            (Form::Pptx, package, slides)
        }
        (false, true) => {
            let package = odp::cleaned(package)?;
            let slides = odp::read(&package)?;
            (Form::Odp, package, slides)
        }
        // A file that two programs would read differently is made to deceive one of them.
        (true, true) => return Err(Flaw::Damaged),
        (false, false) => return Err(Flaw::Unknown),
    };
    let bytes = package.packed()?;
    Ok(Presentation { form, bytes, slides })
}

/// Slides as they are read, as many as may be.
#[derive(Debug, Default)]
struct Reading {
    slides: Vec<Slide>,
    characters: usize,
    cut: bool,
}

impl Reading {
    /// Whether nothing more is read. Asked before each slide, so that what nobody will read is not looked at.
    fn is_full(&mut self) -> bool {
        self.cut = self.cut || self.slides.len() >= MAX_SLIDES;
        self.cut
    }

    fn add(&mut self, mut slide: Slide) {
        let mut fits = |characters: usize| {
            self.characters = self.characters.saturating_add(characters);
            self.characters <= MAX_CHARACTERS
        };
        if !fits(slide.title.chars().count()) {
            self.cut = true;
            return;
        }
        let kept = slide.blocks.iter().take_while(|block| fits(block.size())).count();
        self.cut = kept < slide.blocks.len();
        slide.blocks.truncate(kept);
        self.slides.push(slide);
    }

    fn done(self) -> Slides {
        Slides {
            slides: self.slides,
            whole: !self.cut,
        }
    }
}

/// Adds a paragraph, if there is something in it.
fn say(slide: &mut Slide, text: &str) {
    let text = tidy(text);
    if !text.is_empty() {
        slide.blocks.push(SlideBlock::Paragraph(text));
    }
}

/// Words on one line, with single spaces; no control characters.
fn tidy(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() && c != '\u{a0}' && c != '\u{202f}' || c.is_control());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}
