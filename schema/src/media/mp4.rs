//! MP4 videos (ISO/IEC 14496-12): measured, and rid of what they tell of whoever made them. They are not coded anew.
//!
//! A file is a row of boxes. What is not needed to play it becomes `free`, as long as it was, and empty: nothing moves,
//! so every offset in the file goes on being right. What goes: `udta`, `meta` and `uuid` boxes (place, camera, title,
//! XMP), tracks of metadata (positions of a drone or an action camera, which then nothing points at), and the times of
//! recording. What a camera draws into the picture or hides in its coded frames stays.

use super::Flaw;

/// Bytes of the longest head of a box.
pub const HEAD_BYTES: u64 = 16;
/// Bytes of the description of a video: hours of it fit.
pub const MAX_MOOV_BYTES: u64 = 32 << 20;
/// Boxes side by side in a file: a fragment of a second each, for hours.
pub const MAX_BOXES: usize = 50_000;
/// Pixels of one side.
const MAX_SIDE: u32 = 8_192;
/// Boxes of a file that play it.
const FILE: [&[u8; 4]; 8] = [b"ftyp", b"moov", b"mdat", b"moof", b"mfra", b"sidx", b"ssix", b"styp"];
/// Boxes of `moov` that play it.
const MOOV: [&[u8; 4]; 4] = [b"mvhd", b"trak", b"mvex", b"iods"];
/// Boxes of `trak` that play it.
const TRAK: [&[u8; 4]; 4] = [b"tkhd", b"edts", b"mdia", b"tref"];
/// Boxes of `mdia` that play it.
const MDIA: [&[u8; 4]; 4] = [b"mdhd", b"hdlr", b"minf", b"elng"];
/// Tracks that are seen, heard or read.
const SHOWN: [&[u8; 4]; 6] = [b"vide", b"soun", b"subt", b"text", b"sbtl", b"clcp"];

/// The head of a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its name.
    pub kind: [u8; 4],
    /// Bytes of the head itself.
    pub own: u64,
    /// Bytes of the whole box.
    pub size: u64,
}

impl Head {
    /// Whether a file needs it to play.
    pub fn plays(&self) -> bool {
        FILE.contains(&&self.kind)
    }
}

/// How a video is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Movie {
    /// How long it takes.
    pub duration_ms: i64,
    /// Pixels, upright.
    pub width: i32,
    /// Pixels, upright.
    pub height: i32,
}

/// Reads the head of a box that begins with `bytes`, of which `left` are left in its parent.
pub fn head(bytes: &[u8], left: u64) -> Result<Head, Flaw> {
    let short = number(bytes, 0, 4).ok_or(Flaw::Damaged)?;
    let kind = *bytes
        .get(4..)
        .and_then(|rest| rest.first_chunk())
        .ok_or(Flaw::Damaged)?;
    let (own, size) = match short {
        // To the end of the file.
        0 => (8, left),
        1 => (16, number(bytes, 8, 8).ok_or(Flaw::Damaged)?),
        size => (8, size),
    };
    if size < own || size > left {
        return Err(Flaw::Damaged);
    }
    Ok(Head { kind, own, size })
}

/// Measures the video that `moov` (the whole box) describes, and empties in it what is not needed.
pub fn movie(moov: &mut [u8]) -> Result<Movie, Flaw> {
    let (mut duration, mut timescale, mut side) = (0, 0, None);
    let outer = head(moov, moov.len() as u64)?;
    for (kind, inner) in boxes(moov, size(outer.own)?)? {
        let part = moov.get_mut(inner).ok_or(Flaw::Damaged)?;
        match &kind {
            b"mvhd" => {
                (timescale, duration) = timing(part)?;
                forget_times(part)?;
            }
            b"trak" => match track(part)? {
                Track::Picture(seen) => side = side.or(Some(seen)),
                Track::Other => {}
                Track::Hidden => empty(part)?,
            },
            b"mvex" => duration = fragmented(part)?.unwrap_or(duration),
            other if MOOV.contains(&other) => {}
            _ => empty(part)?,
        }
    }
    let (width, height) = side.ok_or(Flaw::NoPicture)?;
    let milliseconds = u128::from(duration) * 1000 / u128::from(timescale.max(1));
    Ok(Movie {
        duration_ms: i64::try_from(milliseconds).map_err(|_| Flaw::Damaged)?,
        width,
        height,
    })
}

/// What a track is.
enum Track {
    /// Pixels from side to side, and from top to bottom.
    Picture((i32, i32)),
    /// Sound, subtitles.
    Other,
    /// Metadata.
    Hidden,
}

fn track(trak: &mut [u8]) -> Result<Track, Flaw> {
    let (mut seen, mut handler) = (None, None);
    for (kind, inner) in boxes(trak, 8)? {
        let part = trak.get_mut(inner).ok_or(Flaw::Damaged)?;
        match &kind {
            b"tkhd" => {
                seen = Some(sides(part)?);
                forget_times(part)?;
            }
            b"mdia" => handler = media(part)?,
            other if TRAK.contains(&other) => {}
            _ => empty(part)?,
        }
    }
    match handler {
        Some(handler) if &handler == b"vide" => {
            let (width, height) = seen.ok_or(Flaw::Damaged)?;
            let side = |pixels: u32| i32::try_from(pixels).ok().filter(|_| (1..=MAX_SIDE).contains(&pixels));
            let sides = side(width).zip(side(height));
            sides.map(Track::Picture).ok_or(Flaw::TooWide(MAX_SIDE))
        }
        Some(handler) if SHOWN.contains(&&handler) => Ok(Track::Other),
        Some(_) | None => Ok(Track::Hidden),
    }
}

