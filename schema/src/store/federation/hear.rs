//! What people elsewhere do: believed, and done in one transaction with the request that said it.

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, DatabaseTransaction, EntityTrait as _, IntoActiveModel as _,
    PaginatorTrait as _, QueryFilter as _, Set,
    sea_query::{Expr, OnConflict},
};

use super::{
    super::{Store, StoreError, StoreResult},
    incoming::held,
    notes::{delivery, host},
    peers::told_at,
};
use crate::{
    clock::Timestamp,
    entity::{
        federated_activity, federated_delivery, federated_follower, federated_host, federated_note, federated_peer,
        federated_reaction, federated_reply, federated_request,
    },
    id::{ActivityId, FederatedActorId, ItemId, RequestId},
    value::{Reaction, RequestState, Verb},
};

/// Most answers of one person to one item that are kept: nobody converses longer with a town.
const MAX_REPLIES: u64 = 100;

/// What somebody did, once it is known that it was they.
#[derive(Clone, Debug)]
pub enum Heard {
    /// They follow one of our actors, which says that they may.
    Follow {
        /// Whom.
        actor: FederatedActorId,
        /// The id of our answer.
        accept: ActivityId,
        /// Our answer, in JSON.
        body: String,
        /// The id of theirs.
        uri: String,
    },
    /// They follow it no longer, or have blocked it.
    Unfollow {
        /// Whom.
        actor: FederatedActorId,
    },
    /// They take back what they did by the activity with this id.
    Undo {
        /// The activity.
        uri: String,
    },
    /// They answered.
    Reply(Answer),
    /// Their answer says something else now.
    Edited {
        /// Which.
        uri: String,
        /// What it says.
        text: String,
    },
    /// Their answer is gone.
    Deleted {
        /// Which.
        uri: String,
    },
    /// They liked or shared an item.
    Reaction {
        /// On which actor.
        actor: FederatedActorId,
        /// Which item.
        item: ItemId,
        /// What.
        kind: Reaction,
        /// The activity's id.
        uri: String,
    },
    /// They are gone, with all that they did.
    Gone,
    /// They describe themselves anew: what was known of them is asked again before it is used.
    Changed,
}

/// An answer to one of our objects, or to another answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its id.
    pub uri: String,
    /// What it answers.
    pub parent: String,
    /// The actor and the item, where it answers our object itself.
    pub object: Option<(FederatedActorId, ItemId)>,
    /// Its page.
    pub url: String,
    /// What it says.
    pub text: String,
    /// Whether it was written for everyone.
    pub public: bool,
    /// When it was written.
    pub at: Timestamp,
}

impl Store {
    /// Does what `peer` said by a request that `owner` holds. `activity` names it: one that was done is not done again.
    pub async fn hear(
        &self,
        id: RequestId,
        owner: &str,
        peer: &federated_peer::Model,
        activity: Option<&str>,
        heard: Heard,
    ) -> StoreResult<()> {
        let tx = self.write().await?;
        let request = held(&tx, id, owner).await?;
        let reason = if done_before(&tx, activity).await? {
            Some("it was done before")
        } else {
            self.act(&tx, peer, heard).await?
        };
        let attempts = request.attempts + 1;
        let mut active = request.into_active_model();
        active.state = Set(if reason.is_none() {
            RequestState::Done
        } else {
            RequestState::Ignored
        });
        active.reason = Set(reason.map(str::to_owned));
        active.activity = Set(activity.filter(|_| reason.is_none()).map(str::to_owned));
        active.attempts = Set(attempts);
        active.settled_at = Set(Some(self.clock.now()));
        active.lease_owner = Set(None);
        active.lease_until = Set(None);
        active.update(&tx).await?;
        tx.commit().await?;
        self.bus.nudge().await;
        Ok(())
    }

