//! Authorities and their zones.

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, ExprTrait as _, IntoActiveModel as _, QueryFilter as _,
    QueryOrder as _, Set,
};

use super::{
    Store, StoreError, StoreResult,
    error::name_taken,
    outbox::{self, Line},
};
use crate::{
    draft::{MAX_NAME, MAX_TOPIC, text_problem},
    entity::{authority, zone},
    id::{AuthorityId, ZoneId},
    value::{AuthorityKind, Language, Problem, ProblemCode, Role, Scope, Shape, Viewer},
};

/// Vertices of a boundary or a zone.
const MAX_VERTICES: usize = 100_000;

/// A new authority.
#[derive(Clone, Debug, PartialEq)]
pub struct NewAuthority {
    /// In addresses.
    pub slug: String,
    /// Its rung.
    pub kind: AuthorityKind,
    /// The rung above.
    pub parent: Option<AuthorityId>,
    /// Its name.
    pub name: String,
    /// Of its texts.
    pub language: Language,
    /// IANA name.
    pub time_zone: String,
    /// Its territory.
    pub boundary: Option<Shape>,
}

/// A zone as staff draw it.
#[derive(Clone, Debug, PartialEq)]
pub struct ZoneDraft {
    /// In addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// A polygon or several.
    pub shape: Shape,
}

impl Store {
    /// Adds an authority.
    pub async fn create_authority(&self, new: NewAuthority, by: &Viewer) -> StoreResult<authority::Model> {
        let mut problems: Vec<Problem> = [
            slug_problem("slug", &new.slug),
            text_problem("name", &new.name, MAX_NAME),
        ]
        .into_iter()
        .flatten()
        .collect();
        if new.time_zone.parse::<chrono_tz::Tz>().is_err() {
            problems.push(unknown_time_zone("timeZone", &new.time_zone));
        }
        problems.extend(new.boundary.as_ref().and_then(|shape| area_problem("boundary", shape)));
        if !problems.is_empty() {
            return Err(StoreError::Problems(problems));
        }
        let now = self.clock.now();
        let row = authority::Model {
            id: self.ids.make(),
            slug: new.slug,
            kind: new.kind,
            parent_id: new.parent,
            name: new.name,
            language: new.language,
            time_zone: new.time_zone,
            boundary: new.boundary,
            created_at: now,
            updated_at: now,
        };
        let tx = self.publication().await?;
        authority::Entity::insert(row.clone().into_active_model())
            .exec_without_returning(&tx)
            .await
            .map_err(|error| name_taken(error, "slug"))?;
        outbox::append(&tx, self, row.id, Line::Places).await?;
        self.audit(
            &tx,
            by,
            "authority.create",
            row.id,
            Some(row.id),
            serde_json::Value::Null,
        )
        .await?;
        tx.commit().await?;
        self.bus.nudge().await;
        Ok(row)
    }

    /// Every authority, by name.
    pub async fn authorities(&self) -> StoreResult<Vec<authority::Model>> {
        Ok(authority::Entity::find()
            .order_by_asc(authority::Column::Name)
            .all(&self.db)
            .await?)
    }

    /// One authority.
    pub async fn authority(&self, id: AuthorityId) -> StoreResult<Option<authority::Model>> {
        Ok(authority::Entity::find_by_id(id).one(&self.db).await?)
    }

    /// One authority, by its slug.
    pub async fn authority_by_slug(&self, slug: &str) -> StoreResult<Option<authority::Model>> {
        Ok(authority::Entity::find()
            .filter(authority::Column::Slug.eq(slug))
            .one(&self.db)
            .await?)
    }

    /// The zones of an authority, by name.
    pub async fn zones(&self, authority: AuthorityId) -> StoreResult<Vec<zone::Model>> {
        let own = zone::Entity::find()
            .filter(zone::Column::AuthorityId.eq(authority))
            .order_by_asc(zone::Column::Name);
        Ok(own.all(&self.db).await?)
    }

