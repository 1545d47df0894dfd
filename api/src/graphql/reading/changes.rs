//! What changes, as it happens.

use async_graphql::{Context, ID, Result, SimpleObject, Subscription};
use beffroi_schema::board::{Changed, Filter};
use futures_util::{Stream, StreamExt as _, future::ready};
use tokio_stream::wrappers::{BroadcastStream, errors::BroadcastStreamRecvError};

use super::{Reading as _, board, filter::ItemFilter, item::Item, shown::Shown};
use crate::graphql::words::Change;

/// Something that happened to an item.
#[derive(Clone, Debug, SimpleObject)]
pub struct ItemChange {
    /// The item's global id; null when `mustResync`.
    pub id: Option<ID>,
    /// The item's version from now on; null when `mustResync`.
    pub version: Option<i32>,
    /// What happened; null when `mustResync`.
    pub change: Option<Change>,
    /// The item as it is now; null when it was taken back, or when `mustResync`.
    pub item: Option<Item>,
    /// True when changes were missed because the client did not keep up: read the lists again.
    pub must_resync: bool,
}

impl ItemChange {
    /// The client did not keep up.
    const RESYNC: Self = Self {
        id: None,
        version: None,
        change: None,
        item: None,
        must_resync: true,
    };

    fn of(news: Changed) -> Self {
        let shown = Shown::new(news.board, news.item);
        Self {
            id: Some(shown.id()),
            version: Some(shown.item.version),
            change: Some(news.change.into()),
            must_resync: false,
            item: shown.item.is_public().then(|| shown.into()),
        }
    }
}

/// Following what happens.
#[derive(Debug, Default)]
pub struct ChangeSubscription;

#[Subscription]
impl ChangeSubscription {
    /// Every item that is published, amended, resolved, reopened or withdrawn from now on.
    async fn item_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The authority's slug; null: the only authority of this instance.")] authority: Option<String>,
        #[graphql(desc = "What to narrow the changes to; null: every item.")] filter: Option<ItemFilter>,
    ) -> Result<impl Stream<Item = ItemChange> + use<>> {
        let filter = filter.unwrap_or_default().read()?;
        let boards = ctx.boards()?.clone();
        // Listening starts before the board is loaded: nothing falls in between.
        let news = BroadcastStream::new(boards.changes());
        let authority = board(ctx, authority.as_deref()).await?.places.authority.id;
        let wanted = move |news: Changed| {
            let now = boards.store().clock().now();
            let here = news.board.places.authority.id == authority;
            (here && concerns(&filter, &news, now)).then(|| ItemChange::of(news))
        };
        Ok(news.filter_map(move |news| {
            ready(match news {
                Ok(news) => wanted(news),
                Err(BroadcastStreamRecvError::Lagged(_)) => Some(ItemChange::RESYNC),
            })
        }))
    }
}

fn concerns(filter: &Filter, news: &Changed, now: beffroi_schema::clock::Timestamp) -> bool {
    let announced = !news.item.is_public() || news.item.is_shown(now);
    announced && filter.wants(&news.item, &news.board.places, now)
}