    /// Does it, or says why there is nothing to do.
    async fn act(
        &self,
        tx: &DatabaseTransaction,
        peer: &federated_peer::Model,
        heard: Heard,
    ) -> StoreResult<Option<&'static str>> {
        match heard {
            Heard::Follow {
                actor,
                accept,
                body,
                uri,
            } => self
                .add_follower(tx, peer, actor, accept, body, uri)
                .await
                .map(|()| None),
            Heard::Unfollow { actor } => unfollow(tx, peer, Some(actor)).await.map(|()| None),
            Heard::Undo { uri } => undo(tx, peer, &uri).await.map(|()| None),
            Heard::Reply(answer) => self.keep_reply(tx, peer, answer).await,
            Heard::Edited { uri, text } => self.edit_reply(tx, peer, &uri, text).await,
            Heard::Deleted { uri } => self.delete_reply(tx, peer, Some(&uri)).await,
            Heard::Reaction { actor, item, kind, uri } => self.react(tx, peer, actor, item, kind, uri).await,
            Heard::Gone => {
                unfollow(tx, peer, None).await?;
                self.delete_reply(tx, peer, None).await?;
                federated_reaction::Entity::delete_many()
                    .filter(federated_reaction::Column::Peer.eq(&peer.uri))
                    .exec(tx)
                    .await?;
                federated_peer::Entity::delete_by_id(&peer.uri).exec(tx).await?;
                Ok(None)
            }
            Heard::Changed => {
                federated_peer::Entity::delete_by_id(&peer.uri).exec(tx).await?;
                Ok(None)
            }
        }
    }

    /// One more follower; our answer goes to their own inbox. Their server speaks to us, so it is left alone no longer.
    async fn add_follower(
        &self,
        tx: &DatabaseTransaction,
        peer: &federated_peer::Model,
        actor: FederatedActorId,
        accept: ActivityId,
        body: String,
        uri: String,
    ) -> StoreResult<()> {
        let now = self.clock.now();
        let row = federated_follower::Model {
            id: self.ids.make(),
            actor_id: actor,
            peer: peer.uri.clone(),
            inbox: told_at(peer).to_owned(),
            uri,
            followed_at: now,
        };
        let again = OnConflict::columns([federated_follower::Column::ActorId, federated_follower::Column::Peer])
            .update_columns([federated_follower::Column::Inbox, federated_follower::Column::Uri])
            .to_owned();
        federated_follower::Entity::insert(row.into_active_model())
            .on_conflict(again)
            .exec_without_returning(tx)
            .await?;
        federated_host::Entity::delete_by_id(host(&peer.inbox)).exec(tx).await?;
        let answer = federated_activity::Model {
            id: accept,
            actor_id: actor,
            item_id: None,
            verb: Verb::Accept,
            body,
            at: now,
        };
        federated_activity::Entity::insert(answer.into_active_model())
            .exec_without_returning(tx)
            .await?;
        let sent = delivery(self, actor, accept, peer.inbox.clone(), &peer.uri, 0);
        federated_delivery::Entity::insert(sent.into_active_model())
            .exec_without_returning(tx)
            .await?;
        Ok(())
    }

    async fn keep_reply(
        &self,
        tx: &DatabaseTransaction,
        peer: &federated_peer::Model,
        answer: Answer,
    ) -> StoreResult<Option<&'static str>> {
        let parent = federated_reply::Entity::find().filter(federated_reply::Column::Uri.eq(&answer.parent));
        let object = match answer.object {
            Some(object) => told(tx, object).await?,
            None => parent.one(tx).await?.map(|parent| (parent.actor_id, parent.item_id)),
        };
        let Some((actor, item)) = object else {
            return Ok(Some("it answers nothing of ours"));
        };
        let known = federated_reply::Entity::find()
            .filter(federated_reply::Column::Peer.eq(&peer.uri))
            .filter(federated_reply::Column::ItemId.eq(item));
        if known.count(tx).await? >= MAX_REPLIES {
            return Ok(Some("too many answers of one person"));
        }
        let row = federated_reply::Model {
            id: self.ids.make(),
            actor_id: actor,
            item_id: item,
            uri: answer.uri,
            parent: answer.parent,
            peer: peer.uri.clone(),
            handle: peer.handle.clone(),
            url: answer.url,
            text: answer.text,
            public: answer.public,
            at: answer.at.min(self.clock.now()),
            edited_at: None,
            deleted_at: None,
        };
        federated_reply::Entity::insert(row.into_active_model())
            .on_conflict_do_nothing_on([federated_reply::Column::Uri])
            .exec_without_returning(tx)
            .await?;
        Ok(None)
    }

    async fn edit_reply(
        &self,
        tx: &DatabaseTransaction,
        peer: &federated_peer::Model,
        uri: &str,
        text: String,
    ) -> StoreResult<Option<&'static str>> {
        let edited = federated_reply::Entity::update_many()
            .col_expr(federated_reply::Column::Text, Expr::value(text))
            .col_expr(federated_reply::Column::EditedAt, Expr::value(self.clock.now()))
            .filter(federated_reply::Column::Uri.eq(uri))
            .filter(federated_reply::Column::Peer.eq(&peer.uri))
            .filter(federated_reply::Column::DeletedAt.is_null())
            .exec(tx)
            .await?;
        Ok((edited.rows_affected == 0).then_some("it is no answer that we know"))
    }

    /// One answer of somebody, or all of them: what they said is forgotten, that they said something is not.
    async fn delete_reply(
        &self,
        tx: &DatabaseTransaction,
        peer: &federated_peer::Model,
        uri: Option<&str>,
    ) -> StoreResult<Option<&'static str>> {
        let mut deleted = federated_reply::Entity::update_many()
            .col_expr(federated_reply::Column::Text, Expr::value(""))
            .col_expr(federated_reply::Column::DeletedAt, Expr::value(self.clock.now()))
            .filter(federated_reply::Column::Peer.eq(&peer.uri))
            .filter(federated_reply::Column::DeletedAt.is_null());
        if let Some(uri) = uri {
            deleted = deleted.filter(federated_reply::Column::Uri.eq(uri));
        }
        let deleted = deleted.exec(tx).await?;
        Ok((deleted.rows_affected == 0).then_some("it is no answer that we know"))
    }

    async fn react(
        &self,
        tx: &DatabaseTransaction,
        peer: &federated_peer::Model,
        actor: FederatedActorId,
        item: ItemId,
        kind: Reaction,
        uri: String,
    ) -> StoreResult<Option<&'static str>> {
        let Some((actor, item)) = told(tx, (actor, item)).await? else {
            return Ok(Some("it is about nothing of ours"));
        };
        let row = federated_reaction::Model {
            id: self.ids.make(),
            actor_id: actor,
            item_id: item,
            kind,
            peer: peer.uri.clone(),
            uri,
            at: self.clock.now(),
        };
        let keys = [
            federated_reaction::Column::ActorId,
            federated_reaction::Column::ItemId,
            federated_reaction::Column::Kind,
            federated_reaction::Column::Peer,
        ];
        federated_reaction::Entity::insert(row.into_active_model())
            .on_conflict_do_nothing_on(keys)
            .exec_without_returning(tx)
            .await?;
        Ok(None)
    }

    /// The answers to an item, oldest first, deleted ones as what is left of them.
    pub async fn federated_replies(&self, item: ItemId) -> StoreResult<Vec<federated_reply::Model>> {
        use sea_orm::QueryOrder as _;
        Ok(federated_reply::Entity::find()
            .filter(federated_reply::Column::ItemId.eq(item))
            .order_by_asc(federated_reply::Column::Id)
            .all(&self.db)
            .await?)
    }
}

