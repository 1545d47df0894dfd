//! What staff see and do.

pub mod people;
