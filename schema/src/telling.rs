//! From the facts of a revision to what is told of it, and to the very post: for the loops that send it, and for staff
//! who want to see it before.

mod render;
mod story;

pub use self::{
    render::{clip, cost, render},
    story::{story, zone},
};
