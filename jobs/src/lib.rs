//! What happens later: fan-out, deliveries, push, imports.
//!
//! Networks, transports and sources speak to the outside and remember nothing; the loops remember, through the store.

pub mod http;
pub mod networks;
pub mod push;
pub mod sources;
