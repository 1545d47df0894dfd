//! The people who work here and what they may do where.

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, sea_query::OnConflict,
};
use serde_json::json;
use uuid::Uuid;

use super::{Store, StoreError, StoreResult};
use crate::{
    entity::{staff, staff_role},
    id::{AuthorityId, StaffId},
    value::{Problem, ProblemCode, Role, Scope, Viewer},
};

/// How the whole instance stands in the column `scope`.
const EVERYWHERE: &str = "*";
/// Most people listed at once.
const MAX_STAFF: u64 = 500;

/// A person, with the roles that the asker may see.
#[derive(Clone, Debug)]
pub struct Person {
    /// The row.
    pub staff: staff::Model,
    /// Roles by authority; none: the whole instance.
    pub roles: Vec<(Option<AuthorityId>, Role)>,
}

impl Store {
    /// A person as a viewer. Who has left has no role any more, and may do nothing.
    pub(super) async fn staff_viewer(&self, id: StaffId) -> StoreResult<Option<Viewer>> {
        let person = staff::Entity::find_by_id(id).one(&self.db).await?;
        let Some(person) = person else { return Ok(None) };
        let roles = staff_role::Entity::find()
            .filter(staff_role::Column::StaffId.eq(id))
            .all(&self.db)
            .await?;
        Ok(Some(Viewer {
            staff: Some(id),
            name: person.name,
            roles: roles.iter().filter_map(place_and_role).collect(),
        }))
    }

    /// People who have a role within `scope`, by name, with their roles there; operators see every role.
    pub async fn people(&self, scope: &Scope) -> StoreResult<Vec<Person>> {
        let mut roles = staff_role::Entity::find();
        if let Scope::Authorities(authorities) = scope {
            let places = authorities.iter().map(ToString::to_string);
            roles = roles.filter(staff_role::Column::Scope.is_in(places));
        }
        let roles = roles.all(&self.db).await?;
        let people = staff::Entity::find()
            .filter(staff::Column::Id.is_in(roles.iter().map(|role| role.staff_id)))
            .order_by_asc(staff::Column::Name)
            .order_by_asc(staff::Column::Id)
            .limit(MAX_STAFF)
            .all(&self.db)
            .await?;
        Ok(people.into_iter().map(|staff| with_roles(staff, &roles)).collect())
    }

    /// Gives a person a role in one authority, or (operators only) over the whole instance, in place of the one they
    /// had there. An administrator does not see people who have no role in their authorities.
    pub async fn grant_role(
        &self,
        viewer: &Viewer,
        person: StaffId,
        at: Option<AuthorityId>,
        role: Role,
    ) -> StoreResult<Person> {
        may_administer(viewer, at)?;
        fits(role, at)?;
        let tx = self.write().await?;
        person_seen_by(&tx, viewer, person).await?;
        put_role(&tx, person, at, role).await?;
        let detail = json!({ "role": role });
        self.audit(&tx, viewer, "role.grant", person, at, detail).await?;
        let after = person_seen_by(&tx, viewer, person).await?;
        tx.commit().await?;
        Ok(after)
    }

