use image::{Rgb, RgbImage, Rgba, RgbaImage};
use proptest::prelude::*;

use super::*;

/// A photograph: no two pixels alike, the left half red, the right half blue.
fn photograph(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let grain = ((x * 7) ^ (y * 13)).to_le_bytes()[0] / 4;
        if x < width / 2 {
            Rgb([200, grain, grain])
        } else {
            Rgb([grain, grain, 200])
        }
    })
}

fn written(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    picture.into().write_to(&mut file, format).unwrap();
    file.into_inner()
}

/// An `APP1` with the orientation and the place of a camera: TIFF, one directory, a second one for GPS.
fn exif(orientation: u8) -> Vec<u8> {
    let mut tiff = b"Exif\0\0MM\0*\0\0\0\x08\0\x02".to_vec();
    tiff.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    tiff.extend([0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0x26]);
    tiff.extend([0, 0, 0, 0]);
    tiff.extend(b"\0\x01\0\x01\0\x02\0\0\0\x02N\0\0\0\0\0\0\0GPS 43.6045 N");
    tiff
}

/// The JPEG with one more segment behind its beginning.
fn with_segment(jpeg: &[u8], marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xff, marker], &length, content, &jpeg[2..]].concat()
}

/// The markers of a JPEG up to its scan, and the bytes behind its end.
fn markers(jpeg: &[u8]) -> (Vec<u8>, usize) {
    let (mut at, mut found) = (2, Vec::new());
    while jpeg[at + 1] != 0xda {
        found.push(jpeg[at + 1]);
        at += 2 + usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
    }
    let end = jpeg.windows(2).rposition(|pair| pair == [0xff, 0xd9]).unwrap();
    (found, jpeg.len() - end - 2)
}

/// The chunks of a PNG.
fn chunks(png: &[u8]) -> Vec<String> {
    let (mut at, mut found) = (8, Vec::new());
    while at < png.len() {
        let length = u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
        found.push(String::from_utf8(png[at + 4..at + 8].to_vec()).unwrap());
        at += 12 + usize::try_from(length).unwrap();
    }
    found
}

/// Nothing but what draws the picture.
fn is_bare(rendition: &Rendition) {
    match rendition.format {
        PictureFormat::Jpeg => {
            let (found, behind) = markers(&rendition.bytes);
            // JFIF, quantisation, frame, Huffman tables.
            let known = found.iter().all(|marker| [0xe0, 0xdb, 0xc0, 0xc4].contains(marker));
            assert!(known && behind == 0, "{found:x?}, {behind} bytes behind the end");
        }
        PictureFormat::Png => {
            let found = chunks(&rendition.bytes);
            assert!(
                found
                    .iter()
                    .all(|chunk| ["IHDR", "IDAT", "IEND"].contains(&chunk.as_str())),
                "{found:?}"
            );
        }
    }
}

fn each(prepared: &Prepared) -> impl Iterator<Item = &Rendition> {
    std::iter::once(&prepared.master).chain(&prepared.variants)
}

#[test]
fn nothing_but_pixels_is_kept() {
    let plain = written(photograph(800, 500), ImageFormat::Jpeg);
    let camera = with_segment(&plain, 0xe1, &exif(1));
    let editor = with_segment(
        &camera,
        0xe1,
        b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>Jeanne</x:xmpmeta>",
    );
    let press = with_segment(&editor, 0xed, b"Photoshop 3.0\08BIM\x04\x04 43.6045 N");
    let talkative = with_segment(&press, 0xfe, b"Jeanne, 12 rue Haute");
    let polyglot = [&talkative[..], b"PK\x03\x04<script>alert(1)</script>"].concat();
    let prepared = prepare(&polyglot).unwrap();
    assert_eq!((prepared.master.width, prepared.master.height), (800, 500));
    for rendition in each(&prepared) {
        is_bare(rendition);
        for left in [&b"GPS"[..], b"Jeanne", b"PK\x03\x04", b"script", b"Exif"] {
            assert!(
                !rendition.bytes.windows(left.len()).any(|run| run == left),
                "{}",
                left.escape_ascii()
            );
        }
    }
}

#[test]
fn what_a_png_says_beside_its_pixels_is_not_kept_either() {
    let plain = written(photograph(400, 300), ImageFormat::Png);
    let text = b"Location\x0043.6045 N";
    // A decoder passes over a wrong checksum of what it need not read.
    let chunk = [
        &u32::try_from(text.len()).unwrap().to_be_bytes()[..],
        b"tEXt",
        text,
        &[0; 4],
    ]
    .concat();
    let talkative = [&plain[..33], &chunk, &plain[33..], b"<?php system($_GET[0]);"].concat();
    let prepared = prepare(&talkative).unwrap();
    each(&prepared).for_each(is_bare);
}

