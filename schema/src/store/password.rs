//! Passwords: argon2id (RFC 9106), off the threads that serve requests.

use std::sync::OnceLock;

use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher as _, PasswordVerifier as _, Version};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Semaphore;

use super::{StoreError, StoreResult};
use crate::id::Ids;

/// Memory of one hash: 19 MiB, with two passes and one lane, as OWASP's password storage cheat sheet recommends.
const MEMORY_KIB: u32 = 19 * 1024;
/// Passes over that memory.
const PASSES: u32 = 2;
/// Lanes.
const LANES: u32 = 1;
/// Bytes of salt.
const SALT_BYTES: usize = 16;
/// Hashes computed at once; others wait, so that a rush of sign-ins takes neither the memory nor every thread.
const AT_ONCE: usize = 4;

static TURNS: Semaphore = Semaphore::const_new(AT_ONCE);

/// Hashes a password into a PHC string.
pub(super) async fn hash(ids: &Ids, password: &SecretString) -> StoreResult<String> {
    let mut salt = [0_u8; SALT_BYTES];
    ids.fill(&mut salt);
    let password = password.clone();
    in_turn(move || hash_with(&password, &salt)).await?
}

/// Whether `password` is the one that was hashed. Takes as long when there is no such person.
pub(super) async fn verify(password: &SecretString, hash: Option<String>) -> StoreResult<bool> {
    let password = password.clone();
    in_turn(move || {
        let stored = hash.as_deref().unwrap_or_else(|| nobody());
        let matches = PasswordHash::new(stored).is_ok_and(|stored| {
            argon2()
                .verify_password(password.expose_secret().as_bytes(), &stored)
                .is_ok()
        });
        matches && hash.is_some()
    })
    .await
}

async fn in_turn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> StoreResult<T> {
    let turn = TURNS.acquire().await.map_err(|_| StoreError::Hashing)?;
    let done = tokio::task::spawn_blocking(work).await.map_err(|_| StoreError::Hashing);
    drop(turn);
    done
}

fn hash_with(password: &SecretString, salt: &[u8]) -> StoreResult<String> {
    let hash = argon2().hash_password_with_salt(password.expose_secret().as_bytes(), salt);
    hash.map(|hash| hash.to_string()).map_err(|_| StoreError::Hashing)
}

fn argon2() -> Argon2<'static> {
    // The parameters are constants within argon2's bounds; its defaults would stand in if they were not.
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// The hash of nobody's password, verified when the address is unknown.
fn nobody() -> &'static str {
    static NOBODY: OnceLock<String> = OnceLock::new();
    NOBODY.get_or_init(|| hash_with(&SecretString::from("nobody's"), &[0; SALT_BYTES]).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    #[tokio::test]
    async fn a_password_is_known_by_its_hash() {
        let ids = Ids::seeded(Clock::system(), 1);
        let hash = hash(&ids, &"correct horse".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(verify(&"correct horse".into(), Some(hash.clone())).await.unwrap());
        assert!(!verify(&"battery staple".into(), Some(hash)).await.unwrap());
        assert!(!verify(&"nobody's".into(), None).await.unwrap());
    }
}
