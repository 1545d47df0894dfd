//! Articles.

use async_graphql::{Context, Result};

use super::{Reading as _, item::item_object};

item_object! {
    /// City news.
    Article {
        /// The rubric of the town it stands in: `voirie`, `culture`; null when it has none.
        async fn section(&self) -> Option<String> {
            self.0.item.article().and_then(|article| article.section.clone())
        }

        /// Whether the authority keeps it before the others now.
        async fn pinned(&self, ctx: &Context<'_>) -> Result<bool> {
            Ok(self.0.item.is_pinned(ctx.boards()?.store().clock().now()))
        }
    }
}
