//! Programs' tokens.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use beffroi_schema::{clock::Timestamp, entity::api_token, store::NewToken, value};
use secrecy::ExposeSecret as _;

use crate::graphql::{
    context::Asked as _,
    guard::{Role, RoleGuard, requires},
    id,
    problem::{Problem, settle},
    scalar::DateTime,
};

/// Queries about tokens.
#[derive(Debug, Default)]
pub struct TokenQuery;

#[Object]
impl TokenQuery {
    /// The tokens of the authorities where the viewer is an administrator, newest first, revoked ones included.
    #[graphql(
        guard = "RoleGuard(value::Role::Admin)",
        directive = requires::apply(Role::Admin),
        complexity = "20 + child_complexity"
    )]
    async fn api_tokens(&self, ctx: &Context<'_>) -> Result<Vec<ApiToken>> {
        let scope = ctx.viewer()?.scope(value::Role::Admin);
        Ok(ctx.store()?.tokens(&scope).await?.into_iter().map(ApiToken).collect())
    }
}

/// A program's access to one authority.
#[derive(Debug)]
pub struct ApiToken(api_token::Model);

/// A program's access to one authority.
#[Object]
impl ApiToken {
    /// Global id.
    async fn id(&self) -> ID {
        id::global("ApiToken", self.0.id.0)
    }

    /// What it is for.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What it may do.
    async fn role(&self) -> Role {
        self.0.role.into()
    }

    /// Where it works.
    async fn authority_id(&self) -> ID {
        id::global("Authority", self.0.authority_id.0)
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        utc(self.0.created_at)
    }

    /// When it was last used, to the hour; null means never.
    async fn last_used_at(&self) -> Option<DateTime> {
        self.0.last_used_at.map(utc)
    }

    /// When it stops working; null means never.
    async fn expires_at(&self) -> Option<DateTime> {
        self.0.expires_at.map(utc)
    }

    /// When it was revoked; null means that it was not.
    async fn revoked_at(&self) -> Option<DateTime> {
        self.0.revoked_at.map(utc)
    }
}

/// A token works wherever its program runs: its times are those of Greenwich.
fn utc(instant: Timestamp) -> DateTime {
    DateTime::at(instant, "UTC")
}

/// Acts on tokens.
#[derive(Debug, Default)]
pub struct TokenMutation;

#[Object]
impl TokenMutation {
    /// Makes a token for a program. Its secret is shown this once.
    #[graphql(guard = "RoleGuard(value::Role::Admin)", directive = requires::apply(Role::Admin))]
    async fn create_api_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is wanted.")] input: CreateApiTokenInput,
    ) -> Result<CreateApiTokenPayload> {
        let new = NewToken {
            authority: id::local("Authority", &input.authority_id)?,
            name: input.name,
            role: input.role.into(),
            expires_at: input.expires_at.map(DateTime::utc),
        };
        let (made, problems) = settle(ctx.store()?.create_token(ctx.viewer()?, new).await)?;
        let (token, secret) = made.unzip();
        Ok(CreateApiTokenPayload {
            token: token.map(ApiToken),
            secret: secret.map(|secret| secret.expose_secret().to_owned()),
            problems,
        })
    }

    /// Ends a token at once. Ending it again changes nothing.
    #[graphql(guard = "RoleGuard(value::Role::Admin)", directive = requires::apply(Role::Admin))]
    async fn revoke_api_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token's global id.")] id: ID,
    ) -> Result<RevokeApiTokenPayload> {
        let token = ctx
            .store()?
            .revoke_token(ctx.viewer()?, id::local("ApiToken", &id)?)
            .await?;
        Ok(RevokeApiTokenPayload { token: ApiToken(token) })
    }
}

/// A token to make.
#[derive(Debug, InputObject)]
pub struct CreateApiTokenInput {
    /// Where it will work.
    authority_id: ID,
    /// What it is for: "site de la mairie".
    name: String,
    /// What it may do: at most administrate.
    role: Role,
    /// When it stops working; absent means never.
    expires_at: Option<DateTime>,
}

/// The token that was made.
#[derive(Debug, SimpleObject)]
pub struct CreateApiTokenPayload {
    /// The token; null when there are problems.
    token: Option<ApiToken>,
    /// What the program sends as `Authorization: Bearer`; null when there are problems. It cannot be shown again.
    secret: Option<String>,
    /// What to put right.
    problems: Vec<Problem>,
}

/// The token that was ended.
#[derive(Debug, SimpleObject)]
pub struct RevokeApiTokenPayload {
    /// The token.
    token: ApiToken,
}
