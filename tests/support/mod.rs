//! The City harness: the whole application over a miniature world, in one process and with a clock moved by hand.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

pub mod bench;
mod city;
pub mod database;
mod death;
mod operator;
pub mod process;
pub mod redis;
pub mod scene;

pub use self::{
    city::{City, DELIVERY_LEASE, Phone, Zones},
    death::{die_after, die_when, meet},
    operator::Operator,
};
