//! The whole contract, merged from one struct per subject. A new subject adds its line here and nothing else.

use async_graphql::{MergedObject, MergedSubscription, Schema, SchemaBuilder};
use beffroi_schema::{address::Addresses, board::Boards};

use super::{
    context::PublicUrl,
    desk::{
        accounts::AccountMutation,
        audit::AuditQuery,
        authorities::AuthorityMutation,
        deliveries::DeliveryMutation,
        drafting::ItemMutation,
        federation::FederationMutation,
        media::MediaMutation,
        people::{PeopleMutation, PeopleQuery},
        pictures::PictureMutation,
        room::DeskQuery,
        sources::SourceMutation,
        tasks::TaskMutation,
        tokens::{TokenMutation, TokenQuery},
        wording::WordingMutation,
        zones::ZoneMutation,
    },
    devices::DeviceMutation,
    error::Errors,
    reading::{authority::AuthorityQuery, changes::ChangeSubscription, lists::ListQuery, node::NodeQuery},
};
use crate::limits;

/// What can be asked.
#[derive(Debug, Default, MergedObject)]
pub struct Query(
    AuthorityQuery,
    ListQuery,
    NodeQuery,
    PeopleQuery,
    TokenQuery,
    AuditQuery,
    DeskQuery,
);

/// What can be done.
#[derive(Debug, Default, MergedObject)]
pub struct Mutation(
    ItemMutation,
    DeliveryMutation,
    MediaMutation,
    TaskMutation,
    PictureMutation,
    AccountMutation,
    FederationMutation,
    SourceMutation,
    ZoneMutation,
    AuthorityMutation,
    DeviceMutation,
    PeopleMutation,
    TokenMutation,
    WordingMutation,
);

/// What can be followed as it happens.
#[derive(Debug, Default, MergedSubscription)]
pub struct Subscription(ChangeSubscription);

/// The executable contract.
pub type Contract = Schema<Query, Mutation, Subscription>;

/// The contract over the boards and the store they follow.
pub fn contract(boards: Boards, public_url: PublicUrl, introspection: bool) -> Contract {
    let builder = limits::limited(builder())
        .extension(Errors)
        .data(boards.store().clone())
        .data(boards)
        .data(Addresses::below(&public_url.0))
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
    Schema::build(Query::default(), Mutation::default(), Subscription::default())
}
