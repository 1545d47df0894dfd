//! Every limit of the API, by name. A request that breaks one is told which.

mod bucket;
mod document;
mod requests;
mod sign_ins;

use async_graphql::{ObjectType, SchemaBuilder, SubscriptionType};
use beffroi_schema::store::MAX_PICTURE_BYTES;

pub(crate) use self::requests::{hold, seconds};
pub use self::{bucket::Buckets, requests::Requests, sign_ins::SignIns};

/// Deepest nesting of a query. Introspection by graphql-js takes 15.
pub const MAX_DEPTH: usize = 16;
/// Most fields of one query, each counted by what it costs: a field that asks the database says more than 1.
pub const MAX_COMPLEXITY: usize = 2_000;
/// Most aliases in one document: they are how one field is asked many times.
pub const MAX_ALIASES: usize = 30;
/// Most directives on one field.
pub const MAX_DIRECTIVES: usize = 5;
/// Largest body, and longest query string, in bytes. It also bounds the tokens of a document.
pub const MAX_REQUEST_BYTES: usize = 32 * 1024;
/// Largest body of a request that is signed in: a picture in base64, and what is said about it.
pub const MAX_STAFF_REQUEST_BYTES: usize = MAX_PICTURE_BYTES / 3 * 4 + MAX_REQUEST_BYTES;
/// Most entries of one page of a connection; more are not refused, but not given.
pub const MAX_PAGE: usize = 100;
/// Entries of a page when nothing is said.
pub const DEFAULT_PAGE: usize = 20;

/// Puts the limits of a document on a contract.
pub fn limited<Q, M, S>(builder: SchemaBuilder<Q, M, S>) -> SchemaBuilder<Q, M, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    builder
        .limit_depth(MAX_DEPTH)
        .limit_complexity(MAX_COMPLEXITY)
        .limit_directives(MAX_DIRECTIVES)
        .extension(document::Aliases)
}
