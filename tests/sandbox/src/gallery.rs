//! The pictures that networks were sent, for the page to show: the newest alone, and none that is heavy.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::Mutex;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::call::{Body, Call};
use crate::lock::lock;

/// Pictures that are kept: those of 30 posts on each of ten networks. Older ones are forgotten.
const MAX_PICTURES: usize = 300;
/// Bytes of one: more than any network is sent by a client that fits pictures to it.
const MAX_PICTURE_BYTES: usize = 2 * 1024 * 1024;
/// Bytes of all: a demo runs beside everything else on a small machine.
const MAX_BYTES: usize = 64 * 1024 * 1024;
/// How pictures begin that browsers show, and their types.
const FORMS: [(&[u8], &str); 4] = [
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"RIFF", "image/webp"),
];

/// What all miniatures of a sandbox were sent.
#[derive(Debug, Default)]
pub(crate) struct Gallery(Mutex<VecDeque<Picture>>);

#[derive(Debug, Clone)]
pub(crate) struct Picture {
    name: String,
    pub(crate) content_type: &'static str,
    pub(crate) bytes: Bytes,
}

/// What a file is called: the SHA-256 of its bytes, in hexadecimal.
pub(crate) fn name(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut name, byte| {
        // Writing to a string does not fail.
        let _ = write!(name, "{byte:02x}");
        name
    })
}

impl Gallery {
    /// Keeps the pictures of a request, whichever way they came.
    pub(crate) fn keep(&self, call: &Call) {
        match &call.body {
            Body::Raw(bytes) => self.add(bytes),
            Body::Form { files, .. } => files.iter().for_each(|file| self.add(&file.bytes)),
            Body::Empty | Body::Json(_) | Body::Malformed(_) | Body::TooLarge => {}
        }
    }

    fn add(&self, bytes: &Bytes) {
        let form = FORMS.iter().find(|(magic, _)| bytes.starts_with(magic));
        let Some((_, content_type)) = form.filter(|_| bytes.len() <= MAX_PICTURE_BYTES) else {
            return;
        };
        let name = name(bytes);
        let mut pictures = lock(&self.0);
        pictures.retain(|known| known.name != name);
        pictures.push_back(Picture {
            name,
            content_type,
            // A copy: a slice would hold the whole request.
            bytes: Bytes::copy_from_slice(bytes),
        });
        let mut held: usize = pictures.iter().map(|picture| picture.bytes.len()).sum();
        while pictures.len() > MAX_PICTURES || held > MAX_BYTES {
            held -= pictures.pop_front().map_or(held, |oldest| oldest.bytes.len());
        }
    }

    pub(crate) fn picture(&self, name: &str) -> Option<Picture> {
        lock(&self.0).iter().find(|picture| picture.name == name).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(number: usize, size: usize) -> Bytes {
        let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
        bytes.extend(number.to_be_bytes());
        bytes.resize(size, 0);
        bytes.into()
    }

    fn held(gallery: &Gallery) -> usize {
        lock(&gallery.0).len()
    }

    #[test]
    fn the_newest_pictures_are_kept_and_none_that_is_heavy() {
        let gallery = Gallery::default();
        for refused in [Bytes::from_static(b"{}"), png(0, MAX_PICTURE_BYTES + 1)] {
            gallery.add(&refused);
        }
        assert_eq!(held(&gallery), 0);
        for number in 0..=MAX_PICTURES {
            gallery.add(&png(number, 100));
        }
        assert_eq!(held(&gallery), MAX_PICTURES);
        assert!(
            gallery.picture(&name(&png(0, 100))).is_none(),
            "the oldest is forgotten"
        );
        let newest = gallery.picture(&name(&png(MAX_PICTURES, 100))).unwrap();
        assert_eq!(
            (newest.content_type, newest.bytes),
            ("image/png", png(MAX_PICTURES, 100))
        );
        for number in 0..MAX_PICTURES {
            gallery.add(&png(number, MAX_PICTURE_BYTES));
        }
        assert_eq!(held(&gallery), MAX_BYTES / MAX_PICTURE_BYTES);
    }
}
