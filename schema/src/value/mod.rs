//! The words of the trade, as types. No rows, no queries, no logic beyond what keeps a value well-formed.

#[macro_use]
mod closed_set;

mod account;
mod audience;
mod authority;
mod content;
mod delivery;
mod disruption;
mod event;
mod handover;
mod item;
mod language;
mod network;
mod period;
mod place;
mod problem;
mod rules;
mod source;
mod staff;

pub use account::*;
pub use audience::*;
pub use authority::*;
pub use closed_set::UnknownValue;
pub use content::*;
pub use delivery::*;
pub use disruption::*;
pub use event::*;
pub use handover::*;
pub use item::*;
pub use language::*;
pub use network::*;
pub use period::*;
pub use place::*;
pub use problem::*;
pub use rules::*;
pub use source::*;
pub use staff::*;
