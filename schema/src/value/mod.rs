//! The words of the trade, as types. No rows, no queries, no logic beyond what keeps a value well-formed.

#[macro_use]
mod closed_set;

mod account;
mod audience;
mod authority;
mod content;
mod copy;
mod delivery;
mod disruption;
mod event;
mod federation;
mod film;
mod handover;
mod hub;
mod item;
mod language;
mod media;
mod network;
mod period;
mod picture;
mod place;
mod problem;
mod rules;
mod ruling;
mod source;
mod staff;
mod template;

pub use account::*;
pub use audience::*;
pub use authority::*;
pub use closed_set::UnknownValue;
pub use content::*;
pub use copy::*;
pub use delivery::*;
pub use disruption::*;
pub use event::*;
pub use federation::*;
pub use film::*;
pub use handover::*;
pub use hub::*;
pub use item::*;
pub use language::*;
pub use media::*;
pub use network::*;
pub use period::*;
pub use picture::*;
pub use place::*;
pub use problem::*;
pub use rules::*;
pub use ruling::*;
pub use source::*;
pub use staff::*;
pub use template::*;
