//! Letters and plain shapes on a sheet.

use image::{Rgb, RgbImage};

use super::typeset::Face;

/// A colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ink(pub [u8; 3]);

impl Ink {
    pub(super) const WHITE: Self = Self([255; 3]);
}

/// What is painted on. Measures are in pixels, from the top left.
pub(super) struct Sheet(RgbImage);

impl Sheet {
    pub(super) fn new(mut image: RgbImage, ground: Ink) -> Self {
        image.pixels_mut().for_each(|pixel| *pixel = Rgb(ground.0));
        Self(image)
    }

    #[expect(clippy::cast_precision_loss, reason = "a thousand pixels")]
    pub(super) fn width(&self) -> f32 {
        self.0.width() as f32
    }

    #[expect(clippy::cast_precision_loss, reason = "a thousand pixels")]
    pub(super) fn height(&self) -> f32 {
        self.0.height() as f32
    }

    pub(super) fn into_image(self) -> RgbImage {
        self.0
    }

    /// One line of text that begins at `start`, on its baseline.
    pub(super) fn line(&mut self, face: &Face, text: &str, (x, y): (f32, f32), size: f32, ink: Ink) {
        for outline in face.outlines(text, (x, y), size) {
            let corner = outline.px_bounds().min;
            outline.draw(|across, down, cover| {
                #[expect(clippy::cast_possible_truncation, reason = "pixels")]
                let (left, top) = (corner.x as i64, corner.y as i64);
                self.mix(left + i64::from(across), top + i64::from(down), ink, cover);
            });
        }
    }

    /// A disc around a point.
    pub(super) fn disc(&mut self, x: f32, y: f32, radius: f32, ink: Ink) {
        self.fill(ink, |px, py| radius - (px - x).hypot(py - y) + 0.5);
    }

    /// A bar with round ends; `x` and `y` are its top left.
    pub(super) fn bar(&mut self, x: f32, y: f32, width: f32, height: f32, ink: Ink) {
        let radius = height / 2.0;
        self.fill(ink, |px, py| {
            let nearest = px.clamp(x + radius, x + width - radius);
            radius - (px - nearest).hypot(py - y - radius) + 0.5
        });
    }

    /// Paints what lies within a shape: `inside` says by how many pixels a point does.
    #[expect(clippy::cast_precision_loss, reason = "a thousand pixels")]
    fn fill(&mut self, ink: Ink, inside: impl Fn(f32, f32) -> f32) {
        for y in 0..self.0.height() {
            for x in 0..self.0.width() {
                let cover = inside(x as f32 + 0.5, y as f32 + 0.5).clamp(0.0, 1.0);
                self.mix(i64::from(x), i64::from(y), ink, cover);
            }
        }
    }

    fn mix(&mut self, x: i64, y: i64, ink: Ink, cover: f32) {
        let place = u32::try_from(x).ok().zip(u32::try_from(y).ok());
        let pixel = place.and_then(|(x, y)| self.0.get_pixel_mut_checked(x, y));
        if let Some(pixel) = pixel.filter(|_| cover > 0.0) {
            for (under, over) in pixel.0.iter_mut().zip(ink.0) {
                let mixed = f32::from(*under) + (f32::from(over) - f32::from(*under)) * cover.min(1.0);
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "between two bytes"
                )]
                let mixed = mixed.round() as u8;
                *under = mixed;
            }
        }
    }
}
