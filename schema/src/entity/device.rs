//! A phone that asked to be told. Nothing here says who holds it.

use sea_orm::entity::prelude::*;

use crate::{
    clock::Timestamp,
    id::{AuthorityId, DeviceId},
    value::{Language, Platform, Severity, TransportKind},
};

/// A phone that asked to be told. Nothing here says who holds it.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "device")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DeviceId,
    pub authority_id: AuthorityId,
    pub transport: TransportKind,
    /// The transport's address. A secret.
    pub address: String,
    /// To find a device by its address.
    pub address_sha256: String,
    /// Hash of what the app must show to change or forget it.
    pub credential_sha256: String,
    pub platform: Platform,
    pub app_version: Option<String>,
    pub language: Language,
    /// IANA name, for its quiet hours.
    pub time_zone: String,
    /// Minute of the device's day.
    pub quiet_from: Option<i16>,
    pub quiet_to: Option<i16>,
    /// Notifications a day; severe ones do not count.
    pub daily_cap: Option<i32>,
    /// Disruptions below it are not told.
    pub min_severity: Severity,
    /// Coarsened to what the radius needs.
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
    pub radius_m: Option<i32>,
    pub registered_at: Timestamp,
    pub seen_at: Timestamp,
    /// The transport says that the address is dead.
    pub gone_at: Option<Timestamp>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
