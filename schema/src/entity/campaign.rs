//! One revision brought to its audience by push.

use sea_orm::entity::prelude::*;

use crate::{
    clock::Timestamp,
    id::{AuthorityId, CampaignId, DeviceId, ItemId, RevisionId},
    value::{Audience, CampaignState, Note},
};

/// One revision brought to its audience by push.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "campaign")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CampaignId,
    pub authority_id: AuthorityId,
    pub item_id: ItemId,
    pub revision_id: RevisionId,
    pub note: Note,
    pub audience: Audience,
    pub state: CampaignState,
    pub reason: Option<String>,
    /// The note's: for the statements that cannot read the note.
    pub urgent: bool,
    /// The note's.
    pub expires_at: Timestamp,
    /// Whether all its pages are laid out.
    pub planned: bool,
    /// The last device of the pages laid out so far.
    pub planned_to: Option<DeviceId>,
    pub sent: i64,
    pub gone: i64,
    /// Not told: refused, or still failing after the last try.
    pub refused: i64,
    /// Not told: quiet hours past the note's use, daily cap, told recently.
    pub held_back: i64,
    pub created_at: Timestamp,
    pub finished_at: Option<Timestamp>,
    pub lease_owner: Option<String>,
    pub lease_until: Option<Timestamp>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
