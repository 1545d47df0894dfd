//! Accounts on social networks.

use std::{collections::BTreeSet, sync::Arc};

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use beffroi_schema::{
    draft::text_problem,
    entity::account,
    id::{AccountId, AuthorityId},
    store::{NewAccount, Person, Store, StoreError, StoreResult, who_agrees},
    value::{self, AccountRules},
};
use secrecy::SecretString;
use tokio::sync::OnceCell;

use super::{
    local_time,
    rules::{AccountRulesInput, Rules},
    scope,
    settings::{self, MAX_SECRET, SettingInput},
    within,
    words::AccountState,
};
use crate::graphql::{
    context::Asked as _,
    guard::{Role, RoleGuard, requires},
    id,
    problem::{Problem, settle},
    reading::Reading as _,
    scalar::{DateTime, Url},
    words::Network,
};

/// An account's row, and who may agree for it. Its secret has no field.
#[derive(Clone, Debug)]
pub struct Account {
    row: account::Model,
    people: Arc<People>,
}

/// The people of the authorities of several accounts, read once when the first account is asked who agrees for it.
#[derive(Debug)]
struct People {
    places: BTreeSet<AuthorityId>,
    read: OnceCell<Vec<Person>>,
}

impl Account {
    /// One by itself.
    pub(super) fn one(row: account::Model) -> Self {
        let people = Arc::new(People::of([row.authority_id].into()));
        Self { row, people }
    }

    /// Those of one answer: a hundred cost as many statements as one.
    pub(super) fn all(rows: Vec<account::Model>) -> impl Iterator<Item = Self> {
        let people = Arc::new(People::of(rows.iter().map(|row| row.authority_id).collect()));
        rows.into_iter().map(move |row| Self {
            row,
            people: Arc::clone(&people),
        })
    }

    /// Which it is.
    pub(super) fn key(&self) -> AccountId {
        self.row.id
    }
}

impl People {
    fn of(places: BTreeSet<AuthorityId>) -> Self {
        let read = OnceCell::new();
        Self { places, read }
    }

    async fn who_agrees(&self, store: &Store, account: &account::Model) -> StoreResult<Vec<String>> {
        let read = || store.who_may_agree(self.places.clone());
        Ok(who_agrees(account, self.read.get_or_try_init(read).await?))
    }
}

/// A page or handle on a social network. Its secret can be replaced, and never read.
#[Object]
impl Account {
    /// Its global id.
    async fn id(&self) -> ID {
        id::global("Account", self.row.id.0)
    }

    /// Whose it is.
    async fn authority_id(&self) -> ID {
        id::global("Authority", self.row.authority_id.0)
    }

    /// On which network.
    async fn network(&self) -> Network {
        self.row.network.into()
    }

    /// How staff call it.
    async fn name(&self) -> &str {
        &self.row.name
    }

    /// Whether anything is sent there.
    async fn state(&self) -> AccountState {
        self.row.state.into()
    }

    /// Why it is locked, in the network's own sentence; null when it is not.
    async fn reason(&self) -> Option<&str> {
        self.row.reason.as_deref()
    }

    /// What goes there.
    async fn rules(&self) -> Rules {
        Rules::from(&self.row.rules)
    }

    /// How it was at its last check; null before the first.
    async fn health(&self, ctx: &Context<'_>) -> Result<Option<AccountHealth>> {
        let health = self.row.health.as_ref();
        let health = health.map(|health| {
            Ok(AccountHealth {
                checked_at: local_time(ctx, self.row.authority_id, health.checked_at)?,
                handle: health.handle.clone(),
                url: health.url.clone(),
                followers: health.followers,
                warning: match &health.warning {
                    Some(warning) => Some(warning.message(ctx.sentence_language()?).to_owned()),
                    None => None,
                },
            })
        });
        health.transpose()
    }

