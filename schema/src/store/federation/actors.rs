//! Our actors: an authority, or one topic of it.

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, Set,
};
use secrecy::SecretString;
use uuid::Uuid;

use super::{
    super::{Store, StoreError, StoreResult, error::name_taken},
    keys,
};
use crate::{
    address::SHARED_INBOX,
    draft::{MAX_NAME, text_problem},
    entity::{federated_actor, federated_follower, federated_note, federated_reaction, media},
    id::{AuthorityId, FederatedActorId, ItemId, MediaId},
    value::{Label, Problem, ProblemCode, Reaction, Scope, Viewer},
};

/// Longest name: Mastodon's own limit for the names of its users.
const MAX_ACTOR_NAME: usize = 30;
/// Characters of what an actor says of itself, in one language: what Mastodon shows.
const MAX_SUMMARY: usize = 500;
/// Most actors of one authority: an item is told by each that it concerns.
const MAX_ACTORS: u64 = 20;

/// A new actor.
#[derive(Clone, Debug)]
pub struct NewFederatedActor {
    /// Whose it is.
    pub authority: AuthorityId,
    /// Before the `@` of its handle. It can never be changed: followers know it by nothing else.
    pub name: String,
    /// Tells of items with this topic; none: of everything.
    pub topic: Option<String>,
    /// Its name for people.
    pub title: String,
    /// Who it is, by language.
    pub summary: Label,
    /// Its picture, one of the authority's.
    pub icon: Option<MediaId>,
}

/// How many people an actor has reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Who follow it.
    pub followers: u64,
    /// What it has told, and not taken back.
    pub posts: u64,
    /// How often that was liked.
    pub likes: u64,
    /// How often that was shared.
    pub announces: u64,
}

impl Store {
    /// Adds an actor, which speaks from now on.
    pub async fn create_federated_actor(
        &self,
        new: NewFederatedActor,
        by: &Viewer,
    ) -> StoreResult<federated_actor::Model> {
        self.check_federated_actor(&new).await?;
        let pair = keys::make(&self.ids).await?;
        let (id, now): (FederatedActorId, _) = (self.ids.make(), self.clock.now());
        let row = federated_actor::Model {
            id,
            authority_id: new.authority,
            name: new.name,
            topic: new.topic,
            title: new.title,
            summary: new.summary,
            icon_id: new.icon,
            active: true,
            public_key: pair.public,
            private_key: self.seal.close(&self.ids, &pair.private, &id.to_string())?,
            created_at: now,
            updated_at: now,
        };
        let tx = self.write().await?;
        federated_actor::Entity::insert(row.clone().into_active_model())
            .exec_without_returning(&tx)
            .await
            .map_err(|error| name_taken(error, "name"))?;
        let detail = serde_json::json!({ "name": row.name });
        self.audit(&tx, by, "federated_actor.create", id, Some(row.authority_id), detail)
            .await?;
        tx.commit().await?;
        Ok(row)
    }

    async fn check_federated_actor(&self, new: &NewFederatedActor) -> StoreResult<()> {
        let mut problems: Vec<Problem> = [name_problem(&new.name), text_problem("title", &new.title, MAX_NAME)]
            .into_iter()
            .flatten()
            .collect();
        let long = |text: &String| text_problem("summary", text, MAX_SUMMARY);
        problems.extend(new.summary.0.values().filter_map(long));
        problems.extend(
            new.topic
                .as_ref()
                .and_then(|topic| text_problem("topic", topic, MAX_NAME)),
        );
        if let Some(icon) = new.icon {
            let row = media::Entity::find_by_id(icon).one(&self.db).await?;
            if row.is_none_or(|row| row.authority_id != new.authority) {
                problems.push(Problem::new(
                    ProblemCode::Unknown,
                    "iconId",
                    "Cette image n’existe pas chez cette collectivité.",
                    "This picture does not exist in this authority.",
                ));
            }
        }
        if self
            .federated_actors(&Scope::Instance, Some(new.authority))
            .await?
            .len() as u64
            >= MAX_ACTORS
        {
            problems.push(Problem::new(
                ProblemCode::TooMany,
                "authorityId",
                format!("Une collectivité a {MAX_ACTORS} comptes fédérés au plus."),
                format!("An authority has at most {MAX_ACTORS} federated accounts."),
            ));
        }
        if problems.is_empty() {
            return Ok(());
        }
        Err(StoreError::Problems(problems))
    }

    /// Lets an actor speak, or has it be silent: it cannot be found then, and what it has to say waits.
    pub async fn set_federated_actor_active(
        &self,
        scope: &Scope,
        id: FederatedActorId,
        active: bool,
        by: &Viewer,
    ) -> StoreResult<federated_actor::Model> {
        let tx = self.write().await?;
        let row = federated_actor::Entity::find_by_id(id)
            .lock_exclusive()
            .one(&tx)
            .await?
            .filter(|row| scope.covers(row.authority_id));
        let row = row.ok_or(StoreError::NotFound)?;
        let authority = row.authority_id;
        let mut changed = row.into_active_model();
        changed.active = Set(active);
        changed.updated_at = Set(self.clock.now());
        let row = changed.update(&tx).await?;
        let verb = if active {
            "federated_actor.enable"
        } else {
            "federated_actor.disable"
        };
        self.audit(&tx, by, verb, id, Some(authority), serde_json::Value::Null)
            .await?;
        tx.commit().await?;
        self.bus.nudge().await;
        Ok(row)
    }

