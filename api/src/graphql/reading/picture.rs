//! Pictures, and posts elsewhere.

use async_graphql::{Context, Object, Result, SimpleObject};
use beffroi_schema::{board, value::Language};

use super::Reading as _;
use crate::graphql::{scalar::Url, words::Network};

/// A picture with the language of its item.
#[derive(Clone, Debug)]
pub struct Picture {
    /// The picture.
    pub picture: board::Picture,
    /// For readers of whose language there is no alternative text.
    pub fallback: Language,
}

/// A picture. Its address names its bytes: what stands there never changes.
#[Object(name = "Image")]
impl Picture {
    /// Where its bytes are.
    async fn url(&self, ctx: &Context<'_>) -> Result<Url> {
        Ok(Url(ctx.addresses()?.picture(&self.picture.sha256)))
    }

    /// Pixels from side to side.
    async fn width(&self) -> i32 {
        self.picture.width
    }

    /// Pixels from top to bottom.
    async fn height(&self) -> i32 {
        self.picture.height
    }

    /// What it shows, for those who do not see it, in the reader's language as far as possible.
    async fn alt(&self, ctx: &Context<'_>) -> Result<&str> {
        Ok(self
            .picture
            .alt
            .choose(ctx.wanted()?, &self.fallback)
            .unwrap_or_default())
    }

    /// Who made it; null when it is not said.
    async fn credit(&self) -> Option<&str> {
        self.picture.credit.as_deref()
    }
}

/// What an item became on a social network.
#[derive(Clone, Debug, SimpleObject)]
pub struct Post {
    /// On which network.
    pub network: Network,
    /// The post's page there.
    pub url: Url,
}
