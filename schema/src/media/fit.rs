//! A picture as a network takes it.

use image::{DynamicImage, Rgb, RgbImage};

use super::{
    Flaw, Rendition,
    picture::{self, MAX_SIDE},
    sniff,
};
use crate::value::{Focus, PictureFormat, PictureRules, Ratio, Ratios};

/// The longer side, in pixels, at each try to bring a picture below the limit.
const SIDES: [u32; 6] = [4096, 2560, 1920, 1280, 800, 400];
/// Of the JPEG that is sent.
const QUALITY: u8 = 85;
/// Behind what is transparent, which a JPEG is not.
const PAPER: u8 = 255;

/// The picture in the form that these rules take: cropped around its focal point where its shape is none of theirs, made
/// smaller, or of another format. None: it goes as it is.
pub fn fitted(file: &[u8], focus: Focus, rules: &PictureRules) -> Result<Option<Rendition>, Flaw> {
    let format = match sniff(file) {
        Some(super::Format::Jpeg) => Some(PictureFormat::Jpeg),
        Some(super::Format::Png) => Some(PictureFormat::Png),
        Some(_) | None => None,
    };
    // What is kept stands upright already: its header says how it is shown.
    let (width, height) = picture::sides(file)?;
    let takes = |wanted: PictureFormat| rules.formats.is_empty() || rules.formats.contains(&wanted);
    let light = file.len() as u64 <= rules.bytes;
    let shape = rules.ratios.and_then(|ratios| crop(width, height, focus, ratios));
    let small = |width: u32, height: u32| {
        rules.side.is_none_or(|most| width.max(height) <= most)
            && rules
                .pixels
                .is_none_or(|most| u64::from(width) * u64::from(height) <= most)
    };
    if format.is_some_and(takes) && light && shape.is_none() && small(width, height) {
        return Ok(None);
    }
    let picture = picture::read(file, MAX_SIDE)?;
    let picture = match shape {
        Some(Crop { x, y, width, height }) => picture.crop_imm(x, y, width, height),
        None => picture,
    };
    let transparent = picture.color().has_alpha() && takes(PictureFormat::Png);
    let own = [picture.width().max(picture.height())];
    let most = rules.side.unwrap_or(u32::MAX);
    for side in own.iter().chain(&SIDES).filter(|side| **side <= own[0]) {
        let scaled = picture::scaled(picture.clone(), (*side).min(most));
        if !small(scaled.width(), scaled.height()) {
            continue;
        }
        let candidates = [
            transparent.then(|| picture::png(&scaled)),
            takes(PictureFormat::Jpeg).then(|| picture::jpeg(&on_paper(&scaled), QUALITY)),
            (!transparent && !takes(PictureFormat::Jpeg)).then(|| picture::png(&scaled)),
        ];
        for candidate in candidates.into_iter().flatten() {
            let candidate = candidate?;
            if candidate.bytes.len() as u64 <= rules.bytes {
                return Ok(Some(candidate));
            }
        }
    }
    // Smaller, nobody would see what it shows.
    Err(Flaw::TooHeavy(rules.bytes >> 20))
}

/// A part of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Crop {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
}

/// The largest part of an allowed shape that keeps the focal point as near to its middle as the sides let it. None: the
/// shape is allowed.
fn crop(width: u32, height: u32, focus: Focus, ratios: Ratios) -> Option<Crop> {
    // Compared as products: no rounding makes a shape that is just allowed a wrong one.
    let beyond = |ratio: Ratio| u64::from(width) * u64::from(ratio.height) > u64::from(height) * u64::from(ratio.width);
    let below = |ratio: Ratio| u64::from(width) * u64::from(ratio.height) < u64::from(height) * u64::from(ratio.width);
    let part = |whole: u32, by: u32, of: u32| {
        let part = u64::from(whole) * u64::from(by) / u64::from(of.max(1));
        u32::try_from(part).unwrap_or(u32::MAX).max(1)
    };
    if beyond(ratios.widest) {
        let kept = part(height, ratios.widest.width, ratios.widest.height).min(width);
        let x = start(width, kept, focus.x);
        return Some(Crop {
            x,
            y: 0,
            width: kept,
            height,
        });
    }
    if below(ratios.tallest) {
        let kept = part(width, ratios.tallest.height, ratios.tallest.width).min(height);
        let y = start(height, kept, focus.y);
        return Some(Crop {
            x: 0,
            y,
            width,
            height: kept,
        });
    }
    None
}

/// Where a run of `kept` out of `whole` begins that has `share` of the whole in its middle.
fn start(whole: u32, kept: u32, share: f64) -> u32 {
    let wanted = f64::from(whole) * share - f64::from(kept) / 2.0;
    let last = f64::from(whole - kept);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and a number of pixels"
    )]
    let start = wanted.clamp(0.0, last) as u32;
    start
}

/// What is transparent is shown on white.
fn on_paper(picture: &DynamicImage) -> DynamicImage {
    if !picture.color().has_alpha() {
        return picture.clone();
    }
    let over = picture.to_rgba8();
    let paper = RgbImage::from_fn(over.width(), over.height(), |x, y| {
        let [red, green, blue, alpha] = over.get_pixel(x, y).0;
        Rgb([red, green, blue].map(|ink| mixed(ink, alpha)))
    });
    DynamicImage::ImageRgb8(paper)
}

fn mixed(ink: u8, alpha: u8) -> u8 {
    let (ink, paper, alpha) = (u16::from(ink), u16::from(PAPER), u16::from(alpha));
    let mixed = (ink * alpha + paper * (255 - alpha)) / 255;
    u8::try_from(mixed).unwrap_or(PAPER)
}

#[cfg(test)]
mod tests;
