//! What every item has, whatever its kind.

use async_graphql::{ID, Interface, SimpleObject};
use beffroi_schema::value;

use super::{
    article::Article,
    authority::Authority,
    disruption::Disruption,
    event::Event,
    picture::{Attachment, Picture, Post},
    place::{Line, Point, Stop, Zone},
    shown::Shown,
};
use crate::graphql::scalar::{DateTime, LanguageTag, Url};

/// What a resident reads: an event, a disruption or an article.
#[derive(Clone, Debug, Interface)]
#[graphql(
    field(name = "id", ty = "ID", desc = "Its global id: opaque, and the same for ever."),
    field(name = "authority", ty = "Authority", desc = "Who publishes it."),
    field(name = "version", ty = "i32", desc = "Grows at each change."),
    field(name = "published_at", ty = "DateTime", desc = "When it was first made public."),
    field(name = "updated_at", ty = "DateTime", desc = "When it was last changed."),
    field(
        name = "language",
        ty = "LanguageTag",
        desc = "The language of `title`, `summary` and `body`: the reader's, when there is a text in it."
    ),
    field(
        name = "languages",
        ty = "Vec<LanguageTag>",
        desc = "Every language it can be read in."
    ),
    field(name = "title", ty = "String", desc = "One line of plain text."),
    field(
        name = "summary",
        ty = "String",
        desc = "One or two sentences of plain text; may be empty."
    ),
    field(
        name = "body",
        ty = "String",
        desc = "The whole text, plain, its lines separated by line feeds; may be empty."
    ),
    field(name = "topics", ty = "Vec<String>", desc = "What it is about, as slugs."),
    field(
        name = "venue",
        ty = "Option<Venue>",
        desc = "Where it is; null when that is not said."
    ),
    field(
        name = "link",
        ty = "Option<Url>",
        desc = "A page elsewhere that says more; null when there is none."
    ),
    field(
        name = "zones",
        ty = "Vec<Zone>",
        desc = "The zones it concerns; none: the whole authority."
    ),
    field(name = "lines", ty = "Vec<Line>", desc = "The lines it concerns as a whole."),
    field(name = "stops", ty = "Vec<Stop>", desc = "The stops it concerns."),
    field(name = "images", ty = "Vec<Picture>", desc = "Its pictures, in order."),
    field(
        name = "attachments",
        ty = "Vec<Attachment>",
        desc = "Its videos and documents, in order."
    ),
    field(
        name = "url",
        ty = "Url",
        desc = "Its one canonical page, for people and for sharing."
    ),
    field(name = "posts", ty = "Vec<Post>", desc = "Where else it is."),
    field(
        name = "distance",
        ty = "Option<f64>",
        desc = "Metres from the point of the `near` filter to it; null when no such filter was asked."
    )
)]
pub enum Item {
    /// An event.
    Event(Event),
    /// A disruption.
    Disruption(Disruption),
    /// An article.
    Article(Article),
}

impl From<Shown> for Item {
    fn from(shown: Shown) -> Self {
        match shown.item.kind() {
            value::Kind::Event => Event(shown).into(),
            value::Kind::Disruption => Disruption(shown).into(),
            value::Kind::Article => Article(shown).into(),
        }
    }
}

/// Where an item takes place or applies.
#[derive(Clone, Debug, SimpleObject)]
pub struct Venue {
    /// `Halle aux grains`; null when it has no name.
    pub name: Option<String>,
    /// One line: number, street, postcode, town; null when it is not said.
    pub address: Option<String>,
    /// On the map; null when it is not known.
    pub point: Option<Point>,
}

