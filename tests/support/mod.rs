//! The City harness.
