//! What a person says became of a task, and what follows for its delivery.

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, DatabaseTransaction, EntityTrait as _, IntoActiveModel as _,
    QueryFilter as _, QueryOrder as _, Set,
};

use super::{
    cost::refund,
    desk::{latest_to_tell, send_again},
    drop_receipt, keep_receipt,
};
use crate::{
    draft::text_problem,
    entity::{delivery, handover, receipt},
    store::{Store, StoreError, StoreResult, publish::wrong_state},
    value::{DeliveryState, Errand, HandoverState, Problem, ProblemCode, RemotePost, Viewer},
};

/// Characters of the reason why something is not done.
const MAX_NOTE: usize = 500;

/// What a person says of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaskOutcome {
    /// The post is there, and says what it should.
    Posted {
        /// Its address; of a correction none where it stays the same.
        url: Option<String>,
        /// The network's own id of it, where they know it.
        id: Option<String>,
    },
    /// There is no such post, or none any more.
    Absent,
    /// It is not done, and why.
    Skipped(String),
}

impl Store {
    /// Closes the task and has its delivery follow, within a transaction that holds the task. Answers what the audit log
    /// calls it.
    pub(super) async fn conclude_task(
        &self,
        tx: &DatabaseTransaction,
        task: handover::Model,
        outcome: TaskOutcome,
        by: &Viewer,
    ) -> StoreResult<(handover::Model, &'static str)> {
        let row = delivery::Entity::find_by_id(task.delivery_id);
        let row = row.one(tx).await?.ok_or(StoreError::NotFound)?;
        let (state, action) = match &outcome {
            TaskOutcome::Posted { .. } => (HandoverState::Posted, "task.posted"),
            TaskOutcome::Absent => (HandoverState::Absent, "task.absent"),
            TaskOutcome::Skipped(_) => (HandoverState::Skipped, "task.skip"),
        };
        let mut closed = task.clone().into_active_model();
        closed.state = Set(state);
        closed.closed_at = Set(Some(self.clock.now()));
        closed.closed_name = Set(Some(by.name.clone()));
        match outcome {
            TaskOutcome::Posted { url, id } => {
                closed.url = Set(url.clone());
                self.there(tx, &task, row, url, id).await?;
            }
            TaskOutcome::Absent => self.not_there(tx, &task, row).await?,
            TaskOutcome::Skipped(note) => {
                if let Some(problem) = text_problem("reason", &note, MAX_NOTE) {
                    return Err(problem.into());
                }
                closed.note = Set(Some(note.clone()));
                self.end(tx, row, DeliveryState::Skipped, Some(note)).await?;
            }
        }
        Ok((closed.update(tx).await?, action))
    }

    /// The post is there: a receipt names it, and it is corrected and taken back from now on.
    async fn there(
        &self,
        tx: &DatabaseTransaction,
        task: &handover::Model,
        row: delivery::Model,
        url: Option<String>,
        id: Option<String>,
    ) -> StoreResult<()> {
        let known = live_receipt(tx, &row).await?;
        let found = || url.clone().map(|url| RemotePost::by_person(url, id.clone()));
        let remote = match (task.errand, known) {
            (Errand::Delete, _) => {
                let (fr, en) = ("Cette publication doit disparaître.", "This post is to be deleted.");
                return Err(wrong_state(fr, en).into());
            }
            // An answer to our post: it goes when the post goes.
            (Errand::Look, Some(known)) => {
                let mut remote = known.remote;
                let part = known.version == row.version;
                match id.clone() {
                    Some(id) if part => remote.goes_on(id),
                    None if part => return Err(no_number().into()),
                    id => remote.replies.extend(id),
                }
                remote
            }
            (Errand::Correct, Some(known)) => RemotePost {
                url: url.clone().or(known.remote.url),
                ..known.remote
            },
            (Errand::Post | Errand::Look | Errand::Correct, _) => found().ok_or_else(|| no_address("url"))?,
        };
        // What is longer than one post goes on where we know what to answer.
        let told = row.rendered.as_ref().map_or(0, |post| post.thread.len());
        let goes_on = task.errand == Errand::Look && id.is_some() && remote.parts().len() < told;
        // Who looks for what an earlier delivery may have sent finds what that one said: this one corrects it.
        let earlier = task.errand == Errand::Look && row.attempts == 0;
        if earlier {
            let version = attempted_before(tx, &row).await?;
            let said = delivery::Model { version, ..row.clone() };
            keep_receipt(tx, self, &said, remote).await?;
            return send_again(tx, self, row, None).await.map(drop);
        }
        keep_receipt(tx, self, &row, remote).await?;
        if goes_on {
            return send_again(tx, self, row, None).await.map(drop);
        }
        self.end(tx, row, DeliveryState::Done, None).await
    }