    /// Until when its network takes what its people agreed to; null where the network does not say, or there is no end.
    #[graphql(complexity = 5)]
    async fn authorisation(&self, ctx: &Context<'_>) -> Result<Option<Authorisation>> {
        let Some(until) = self.row.authorised_until else {
            return Ok(None);
        };
        let store = ctx.store()?;
        Ok(Some(Authorisation {
            until: local_time(ctx, self.row.authority_id, until)?,
            days_left: i32::try_from((until - store.clock().now()).num_days()).unwrap_or(i32::MAX),
            people: self.people.who_agrees(store, &self.row).await?,
            page: Url(ctx.addresses()?.connect_again(self.row.id)),
        }))
    }

    /// Whether a person does everything there, as tasks: the network takes nothing from programs.
    async fn by_hand(&self) -> bool {
        self.row.network.by_hand()
    }

    /// Length of a post, in the units of the network; null before the first check.
    async fn text_limit(&self) -> Option<u32> {
        self.row.capabilities.as_ref().map(|able| able.text.units)
    }

    /// Whether a post can be changed there; null before the first check.
    async fn can_edit(&self) -> Option<bool> {
        self.row.capabilities.as_ref().map(|able| able.edit)
    }

    /// Whether a post can be taken back there; null before the first check.
    async fn can_delete(&self) -> Option<bool> {
        self.row.capabilities.as_ref().map(|able| able.delete)
    }

    /// Grows by one at each change: pass it with the next one.
    async fn version(&self) -> i32 {
        self.row.version
    }
}

/// How an account was at its last check.
#[derive(Debug, SimpleObject)]
pub struct AccountHealth {
    /// When it was checked.
    checked_at: DateTime,
    /// The name by which the network knows us.
    handle: String,
    /// The page of the account; null when the network gives none.
    url: Option<String>,
    /// Followers; null when the network does not tell.
    followers: Option<u64>,
    /// What somebody should do before it stops, though it is well, in the viewer's language; null: nothing.
    warning: Option<String>,
}

/// Until when a network takes what people agreed to.
#[derive(Debug, SimpleObject)]
pub struct Authorisation {
    /// Its end.
    until: DateTime,
    /// Whole days until then; negative once it is over. Who must agree again is reminded 30, 7 and 1 days before.
    days_left: i32,
    /// Who can agree again: the person who did, else the administrators.
    people: Vec<String>,
    /// Where they do.
    page: Url,
}

/// Acts on accounts.
#[derive(Debug, Default)]
pub struct AccountMutation;

