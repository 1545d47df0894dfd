//! The outside world in miniature: FCM and every social network on loopback, speaking their wire
//! protocols and keeping their rules.
//!
//! Each is a small server with its own state, not a list of expected calls: what was posted can be read back, edited
//! and deleted, limits run by the clock, and accidents ([`Fault`], [`Outcome`]) are scripted. The tests and
//! `beffroi demo` use it; it knows nothing of Beffroi.
//!
//! ```text
//! let sandbox = Sandbox::start(Options::default()).await?;
//! sandbox.network(Kind::Mastodon).next(Operation::Create, Fault::CommitThenCut);
//! // … aim a client at sandbox.network(Kind::Mastodon).url(), with sandbox.network(Kind::Mastodon).account().secret …
//! assert_eq!(sandbox.network(Kind::Mastodon).posts("valbourg").len(), 1);
//! assert!(sandbox.unaccounted().is_empty());
//! ```

mod account;
mod call;
mod clock;
mod fault;
pub mod fcm;
mod fediverse;
mod gallery;
mod journal;
mod limits;
mod listener;
mod lock;
mod miniature;
mod networks;
pub mod operator;
mod page;
mod post;
mod protocol;
mod reply;
mod sandbox;
mod subscriber;
mod tls;

pub use account::Account;
pub use clock::Clock;
pub use fault::{Fault, Operation};
pub use fcm::{Fcm, Notification, Outcome};
pub use fediverse::{Letter, Peer, PeerFault, Tamper};
pub use journal::RequestLine;
pub use miniature::{Kind, Miniature};
pub use networks::webhook::NOT_OF_NOW;
pub use operator::Operator;
pub use post::{Card, Image, Post, Wording};
pub use sandbox::{Options, Sandbox, StartError};
pub use subscriber::{Intent, Sent, Subscriber, SubscriberFault};