#[test]
fn a_picture_stands_upright() {
    // How a camera that was turned writes 6: the top of the scene is on the right.
    let file = with_segment(&written(photograph(300, 200), ImageFormat::Jpeg), 0xe1, &exif(6));
    let prepared = prepare(&file).unwrap();
    assert_eq!((prepared.master.width, prepared.master.height), (200, 300));
    let upright = image::load_from_memory(&prepared.master.bytes).unwrap().to_rgb8();
    let (top, bottom) = (upright.get_pixel(100, 20).0, upright.get_pixel(100, 280).0);
    assert!(top[0] > top[2] && bottom[2] > bottom[0], "{top:?} {bottom:?}");
}

#[test]
fn each_size_is_smaller_than_the_next_and_keeps_the_shape() {
    let prepared = prepare(&written(photograph(2600, 1300), ImageFormat::Jpeg)).unwrap();
    let widths: Vec<u32> = prepared.variants.iter().map(|variant| variant.width).collect();
    assert_eq!(widths, VARIANT_WIDTHS);
    for variant in &prepared.variants {
        assert_eq!(variant.width, variant.height * 2);
        let read = image::load_from_memory(&variant.bytes).unwrap();
        assert_eq!((read.width(), read.height()), (variant.width, variant.height));
    }
    assert!(each(&prepared).all(|rendition| rendition.bytes.len() <= prepared.master.bytes.len()));
    // 4 × 3 components: 6 characters and 2 for each but the first.
    assert_eq!(prepared.blurhash.len(), 28);
    let small = prepare(&written(photograph(200, 100), ImageFormat::Jpeg)).unwrap();
    assert!(small.variants.is_empty(), "nothing is made larger");
}

#[test]
fn each_form_is_kept_as_what_networks_and_browsers_take() {
    let clear = RgbaImage::from_fn(400, 300, |x, _| Rgba([255, 0, 0, if x < 200 { 0 } else { 255 }]));
    let opaque = RgbaImage::from_pixel(400, 300, Rgba([255, 0, 0, 255]));
    for (file, format) in [
        (written(photograph(400, 300), ImageFormat::Jpeg), PictureFormat::Jpeg),
        (written(photograph(400, 300), ImageFormat::Png), PictureFormat::Png),
        (written(photograph(400, 300), ImageFormat::WebP), PictureFormat::Jpeg),
        (written(clear.clone(), ImageFormat::WebP), PictureFormat::Png),
        (written(clear.clone(), ImageFormat::Png), PictureFormat::Png),
        (written(opaque, ImageFormat::WebP), PictureFormat::Jpeg),
        (written(photograph(400, 300), ImageFormat::Gif), PictureFormat::Png),
    ] {
        let prepared = prepare(&file).unwrap();
        assert_eq!(prepared.master.format, format);
        assert_eq!((prepared.master.width, prepared.master.height), (400, 300));
    }
    let kept = prepare(&written(clear, ImageFormat::Png)).unwrap();
    let read = image::load_from_memory(&kept.master.bytes).unwrap().to_rgba8();
    assert_eq!((read.get_pixel(10, 10).0[3], read.get_pixel(390, 10).0[3]), (0, 255));
}

#[test]
fn of_what_moves_the_first_frame_is_kept() {
    let mut file = Vec::new();
    {
        let mut encoder = image::codecs::gif::GifEncoder::new(&mut file);
        for ink in [[255, 0, 0, 255], [0, 255, 0, 255], [0, 0, 255, 255]] {
            encoder
                .encode_frame(image::Frame::new(RgbaImage::from_pixel(40, 40, Rgba(ink))))
                .unwrap();
        }
    }
    let kept = prepare(&file).unwrap();
    let read = image::load_from_memory(&kept.master.bytes).unwrap().to_rgb8();
    assert_eq!(read.get_pixel(20, 20).0, [255, 0, 0]);
}

#[test]
fn what_is_very_large_is_kept_smaller() {
    let prepared = prepare(&written(photograph(6000, 300), ImageFormat::Jpeg)).unwrap();
    assert_eq!((prepared.master.width, prepared.master.height), (MASTER_SIDE, 205));
}

