//! A picture that is heavier than a network takes, made lighter.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder as _, ImageReader, Limits, Rgb, RgbImage, codecs::jpeg::JpegEncoder, imageops};

/// Pixels of one side: more was never taken.
const MAX_SIDE: u32 = 12_000;
/// The longer side, in pixels, at each try to bring a picture below the limit.
const SIDES: [u32; 6] = [4096, 2560, 1920, 1280, 800, 400];
/// Of the JPEG that is sent.
const QUALITY: u8 = 85;
/// Behind what is transparent, which a JPEG is not.
const PAPER: u8 = 255;

/// A picture as it is sent instead.
pub(super) struct Lighter {
    /// A JPEG.
    pub(super) bytes: Vec<u8>,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// The picture in at most `most` bytes; none when it cannot be read, or would be too small to see.
pub(super) fn lighter(bytes: &[u8], most: u64) -> Option<Lighter> {
    let picture = read(bytes)?;
    let longer = picture.width().max(picture.height());
    SIDES.iter().find_map(|&side| {
        let scaled = if longer > side {
            picture.resize(side, side, imageops::FilterType::Triangle)
        } else {
            picture.clone()
        };
        let mut file = Vec::new();
        JpegEncoder::new_with_quality(&mut file, QUALITY)
            .encode_image(&scaled)
            .ok()?;
        (file.len() as u64 <= most).then(|| Lighter {
            bytes: file,
            width: scaled.width(),
            height: scaled.height(),
        })
    })
}

/// Upright, and on paper: what says which side is up, and what is transparent, are lost with the format.
fn read(bytes: &[u8]) -> Option<DynamicImage> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(MAX_SIDE), Some(MAX_SIDE));
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    let orientation = decoder.orientation().ok()?;
    let mut picture = DynamicImage::from_decoder(decoder).ok()?;
    picture.apply_orientation(orientation);
    if !picture.color().has_alpha() {
        return Some(DynamicImage::ImageRgb8(picture.into_rgb8()));
    }
    let over = picture.into_rgba8();
    let paper = RgbImage::from_fn(over.width(), over.height(), |x, y| {
        let [red, green, blue, alpha] = over.get_pixel(x, y).0;
        Rgb([red, green, blue].map(|ink| mixed(ink, alpha)))
    });
    Some(DynamicImage::ImageRgb8(paper))
}

fn mixed(ink: u8, alpha: u8) -> u8 {
    let (ink, paper, alpha) = (u16::from(ink), u16::from(PAPER), u16::from(alpha));
    let mixed = (ink * alpha + paper * (255 - alpha)) / 255;
    u8::try_from(mixed).unwrap_or(PAPER)
}

#[cfg(test)]
mod tests {
    use image::{ImageFormat, Rgba, RgbaImage};

    use super::*;

    #[test]
    fn a_heavy_picture_is_made_lighter_and_what_is_no_picture_is_not() {
        let ink = |x: u32, y: u32| [(x * 7) ^ (y * 13), (x * 31) ^ y, x ^ (y * 17), 255].map(|n| n.to_le_bytes()[0]);
        let picture = RgbaImage::from_fn(900, 450, |x, y| Rgba(ink(x, y)));
        let mut file = Cursor::new(Vec::new());
        picture.write_to(&mut file, ImageFormat::Png).unwrap();
        let file = file.into_inner();
        assert!(file.len() > 200_000, "{}", file.len());
        let light = lighter(&file, 200_000).unwrap();
        assert!(light.bytes.len() <= 200_000);
        assert_eq!(light.width, light.height * 2);
        let read = image::load_from_memory(&light.bytes).unwrap();
        assert_eq!((read.width(), read.height()), (light.width, light.height));
        assert!(lighter(&file, 100).is_none(), "too small to see");
        assert!(lighter(b"no picture", 200_000).is_none());
    }

    #[test]
    fn what_is_transparent_is_shown_on_white() {
        assert_eq!((mixed(0, 0), mixed(40, 255), mixed(0, 128)), (255, 40, 127));
    }
}