    /// Draws a zone, or draws it again: the slug names it.
    pub async fn put_zone(&self, authority: AuthorityId, draft: ZoneDraft, by: &Viewer) -> StoreResult<zone::Model> {
        let problems: Vec<Problem> = [
            slug_problem("slug", &draft.slug),
            text_problem("name", &draft.name, MAX_NAME),
            area_problem("shape", &draft.shape),
        ]
        .into_iter()
        .flatten()
        .collect();
        if !problems.is_empty() {
            return Err(StoreError::Problems(problems));
        }
        let now = self.clock.now();
        let tx = self.publication().await?;
        let same = zone::Column::AuthorityId
            .eq(authority)
            .and(zone::Column::Slug.eq(&draft.slug));
        let row = if let Some(known) = zone::Entity::find().filter(same).one(&tx).await? {
            let mut active = known.into_active_model();
            active.name = Set(draft.name);
            active.shape = Set(draft.shape);
            active.updated_at = Set(now);
            active.update(&tx).await?
        } else {
            let ZoneDraft { slug, name, shape } = draft;
            let row = zone::Model {
                id: self.ids.make(),
                authority_id: authority,
                slug,
                name,
                shape,
                created_at: now,
                updated_at: now,
            };
            zone::Entity::insert(row.clone().into_active_model())
                .exec_without_returning(&tx)
                .await?;
            row
        };
        outbox::append(&tx, self, authority, Line::Places).await?;
        self.audit(&tx, by, "zone.put", row.id, Some(authority), serde_json::Value::Null)
            .await?;
        tx.commit().await?;
        self.bus.nudge().await;
        Ok(row)
    }

    /// Removes a zone; items that named it concern the whole authority from then on.
    pub async fn remove_zone(&self, scope: &Scope, id: ZoneId, by: &Viewer) -> StoreResult<()> {
        let tx = self.publication().await?;
        let row = zone::Entity::find_by_id(id)
            .one(&tx)
            .await?
            .filter(|row| scope.covers(row.authority_id))
            .ok_or(StoreError::NotFound)?;
        zone::Entity::delete_by_id(id).exec(&tx).await?;
        outbox::append(&tx, self, row.authority_id, Line::Places).await?;
        self.audit(
            &tx,
            by,
            "zone.remove",
            id,
            Some(row.authority_id),
            serde_json::Value::Null,
        )
        .await?;
        tx.commit().await?;
        self.bus.nudge().await;
        Ok(())
    }
}

/// The loops' own name in the audit log and in revisions.
pub fn machine(name: &str) -> Viewer {
    Viewer {
        staff: None,
        name: name.to_owned(),
        roles: vec![(None, Role::Operator)],
    }
}

fn slug_problem(path: &str, slug: &str) -> Option<Problem> {
    let ok = !slug.is_empty()
        && slug.len() <= MAX_TOPIC
        && slug
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    (!ok).then(|| {
        Problem::new(
            ProblemCode::Invalid,
            path,
            "Un nom d’adresse s’écrit en minuscules sans accent, avec des chiffres ou des tirets.",
            "A slug is written in lower case without accents, with digits or hyphens.",
        )
    })
}

/// A zone must be an area with well-formed coordinates, of a size that a phone can draw.
fn area_problem(path: &str, shape: &Shape) -> Option<Problem> {
    use geo::CoordsIter as _;
    let inside = |c: geo::Coord<f64>| (-180.0..=180.0).contains(&c.x) && (-90.0..=90.0).contains(&c.y);
    let good = match shape.to_geo() {
        Some(area @ (geo::Geometry::Polygon(_) | geo::Geometry::MultiPolygon(_))) => {
            area.coords_count() >= 4 && area.coords_count() <= MAX_VERTICES && area.coords_iter().all(inside)
        }
        _ => false,
    };
    (!good).then(|| {
        Problem::new(
            ProblemCode::Invalid,
            path,
            format!("Donnez un polygone GeoJSON en degrés (longitude, latitude), de {MAX_VERTICES} sommets au plus."),
            format!("Give a GeoJSON polygon in degrees (longitude, latitude), with at most {MAX_VERTICES} vertices."),
        )
    })
}

/// A time zone that the IANA database does not have.
pub fn unknown_time_zone(path: &str, name: &str) -> Problem {
    let name: String = name.chars().take(MAX_TOPIC).collect();
    Problem::new(
        ProblemCode::Unknown,
        path,
        format!("« {name} » n’est pas un fuseau horaire connu ; par exemple : Europe/Paris."),
        format!("“{name}” is not a known time zone; for example: Europe/Paris."),
    )
}
