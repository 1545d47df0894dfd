//! Leases: how several workers share one table without doing a thing twice.
//!
//! A claim is one statement, portable to both databases: `UPDATE … WHERE id IN (SELECT … LIMIT n) RETURNING …`, with
//! `FOR UPDATE SKIP LOCKED` where there is more than one writer. Under IN, PostgreSQL may evaluate the subquery again and
//! claim more than n: who claims several works on all that are returned, and who wants one asks by a scalar subquery,
//! which is evaluated once. A worker that dies leaves a lease that runs out; one
//! that was only slow finds, when it wants to settle, that the lease is not its own any more.

use std::time::Duration;

use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryTrait as _, Select,
    sea_query::{LockBehavior, LockType, SelectStatement},
};

use crate::clock::Timestamp;

/// Rows that nobody holds at `now`.
pub(super) fn free(lease_until: impl ColumnTrait, now: Timestamp) -> Condition {
    Condition::any().add(lease_until.is_null()).add(lease_until.lte(now))
}

/// When a lease taken at `now` runs out.
pub(super) fn until(now: Timestamp, lease: Duration) -> Timestamp {
    chrono::Duration::from_std(lease).map_or(now, |lease| now + lease)
}

/// The rows to claim, as a subquery: on PostgreSQL, those that another worker is claiming right now are passed over.
pub(super) fn due<E: EntityTrait>(select: Select<E>) -> SelectStatement {
    let mut query = select.into_query();
    query.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    query
}
