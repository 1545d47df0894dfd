//! Seals secrets at rest with XChaCha20-Poly1305 (<https://datatracker.ietf.org/doc/html/draft-irtf-cfrg-xchacha-03>).

use chacha20poly1305::{
    Key, KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use secrecy::{ExposeSecret as _, SecretString};

use super::{StoreError, StoreResult};
use crate::id::Ids;

/// Bytes of the key.
pub const KEY_BYTES: usize = 32;
/// Bytes of the nonce, which stands before the sealed text.
pub(super) const NONCE_BYTES: usize = 24;

/// The key that seals the secrets of accounts, sources and subscribers.
#[derive(Clone)]
pub struct Seal(XChaCha20Poly1305);

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal(..)")
    }
}

impl Seal {
    /// From the instance's key.
    pub fn new(key: [u8; KEY_BYTES]) -> Self {
        Self(XChaCha20Poly1305::new(&Key::from(key)))
    }

    /// Seals `secret` for one row: `context` (its id) must be the same to open it, so a sealed secret cannot be moved
    /// to another row.
    pub fn close(&self, ids: &Ids, secret: &SecretString, context: &str) -> StoreResult<Vec<u8>> {
        let mut nonce = [0_u8; NONCE_BYTES];
        ids.fill(&mut nonce);
        let payload = Payload {
            msg: secret.expose_secret().as_bytes(),
            aad: context.as_bytes(),
        };
        let sealed = self
            .0
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| StoreError::Sealed)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what [`Seal::close`] made.
    pub fn open(&self, sealed: &[u8], context: &str) -> StoreResult<SecretString> {
        let (nonce, text) = sealed.split_at_checked(NONCE_BYTES).ok_or(StoreError::Sealed)?;
        let nonce: [u8; NONCE_BYTES] = nonce.try_into().map_err(|_| StoreError::Sealed)?;
        let payload = Payload {
            msg: text,
            aad: context.as_bytes(),
        };
        let plain = self
            .0
            .decrypt(&XNonce::from(nonce), payload)
            .map_err(|_| StoreError::Sealed)?;
        String::from_utf8(plain)
            .map(SecretString::from)
            .map_err(|_| StoreError::Sealed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    #[test]
    fn a_secret_opens_only_in_its_own_row() {
        let (seal, ids) = (Seal::new([7; KEY_BYTES]), Ids::seeded(Clock::system(), 1));
        let sealed = seal.close(&ids, &"hunter2".into(), "row 1").unwrap();
        assert_eq!(seal.open(&sealed, "row 1").unwrap().expose_secret(), "hunter2");
        assert!(matches!(seal.open(&sealed, "row 2"), Err(StoreError::Sealed)));
        assert!(matches!(
            Seal::new([8; KEY_BYTES]).open(&sealed, "row 1"),
            Err(StoreError::Sealed)
        ));
        assert!(matches!(seal.open(b"short", "row 1"), Err(StoreError::Sealed)));
    }
}
