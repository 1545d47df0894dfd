//! Why a verb did not do what was asked.

use sea_orm::{DbErr, SqlErr};

use crate::{
    files::FilesError,
    value::{Problem, ProblemCode},
};

/// What every verb returns.
pub type StoreResult<T> = Result<T, StoreError>;

/// Why a verb did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No such row, or not for this viewer: the two are not told apart.
    #[error("not found")]
    NotFound,
    /// The row was changed meanwhile; `current` is its version now.
    #[error("changed meanwhile: the current version is {current}")]
    Conflict {
        /// The version to read again and start from.
        current: i32,
    },
    /// Things a person can put right. Nothing was written.
    #[error("{} problem(s) to put right", .0.len())]
    Problems(Vec<Problem>),
    /// A name or key that must be unique already exists.
    #[error("already exists")]
    Duplicate,
    /// A secret that cannot be opened with the present key.
    #[error("a stored secret cannot be opened: was the secret key changed?")]
    Sealed,
    /// A password could not be hashed: the process is stopping, or out of memory.
    #[error("a password could not be hashed")]
    Hashing,
    /// The database failed.
    #[error("the database failed")]
    Database(#[source] DbErr),
    /// The store of files failed.
    #[error(transparent)]
    Files(#[from] FilesError),
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => Self::Duplicate,
            _ => Self::Database(error),
        }
    }
}

impl From<Problem> for StoreError {
    fn from(problem: Problem) -> Self {
        Self::Problems(vec![problem])
    }
}

/// An insertion whose name in `path` somebody else already has there: a problem that a person can put right.
pub(super) fn name_taken(error: DbErr, path: &str) -> StoreError {
    let error = StoreError::from(error);
    if !matches!(error, StoreError::Duplicate) {
        return error;
    }
    StoreError::from(Problem::new(
        ProblemCode::Conflict,
        path,
        "Ce nom est déjà pris : choisissez-en un autre.",
        "This name is already taken: choose another.",
    ))
}
