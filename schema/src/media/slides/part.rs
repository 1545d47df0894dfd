//! What may be a part of a presentation.

/// The part that says what an `OpenDocument` file is.
pub(super) const MIMETYPE: &str = "mimetype";
/// How the names of parts end that a presentation needs to be shown: text, pictures, sound, film, letters. What is none
/// of these is a program or a file in a file.
const SHOWN: [&str; 28] = [
    "xml", "rels", "svg", "png", "jpg", "jpeg", "jpe", "jfif", "gif", "bmp", "tif", "tiff", "webp", "wdp", "hdp",
    "emf", "wmf", "svm", "mp3", "m4a", "wav", "mp4", "m4v", "mov", "webm", "fntdata", "ttf", "otf",
];

/// How the name ends, in lower case.
pub(super) fn ending(name: &str) -> String {
    let file = name.rsplit('/').next().unwrap_or(name);
    let ending = file.rsplit_once('.').map_or("", |(_, ending)| ending);
    ending.to_ascii_lowercase()
}

/// Whether the part is text that programs read.
pub(super) fn is_xml(name: &str) -> bool {
    matches!(ending(name).as_str(), "xml" | "rels" | "svg")
}

/// Whether a presentation needs such a part to be shown.
pub(super) fn is_shown(name: &str) -> bool {
    SHOWN.contains(&ending(name).as_str())
}
