//! What staff see and do.

pub mod audit;
pub mod people;
pub mod tokens;
