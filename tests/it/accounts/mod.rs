//! Staff connect accounts on our own pages: as a browser does it, over the router, the loop and the networks in miniature.

mod browser;
mod consent;
mod refusals;
mod reminders;
mod renewal;
mod secrets;
mod versions;
