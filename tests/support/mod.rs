//! The City harness.

pub mod database;