/// What handles the track.
fn media(mdia: &mut [u8]) -> Result<Option<[u8; 4]>, Flaw> {
    let mut handler = None;
    for (kind, inner) in boxes(mdia, 8)? {
        let part = mdia.get_mut(inner).ok_or(Flaw::Damaged)?;
        match &kind {
            b"mdhd" => forget_times(part)?,
            b"hdlr" => handler = part.get(16..).and_then(|rest| rest.first_chunk()).copied(),
            other if MDIA.contains(&other) => {}
            _ => empty(part)?,
        }
    }
    Ok(handler)
}

/// The length of a video in fragments, where it is said.
fn fragmented(mvex: &[u8]) -> Result<Option<u64>, Flaw> {
    let inner = boxes(mvex, 8)?;
    let mehd = inner.into_iter().find(|(kind, _)| kind == b"mehd");
    let Some(part) = mehd.and_then(|(_, inner)| mvex.get(inner)) else {
        return Ok(None);
    };
    let length = if version(part)? == 1 { 8 } else { 4 };
    Ok(number(part, 12, length).filter(|duration| *duration > 0))
}

/// A box within a box: its name, and its place, head included.
type Part = ([u8; 4], std::ops::Range<usize>);

/// The boxes within a box.
fn boxes(outer: &[u8], from: usize) -> Result<Vec<Part>, Flaw> {
    let (mut at, mut found) = (from, Vec::new());
    while at < outer.len() {
        let rest = outer.get(at..).unwrap_or_default();
        // Some writers close a list of boxes with four empty bytes.
        if rest.len() < 8 && rest.iter().all(|byte| *byte == 0) {
            break;
        }
        let inner = head(rest, rest.len() as u64)?;
        if inner.own != 8 || found.len() >= MAX_BOXES {
            return Err(Flaw::Damaged);
        }
        let end = at + size(inner.size)?;
        found.push((inner.kind, at..end));
        at = end;
    }
    Ok(found)
}

/// Makes a whole box `free`, and empty.
fn empty(part: &mut [u8]) -> Result<(), Flaw> {
    let (name, rest) = part
        .get_mut(4..)
        .and_then(|part| part.split_at_mut_checked(4))
        .ok_or(Flaw::Damaged)?;
    name.copy_from_slice(b"free");
    rest.fill(0);
    Ok(())
}

/// Units a second, and how many of them, of a `mvhd`.
fn timing(mvhd: &[u8]) -> Result<(u64, u64), Flaw> {
    let timing = if version(mvhd)? == 1 {
        number(mvhd, 28, 4).zip(number(mvhd, 32, 8))
    } else {
        number(mvhd, 20, 4).zip(number(mvhd, 24, 4))
    };
    // All ones: not known.
    timing
        .map(|(scale, length)| {
            (
                scale,
                if length == u64::from(u32::MAX) || length == u64::MAX {
                    0
                } else {
                    length
                },
            )
        })
        .ok_or(Flaw::Damaged)
}

/// When it was made, and changed: the two first fields of a `mvhd`, a `tkhd` and a `mdhd`.
fn forget_times(part: &mut [u8]) -> Result<(), Flaw> {
    let length = if version(part)? == 1 { 16 } else { 8 };
    part.get_mut(12..12 + length).ok_or(Flaw::Damaged)?.fill(0);
    Ok(())
}

/// The sides of a `tkhd`, turned as its matrix says.
fn sides(tkhd: &[u8]) -> Result<(u32, u32), Flaw> {
    let matrix = if version(tkhd)? == 1 { 60 } else { 48 };
    let field = |at| number(tkhd, at, 4).and_then(|field| u32::try_from(field).ok());
    let (Some(a), Some(d)) = (field(matrix), field(matrix + 16)) else {
        return Err(Flaw::Damaged);
    };
    // Fixed point: 16 bits and 16 bits.
    let pixels = field(matrix + 36).zip(field(matrix + 40));
    let (width, height) = pixels.map(|(w, h)| (w >> 16, h >> 16)).ok_or(Flaw::Damaged)?;
    Ok(if a == 0 && d == 0 {
        (height, width)
    } else {
        (width, height)
    })
}

fn version(part: &[u8]) -> Result<u8, Flaw> {
    part.get(8).copied().ok_or(Flaw::Damaged)
}

/// A number of `length` bytes, the greatest first.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    let field = bytes.get(at..at + length)?;
    Some(field.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

fn size(bytes: u64) -> Result<usize, Flaw> {
    usize::try_from(bytes).map_err(|_| Flaw::Damaged)
}

#[cfg(test)]
mod tests;
