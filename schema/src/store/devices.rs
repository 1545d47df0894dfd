//! Phones: registered, changed and forgotten by the app that runs on them, which shows its credential each time.
//!
//! An unknown device and a wrong credential are both [`StoreError::NotFound`].

use std::collections::BTreeSet;

use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, DatabaseTransaction, EntityTrait as _, Iterable as _,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, sea_query::OnConflict,
};
use secrecy::{ExposeSecret as _, SecretString};

use super::{Store, StoreError, StoreResult, digest};
use crate::{
    clock::Timestamp,
    device::{Area, DeviceDraft, DevicePatch, DeviceSettings, MAX_FOLLOWS, QuietHours, check_follow, coarsen},
    entity::{device, follow},
    id::{AuthorityId, DeviceId},
    value::{Follow, Point, Problem, ProblemCode, TransportKind},
};

/// What a device is told when it registers.
#[derive(Clone, Debug)]
pub struct Registered {
    /// Its row.
    pub device: DeviceId,
    /// What it must show from now on. Only its hash is kept: it cannot be shown again.
    pub credential: SecretString,
}

impl Store {
    /// Registers a device, or registers it again: the same address in the same authority keeps its id and what it
    /// follows, takes the new settings, gets a new credential, and is alive again if the transport had called it dead.
    pub async fn register_device(&self, authority: AuthorityId, draft: DeviceDraft) -> StoreResult<Registered> {
        refuse(draft.problems())?;
        let credential = SecretString::from(self.ids.secret());
        let now = self.clock.now();
        let mut row = device::ActiveModel {
            id: Set(self.ids.make()),
            authority_id: Set(authority),
            platform: Set(draft.platform),
            credential_sha256: Set(digest::of(credential.expose_secret())),
            ..Default::default()
        };
        set_address(&mut row, draft.transport, &draft.address, now);
        set_settings(&mut row, draft.settings, now);
        let renewed = device::Column::iter().filter(|column| {
            !matches!(
                column,
                device::Column::Id | device::Column::AuthorityId | device::Column::AddressSha256
            )
        });
        let stored = device::Entity::insert(row)
            .on_conflict(
                OnConflict::columns([device::Column::AuthorityId, device::Column::AddressSha256])
                    .update_columns(renewed)
                    .to_owned(),
            )
            .exec_with_returning(&self.db)
            .await?;
        Ok(Registered {
            device: stored.id,
            credential,
        })
    }

    /// The device, to one that shows its credential. The address in it is a secret.
    pub async fn device(&self, id: DeviceId, credential: &SecretString) -> StoreResult<device::Model> {
        let row = device::Entity::find_by_id(id).one(&self.db).await?;
        proven(row, credential)
    }

    /// Changes what the patch names. A new address that another row has makes that row disappear: it was the same
    /// phone, registered a second time.
    pub async fn update_device(
        &self,
        id: DeviceId,
        credential: &SecretString,
        patch: DevicePatch,
    ) -> StoreResult<device::Model> {
        let tx = self.write().await?;
        let row = locked(&tx, id, credential).await?;
        let settings = settings_of(&row);
        refuse(patch.problems(settings.clone()))?;
        let authority = row.authority_id;
        let now = self.clock.now();
        let mut changed = device::ActiveModel::from(row);
        if let Some((transport, address)) = &patch.address {
            device::Entity::delete_many()
                .filter(device::Column::AuthorityId.eq(authority))
                .filter(device::Column::AddressSha256.eq(digest::of(address.expose_secret())))
                .filter(device::Column::Id.ne(id))
                .exec(&tx)
                .await?;
            set_address(&mut changed, *transport, address, now);
        }
        set_settings(&mut changed, patch.applied_to(settings), now);
        let stored = changed.update(&tx).await?;
        tx.commit().await?;
        Ok(stored)
    }

    /// Erases the device, what it follows and what it was told, at once.
    pub async fn forget_device(&self, id: DeviceId, credential: &SecretString) -> StoreResult<()> {
        let tx = self.write().await?;
        locked(&tx, id, credential).await?;
        device::Entity::delete_by_id(id).exec(&tx).await?;
        Ok(tx.commit().await?)
    }

    /// Follows more. What is followed already stays so; over [`MAX_FOLLOWS`] in all, nothing changes.
    pub async fn follow(&self, id: DeviceId, credential: &SecretString, follows: &[Follow]) -> StoreResult<()> {
        let follows = checked(follows)?;
        let tx = self.write().await?;
        let authority = locked(&tx, id, credential).await?.authority_id;
        let rows = follows.into_iter().map(|follow| follow::ActiveModel {
            device_id: Set(id),
            kind: Set(follow.kind),
            target: Set(follow.target),
            authority_id: Set(authority),
        });
        follow::Entity::insert_many(rows)
            .on_conflict_do_nothing()
            .exec_without_returning(&tx)
            .await?;
        let count = follow::Entity::find()
            .filter(follow::Column::DeviceId.eq(id))
            .count(&tx)
            .await?;
        if count > MAX_FOLLOWS {
            return Err(too_many_follows().into());
        }
        Ok(tx.commit().await?)
    }