/// A PNG that says it is so large, and has no more than a few bytes.
fn bomb(width: u32, height: u32) -> Vec<u8> {
    let mut png = written(photograph(8, 8), ImageFormat::Png);
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc32(&png[12..29]);
    png[29..33].copy_from_slice(&sum.to_be_bytes());
    png
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 }
        })
    })
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn what_is_made_to_harm_is_refused() {
    let jpeg = written(photograph(300, 200), ImageFormat::Jpeg);
    let mut wide = jpeg.clone();
    let frame = wide.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    wide[frame + 5..frame + 9].copy_from_slice(&[0x4e, 0x20, 0x4e, 0x20]);
    let gif = [
        &b"GIF89a\x20\x4e\x20\x4e\0\0\0,\0\0\0\0\x20\x4e\x20\x4e\0\x02"[..],
        &[0; 8],
    ]
    .concat();
    for (name, file, flaw) in [
        ("a PNG of 20,000 pixels", bomb(20_000, 20_000), Flaw::TooWide(MAX_SIDE)),
        (
            "a PNG of 20,000 pixels and one",
            bomb(20_000, 1),
            Flaw::TooWide(MAX_SIDE),
        ),
        ("a PNG of 12,000 pixels", bomb(12_000, 12_000), Flaw::TooWide(MAX_SIDE)),
        (
            "a PNG of four thousand million pixels",
            bomb(u32::MAX / 2, 4),
            Flaw::TooWide(MAX_SIDE),
        ),
        ("a PNG without height", bomb(10, 0), Flaw::Damaged),
        ("a JPEG of 20,000 pixels", wide, Flaw::TooWide(MAX_SIDE)),
        ("a GIF of 20,000 pixels", gif, Flaw::TooWide(MAX_SIDE)),
        ("half a JPEG", jpeg[..jpeg.len() / 2].to_vec(), Flaw::Damaged),
        ("a JPEG without its end", jpeg[..jpeg.len() - 2].to_vec(), Flaw::Damaged),
        ("a JPEG without pixels", b"\xff\xd8\xff\xd9".to_vec(), Flaw::Damaged),
        (
            "half a PNG",
            {
                let png = written(photograph(90, 90), ImageFormat::Png);
                png[..png.len() / 2].to_vec()
            },
            Flaw::Damaged,
        ),
        (
            "half a WebP",
            {
                let webp = written(photograph(90, 90), ImageFormat::WebP);
                webp[..webp.len() / 2].to_vec()
            },
            Flaw::Damaged,
        ),
        (
            "half a GIF",
            {
                let gif = written(photograph(90, 90), ImageFormat::Gif);
                gif[..gif.len() / 2].to_vec()
            },
            Flaw::Damaged,
        ),
        ("a head alone", b"\x89PNG\r\n\x1a\n".to_vec(), Flaw::Damaged),
        (
            "a page",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(),
            Flaw::Unknown,
        ),
        ("a PDF", b"%PDF-1.7\n%%EOF".to_vec(), Flaw::Unknown),
        ("nothing", Vec::new(), Flaw::Unknown),
    ] {
        assert_eq!(prepare(&file).map(|_| ()), Err(flaw), "{name}");
    }
}

#[test]
fn colours_are_those_of_screens_whatever_the_camera_wrote() {
    let red = RgbImage::from_pixel(64, 64, Rgb([200, 30, 30]));
    let file = written(red, ImageFormat::Png);
    let profile = ColorProfile::new_display_p3().encode().unwrap();
    // iCCP: a name, a method, and the profile, stored and not compressed (RFC 1950, RFC 1951 §3.2.4).
    let length = u16::try_from(profile.len()).unwrap();
    let mut stored = vec![0x78, 0x01, 0x01];
    stored.extend(length.to_le_bytes());
    stored.extend((!length).to_le_bytes());
    stored.extend(&profile);
    let (a, b) = profile.iter().fold((1_u32, 0_u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    stored.extend((b << 16 | a).to_be_bytes());
    let content = [b"iCCPP3\0\0", &stored[..]].concat();
    let chunk = [
        &u32::try_from(content.len() - 4).unwrap().to_be_bytes()[..],
        &content,
        &crc32(&content).to_be_bytes(),
    ]
    .concat();
    let wide = [&file[..33], &chunk, &file[33..]].concat();
    let kept = |file: &[u8]| {
        let kept = prepare(file).unwrap().master;
        is_bare(&kept);
        image::load_from_memory(&kept.bytes)
            .unwrap()
            .to_rgb8()
            .get_pixel(30, 30)
            .0
    };
    assert_eq!(kept(&file), [200, 30, 30]);
    let converted = kept(&wide);
    assert!(
        converted[0] > 210 && converted[1] < 30,
        "a red of P3 is a stronger red of sRGB: {converted:?}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_damage_makes_it_panic(form in 0_usize..4, cut in 0.0_f64..1.0, hits in proptest::collection::vec((0.0_f64..1.0, any::<u8>()), 0..12)) {
        let format = [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif][form];
        let mut file = written(photograph(48, 40), format);
        let at = |share: f64, length: usize| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a small file")]
            let at = (share * length as f64) as usize;
            at
        };
        for (share, byte) in hits {
            let place = at(share, file.len());
            file[place] = byte;
        }
        if cut > 0.5 {
            let kept = at(cut, file.len());
            file.truncate(kept);
        }
        if let Ok(prepared) = prepare(&file) {
            each(&prepared).for_each(is_bare);
        }
    }
}
