//! Two pictures, drawn: a belfry at dusk, and rings on water.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};

/// Pixels, in the shape in which networks show link cards.
const WIDTH: u32 = 960;
const HEIGHT: u32 = 504;

/// A colour as a mix can be made of it.
type Tint = [f32; 3];

const NIGHT: Tint = [29.0, 42.0, 74.0];
const GLOW: Tint = [246.0, 178.0, 107.0];
const HILL: Tint = [38.0, 58.0, 62.0];
const STONE: Tint = [22.0, 27.0, 36.0];
const WINDOW: Tint = [255.0, 214.0, 130.0];
const DEEP: Tint = [12.0, 62.0, 84.0];
const SHALLOW: Tint = [160.0, 214.0, 214.0];

/// The belfry of Valbourg against the evening sky.
pub fn belfry() -> anyhow::Result<Vec<u8>> {
    draw(|x, y| {
        let hill = 0.74 + 0.05 * (x * 7.0).sin() + 0.025 * (x * 17.0 + 1.0).sin();
        if let Some(stone) = tower(x, y) {
            return stone;
        }
        if y > hill {
            return mix(HILL, STONE, (y - hill) * 2.5);
        }
        mix(NIGHT, GLOW, (y / 0.78).powf(1.8))
    })
}

/// The tower's colour at a point; none beside it.
fn tower(x: f32, y: f32) -> Option<Tint> {
    let across = (x - 0.5).abs();
    let roof = (0.16..0.34).contains(&y) && across < (y - 0.16) * 0.33;
    let wall = (0.34..0.9).contains(&y) && across < 0.052;
    let houses = y > 0.8 - 0.03 * (x * 38.0).sin().signum() && y < 0.92 && across < 0.34;
    let bell = (0.40..0.48).contains(&y) && across < 0.022;
    let clock = (across * 1.905).hypot(y - 0.56) < 0.03;
    match (roof || wall || houses, bell || clock) {
        (_, true) => Some(WINDOW),
        (true, false) => Some(STONE),
        (false, false) => None,
    }
}

/// Rings on the water of the Aubrette.
pub fn water() -> anyhow::Result<Vec<u8>> {
    draw(|x, y| {
        let ring = |cx: f32, cy: f32, pitch: f32| {
            let distance = ((x - cx) * 1.905).hypot(y - cy);
            (distance * pitch).sin() * (1.0 - distance).max(0.0)
        };
        let wave = ring(0.32, 0.42, 62.0) + ring(0.78, 0.72, 48.0) * 0.7;
        mix(DEEP, SHALLOW, 0.32 + 0.25 * wave + 0.3 * (1.0 - y))
    })
}

fn mix(from: Tint, to: Tint, share: f32) -> Tint {
    let share = share.clamp(0.0, 1.0);
    std::array::from_fn(|channel| from[channel] + (to[channel] - from[channel]) * share)
}

/// Paints each pixel, by where it stands from left to right and from top to bottom, 0 to 1.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "pixels and channels are small numbers"
)]
fn draw(paint: impl Fn(f32, f32) -> Tint) -> anyhow::Result<Vec<u8>> {
    let picture = RgbImage::from_fn(WIDTH, HEIGHT, |x, y| {
        let tint = paint(x as f32 / WIDTH as f32, y as f32 / HEIGHT as f32);
        Rgb(tint.map(|channel| channel as u8))
    });
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png)?;
    Ok(bytes.into_inner())
}