    /// Follows less. What is not followed is no error.
    pub async fn unfollow(&self, id: DeviceId, credential: &SecretString, follows: &[Follow]) -> StoreResult<()> {
        let follows = checked(follows)?;
        let tx = self.write().await?;
        locked(&tx, id, credential).await?;
        for follow in follows {
            follow::Entity::delete_by_id((id, follow.kind, follow.target))
                .exec(&tx)
                .await?;
        }
        Ok(tx.commit().await?)
    }

    /// What the device follows, in the order of kind and target.
    pub async fn follows(&self, id: DeviceId, credential: &SecretString) -> StoreResult<Vec<Follow>> {
        self.device(id, credential).await?;
        let rows = follow::Entity::find()
            .filter(follow::Column::DeviceId.eq(id))
            .order_by_asc(follow::Column::Kind)
            .order_by_asc(follow::Column::Target)
            .all(&self.db)
            .await?;
        Ok(rows
            .into_iter()
            .map(|follow::Model { kind, target, .. }| Follow { kind, target })
            .collect())
    }
}

fn refuse(problems: Vec<Problem>) -> StoreResult<()> {
    if problems.is_empty() {
        Ok(())
    } else {
        Err(StoreError::Problems(problems))
    }
}

/// The follows in their one spelling, without doubles.
fn checked(follows: &[Follow]) -> StoreResult<BTreeSet<Follow>> {
    if u64::try_from(follows.len()).is_ok_and(|count| count > MAX_FOLLOWS) {
        return Err(too_many_follows().into());
    }
    let (good, problems): (Vec<_>, Vec<_>) = follows
        .iter()
        .enumerate()
        .map(|(position, follow)| check_follow(follow, position))
        .partition(Result::is_ok);
    refuse(problems.into_iter().filter_map(Result::err).collect())?;
    Ok(good.into_iter().filter_map(Result::ok).collect())
}

fn too_many_follows() -> Problem {
    Problem::new(
        ProblemCode::TooMany,
        "follows",
        format!("Un appareil suit au plus {MAX_FOLLOWS} sujets, lignes, arrêts ou zones."),
        format!("A device follows {MAX_FOLLOWS} topics, lines, stops or zones at most."),
    )
}

/// The row, held against every other writer until the transaction ends.
async fn locked(tx: &DatabaseTransaction, id: DeviceId, credential: &SecretString) -> StoreResult<device::Model> {
    let row = device::Entity::find_by_id(id).lock_exclusive().one(tx).await?;
    proven(row, credential)
}

fn proven(row: Option<device::Model>, credential: &SecretString) -> StoreResult<device::Model> {
    row.filter(|row| same_hash(&digest::of(credential.expose_secret()), &row.credential_sha256))
        .ok_or(StoreError::NotFound)
}

/// Takes the same time wherever the two differ.
fn same_hash(shown: &str, stored: &str) -> bool {
    let pairs = shown.bytes().zip(stored.bytes());
    let differences = pairs.fold(0, |seen, (a, b)| std::hint::black_box(seen | (a ^ b)));
    shown.len() == stored.len() && differences == 0
}

fn set_address(row: &mut device::ActiveModel, transport: TransportKind, address: &SecretString, now: Timestamp) {
    row.transport = Set(transport);
    row.address = Set(address.expose_secret().to_owned());
    row.address_sha256 = Set(digest::of(address.expose_secret()));
    row.registered_at = Set(now);
    row.gone_at = Set(None);
}

/// Sets every setting. The area is coarsened here, and only here; one that was stored before stays where it is, because
/// the middle of a cell lies in that cell.
fn set_settings(row: &mut device::ActiveModel, settings: DeviceSettings, now: Timestamp) {
    let coarse = settings.area.map(coarsen);
    row.app_version = Set(settings.app_version);
    row.language = Set(settings.language);
    row.time_zone = Set(settings.time_zone);
    row.quiet_from = Set(settings.quiet_hours.map(|quiet| quiet.from));
    row.quiet_to = Set(settings.quiet_hours.map(|quiet| quiet.to));
    row.daily_cap = Set(settings.daily_cap);
    row.min_severity = Set(settings.min_severity);
    row.latitude = Set(coarse.map(|point| point.latitude));
    row.longitude = Set(coarse.map(|point| point.longitude));
    row.radius_m = Set(settings.area.map(|area| area.radius_m));
    row.seen_at = Set(now);
}

fn settings_of(row: &device::Model) -> DeviceSettings {
    DeviceSettings {
        app_version: row.app_version.clone(),
        language: row.language.clone(),
        time_zone: row.time_zone.clone(),
        quiet_hours: row
            .quiet_from
            .zip(row.quiet_to)
            .map(|(from, to)| QuietHours { from, to }),
        daily_cap: row.daily_cap,
        min_severity: row.min_severity,
        area: match (row.latitude, row.longitude, row.radius_m) {
            (Some(latitude), Some(longitude), Some(radius_m)) => Some(Area {
                point: Point { latitude, longitude },
                radius_m,
            }),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::same_hash;

    #[test]
    fn hashes_are_the_same_only_in_full() {
        assert!(same_hash("abcd", "abcd"));
        for wrong in ["", "abc", "abcde", "bbcd", "abce"] {
            assert!(!same_hash(wrong, "abcd"), "{wrong:?} must differ");
        }
    }
}
