//! One integration binary.

mod push;
