//! Why a file is not taken, for people.

use crate::value::{Problem, ProblemCode};

/// Why a file is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// None of the forms that we take.
    Unknown,
    /// It claims a form and breaks its rules, or ends too early.
    Damaged,
    /// Heavier than this many megabytes.
    TooHeavy(u64),
    /// A side of more pixels than this, or more pixels in all than a screen or a poster can use.
    TooWide(u32),
    /// A video without a picture.
    NoPicture,
}

impl Flaw {
    /// The sentence for whoever brought the file.
    pub fn problem(self, path: &str) -> Problem {
        let (code, fr, en) = match self {
            Self::Unknown => (
                ProblemCode::Invalid,
                "Ce fichier n’est ni une image JPEG, PNG, WebP ou GIF, ni une vidéo MP4, ni un PDF.".to_owned(),
                "This file is neither a JPEG, PNG, WebP or GIF picture, nor an MP4 video, nor a PDF.".to_owned(),
            ),
            Self::Damaged => (
                ProblemCode::Invalid,
                "Ce fichier est abîmé ou incomplet ; exportez-le et envoyez-le à nouveau.".to_owned(),
                "This file is damaged or incomplete: export it and send it again.".to_owned(),
            ),
            Self::TooHeavy(most) => (
                ProblemCode::TooLong,
                format!("Ce fichier pèse plus de {most} Mo, le maximum pour son genre."),
                format!("This file weighs more than {most} MB, the most for its kind."),
            ),
            Self::TooWide(most) => (
                ProblemCode::TooLong,
                format!(
                    "Cette image est trop grande : {most} pixels de côté au plus, et 50 millions de pixels en tout."
                ),
                format!("This picture is too large: at most {most} pixels on each side, and 50 million pixels in all."),
            ),
            Self::NoPicture => (
                ProblemCode::Invalid,
                "Cette vidéo ne contient pas d’image.".to_owned(),
                "This video has no picture.".to_owned(),
            ),
        };
        Problem::new(code, path, fr, en)
    }
}
