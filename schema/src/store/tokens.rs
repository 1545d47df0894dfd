//! Programs' access: one authority, one role.

use chrono::Duration;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, sea_query::Expr,
};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use super::{Store, StoreError, StoreResult, digest, staff as people};
use crate::{
    clock::Timestamp,
    entity::{api_token, authority},
    id::{ApiTokenId, AuthorityId},
    value::{Problem, ProblemCode, Role, Scope, Viewer},
};

/// What every token begins with, so that scanners of published code recognise a leaked one.
const PREFIX: &str = "beffroi_";
/// Longest name, in characters.
const MAX_NAME_CHARS: usize = 120;
/// Most tokens listed at once.
const MAX_TOKENS: u64 = 500;
/// How precisely the last use is known: one write an hour, not one per request.
const USE_PRECISION: Duration = Duration::hours(1);

/// A token to be made.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// Where it works.
    pub authority: AuthorityId,
    /// What it is for, for people.
    pub name: String,
    /// What it may do there: at most administrate.
    pub role: Role,
    /// When it stops working, if ever.
    pub expires_at: Option<Timestamp>,
}

impl Store {
    /// Makes a token: its row, and the secret, which is shown this once.
    pub async fn create_token(&self, viewer: &Viewer, new: NewToken) -> StoreResult<(api_token::Model, SecretString)> {
        people::may_administer(viewer, Some(new.authority))?;
        people::fits(new.role, Some(new.authority))?;
        let name = new.name.trim();
        if name.is_empty() || name.chars().count() > MAX_NAME_CHARS || name.chars().any(char::is_control) {
            return Err(name_problem());
        }
        let secret = format!("{PREFIX}{}", self.ids.secret());
        let row = api_token::Model {
            id: self.ids.make(),
            authority_id: new.authority,
            name: name.to_owned(),
            token_sha256: digest::of(&secret),
            role: new.role,
            created_at: self.clock.now(),
            created_by: viewer.staff,
            last_used_at: None,
            expires_at: new.expires_at,
            revoked_at: None,
        };
        let tx = self.write().await?;
        authority::Entity::find_by_id(new.authority)
            .one(&tx)
            .await?
            .ok_or(StoreError::NotFound)?;
        row.clone().into_active_model().insert(&tx).await?;
        let detail = json!({ "name": row.name, "role": row.role });
        self.audit(&tx, viewer, "token.create", row.id, Some(new.authority), detail)
            .await?;
        tx.commit().await?;
        Ok((row, SecretString::from(secret)))
    }

    /// Ends a token at once.
    pub async fn revoke_token(&self, viewer: &Viewer, id: ApiTokenId) -> StoreResult<api_token::Model> {
        let tx = self.write().await?;
        let found = api_token::Entity::find_by_id(id)
            .one(&tx)
            .await?
            .ok_or(StoreError::NotFound)?;
        people::may_administer(viewer, Some(found.authority_id))?;
        let now = self.clock.now();
        api_token::Entity::update_many()
            .col_expr(api_token::Column::RevokedAt, Expr::value(now))
            .filter(api_token::Column::Id.eq(id))
            .filter(api_token::Column::RevokedAt.is_null())
            .exec(&tx)
            .await?;
        self.audit(
            &tx,
            viewer,
            "token.revoke",
            id,
            Some(found.authority_id),
            json!({ "name": found.name }),
        )
        .await?;
        tx.commit().await?;
        Ok(api_token::Model {
            revoked_at: found.revoked_at.or(Some(now)),
            ..found
        })
    }

    /// The tokens of the authorities in `scope`, newest first, revoked ones included.
    pub async fn tokens(&self, scope: &Scope) -> StoreResult<Vec<api_token::Model>> {
        let mut tokens = api_token::Entity::find().order_by_desc(api_token::Column::Id);
        if let Scope::Authorities(authorities) = scope {
            tokens = tokens.filter(api_token::Column::AuthorityId.is_in(authorities.iter().copied()));
        }
        Ok(tokens.limit(MAX_TOKENS).all(&self.db).await?)
    }

    /// On whose behalf a token speaks, while it is valid.
    pub async fn token_viewer(&self, secret: &SecretString) -> StoreResult<Option<Viewer>> {
        let now = self.clock.now();
        let unexpired = Condition::any()
            .add(api_token::Column::ExpiresAt.is_null())
            .add(api_token::Column::ExpiresAt.gt(now));
        let token = api_token::Entity::find()
            .filter(api_token::Column::TokenSha256.eq(digest::of(secret.expose_secret())))
            .filter(api_token::Column::RevokedAt.is_null())
            .filter(unexpired)
            .one(&self.db)
            .await?;
        let Some(token) = token else { return Ok(None) };
        if token.last_used_at.is_none_or(|used| now - used > USE_PRECISION) {
            api_token::Entity::update_many()
                .col_expr(api_token::Column::LastUsedAt, Expr::value(now))
                .filter(api_token::Column::Id.eq(token.id))
                .exec(&self.db)
                .await?;
        }
        Ok(Some(Viewer {
            staff: None,
            name: format!("token {}", token.name),
            roles: vec![(Some(token.authority_id), token.role)],
        }))
    }
}

fn name_problem() -> StoreError {
    StoreError::from(Problem::new(
        ProblemCode::Invalid,
        "name",
        format!("Dites à quoi sert le jeton, en {MAX_NAME_CHARS} caractères au plus."),
        format!("Say what the token is for, in at most {MAX_NAME_CHARS} characters."),
    ))
}
