//! Pictures: read within bounds, and drawn anew.
//!
//! What is kept is pixels alone: upright, in sRGB, in a size that is of use. Metadata (EXIF with its place and camera,
//! XMP, IPTC, comments, colour profiles, thumbnails) and whatever stands behind the picture do not come along.

use std::io::Cursor;

use image::{
    DynamicImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, Limits,
    codecs::{
        jpeg::JpegEncoder,
        png::{CompressionType, FilterType, PngEncoder},
    },
    imageops,
    metadata::Orientation,
};
use moxcms::{ColorProfile, Layout, TransformOptions};

use super::{Flaw, Format, sniff};
use crate::value::PictureFormat;

/// Pixels of one side: no camera makes more, a bomb does.
pub const MAX_SIDE: u32 = 12_000;
/// Memory of a picture that is read, before it is made smaller: 50 million pixels with transparency, and some more.
const MAX_DECODED_BYTES: u64 = 256 << 20;
/// The longer side of what is kept, in pixels: sharp on a poster of A4, and more than any network takes.
const MASTER_SIDE: u32 = 4096;
/// The widths, in pixels, in which a picture is also kept: a phone, two phones side by side, a page, a large screen.
pub const VARIANT_WIDTHS: [u32; 4] = [320, 640, 1280, 2048];
/// Of a JPEG that is kept as the original.
const MASTER_QUALITY: u8 = 90;
/// Of a JPEG in a smaller size.
const VARIANT_QUALITY: u8 = 82;
/// A PNG above this weight is a photograph, and better as a JPEG.
const MAX_PNG_BYTES: usize = 8 << 20;
/// A colour profile above this size is none that a camera writes.
const MAX_PROFILE_BYTES: usize = 1 << 20;
/// Longer side of what the blurred likeness is made of.
const BLUR_SIDE: u32 = 48;

/// A picture as a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendition {
    /// The file.
    pub bytes: Vec<u8>,
    /// What it is.
    pub format: PictureFormat,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

/// A picture ready to be kept.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// What takes the place of the file that came.
    pub master: Rendition,
    /// The same in smaller sizes, the smallest first.
    pub variants: Vec<Rendition>,
    /// A blurred likeness in a few characters (<https://blurha.sh>), to show while the picture is on its way.
    pub blurhash: String,
}

/// Reads a picture and draws it anew, in each size.
pub fn prepare(bytes: &[u8]) -> Result<Prepared, Flaw> {
    let drawn_by_hand = matches!(sniff(bytes), Some(Format::Png | Format::Gif));
    let picture = read(bytes, MASTER_SIDE)?;
    let encode = |picture: &DynamicImage, quality| match (picture.color().has_alpha(), drawn_by_hand) {
        (true, _) => png(picture),
        (false, true) => Ok(smaller(png(picture)?, jpeg(picture, quality)?, quality)),
        (false, false) => jpeg(picture, quality),
    };
    let master = encode(&picture, MASTER_QUALITY)?;
    let whole = picture.width();
    let widths = VARIANT_WIDTHS.iter().rev().filter(|width| **width < whole);
    let mut variants = Vec::with_capacity(VARIANT_WIDTHS.len());
    let mut scaled = picture;
    for &width in widths {
        // Each from the next larger one: a quarter of the work, and no difference to be seen.
        scaled = scaled.resize(width, u32::MAX, imageops::FilterType::Lanczos3);
        variants.push(encode(&scaled, VARIANT_QUALITY)?);
    }
    variants.reverse();
    Ok(Prepared {
        master,
        variants,
        blurhash: blurhash(&scaled)?,
    })
}

/// A drawing is sharper as a PNG, as long as that is light; as the original it may weigh what it likes, up to a limit.
fn smaller(png: Rendition, jpeg: Rendition, quality: u8) -> Rendition {
    let keeps = if quality == MASTER_QUALITY {
        png.bytes.len() <= MAX_PNG_BYTES
    } else {
        png.bytes.len() <= jpeg.bytes.len()
    };
    if keeps { png } else { jpeg }
}

/// Pixels from side to side and from top to bottom, as the header says.
pub(super) fn sides(bytes: &[u8]) -> Result<(u32, u32), Flaw> {
    let format = form(bytes)?;
    let reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.into_dimensions().map_err(|error| flaw(&error))
}

fn form(bytes: &[u8]) -> Result<ImageFormat, Flaw> {
    match sniff(bytes) {
        Some(Format::Jpeg) if is_whole_jpeg(bytes) => Ok(ImageFormat::Jpeg),
        Some(Format::Png) => Ok(ImageFormat::Png),
        Some(Format::Webp) => Ok(ImageFormat::WebP),
        Some(Format::Gif) => Ok(ImageFormat::Gif),
        Some(Format::Jpeg) => Err(Flaw::Damaged),
        Some(Format::Mp4 | Format::Pdf | Format::Slides) | None => Err(Flaw::Unknown),
    }
}

