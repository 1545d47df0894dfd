//! The keys of our actors: RSA, because every server of the fediverse verifies it.
//!
//! This is the only place where the crate `rsa` has a private key in its hands, and nobody can time what it does there
//! (RUSTSEC-2023-0071 is about signing and decrypting for strangers): signing is `ring`'s.

use rsa::{
    RsaPrivateKey,
    pkcs8::{EncodePrivateKey as _, EncodePublicKey as _, LineEnding},
    rand_core::{CryptoRng, Error, RngCore},
};
use secrecy::SecretString;

use super::super::{StoreError, StoreResult};
use crate::id::Ids;

/// What Mastodon and its kin expect; longer keys are verified too, but cost every receiver.
const BITS: usize = 2_048;

/// A pair of keys, both as PEM.
pub(super) struct Pair {
    pub(super) public: String,
    pub(super) private: SecretString,
}

/// Makes a pair, off the threads that serve requests: it takes a good part of a second.
pub(super) async fn make(ids: &Ids) -> StoreResult<Pair> {
    let lots = Lots(ids.clone());
    tokio::task::spawn_blocking(move || pair(lots))
        .await
        .map_err(|_| StoreError::Hashing)?
        .ok_or(StoreError::Hashing)
}

fn pair(mut lots: Lots) -> Option<Pair> {
    let private = RsaPrivateKey::new(&mut lots, BITS).ok()?;
    let public = private.to_public_key().to_public_key_pem(LineEnding::LF).ok()?;
    let private = private.to_pkcs8_pem(LineEnding::LF).ok()?;
    Some(Pair {
        public,
        private: SecretString::from(private.as_str().to_owned()),
    })
}

/// The instance's source of randomness, in the words of `rsa`.
struct Lots(Ids);

impl RngCore for Lots {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.0.fill(bytes);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        self.0.fill(bytes);
        Ok(())
    }
}

// In production `Ids` are seeded by the operating system (see `Ids::random`).
impl CryptoRng for Lots {}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;
    use crate::clock::Clock;

    #[tokio::test]
    async fn two_pairs_are_never_the_same() {
        let ids = Ids::seeded(Clock::system(), 1);
        let (one, other) = (make(&ids).await.unwrap(), make(&ids).await.unwrap());
        assert!(one.private.expose_secret().starts_with("-----BEGIN PRIVATE KEY-----"));
        assert!(one.public.starts_with("-----BEGIN PUBLIC KEY-----"));
        assert_ne!(one.public, other.public);
    }
}
