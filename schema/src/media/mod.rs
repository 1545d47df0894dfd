//! Files that staff bring, judged by their bytes: what they are, and the forms in which they are kept and sent.
//!
//! Everything here is pure and bounded before memory is taken: what comes in may have been made to harm. A picture is
//! always drawn anew, so that nothing of its file is kept but its pixels: no place, no camera, no name, no second file
//! behind the first.

mod card;
mod fit;
mod flaw;
pub mod mp4;
pub mod pdf;
mod picture;
pub mod slides;
mod sniff;

pub use self::{
    card::{Card, CardShape, draw_card},
    fit::fitted,
    flaw::{Flaw, SlidesFlaw},
    picture::{Prepared, Rendition, VARIANT_WIDTHS, prepare},
    sniff::{Format, HEAD_BYTES, sniff},
};