/// The pixels of a picture whose longer side is at most `most`: upright, in sRGB, eight bits a colour.
pub(super) fn read(bytes: &[u8], most: u32) -> Result<DynamicImage, Flaw> {
    let format = form(bytes)?;
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(MAX_SIDE), Some(MAX_SIDE));
    limits.max_alloc = Some(MAX_DECODED_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| flaw(&error))?;
    let (width, height) = decoder.dimensions();
    if width.max(height) > MAX_SIDE || decoder.total_bytes() > MAX_DECODED_BYTES {
        return Err(Flaw::TooWide(MAX_SIDE));
    }
    // A picture is shown without them when they are damaged; so it is here.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().ok().flatten();
    let picture = DynamicImage::from_decoder(decoder).map_err(|error| flaw(&error))?;
    let picture = scaled(picture, most);
    let mut picture = in_srgb(eight_bits(&picture), profile.as_deref());
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// The picture with its longer side at most `most`.
pub(super) fn scaled(picture: DynamicImage, most: u32) -> DynamicImage {
    if picture.width().max(picture.height()) <= most {
        return picture;
    }
    picture.resize(most, most, imageops::FilterType::Lanczos3)
}

/// With transparency only where something shows through.
fn eight_bits(picture: &DynamicImage) -> DynamicImage {
    if picture.color().has_alpha() {
        let pixels = picture.to_rgba8();
        if pixels.pixels().any(|pixel| pixel.0[3] != u8::MAX) {
            return DynamicImage::ImageRgba8(pixels);
        }
    }
    DynamicImage::ImageRgb8(picture.to_rgb8())
}

/// The same colours without their profile. A profile that cannot be read, or is of something else than screens, is
/// passed over, as browsers do.
fn in_srgb(mut picture: DynamicImage, profile: Option<&[u8]>) -> DynamicImage {
    let Some(profile) = profile
        .filter(|profile| profile.len() <= MAX_PROFILE_BYTES)
        .and_then(|profile| ColorProfile::new_from_slice(profile).ok())
    else {
        return picture;
    };
    let convert = |pixels: &mut [u8], layout| {
        let transform =
            profile.create_transform_8bit(layout, &ColorProfile::new_srgb(), layout, TransformOptions::default());
        let mut converted = vec![0; pixels.len()];
        if transform.is_ok_and(|transform| transform.transform(pixels, &mut converted).is_ok()) {
            pixels.copy_from_slice(&converted);
        }
    };
    if let DynamicImage::ImageRgb8(pixels) = &mut picture {
        convert(pixels, Layout::Rgb);
    } else if let DynamicImage::ImageRgba8(pixels) = &mut picture {
        convert(pixels, Layout::Rgba);
    }
    picture
}

pub(super) fn jpeg(picture: &DynamicImage, quality: u8) -> Result<Rendition, Flaw> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality)
        .encode_image(picture)
        .map_err(|error| flaw(&error))?;
    Ok(rendition(bytes, PictureFormat::Jpeg, picture))
}

pub(super) fn png(picture: &DynamicImage) -> Result<Rendition, Flaw> {
    let mut bytes = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut bytes, CompressionType::Default, FilterType::Adaptive);
    picture.write_with_encoder(encoder).map_err(|error| flaw(&error))?;
    Ok(rendition(bytes, PictureFormat::Png, picture))
}

fn rendition(bytes: Vec<u8>, format: PictureFormat, picture: &DynamicImage) -> Rendition {
    Rendition {
        bytes,
        format,
        width: picture.width(),
        height: picture.height(),
    }
}

fn blurhash(picture: &DynamicImage) -> Result<String, Flaw> {
    let small = scaled(picture.clone(), BLUR_SIDE).to_rgba8();
    let (across, down) = if small.width() >= small.height() {
        (4, 3)
    } else {
        (3, 4)
    };
    blurhash::encode(across, down, small.width(), small.height(), &small).map_err(|_| Flaw::Damaged)
}

/// Whether the picture ends as a JPEG ends. Decoders fill what is missing with grey and say nothing.
///
/// Markers are walked (ITU-T T.81, Annex B); what stands behind the last is not looked at.
fn is_whole_jpeg(bytes: &[u8]) -> bool {
    let (mut at, mut seen_scan) = (2, false);
    while let Some(&[lead, marker]) = bytes.get(at..at + 2).and_then(|pair| pair.first_chunk::<2>()) {
        match (lead, marker) {
            (0xff, 0xd9) => return seen_scan,
            // Fill bytes, stuffing and restarts, within the scan.
            (0xff, 0xff) => at += 1,
            (0xff, 0x00 | 0x01 | 0xd0..=0xd8) => at += 2,
            (0xff, marker) => {
                let Some(length) = bytes.get(at + 2..).and_then(|rest| rest.first_chunk::<2>()) else {
                    return false;
                };
                seen_scan |= marker == 0xda;
                at += 2 + usize::from(u16::from_be_bytes(*length)).max(2);
            }
            // Pixels: on to the next marker.
            _ => {
                let rest = bytes.get(at..).unwrap_or_default();
                at += rest.iter().position(|byte| *byte == 0xff).unwrap_or(rest.len());
            }
        }
    }
    false
}

fn flaw(error: &ImageError) -> Flaw {
    if matches!(error, ImageError::Limits(_)) {
        Flaw::TooWide(MAX_SIDE)
    } else {
        Flaw::Damaged
    }
}

#[cfg(test)]
mod tests;
