//! Errors as clients see them: a code in `extensions.code`, a sentence, and never the inside of the machine.

use std::{any::Any, sync::Arc};

use async_graphql::{
    Error, Response, ServerError, Value,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextRequest, NextSubscribe},
    value,
};
use beffroi_schema::store::{Store, StoreError};
use futures_util::{StreamExt as _, stream::BoxStream};
use uuid::Uuid;

/// What went wrong, for programs. Written into `extensions.code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// Nobody is signed in, or the token is not valid any more.
    Unauthenticated,
    /// Signed in, and the role does not suffice.
    Forbidden,
    /// The request cannot be understood, or breaks a limit.
    BadUserInput,
    /// Absent, or hidden from this viewer: the two are not told apart.
    NotFound,
    /// Changed meanwhile, or already there.
    Conflict,
    /// Too many requests; `Retry-After` says when to come back.
    RateLimited,
    /// The hash of a persisted query is not known here: send the text once.
    PersistedQueryNotFound,
    /// A fault of ours; the `id` beside the code is in the log.
    InternalServerError,
}

impl Code {
    /// The word in `extensions.code`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::NotFound => "NOT_FOUND",
            Self::Conflict => "CONFLICT",
            Self::RateLimited => "RATE_LIMITED",
            Self::PersistedQueryNotFound => "PERSISTED_QUERY_NOT_FOUND",
            Self::InternalServerError => "INTERNAL_SERVER_ERROR",
        }
    }

    /// An error for a resolver to return.
    pub fn error(self, message: impl Into<String>) -> Error {
        use async_graphql::ErrorExtensions as _;
        Error::new(message).extend_with(|_, extensions| extensions.set("code", self.as_str()))
    }
}

/// Gives every error of an answer its code, and keeps the inside of the machine inside: what is not known to be meant
/// for the client is logged under an id, and only the id leaves.
#[derive(Clone, Copy, Debug)]
pub struct Errors;

impl ExtensionFactory for Errors {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl Extension for Errors {
    async fn request(&self, ctx: &ExtensionContext<'_>, next: NextRequest<'_>) -> Response {
        let mut response = next.run(ctx).await;
        for error in &mut response.errors {
            publish(error, ctx.data_opt::<Store>());
        }
        response
    }

    fn subscribe<'s>(
        &self,
        ctx: &ExtensionContext<'_>,
        stream: BoxStream<'s, Response>,
        next: NextSubscribe<'_>,
    ) -> BoxStream<'s, Response> {
        let store = ctx.data_opt::<Store>().cloned();
        let stream = next.run(ctx, stream).map(move |mut response| {
            for error in &mut response.errors {
                publish(error, store.as_ref());
            }
            response
        });
        stream.boxed()
    }
}

/// Rewrites one error for the client.
fn publish(error: &mut ServerError, store: Option<&Store>) {
    if error
        .extensions
        .as_ref()
        .is_some_and(|extensions| extensions.get("code").is_some())
    {
        return;
    }
    let source = error.source.clone();
    let code = match source.as_ref().and_then(|source| source.downcast_ref::<StoreError>()) {
        Some(known) => of_store(known, error),
        None if is_about_the_request(error) => Code::BadUserInput,
        None => Code::InternalServerError,
    };
    if code == Code::InternalServerError {
        hide(error, source.as_deref(), store);
    }
    set(error, "code", code.as_str());
    error.source = None;
}

/// A verb's refusal, in the contract's words.
fn of_store(known: &StoreError, error: &mut ServerError) -> Code {
    match known {
        StoreError::NotFound => Code::NotFound,
        StoreError::Conflict { current } => {
            set(error, "currentVersion", *current);
            Code::Conflict
        }
        StoreError::Problems(problems) => {
            let problems = problems.iter().map(|problem| value!({ "code": problem.code.as_str(), "path": problem.path.as_str(), "message": problem.en.as_str() }));
            set(error, "problems", Value::List(problems.collect()));
            Code::BadUserInput
        }
        StoreError::Duplicate => Code::Conflict,
        StoreError::Sealed | StoreError::Hashing | StoreError::Database(_) | StoreError::Files(_) => {
            Code::InternalServerError
        }
    }
}

/// What is wrong before any resolver runs is the client's to put right, and so is an argument that cannot be read.
/// Anything else without a code was not meant for clients.
fn is_about_the_request(error: &ServerError) -> bool {
    let argument = [
        "Failed to parse ",
        "Expected input type ",
        "Invalid value for argument ",
    ];
    error.source.is_none() && (error.path.is_empty() || argument.iter().any(|start| error.message.starts_with(start)))
}

fn hide(error: &mut ServerError, source: Option<&(dyn Any + Send + Sync)>, store: Option<&Store>) {
    let id = store.map_or_else(String::new, |store| store.ids().make::<Uuid>().to_string());
    let cause = source
        .and_then(|source| source.downcast_ref::<StoreError>())
        .map(|known| format!("{known:?}"));
    tracing::error!(error.id = %id, path = ?error.path, cause = cause.as_deref(), "internal error: {}", error.message);
    "internal error".clone_into(&mut error.message);
    set(error, "id", id);
}

fn set(error: &mut ServerError, name: &str, value: impl Into<Value>) {
    error.extensions.get_or_insert_default().set(name, value);
}
