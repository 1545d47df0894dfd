use image::{ImageFormat, Rgba, RgbaImage};
use proptest::prelude::*;

use super::*;

const SQUARE: Ratio = Ratio { width: 1, height: 1 };
/// The shapes of a feed of pictures.
const FEED: Ratios = Ratios {
    tallest: Ratio { width: 4, height: 5 },
    widest: Ratio {
        width: 191,
        height: 100,
    },
};

fn png(width: u32, height: u32) -> Vec<u8> {
    let ink = |x: u32, y: u32| [(x * 7) ^ (y * 13), (x * 31) ^ y, x ^ (y * 17), 255].map(|n| n.to_le_bytes()[0]);
    let picture = RgbaImage::from_fn(width, height, |x, y| Rgba(ink(x, y)));
    let mut file = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut file, ImageFormat::Png).unwrap();
    file.into_inner()
}

fn any_weight() -> PictureRules {
    PictureRules::weight(u64::MAX)
}

#[test]
fn what_a_network_takes_goes_as_it_is() {
    let file = png(400, 300);
    let rules = PictureRules {
        bytes: file.len() as u64,
        side: Some(400),
        pixels: Some(120_000),
        formats: vec![PictureFormat::Png],
        ratios: Some(FEED),
        fetched: false,
    };
    assert_eq!(fitted(&file, Focus::MIDDLE, &rules), Ok(None));
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn what_a_network_does_not_take_is_put_right() {
    let file = png(900, 450);
    assert!(file.len() > 200_000, "{}", file.len());
    let rules = any_weight();
    for (name, rules, format, sides) in [
        ("lighter", PictureRules::weight(200_000), PictureFormat::Jpeg, None),
        (
            "shorter sides",
            PictureRules {
                side: Some(300),
                ..rules.clone()
            },
            PictureFormat::Jpeg,
            Some((300, 150)),
        ),
        (
            "fewer pixels",
            PictureRules {
                pixels: Some(90_000),
                ..rules.clone()
            },
            PictureFormat::Jpeg,
            Some((400, 200)),
        ),
        (
            "a JPEG",
            PictureRules {
                formats: vec![PictureFormat::Jpeg],
                ..rules.clone()
            },
            PictureFormat::Jpeg,
            Some((900, 450)),
        ),
        (
            "a PNG still",
            PictureRules {
                formats: vec![PictureFormat::Png],
                side: Some(300),
                ..rules.clone()
            },
            PictureFormat::Png,
            Some((300, 150)),
        ),
        (
            "less wide",
            PictureRules {
                ratios: Some(FEED),
                ..rules.clone()
            },
            PictureFormat::Jpeg,
            Some((859, 450)),
        ),
        (
            "square",
            PictureRules {
                ratios: Some(Ratios {
                    tallest: SQUARE,
                    widest: SQUARE,
                }),
                ..rules
            },
            PictureFormat::Jpeg,
            Some((450, 450)),
        ),
    ] {
        let sent = fitted(&file, Focus::MIDDLE, &rules).unwrap().unwrap();
        assert_eq!(sent.format, format, "{name}");
        assert!(sent.bytes.len() as u64 <= rules.bytes, "{name}");
        let read = image::load_from_memory(&sent.bytes).unwrap();
        assert_eq!((read.width(), read.height()), (sent.width, sent.height), "{name}");
        if let Some(sides) = sides {
            assert_eq!((sent.width, sent.height), sides, "{name}");
        }
    }
}

#[test]
fn what_nothing_makes_lighter_or_is_no_picture_is_refused() {
    assert_eq!(
        fitted(&png(400, 300), Focus::MIDDLE, &PictureRules::weight(100)),
        Err(Flaw::TooHeavy(0))
    );
    assert_eq!(fitted(b"no picture", Focus::MIDDLE, &any_weight()), Err(Flaw::Unknown));
}

#[test]
fn a_crop_keeps_the_focal_point() {
    let face = Focus { x: 0.9, y: 0.5 };
    let corner = Focus { x: 0.0, y: 1.0 };
    let square = Ratios {
        tallest: SQUARE,
        widest: SQUARE,
    };
    for (width, height, focus, ratios, expected) in [
        (1000, 500, Focus::MIDDLE, square, Some((250, 0, 500, 500))),
        (1000, 500, face, square, Some((500, 0, 500, 500))),
        (1000, 500, corner, square, Some((0, 0, 500, 500))),
        (500, 1000, corner, square, Some((0, 500, 500, 500))),
        (500, 1000, Focus { x: 0.5, y: 0.3 }, square, Some((0, 50, 500, 500))),
        (500, 1000, Focus::MIDDLE, FEED, Some((0, 188, 500, 625))),
        (800, 1000, Focus::MIDDLE, FEED, None),
        (191, 100, Focus::MIDDLE, FEED, None),
        (1, 4000, Focus::MIDDLE, FEED, Some((0, 1999, 1, 1))),
    ] {
        let found = crop(width, height, focus, ratios).map(|crop| (crop.x, crop.y, crop.width, crop.height));
        let expected = expected.map(|(x, y, width, height): (u32, u32, u32, u32)| (x, y, width, height));
        // Half a pixel either way.
        let near = match (found, expected) {
            (Some(a), Some(b)) => a.0.abs_diff(b.0) <= 1 && a.1.abs_diff(b.1) <= 1 && (a.2, a.3) == (b.2, b.3),
            (a, b) => a == b,
        };
        assert!(near, "{width}×{height}: {found:?}, not {expected:?}");
    }
}

#[test]
fn what_is_transparent_is_shown_on_white_where_it_cannot_stay_so() {
    assert_eq!((mixed(0, 0), mixed(40, 255), mixed(0, 128)), (255, 40, 127));
    let clear = RgbaImage::from_pixel(60, 60, Rgba([0, 0, 0, 0]));
    let mut file = std::io::Cursor::new(Vec::new());
    clear.write_to(&mut file, ImageFormat::Png).unwrap();
    let rules = PictureRules {
        formats: vec![PictureFormat::Jpeg],
        ..any_weight()
    };
    let sent = fitted(file.get_ref(), Focus::MIDDLE, &rules).unwrap().unwrap();
    assert_eq!(
        image::load_from_memory(&sent.bytes)
            .unwrap()
            .to_rgb8()
            .get_pixel(30, 30)
            .0,
        [255; 3]
    );
    let kept = fitted(
        file.get_ref(),
        Focus::MIDDLE,
        &PictureRules {
            side: Some(30),
            ..any_weight()
        },
    )
    .unwrap()
    .unwrap();
    assert_eq!(kept.format, PictureFormat::Png, "it stays transparent where it can");
}

proptest! {
    #[test]
    fn a_crop_lies_within_and_has_an_allowed_shape(width in 40_u32..6000, height in 40_u32..6000, x in 0.0_f64..=1.0, y in 0.0_f64..=1.0) {
        let focus = Focus { x, y };
        if let Some(part) = crop(width, height, focus, FEED) {
            prop_assert!(part.x + part.width <= width && part.y + part.height <= height);
            let shape = f64::from(part.width) / f64::from(part.height);
            prop_assert!((0.78..=1.94).contains(&shape), "{part:?}");
            prop_assert!(part.width == width || part.height == height, "the largest: {part:?}");
            // Within a pixel, the point that counts is in the picture.
            let (at_x, at_y) = (f64::from(width) * x, f64::from(height) * y);
            prop_assert!(at_x >= f64::from(part.x) - 1.0 && at_x <= f64::from(part.x + part.width) + 1.0);
            prop_assert!(at_y >= f64::from(part.y) - 1.0 && at_y <= f64::from(part.y + part.height) + 1.0);
        }
    }
}
