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
    /// A presentation that is not taken, and why.
    Slides(SlidesFlaw),
}

/// Why a presentation is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlidesFlaw {
    /// Behind a password, or in the form of before 2007: from outside they look the same.
    Closed,
    /// With macros, programs or files in it.
    Programs,
    /// It fetches something from elsewhere when it is opened.
    Elsewhere,
    /// It becomes far more than it weighs when it is unpacked.
    Swells,
    /// Its XML brings declarations of its own, which can harm whoever reads them.
    Declares,
}

impl From<SlidesFlaw> for Flaw {
    fn from(flaw: SlidesFlaw) -> Self {
        Self::Slides(flaw)
    }
}

impl SlidesFlaw {
    /// What is wrong, and how to put it right.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Closed => (
                "Cette présentation est protégée par un mot de passe, ou d’un format d’avant 2007\u{a0}: enregistrez-la \
                 en PPTX ou en ODP, sans mot de passe.",
                "This presentation is protected by a password, or of a form of before 2007: save it as PPTX or ODP, \
                 without a password.",
            ),
            Self::Programs => (
                "Cette présentation contient des macros, des programmes ou des fichiers incorporés\u{a0}: \
                 enregistrez-la sans eux, ou exportez-la en PDF.",
                "This presentation holds macros, programs or embedded files: save it without them, or export it as a \
                 PDF.",
            ),
            Self::Elsewhere => (
                "Cette présentation va chercher des images ou des fichiers ailleurs lorsqu’on l’ouvre\u{a0}: \
                 incorporez-les, ou exportez-la en PDF.",
                "This presentation fetches pictures or files from elsewhere when it is opened: put them into it, or \
                 export it as a PDF.",
            ),
            Self::Swells => (
                "Cette présentation, une fois décompressée, devient démesurée\u{a0}: allégez ses images, ou \
                 exportez-la en PDF.",
                "This presentation becomes enormous when it is unpacked: make its pictures lighter, or export it as a \
                 PDF.",
            ),
            Self::Declares => (
                "Cette présentation contient des déclarations XML (DTD) qui peuvent nuire à qui l’ouvre\u{a0}: \
                 exportez-la à nouveau.",
                "This presentation holds XML declarations (a DTD) that can harm whoever opens it: export it again.",
            ),
        }
    }
}

impl Flaw {
    /// The sentence for whoever brought the file.
    pub fn problem(self, path: &str) -> Problem {
        let (code, fr, en) = match self {
            Self::Unknown => (
                ProblemCode::Invalid,
                "Ce fichier n’est ni une image JPEG, PNG, WebP ou GIF, ni une vidéo MP4, ni un PDF, ni une présentation PPTX ou ODP.".to_owned(),
                "This file is neither a JPEG, PNG, WebP or GIF picture, nor an MP4 video, nor a PDF, nor a PPTX or ODP presentation.".to_owned(),
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
            Self::Slides(flaw) => {
                let (fr, en) = flaw.words();
                (ProblemCode::Invalid, fr.to_owned(), en.to_owned())
            }
        };
        Problem::new(code, path, fr, en)
    }
}