#[Object]
impl AccountMutation {
    /// Adds an account. It is tried at once; `health` or `reason` say how that went.
    #[graphql(guard = "RoleGuard(value::Role::Admin)", directive = requires::apply(Role::Admin))]
    async fn create_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is wanted.")] input: CreateAccountInput,
    ) -> Result<AccountPayload> {
        let home = within(ctx, value::Role::Admin, &input.authority_id).await?;
        let network: value::Network = input.network.into();
        let mut problems = settings::problems(network, &input.settings);
        problems.extend(match (&input.secret, network.by_hand()) {
            (None, true) => None,
            (Some(_), true) => Some(no_secret()),
            (secret, false) => secret_problem(secret.as_deref().unwrap_or_default()),
        });
        let mut rules = AccountRules::default();
        if let Some(wanted) = input.rules {
            wanted.apply(&mut rules, &mut problems);
        }
        if !problems.is_empty() {
            return answered(Err(StoreError::Problems(problems)));
        }
        let new = NewAccount {
            authority: home.id,
            network,
            name: input.name,
            settings: settings::row(network, input.settings),
            secret: input.secret.map(SecretString::from),
            rules,
        };
        answered(ctx.store()?.create_account(new, ctx.viewer()?).await)
    }

    /// Changes what goes to an account.
    #[graphql(guard = "RoleGuard(value::Role::Admin)", directive = requires::apply(Role::Admin))]
    async fn set_account_rules(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is wanted.")] input: SetAccountRulesInput,
    ) -> Result<AccountPayload> {
        let scope = scope(ctx, value::Role::Admin)?;
        let (store, id) = (ctx.store()?, id::local::<AccountId>("Account", &input.id)?);
        let known = store.account(&scope, id).await?.ok_or(StoreError::NotFound)?;
        if known.version != input.version {
            return answered(Err(StoreError::Conflict { current: known.version }));
        }
        let (mut rules, mut problems) = (known.rules, Vec::new());
        input.rules.apply(&mut rules, &mut problems);
        if !problems.is_empty() {
            return answered(Err(StoreError::Problems(problems)));
        }
        let done = store.set_account_rules(&scope, id, input.version, rules, ctx.viewer()?);
        answered(done.await)
    }

    /// Gives an account a new token or app password, and lets it go on.
    #[graphql(guard = "RoleGuard(value::Role::Admin)", directive = requires::apply(Role::Admin))]
    async fn set_account_secret(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account's global id.")] id: ID,
        #[graphql(desc = "The token or app password: kept encrypted, never shown.")] secret: String,
    ) -> Result<AccountPayload> {
        let scope = scope(ctx, value::Role::Admin)?;
        let id = id::local("Account", &id)?;
        if let Some(problem) = secret_problem(&secret) {
            return answered(Err(problem.into()));
        }
        let (store, secret) = (ctx.store()?, SecretString::from(secret));
        let known = store.account(&scope, id).await?.ok_or(StoreError::NotFound)?;
        if known.network.by_hand() {
            return answered(Err(no_secret().into()));
        }
        answered(store.set_account_secret(&scope, id, &secret, ctx.viewer()?).await)
    }

    /// Stops an account: its posts wait.
    #[graphql(guard = "RoleGuard(value::Role::Admin)", directive = requires::apply(Role::Admin))]
    async fn pause_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account's global id.")] id: ID,
    ) -> Result<AccountPayload> {
        let (scope, id) = (scope(ctx, value::Role::Admin)?, id::local("Account", &id)?);
        answered(ctx.store()?.pause_account(&scope, id, ctx.viewer()?).await)
    }

    /// Lets an account go on, paused or locked.
    #[graphql(guard = "RoleGuard(value::Role::Admin)", directive = requires::apply(Role::Admin))]
    async fn resume_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account's global id.")] id: ID,
    ) -> Result<AccountPayload> {
        let (scope, id) = (scope(ctx, value::Role::Admin)?, id::local("Account", &id)?);
        answered(ctx.store()?.resume_account(&scope, id, ctx.viewer()?).await)
    }
}

/// An account to add.
#[derive(Debug, InputObject)]
pub struct CreateAccountInput {
    /// Whose it will be.
    authority_id: ID,
    /// How staff will call it.
    name: String,
    /// On which network.
    network: Network,
    /// Which account there: what `networks` asks for.
    settings: Vec<SettingInput>,
    /// The token or app password: kept encrypted, never shown. Absent where a person posts by hand.
    secret: Option<String>,
    /// What goes there; absent: everything.
    rules: Option<AccountRulesInput>,
}

/// Which rules for which account.
#[derive(Debug, InputObject)]
pub struct SetAccountRulesInput {
    /// The account.
    id: ID,
    /// The version that the change is based on: an older one answers `CONFLICT`, with `currentVersion`.
    version: i32,
    /// The rules that change.
    rules: AccountRulesInput,
}

/// The account as it is after an act.
#[derive(Debug, SimpleObject)]
pub struct AccountPayload {
    /// The account; null when there are problems: nothing was written then.
    account: Option<Account>,
    /// What to put right.
    problems: Vec<Problem>,
}

fn secret_problem(secret: &str) -> Option<value::Problem> {
    if !secret.trim().is_empty() {
        return text_problem("secret", secret, MAX_SECRET);
    }
    Some(value::Problem::new(
        value::ProblemCode::Missing,
        "secret",
        "Collez le jeton ou le mot de passe d’application que le réseau a donné.",
        "Paste the token or app password that the network gave.",
    ))
}

/// Nothing is kept that nobody uses.
fn no_secret() -> value::Problem {
    value::Problem::new(
        value::ProblemCode::Unknown,
        "secret",
        "Sur ce réseau, une personne publie à la main : il ne faut aucun jeton.",
        "On this network a person posts by hand: no token is needed.",
    )
}

fn answered(done: StoreResult<account::Model>) -> Result<AccountPayload> {
    let (row, problems) = settle(done)?;
    Ok(AccountPayload {
        account: row.map(Account::one),
        problems,
    })
}
