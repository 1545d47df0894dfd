//! Pictures, videos, documents, and posts elsewhere.

use async_graphql::{Context, Object, Result, SimpleObject};
use beffroi_schema::{
    board,
    value::{self, Language},
};

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

    /// A blurred likeness in a few characters (<https://blurha.sh>), to show while the picture is on its way.
    async fn blurhash(&self) -> Option<&str> {
        self.picture.blurhash.as_deref()
    }

    /// What every crop should keep in view; null: its middle.
    async fn focus(&self) -> Option<Focus> {
        self.picture.focus.map(|focus| Focus { x: focus.x, y: focus.y })
    }

    /// The same picture in smaller sizes, the smallest first.
    async fn variants(&self, ctx: &Context<'_>) -> Result<Vec<ImageVariant>> {
        ImageVariant::all(ctx, &self.picture.variants)
    }
}

/// A point of a picture: shares of its width and height, from the top left.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct Focus {
    /// 0: the left side; 1: the right one.
    pub x: f64,
    /// 0: the top; 1: the bottom.
    pub y: f64,
}

/// A picture in a smaller size.
#[derive(Clone, Debug, SimpleObject)]
pub struct ImageVariant {
    /// Where its bytes are.
    pub url: Url,
    /// Pixels from side to side.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
}

impl ImageVariant {
    /// Each of a picture's smaller sizes.
    pub fn all(ctx: &Context<'_>, variants: &[value::Variant]) -> Result<Vec<Self>> {
        let addresses = ctx.addresses()?;
        let variant = |variant: &value::Variant| Self {
            url: Url(addresses.picture(&variant.sha256)),
            width: variant.width,
            height: variant.height,
        };
        Ok(variants.iter().map(variant).collect())
    }
}

/// A video or a document, with the language of its item.
#[derive(Clone, Debug)]
pub struct Attachment {
    /// The file.
    pub file: board::Attachment,
    /// For readers of whose language there is no alternative text.
    pub fallback: Language,
}

/// A video to play, or a PDF or a presentation to read. Its address names its bytes: what stands there never changes.
#[Object]
impl Attachment {
    /// Where its bytes are.
    async fn url(&self, ctx: &Context<'_>) -> Result<Url> {
        Ok(Url(ctx.addresses()?.picture(&self.file.sha256)))
    }

    /// Its type: `video/mp4`, `application/pdf`,
    /// `application/vnd.openxmlformats-officedocument.presentationml.presentation` (PPTX) or
    /// `application/vnd.oasis.opendocument.presentation` (ODP).
    async fn mime(&self) -> &str {
        &self.file.mime
    }

    /// Megabytes (of a million bytes).
    #[expect(clippy::cast_precision_loss, reason = "for people")]
    async fn megabytes(&self) -> f64 {
        self.file.size as f64 / 1e6
    }

    /// Pixels of a video from side to side; 0 for a document.
    async fn width(&self) -> i32 {
        self.file.width
    }

    /// Pixels of a video from top to bottom; 0 for a document.
    async fn height(&self) -> i32 {
        self.file.height
    }

    /// Seconds of a video; null for a document.
    #[expect(clippy::cast_precision_loss, reason = "for people")]
    async fn duration(&self) -> Option<f64> {
        self.file.duration_ms.map(|length| length as f64 / 1e3)
    }

    /// What a document is called; null when it is not said.
    async fn name(&self) -> Option<&str> {
        self.file.name.as_deref()
    }

    /// What it shows or says, for those who cannot open it, in the reader's language as far as possible.
    async fn alt(&self, ctx: &Context<'_>) -> Result<&str> {
        let alt = self.file.alt.choose(ctx.wanted()?, &self.fallback);
        Ok(alt.unwrap_or_default())
    }

    /// Who made it; null when it is not said.
    async fn credit(&self) -> Option<&str> {
        self.file.credit.as_deref()
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