    /// Takes a person's role in one authority, or over the whole instance. The last operator stays.
    pub async fn revoke_role(&self, viewer: &Viewer, person: StaffId, at: Option<AuthorityId>) -> StoreResult<()> {
        may_administer(viewer, at)?;
        let tx = self.write().await?;
        person_seen_by(&tx, viewer, person).await?;
        if at.is_none() {
            hold_operators(&tx).await?;
        }
        let gone = staff_role::Entity::delete_by_id((person, place(at))).exec(&tx).await?;
        if gone.rows_affected == 0 {
            return Err(StoreError::NotFound);
        }
        keep_an_operator(&tx).await?;
        self.audit(&tx, viewer, "role.revoke", person, at, json!({})).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// A person as an administrator sees them: absent when they have no role where this viewer administers people.
async fn person_seen_by(db: &impl ConnectionTrait, viewer: &Viewer, id: StaffId) -> StoreResult<Person> {
    let staff = staff::Entity::find_by_id(id)
        .one(db)
        .await?
        .ok_or(StoreError::NotFound)?;
    let roles = staff_role::Entity::find()
        .filter(staff_role::Column::StaffId.eq(id))
        .all(db)
        .await?;
    let mut person = with_roles(staff, &roles);
    let scope = viewer.scope(Role::Admin);
    if scope == Scope::Instance {
        return Ok(person);
    }
    person.roles.retain(|(at, _)| at.is_some_and(|at| scope.covers(at)));
    if person.roles.is_empty() {
        Err(StoreError::NotFound)
    } else {
        Ok(person)
    }
}

/// Refuses places where this viewer does not administer people: they are absent. The whole instance is the operators'.
pub(super) fn may_administer(viewer: &Viewer, at: Option<AuthorityId>) -> StoreResult<()> {
    let may = match at {
        None => viewer.scope(Role::Operator) == Scope::Instance,
        Some(at) => viewer.may(Role::Admin, at),
    };
    if may { Ok(()) } else { Err(StoreError::NotFound) }
}

/// Refuses a role that does not exist there: operator is the one role over the whole instance. So nobody can give a
/// role above their own.
pub(super) fn fits(role: Role, at: Option<AuthorityId>) -> StoreResult<()> {
    if (role == Role::Operator) == at.is_none() {
        return Ok(());
    }
    Err(StoreError::from(Problem::new(
        ProblemCode::OutOfRange,
        "role",
        "Le rôle d'opérateur vaut pour toute l'instance, les autres pour une collectivité.",
        "Operator is a role over the whole instance; the others are roles in one authority.",
    )))
}

/// Writes a role, in place of the one that was there.
pub(super) async fn put_role(
    db: &impl ConnectionTrait,
    person: StaffId,
    at: Option<AuthorityId>,
    role: Role,
) -> StoreResult<()> {
    let row = staff_role::Model {
        staff_id: person,
        scope: place(at),
        role,
    };
    staff_role::Entity::insert(row.into_active_model())
        .on_conflict(
            OnConflict::columns([staff_role::Column::StaffId, staff_role::Column::Scope])
                .update_column(staff_role::Column::Role)
                .to_owned(),
        )
        .exec(db)
        .await?;
    Ok(())
}

/// How many people are operators.
pub(super) async fn operators(db: &impl ConnectionTrait) -> StoreResult<u64> {
    Ok(staff_role::Entity::find()
        .filter(staff_role::Column::Scope.eq(EVERYWHERE))
        .filter(staff_role::Column::Role.eq(Role::Operator))
        .count(db)
        .await?)
}

/// Holds the operators' roles until the transaction ends: two who take each other's at once do so one after the other.
/// SQLite has one writer anyway.
async fn hold_operators(db: &impl ConnectionTrait) -> StoreResult<()> {
    staff_role::Entity::find()
        .filter(staff_role::Column::Scope.eq(EVERYWHERE))
        .order_by_asc(staff_role::Column::StaffId)
        .lock_exclusive()
        .all(db)
        .await?;
    Ok(())
}

async fn keep_an_operator(db: &impl ConnectionTrait) -> StoreResult<()> {
    if operators(db).await? > 0 {
        return Ok(());
    }
    Err(StoreError::from(Problem::new(
        ProblemCode::WrongState,
        "role",
        "L'instance garde au moins un opérateur : nommez-en un autre d'abord.",
        "The instance keeps at least one operator: name another one first.",
    )))
}

/// How an authority, or the whole instance, stands in the column `scope`.
pub(super) fn place(at: Option<AuthorityId>) -> String {
    at.map_or_else(|| EVERYWHERE.to_owned(), |at| at.to_string())
}

/// The authority that a column `scope` names; none is the whole instance.
pub(super) fn read_place(scope: &str) -> StoreResult<Option<AuthorityId>> {
    match scope {
        EVERYWHERE => Ok(None),
        id => Uuid::parse_str(id)
            .map(|id| Some(AuthorityId(id)))
            .map_err(|_| StoreError::NotFound),
    }
}

/// A scope that cannot be read gives no role.
fn place_and_role(row: &staff_role::Model) -> Option<(Option<AuthorityId>, Role)> {
    Some((read_place(&row.scope).ok()?, row.role))
}

fn with_roles(staff: staff::Model, roles: &[staff_role::Model]) -> Person {
    let own = roles.iter().filter(|role| role.staff_id == staff.id);
    Person {
        roles: own.filter_map(place_and_role).collect(),
        staff,
    }
}

/// Adds a person. The address is already lower case.
pub(super) async fn add(db: &impl ConnectionTrait, person: staff::Model) -> StoreResult<()> {
    person.into_active_model().insert(db).await?;
    Ok(())
}
