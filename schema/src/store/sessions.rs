//! Signed-in browsers.

use chrono::Duration;
use sea_orm::{ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, sea_query::Expr};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use super::{Store, StoreResult, digest, password};
use crate::{
    entity::{session, staff},
    id::StaffId,
    value::Viewer,
};

/// How long a session lives without being used.
pub const SESSION_DAYS: i64 = 30;
/// How much of that may have passed before a use writes the new end: one write a day, not one per request.
const SLIDE_AFTER: Duration = Duration::days(1);

impl Store {
    /// Signs in: a secret for the browser's cookie, or none when address and password do not belong together.
    ///
    /// An unknown address takes as long as a wrong password.
    pub async fn sign_in(&self, email: &str, password: &SecretString) -> StoreResult<Option<SecretString>> {
        // PostgreSQL refuses U+0000 even in a question; no address has one.
        let email = email.trim().to_lowercase().replace('\0', "");
        let person = staff::Entity::find()
            .filter(staff::Column::Email.eq(email))
            .one(&self.db)
            .await?;
        let hash = person.as_ref().map(|person| person.password_hash.clone());
        let known = password::verify(password, hash).await?;
        match person {
            Some(person) if known => Ok(Some(self.open_session(&person).await?)),
            _ => Ok(None),
        }
    }

    async fn open_session(&self, person: &staff::Model) -> StoreResult<SecretString> {
        let (secret, now) = (self.ids.secret(), self.clock.now());
        let session = session::Model {
            token_sha256: digest::of(&secret),
            staff_id: person.id,
            created_at: now,
            expires_at: now + Duration::days(SESSION_DAYS),
        };
        let tx = self.write().await?;
        // The end of one session is the occasion to forget those that nobody ended.
        session::Entity::delete_many()
            .filter(session::Column::StaffId.eq(person.id))
            .filter(session::Column::ExpiresAt.lte(now))
            .exec(&tx)
            .await?;
        session::Entity::insert(session.into_active_model()).exec(&tx).await?;
        let viewer = Viewer {
            staff: Some(person.id),
            name: person.name.clone(),
            roles: Vec::new(),
        };
        self.audit(&tx, &viewer, "session.open", person.id, None, json!({}))
            .await?;
        tx.commit().await?;
        Ok(SecretString::from(secret))
    }

    /// Whose session this is, while it lives. Using it keeps it alive.
    pub async fn session_viewer(&self, secret: &SecretString) -> StoreResult<Option<Viewer>> {
        let now = self.clock.now();
        let session = session::Entity::find_by_id(digest::of(secret.expose_secret()))
            .filter(session::Column::ExpiresAt.gt(now))
            .one(&self.db)
            .await?;
        let Some(session) = session else { return Ok(None) };
        let end = now + Duration::days(SESSION_DAYS);
        if end - session.expires_at > SLIDE_AFTER {
            session::Entity::update_many()
                .col_expr(session::Column::ExpiresAt, Expr::value(end))
                .filter(session::Column::TokenSha256.eq(session.token_sha256))
                .exec(&self.db)
                .await?;
        }
        self.staff_viewer(session.staff_id).await
    }

    /// Ends one session. Ending one that does not exist is no error.
    pub async fn sign_out(&self, secret: &SecretString) -> StoreResult<()> {
        session::Entity::delete_by_id(digest::of(secret.expose_secret()))
            .exec(&self.db)
            .await?;
        Ok(())
    }

    /// Ends every session of a person: how many there were.
    pub async fn sign_out_everywhere(&self, viewer: &Viewer, person: StaffId) -> StoreResult<u64> {
        let tx = self.write().await?;
        let ended = session::Entity::delete_many()
            .filter(session::Column::StaffId.eq(person))
            .exec(&tx)
            .await?
            .rows_affected;
        self.audit(
            &tx,
            viewer,
            "session.end_all",
            person,
            None,
            json!({ "sessions": ended }),
        )
        .await?;
        tx.commit().await?;
        Ok(ended)
    }
}
