//! The City harness.

pub mod bench;
pub mod database;
pub mod process;
pub mod redis;