    /// The post is not there: what was to go is gone, and what may have been sent was not.
    async fn not_there(
        &self,
        tx: &DatabaseTransaction,
        task: &handover::Model,
        row: delivery::Model,
    ) -> StoreResult<()> {
        match task.errand {
            Errand::Post => Err(wrong_state(
                "Cette tâche est de publier : écartez-la si elle n’a plus lieu d’être.",
                "This task is to post: skip it if it is of no use any more.",
            )
            .into()),
            Errand::Delete => {
                drop_receipt(tx, self, &row).await?;
                self.end(tx, row, DeliveryState::Done, None).await
            }
            Errand::Correct => {
                drop_receipt(tx, self, &row).await?;
                let reason = "the post is not there any more".to_owned();
                self.end(tx, row, DeliveryState::Skipped, Some(reason)).await
            }
            Errand::Look => match latest_to_tell(tx, &row).await {
                Ok(latest) => {
                    refund(tx, row.id).await?;
                    send_again(tx, self, row, Some(latest)).await.map(drop)
                }
                // Something newer is on its way, or the item is withdrawn: that tells what is to be told.
                Err(StoreError::Problems(_)) => self.end(tx, row, DeliveryState::Skipped, None).await,
                Err(error) => Err(error),
            },
        }
    }

    async fn end(
        &self,
        tx: &DatabaseTransaction,
        row: delivery::Model,
        state: DeliveryState,
        reason: Option<String>,
    ) -> StoreResult<()> {
        let mut active = row.into_active_model();
        active.state = Set(state);
        active.reason = Set(reason);
        active.settled_at = Set(Some(self.clock.now()));
        active.update(tx).await?;
        Ok(())
    }
}

/// What the item is on the account now.
pub(super) async fn live_receipt(
    tx: &DatabaseTransaction,
    row: &delivery::Model,
) -> StoreResult<Option<receipt::Model>> {
    let here = receipt::Entity::find()
        .filter(receipt::Column::ItemId.eq(row.item_id))
        .filter(receipt::Column::AccountId.eq(row.account_id))
        .filter(receipt::Column::WithdrawnAt.is_null());
    Ok(here.one(tx).await?)
}

/// The version that the last delivery before `row` may have sent; 0: none.
async fn attempted_before(tx: &DatabaseTransaction, row: &delivery::Model) -> StoreResult<i32> {
    let before = delivery::Entity::find()
        .filter(delivery::Column::ItemId.eq(row.item_id))
        .filter(delivery::Column::AccountId.eq(row.account_id))
        .filter(delivery::Column::Version.lt(row.version))
        .filter(delivery::Column::Attempts.gt(0))
        .order_by_desc(delivery::Column::Version);
    Ok(before.one(tx).await?.map_or(0, |row| row.version))
}

/// A part of a thread that is known by its address alone could neither be followed nor taken back.
fn no_number() -> Problem {
    Problem::new(
        ProblemCode::Missing,
        "remoteId",
        "Donnez l’identifiant de cette suite sur le réseau\u{202f}; sans lui, supprimez-la là-bas et répondez qu’elle n’y est pas\u{a0}: elle repartira.",
        "Give the network’s own id of this part; without it, delete the part there and answer that it is absent: it is sent again.",
    )
}

fn no_address(path: &str) -> Problem {
    Problem::new(
        ProblemCode::Missing,
        path,
        "Collez l’adresse de la publication : on la retrouvera ainsi pour la corriger.",
        "Paste the address of the post: it is found by it when it is to be corrected.",
    )
}
