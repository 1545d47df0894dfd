//! How people and programs ask: GraphQL, a few pages, and the health of the process.
//!
//! Nothing here writes a row or names the database's own types: the store's verbs do.

pub mod address;
pub mod graphql;
