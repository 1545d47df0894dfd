//! The City harness.

pub mod database;
pub mod process;
pub mod redis;
