//! Errors as clients see them: a code in `extensions.code`, a sentence, and never the inside of the machine.

use async_graphql::Error;

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
