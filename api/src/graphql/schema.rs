//! The whole contract, merged from one struct per subject. A new subject adds its line here and nothing else.

use async_graphql::{EmptySubscription, MergedObject, Schema, SchemaBuilder};
use beffroi_schema::store::Store;

use super::{
    context::PublicUrl,
    desk::{
        audit::AuditQuery,
        people::{PeopleMutation, PeopleQuery},
        tokens::{TokenMutation, TokenQuery},
    },
    error::Errors,
};
use crate::limits;

/// What can be asked.
#[derive(Debug, Default, MergedObject)]
pub struct Query(PeopleQuery, TokenQuery, AuditQuery);

/// What can be done.
#[derive(Debug, Default, MergedObject)]
pub struct Mutation(PeopleMutation, TokenMutation);

/// What can be followed as it happens.
pub type Subscription = EmptySubscription;

/// The executable contract.
pub type Contract = Schema<Query, Mutation, Subscription>;

/// The contract over a store.
pub fn contract(store: Store, public_url: PublicUrl, introspection: bool) -> Contract {
    let builder = limits::limited(builder())
        .extension(Errors)
        .data(store)
        .data(public_url);
    let builder = if introspection {
        builder
    } else {
        builder.disable_introspection()
    };
    builder.finish()
}

/// The contract as text: what is committed as `schema/schema.graphql`.
pub fn sdl() -> String {
    builder().finish().sdl()
}

fn builder() -> SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription)
}
