//! One-time links by which a person joins with a role.

use chrono::Duration;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, sea_query::Expr,
};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use super::{Store, StoreError, StoreResult, digest, password, staff as people};
use crate::{
    entity::{authority, invitation, staff},
    id::{AuthorityId, StaffId},
    value::{Language, Problem, ProblemCode, Role, Viewer},
};

/// How long a link is good for.
const INVITATION_HOURS: i64 = 24;
/// Shortest password, in characters (NIST SP 800-63B asks for 8, ANSSI for 12).
const MIN_PASSWORD_CHARS: usize = 12;
/// Longest password, in bytes: a hash of more would only cost time.
const MAX_PASSWORD_BYTES: usize = 1024;
/// Longest name, in characters.
const MAX_NAME_CHARS: usize = 120;
/// Longest address (RFC 5321 §4.5.3.1.3).
const MAX_EMAIL_BYTES: usize = 254;

/// What a valid link offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// The role that comes with it.
    pub role: Role,
    /// Where; none is the whole instance.
    pub authority: Option<AuthorityId>,
    /// The authority's name.
    pub authority_name: Option<String>,
}

/// What a person says of themselves when they join.
#[derive(Clone, Debug)]
pub struct Joining {
    /// As the audit log will show it.
    pub name: String,
    /// To sign in with.
    pub email: String,
    /// At least twelve characters.
    pub password: SecretString,
    /// Of the pages they see.
    pub language: Language,
}

impl Store {
    /// While nobody is operator: a link for the first one, valid for a day, in place of any earlier one. The secret is
    /// returned this once; only its hash is kept.
    pub async fn first_invitation(&self) -> StoreResult<Option<SecretString>> {
        let tx = self.write().await?;
        if people::operators(&tx).await? > 0 {
            return Ok(None);
        }
        invitation::Entity::delete_many()
            .filter(invitation::Column::UsedAt.is_null())
            .filter(invitation::Column::Role.eq(Role::Operator))
            .exec(&tx)
            .await?;
        let secret = self.put_invitation(&tx, None, Role::Operator).await?;
        tx.commit().await?;
        Ok(Some(secret))
    }

    /// Invites somebody to a role in one authority, or (operators only) over the whole instance: the secret of the link.
    pub async fn invite(&self, viewer: &Viewer, at: Option<AuthorityId>, role: Role) -> StoreResult<SecretString> {
        people::may_administer(viewer, at)?;
        people::fits(role, at)?;
        let tx = self.write().await?;
        if let Some(at) = at {
            authority::Entity::find_by_id(at)
                .one(&tx)
                .await?
                .ok_or(StoreError::NotFound)?;
        }
        let secret = self.put_invitation(&tx, at, role).await?;
        let detail = json!({ "role": role });
        self.audit(&tx, viewer, "staff.invite", people::place(at), at, detail)
            .await?;
        tx.commit().await?;
        Ok(secret)
    }

    async fn put_invitation(
        &self,
        db: &impl ConnectionTrait,
        at: Option<AuthorityId>,
        role: Role,
    ) -> StoreResult<SecretString> {
        let (secret, now) = (self.ids.secret(), self.clock.now());
        let row = invitation::Model {
            token_sha256: digest::of(&secret),
            scope: people::place(at),
            role,
            created_at: now,
            expires_at: now + Duration::hours(INVITATION_HOURS),
            used_at: None,
        };
        invitation::Entity::insert(row.into_active_model()).exec(db).await?;
        Ok(SecretString::from(secret))
    }

    /// What a link offers; `NotFound` when it was used, is too old, or never existed.
    pub async fn invitation(&self, secret: &SecretString) -> StoreResult<Invitation> {
        let row = self.open_invitation(&self.db, secret).await?;
        let at = people::read_place(&row.scope)?;
        let name = match at {
            None => None,
            Some(at) => authority::Entity::find_by_id(at)
                .one(&self.db)
                .await?
                .map(|found| found.name),
        };
        Ok(Invitation {
            role: row.role,
            authority: at,
            authority_name: name,
        })
    }

    async fn open_invitation(
        &self,
        db: &impl ConnectionTrait,
        secret: &SecretString,
    ) -> StoreResult<invitation::Model> {
        invitation::Entity::find_by_id(digest::of(secret.expose_secret()))
            .filter(invitation::Column::UsedAt.is_null())
            .filter(invitation::Column::ExpiresAt.gt(self.clock.now()))
            .one(db)
            .await?
            .ok_or(StoreError::NotFound)
    }

