//! Global ids as the contract takes them.

use async_graphql::{ID, Result};
use beffroi_schema::id;
use uuid::Uuid;

use super::error::Code;

/// The global id of a row of this kind (its GraphQL type: `ApiToken`).
pub fn global(kind: &str, id: Uuid) -> ID {
    ID(id::global(kind, id))
}

/// The kind and the row that a global id names; none when it was not made here.
pub fn read(id: &ID) -> Option<(String, Uuid)> {
    id::read_global(id)
}

/// The row of this kind that a global id names. An id of another kind names nothing.
pub fn local<I: From<Uuid>>(kind: &str, id: &ID) -> Result<I> {
    match read(id) {
        Some((found, row)) if found == kind => Ok(I::from(row)),
        Some(_) | None => Err(Code::NotFound.error(format!("no {kind} with this id"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_names_one_row_of_one_kind() {
        let row = Uuid::from_u128(7);
        let id = global("ApiToken", row);
        assert_eq!(local::<Uuid>("ApiToken", &id).unwrap(), row);
        assert!(local::<Uuid>("Staff", &id).is_err());
        assert!(local::<Uuid>("Staff", &ID::from("nonsense")).is_err());
    }
}