/// The object type of one kind of item: the fields of the interface, and its own.
macro_rules! item_object {
    ($(#[$doc:meta])* $name:ident { $($own:tt)* }) => {
        #[doc = concat!(stringify!($name), ": an item of this kind.")]
        #[derive(Clone, Debug)]
        pub struct $name(pub $crate::graphql::reading::shown::Shown);

        $(#[$doc])*
        #[async_graphql::Object]
        impl $name {
            /// Its global id: opaque, and the same for ever.
            pub async fn id(&self) -> async_graphql::ID {
                self.0.id()
            }

            /// Who publishes it.
            pub async fn authority(&self) -> $crate::graphql::reading::authority::Authority {
                self.0.authority()
            }

            /// Grows at each change.
            pub async fn version(&self) -> i32 {
                self.0.item.version
            }

            /// When it was first made public.
            pub async fn published_at(&self) -> $crate::graphql::scalar::DateTime {
                self.0.time(self.0.item.published_at)
            }

            /// When it was last changed.
            pub async fn updated_at(&self) -> $crate::graphql::scalar::DateTime {
                self.0.time(self.0.item.revised_at)
            }

            /// The language of `title`, `summary` and `body`: the reader's, when there is a text in it.
            pub async fn language(&self, ctx: &async_graphql::Context<'_>) -> async_graphql::Result<$crate::graphql::scalar::LanguageTag> {
                Ok($crate::graphql::scalar::LanguageTag(self.0.text(ctx)?.0.clone()))
            }

            /// Every language it can be read in.
            pub async fn languages(&self) -> Vec<$crate::graphql::scalar::LanguageTag> {
                self.0.languages()
            }

            /// One line of plain text.
            pub async fn title(&self, ctx: &async_graphql::Context<'_>) -> async_graphql::Result<String> {
                Ok(self.0.text(ctx)?.1.title.clone())
            }

            /// One or two sentences of plain text; may be empty.
            pub async fn summary(&self, ctx: &async_graphql::Context<'_>) -> async_graphql::Result<String> {
                Ok(self.0.text(ctx)?.1.summary.clone())
            }

            /// The whole text, plain, its lines separated by line feeds; may be empty.
            pub async fn body(&self, ctx: &async_graphql::Context<'_>) -> async_graphql::Result<String> {
                Ok(self.0.text(ctx)?.1.body.clone())
            }

            /// What it is about, as slugs.
            pub async fn topics(&self) -> Vec<String> {
                self.0.item.content.topics.0.clone()
            }

            /// Where it is; null when that is not said.
            pub async fn venue(&self) -> Option<$crate::graphql::reading::item::Venue> {
                self.0.venue()
            }

            /// A page elsewhere that says more; null when there is none.
            pub async fn link(&self) -> Option<$crate::graphql::scalar::Url> {
                self.0.item.content.link.clone().map($crate::graphql::scalar::Url)
            }

            /// The zones it concerns; none: the whole authority.
            pub async fn zones(&self) -> Vec<$crate::graphql::reading::place::Zone> {
                self.0.zones()
            }

            /// The lines it concerns as a whole.
            pub async fn lines(&self) -> Vec<$crate::graphql::reading::place::Line> {
                self.0.lines()
            }

            /// The stops it concerns.
            pub async fn stops(&self) -> Vec<$crate::graphql::reading::place::Stop> {
                self.0.stops()
            }

            /// Its pictures, in order.
            pub async fn images(&self) -> Vec<$crate::graphql::reading::picture::Picture> {
                self.0.images()
            }

            /// Its videos and documents, in order.
            pub async fn attachments(&self) -> Vec<$crate::graphql::reading::picture::Attachment> {
                self.0.attachments()
            }

            /// Its one canonical page, for people and for sharing.
            pub async fn url(&self, ctx: &async_graphql::Context<'_>) -> async_graphql::Result<$crate::graphql::scalar::Url> {
                self.0.url(ctx)
            }

            /// Where else it is.
            pub async fn posts(&self) -> Vec<$crate::graphql::reading::picture::Post> {
                self.0.posts()
            }

            /// Metres from the point of the `near` filter to it; null when no such filter was asked.
            pub async fn distance(&self) -> Option<f64> {
                self.0.distance
            }

            $($own)*
        }
    };
}
pub(super) use item_object;
