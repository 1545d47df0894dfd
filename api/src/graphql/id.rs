//! Global ids, opaque to clients: the kind of row and its UUID, so that `node(id)` knows where to look.

use async_graphql::{ID, Result};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use uuid::Uuid;

use super::error::Code;

/// The global id of a row of this kind (its GraphQL type: `ApiToken`).
pub fn global(kind: &str, id: Uuid) -> ID {
    ID(BASE64_URL_SAFE_NO_PAD.encode(format!("{kind}:{id}")))
}

/// The kind and the row that a global id names; none when it was not made here.
pub fn read(id: &ID) -> Option<(String, Uuid)> {
    let text = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(id.as_str()).ok()?).ok()?;
    let (kind, id) = text.split_once(':')?;
    Some((kind.to_owned(), Uuid::parse_str(id).ok()?))
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
