//! The whole contract, merged from one struct per subject. A new subject adds its line here and nothing else.

use async_graphql::{EmptySubscription, MergedObject, Schema, SchemaBuilder};
use beffroi_schema::store::Store;

use super::desk::people::{PeopleMutation, PeopleQuery};

/// What can be asked.
#[derive(Debug, Default, MergedObject)]
pub struct Query(PeopleQuery);

/// What can be done.
#[derive(Debug, Default, MergedObject)]
pub struct Mutation(PeopleMutation);

/// What can be followed as it happens.
pub type Subscription = EmptySubscription;

/// The executable contract.
pub type Contract = Schema<Query, Mutation, Subscription>;

/// The contract over a store.
pub fn contract(store: Store) -> Contract {
    builder().data(store).finish()
}

/// The contract as text: what is committed as `schema/schema.graphql`.
pub fn sdl() -> String {
    builder().finish().sdl()
}

fn builder() -> SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription)
}