    /// Uses a link: adds the person with their role. The link is good for one person, even when two use it at once.
    pub async fn accept_invitation(&self, secret: &SecretString, joining: &Joining) -> StoreResult<StaffId> {
        let problems = joining.problems();
        if !problems.is_empty() {
            return Err(StoreError::Problems(problems));
        }
        self.open_invitation(&self.db, secret).await?;
        let person = self.person(joining).await?;
        let (id, viewer) = (person.id, joined(&person));

        let tx = self.write().await?;
        let row = self.open_invitation(&tx, secret).await?;
        let at = people::read_place(&row.scope)?;
        self.use_up(&tx, &row).await?;
        people::add(&tx, person).await.map_err(already_here)?;
        people::put_role(&tx, id, at, row.role).await?;
        self.audit(&tx, &viewer, "staff.join", id, at, json!({ "role": row.role }))
            .await?;
        tx.commit().await?;
        Ok(id)
    }

    async fn person(&self, joining: &Joining) -> StoreResult<staff::Model> {
        Ok(staff::Model {
            id: self.ids.make(),
            email: joining.email.trim().to_lowercase(),
            name: joining.name.trim().to_owned(),
            password_hash: password::hash(&self.ids, &joining.password).await?,
            language: joining.language.clone(),
            created_at: self.clock.now(),
        })
    }

    async fn use_up(&self, db: &impl ConnectionTrait, row: &invitation::Model) -> StoreResult<()> {
        let used = invitation::Entity::update_many()
            .col_expr(invitation::Column::UsedAt, Expr::value(self.clock.now()))
            .filter(invitation::Column::TokenSha256.eq(row.token_sha256.clone()))
            .filter(invitation::Column::UsedAt.is_null())
            .exec(db)
            .await?;
        if used.rows_affected == 1 {
            Ok(())
        } else {
            Err(StoreError::NotFound)
        }
    }
}

impl Joining {
    /// What the person has to put right.
    fn problems(&self) -> Vec<Problem> {
        let (name, email) = (self.name.trim(), self.email.trim());
        let password = self.password.expose_secret();
        let mut problems = Vec::new();
        if name.is_empty() || name.chars().count() > MAX_NAME_CHARS || name.chars().any(char::is_control) {
            problems.push(Problem::new(
                ProblemCode::Invalid,
                "name",
                format!("Indiquez un nom, de {MAX_NAME_CHARS} caractères au plus."),
                format!("Give a name of at most {MAX_NAME_CHARS} characters."),
            ));
        }
        if !looks_like_email(email) {
            problems.push(Problem::new(
                ProblemCode::Invalid,
                "email",
                "Indiquez une adresse électronique, comme nom@ville.example.",
                "Give an e-mail address, such as name@town.example.",
            ));
        }
        if password.chars().count() < MIN_PASSWORD_CHARS || password.len() > MAX_PASSWORD_BYTES {
            problems.push(Problem::new(
                ProblemCode::OutOfRange,
                "password",
                format!("Choisissez un mot de passe d'au moins {MIN_PASSWORD_CHARS} caractères."),
                format!("Choose a password of at least {MIN_PASSWORD_CHARS} characters."),
            ));
        }
        problems
    }
}

/// Catches slips; whether the address exists is only known by writing to it.
fn looks_like_email(email: &str) -> bool {
    let plain = email.len() <= MAX_EMAIL_BYTES && !email.chars().any(|c| c.is_whitespace() || c.is_control());
    let parts = email.rsplit_once('@');
    plain && parts.is_some_and(|(local, domain)| !local.is_empty() && !local.contains('@') && domain.contains('.'))
}

fn joined(person: &staff::Model) -> Viewer {
    Viewer {
        staff: Some(person.id),
        name: person.name.clone(),
        roles: Vec::new(),
    }
}

/// Who holds a valid link may learn that the address has an account: they were invited.
fn already_here(error: StoreError) -> StoreError {
    if !matches!(error, StoreError::Duplicate) {
        return error;
    }
    StoreError::from(Problem::new(
        ProblemCode::Conflict,
        "email",
        "Cette adresse a déjà un compte : demandez qu'on lui donne le rôle.",
        "This address already has an account: ask for the role to be granted to it.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_checked_for_slips_only() {
        for good in ["anne@ville.example", "a.b+c@sub.ville.example"] {
            assert!(looks_like_email(good), "{good}");
        }
        for bad in [
            "",
            "anne",
            "anne@",
            "@ville.example",
            "anne@ville",
            "a b@ville.example",
            "a@b@c.example",
        ] {
            assert!(!looks_like_email(bad), "{bad}");
        }
    }
}
