//! The whole contract, merged from one struct per subject. A new subject adds its line here and nothing else.

use async_graphql::{MergedObject, MergedSubscription, Schema, SchemaBuilder};
use beffroi_schema::{board::Boards, store::Store};

use super::{
    desk::people::{PeopleMutation, PeopleQuery},
    reading::{authority::AuthorityQuery, changes::ChangeSubscription, lists::ListQuery, node::NodeQuery},
};
use crate::address::Addresses;

/// What can be asked.
#[derive(Debug, Default, MergedObject)]
pub struct Query(AuthorityQuery, ListQuery, NodeQuery, PeopleQuery);

/// What can be done.
#[derive(Debug, Default, MergedObject)]
pub struct Mutation(PeopleMutation);

/// What can be followed as it happens.
#[derive(Debug, Default, MergedSubscription)]
pub struct Subscription(ChangeSubscription);

/// The executable contract.
pub type Contract = Schema<Query, Mutation, Subscription>;

/// The contract over a store and the boards that follow it.
pub fn contract(store: Store, boards: Boards, addresses: Addresses) -> Contract {
    builder().data(store).data(boards).data(addresses).finish()
}

/// The contract as text: what is committed as `schema/schema.graphql`.
pub fn sdl() -> String {
    builder().finish().sdl()
}

fn builder() -> SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query::default(), Mutation::default(), Subscription::default())
}