    /// The actors in `scope`, of one authority if it is named, by name.
    pub async fn federated_actors(
        &self,
        scope: &Scope,
        authority: Option<AuthorityId>,
    ) -> StoreResult<Vec<federated_actor::Model>> {
        let mut query = federated_actor::Entity::find().order_by_asc(federated_actor::Column::Name);
        if let Some(authority) = authority {
            query = query.filter(federated_actor::Column::AuthorityId.eq(authority));
        }
        let rows = query.all(&self.db).await?;
        Ok(rows.into_iter().filter(|row| scope.covers(row.authority_id)).collect())
    }

    /// The actor of this name, if it can be found.
    pub async fn federated_actor(&self, name: &str) -> StoreResult<Option<federated_actor::Model>> {
        Ok(federated_actor::Entity::find()
            .filter(federated_actor::Column::Name.eq(name))
            .filter(federated_actor::Column::Active.eq(true))
            .one(&self.db)
            .await?)
    }

    /// The actor in whose name strangers are asked who they are; none where nobody speaks.
    pub async fn first_federated_actor(&self) -> StoreResult<Option<federated_actor::Model>> {
        Ok(federated_actor::Entity::find()
            .filter(federated_actor::Column::Active.eq(true))
            .order_by_asc(federated_actor::Column::Id)
            .one(&self.db)
            .await?)
    }

    /// The private key of an actor, as PEM.
    pub fn federated_key(&self, actor: &federated_actor::Model) -> StoreResult<SecretString> {
        self.seal.open(&actor.private_key, &actor.id.to_string())
    }

    /// How many people an actor has reached.
    pub async fn federated_standing(&self, id: FederatedActorId) -> StoreResult<Standing> {
        let followers = federated_follower::Entity::find().filter(federated_follower::Column::ActorId.eq(id));
        let notes = federated_note::Entity::find()
            .filter(federated_note::Column::ActorId.eq(id))
            .filter(federated_note::Column::DeletedAt.is_null());
        let reactions = |kind: Reaction| {
            federated_reaction::Entity::find()
                .filter(federated_reaction::Column::ActorId.eq(id))
                .filter(federated_reaction::Column::Kind.eq(kind))
        };
        Ok(Standing {
            followers: followers.count(&self.db).await?,
            posts: notes.count(&self.db).await?,
            likes: reactions(Reaction::Like).count(&self.db).await?,
            announces: reactions(Reaction::Announce).count(&self.db).await?,
        })
    }

    /// How often an item was liked and shared, whichever actor told it.
    pub async fn federated_reactions(&self, item: ItemId) -> StoreResult<(u64, u64)> {
        let of = |kind: Reaction| {
            federated_reaction::Entity::find()
                .filter(federated_reaction::Column::ItemId.eq(item))
                .filter(federated_reaction::Column::Kind.eq(kind))
        };
        Ok((
            of(Reaction::Like).count(&self.db).await?,
            of(Reaction::Announce).count(&self.db).await?,
        ))
    }

    /// Followers of an actor, oldest first, after this one.
    pub async fn federated_followers(
        &self,
        actor: FederatedActorId,
        after: Option<Uuid>,
        limit: u64,
    ) -> StoreResult<Vec<federated_follower::Model>> {
        let mut query = federated_follower::Entity::find()
            .filter(federated_follower::Column::ActorId.eq(actor))
            .order_by_asc(federated_follower::Column::Id);
        if let Some(after) = after {
            query = query.filter(federated_follower::Column::Id.gt(after));
        }
        Ok(query.limit(limit).all(&self.db).await?)
    }

    /// A picture's address and type.
    pub async fn picture_named(&self, id: MediaId) -> StoreResult<Option<media::Model>> {
        Ok(media::Entity::find_by_id(id).one(&self.db).await?)
    }
}

/// What Mastodon takes for the name of a user elsewhere.
fn name_problem(name: &str) -> Option<Problem> {
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    let ends = name.bytes().next().is_some_and(inner) && name.bytes().next_back().is_some_and(inner);
    let good =
        ends && name.len() <= MAX_ACTOR_NAME && name != SHARED_INBOX && name.bytes().all(|b| inner(b) || b == b'-');
    (!good).then(|| {
        Problem::new(
            ProblemCode::Invalid,
            "name",
            format!(
                "Un nom de compte s’écrit en minuscules sans accent, avec des chiffres, « _ » ou, à l’intérieur, « - » ; \
                 {MAX_ACTOR_NAME} signes au plus, et pas « {SHARED_INBOX} »."
            ),
            format!(
                "The name of an account is written in lower case without accents, with digits, “_” or, inside, “-”; at \
                 most {MAX_ACTOR_NAME} characters, and not “{SHARED_INBOX}”."
            ),
        )
    })
}
