//! What a file is, by its first bytes: neither its name nor what its sender declared is asked.

use crate::value::MediaKind;

/// As many bytes tell.
pub const HEAD_BYTES: usize = 64;
/// The brands of `ftyp` (ISO/IEC 14496-12 §4.3) that are MP4 videos; HEIC and AVIF pictures have others.
const BRANDS: [&[u8; 4]; 13] = [
    b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"iso7", b"iso8", b"iso9", b"mp41", b"mp42", b"avc1", b"M4V ",
];

/// A form of file that we take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A JPEG picture.
    Jpeg,
    /// A PNG picture.
    Png,
    /// A WebP picture.
    Webp,
    /// A GIF picture; if it moves, its first frame.
    Gif,
    /// An MP4 video.
    Mp4,
    /// A PDF document.
    Pdf,
    /// An archive: a presentation, if it is anything of ours (`media/slides`).
    Slides,
}

impl Format {
    /// What it is to whoever looks at the item.
    pub const fn kind(self) -> MediaKind {
        match self {
            Self::Jpeg | Self::Png | Self::Webp | Self::Gif => MediaKind::Picture,
            Self::Mp4 => MediaKind::Video,
            Self::Pdf | Self::Slides => MediaKind::Document,
        }
    }
}

/// The form of a file that begins with `head`; none when it is none of ours.
pub fn sniff(head: &[u8]) -> Option<Format> {
    if head.starts_with(b"\xff\xd8\xff") {
        Some(Format::Jpeg)
    } else if head.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some(Format::Png)
    } else if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        Some(Format::Webp)
    } else if head.starts_with(b"GIF87a") || head.starts_with(b"GIF89a") {
        Some(Format::Gif)
    } else if head.starts_with(b"%PDF-") {
        // Readers also find it later in a file; then the file is also something else.
        Some(Format::Pdf)
    } else if head.starts_with(b"PK\x03\x04") {
        Some(Format::Slides)
    } else {
        is_mp4(head).then_some(Format::Mp4)
    }
}

/// A `ftyp` box with one of our brands, the main one or a compatible one.
fn is_mp4(head: &[u8]) -> bool {
    let size = head.first_chunk().map_or(0, |size| u32::from_be_bytes(*size));
    let end = usize::try_from(size).unwrap_or(usize::MAX).min(head.len());
    let brands = head.get(8..end).unwrap_or_default().chunks_exact(4);
    // The second group is the version of the first.
    head.get(4..8) == Some(b"ftyp")
        && brands
            .enumerate()
            .any(|(at, brand)| at != 1 && BRANDS.iter().any(|known| known.as_slice() == brand))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_bytes_say() {
        for (head, format) in [
            (&b"\xff\xd8\xff\xe0 JFIF"[..], Some(Format::Jpeg)),
            (b"\x89PNG\r\n\x1a\n", Some(Format::Png)),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Some(Format::Webp)),
            (b"GIF89a", Some(Format::Gif)),
            (b"%PDF-1.7", Some(Format::Pdf)),
            (b"\0\0\0\x18ftypmp42\0\0\0\0isom", Some(Format::Mp4)),
            (b"\0\0\0\x18ftypM4V \0\0\0\0M4A ", Some(Format::Mp4)),
            (b"\0\0\0\x18ftypnone\0\0\0\0isom", Some(Format::Mp4)),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1", None),
            (b"\0\0\0\x10ftypnone\0\0\0\0isom", None),
            (b"\0\0\0\x18ftypnoneisom", None),
            (b"RIFF\x10\0\0\0WAVEfmt ", None),
            (b"<svg xmlns", None),
            (b"\n%PDF-1.7", None),
            (b"MZ\x90", None),
            (b"PK\x03\x04\x14\0", Some(Format::Slides)),
            (b"\nPK\x03\x04", None),
            (b"PK\x05\x06", None),
            (b"", None),
        ] {
            assert_eq!(sniff(head), format, "{}", head.escape_ascii());
        }
    }
}
