//! What happens later: fan-out, deliveries, push, imports.
//!
//! Networks, transports and sources speak to the outside and remember nothing; the loops remember, through the store.

mod abreast;
pub mod checks;
pub mod connect;
pub mod deliver;
pub mod fanout;
pub mod federation;
pub mod http;
pub mod hub;
pub mod import;
pub mod networks;
pub mod push;
pub mod readings;
pub mod run;
pub mod sources;
pub mod upkeep;