async fn done_before(tx: &DatabaseTransaction, activity: Option<&str>) -> Result<bool, StoreError> {
    let Some(activity) = activity else { return Ok(false) };
    let same = federated_request::Entity::find().filter(federated_request::Column::Activity.eq(activity));
    Ok(same.count(tx).await? > 0)
}

/// The object, if one of our actors tells it.
async fn told(
    tx: &DatabaseTransaction,
    (actor, item): (FederatedActorId, ItemId),
) -> StoreResult<Option<(FederatedActorId, ItemId)>> {
    let note = federated_note::Entity::find()
        .filter(federated_note::Column::ActorId.eq(actor))
        .filter(federated_note::Column::ItemId.eq(item))
        .filter(federated_note::Column::DeletedAt.is_null());
    Ok((note.count(tx).await? > 0).then_some((actor, item)))
}

async fn unfollow(
    tx: &DatabaseTransaction,
    peer: &federated_peer::Model,
    actor: Option<FederatedActorId>,
) -> StoreResult<()> {
    let mut gone = federated_follower::Entity::delete_many().filter(federated_follower::Column::Peer.eq(&peer.uri));
    if let Some(actor) = actor {
        gone = gone.filter(federated_follower::Column::ActorId.eq(actor));
    }
    gone.exec(tx).await?;
    Ok(())
}

async fn undo(tx: &DatabaseTransaction, peer: &federated_peer::Model, uri: &str) -> StoreResult<()> {
    federated_follower::Entity::delete_many()
        .filter(federated_follower::Column::Peer.eq(&peer.uri))
        .filter(federated_follower::Column::Uri.eq(uri))
        .exec(tx)
        .await?;
    federated_reaction::Entity::delete_many()
        .filter(federated_reaction::Column::Peer.eq(&peer.uri))
        .filter(federated_reaction::Column::Uri.eq(uri))
        .exec(tx)
        .await?;
    Ok(())
}
