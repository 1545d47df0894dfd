//! What a person can put right is data in the payload, not an error.

use async_graphql::{Context, Enum, Object, Result};
use beffroi_schema::{
    store::{StoreError, StoreResult},
    value,
};

use super::context::Asked as _;

/// The kind of a problem, for programs; the message is for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::ProblemCode")]
pub enum ProblemCode {
    /// Something needed is absent.
    Missing,
    /// Longer than allowed.
    TooLong,
    /// More of them than allowed.
    TooMany,
    /// Not of the expected form.
    Invalid,
    /// Outside the allowed range.
    OutOfRange,
    /// Names something that does not exist here.
    Unknown,
    /// A picture without an alternative text.
    AltTextMissing,
    /// Not possible in the present state.
    WrongState,
    /// Somebody else has changed it meanwhile.
    Conflict,
}

/// One thing to put right before the act can be done. Nothing was written.
#[derive(Debug)]
pub struct Problem(pub value::Problem);

/// One thing to put right before the act can be done. Nothing was written.
#[Object]
impl Problem {
    /// What kind of problem.
    async fn code(&self) -> ProblemCode {
        self.0.code.into()
    }

    /// Where in the input: `texts.fr.title`.
    async fn path(&self) -> &str {
        &self.0.path
    }

    /// What to do, in the viewer's language: French or English.
    async fn message(&self, ctx: &Context<'_>) -> Result<&str> {
        Ok(self.0.message(ctx.sentence_language()?))
    }
}

/// Splits what a verb answered: its result, or the problems to show. Any other refusal is an error.
pub fn settle<T>(answer: StoreResult<T>) -> Result<(Option<T>, Vec<Problem>)> {
    match answer {
        Ok(done) => Ok((Some(done), Vec::new())),
        Err(StoreError::Problems(problems)) => Ok((None, problems.into_iter().map(Problem).collect())),
        Err(other) => Err(other.into()),
    }
}
