//! Photographs in a presentation: without the place, the camera and the names that they came with. Their pixels stay as
//! they are, for the slides are laid out around them.

use image::metadata::Orientation;

/// What begins the EXIF of a JPEG (EXIF 3.0 §4.7.2).
const EXIF: &[u8] = b"Exif\0\0";
/// A marker that begins the pixels.
const START_OF_SCAN: u8 = 0xda;

/// A JPEG without its metadata; anything else as it is. Which side is up stays said.
pub(super) fn shorn(bytes: Vec<u8>) -> Vec<u8> {
    if !bytes.starts_with(b"\xff\xd8\xff") {
        return bytes;
    }
    let mut kept = bytes.get(..2).unwrap_or_default().to_vec();
    let mut at = 2;
    while let Some([0xff, marker, high, low]) = bytes.get(at..at + 4).and_then(|head| head.first_chunk::<4>()) {
        let end = at + 2 + usize::from(u16::from_be_bytes([*high, *low]));
        let Some(segment) = bytes.get(at..end).filter(|segment| segment.len() >= 4) else {
            break;
        };
        if *marker == START_OF_SCAN {
            break;
        }
        match marker {
            0xe1 => kept.extend(upright(segment.get(4..).unwrap_or_default())),
            // Other programs' own, and remarks. JFIF, the colour profile and how colours are coded stay.
            0xe3..=0xed | 0xef | 0xfe => {}
            _ => kept.extend_from_slice(segment),
        }
        at = end;
    }
    kept.extend_from_slice(bytes.get(at..).unwrap_or_default());
    kept
}

/// EXIF that says which side is up, where the one that came says so, and nothing else.
fn upright(exif: &[u8]) -> Vec<u8> {
    let turned = exif.strip_prefix(EXIF).and_then(Orientation::from_exif_chunk);
    let Some(turned) = turned.filter(|turned| *turned != Orientation::NoTransforms) else {
        return Vec::new();
    };
    // One entry (TIFF 6.0 §2): tag 0x0112, a short.
    let mut entry = *b"\xff\xe1\0\x22Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\0\0\0\0\0\0\0\0";
    if let Some(value) = entry.get_mut(28) {
        *value = turned.to_exif();
    }
    entry.to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A JPEG's segments up to its pixels, which are a few bytes here.
    fn jpeg(segments: &[(u8, &[u8])]) -> Vec<u8> {
        let mut bytes = b"\xff\xd8".to_vec();
        for (marker, content) in segments {
            let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
            bytes.extend([&[0xff, *marker][..], &length, content].concat());
        }
        [&bytes[..], b"\xff\xda\0\x02pixels\xff\xd9"].concat()
    }

    #[test]
    fn a_photograph_keeps_its_pixels_and_its_upper_side_alone() {
        let exif = [
            EXIF,
            b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0 43.6045 N",
        ]
        .concat();
        let told = jpeg(&[
            (0xe0, b"JFIF\0"),
            (0xe1, &exif),
            (0xed, b"Photoshop Jeanne"),
            (0xfe, b"a remark"),
            (0xdb, b"tables"),
        ]);
        let shorn = shorn(told);
        for gone in [&b"43.6045"[..], b"Jeanne", b"remark"] {
            assert!(
                !shorn.windows(gone.len()).any(|run| run == gone),
                "{}",
                gone.escape_ascii()
            );
        }
        assert!(shorn.ends_with(b"\xff\xdb\0\x08tables\xff\xda\0\x02pixels\xff\xd9"));
        let at = shorn.windows(6).position(|run| run == EXIF).unwrap();
        assert_eq!(shorn[at - 2..at], [0, 34], "the length of what is left");
        assert_eq!(
            Orientation::from_exif_chunk(&shorn[at + 6..at + 32]),
            Some(Orientation::Rotate90)
        );
    }

    #[test]
    fn what_is_no_sound_jpeg_stays_as_it_is() {
        for bytes in [&b"\x89PNG"[..], b"\xff\xd8\xff", b"\xff\xd8\xff\xe1\xff\xffcut", b""] {
            assert_eq!(shorn(bytes.to_vec()), bytes);
        }
    }
}
