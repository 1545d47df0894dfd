//! Signing as one of our actors, and verifying as anybody: RSASSA-PKCS1-v1_5 with SHA-256, which all of the fediverse
//! speaks.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use ring::{
    rand::SystemRandom,
    signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey},
};
use secrecy::{ExposeSecret as _, SecretString};

/// DER's tag of a sequence.
const SEQUENCE: u8 = 0x30;
/// DER's tag of a string of bits.
const BITS: u8 = 0x03;

/// The private key of one of our actors.
pub(super) struct SigningKey(RsaKeyPair);

impl SigningKey {
    /// From PEM; none when it is no key.
    pub(super) fn read(pem: &SecretString) -> Option<Self> {
        let der = unarmoured(pem.expose_secret())?;
        RsaKeyPair::from_pkcs8(&der).ok().map(Self)
    }

    /// The signature of `text`, in base64.
    pub(super) fn sign(&self, text: &str) -> Option<String> {
        let mut signature = vec![0; self.0.public().modulus_len()];
        self.0
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature)
            .ok()?;
        Some(BASE64_STANDARD.encode(signature))
    }
}

/// Whether the owner of a public key signed `text`.
pub(super) fn verifies(pem: &str, text: &str, signature: &[u8]) -> bool {
    let Some(der) = unarmoured(pem) else { return false };
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public_key(&der));
    key.verify(text.as_bytes(), signature).is_ok()
}

/// The bytes between the lines of a PEM file.
fn unarmoured(pem: &str) -> Option<Vec<u8>> {
    let body: String = pem
        .lines()
        .map(str::trim)
        .skip_while(|line| !line.starts_with("-----BEGIN "))
        .skip(1)
        .take_while(|line| !line.starts_with("-----END "))
        .collect();
    BASE64_STANDARD.decode(body).ok().filter(|der| !der.is_empty())
}

/// The RSA key within a `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7); what is none is taken for the key itself.
fn public_key(der: &[u8]) -> &[u8] {
    let inner = || {
        let (info, _) = value(der, SEQUENCE)?;
        let (_, rest) = value(info, SEQUENCE)?;
        let (bits, _) = value(rest, BITS)?;
        bits.strip_prefix(&[0])
    };
    inner().unwrap_or(der)
}

/// The value of the first element, which must have this tag, and what follows it.
fn value(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (first, rest) = der.split_first()?;
    let (&length, rest) = rest.split_first()?;
    let (length, rest) = match length {
        0..=0x7f => (usize::from(length), rest),
        0x81 => (usize::from(*rest.first()?), rest.get(1..)?),
        0x82 => (
            usize::from(u16::from_be_bytes([*rest.first()?, *rest.get(1)?])),
            rest.get(2..)?,
        ),
        _ => return None,
    };
    (*first == tag).then(|| rest.split_at_checked(length))?
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by OpenSSL: `openssl dgst -sha256 -sign` of the text.
    const PUBLIC: &str = include_str!("samples/public.pem");
    const PKCS1: &str = include_str!("samples/public-pkcs1.pem");
    const PRIVATE: &str = include_str!("samples/private.pem");
    const SIGNATURE: &str = include_str!("samples/signature.txt");
    const TEXT: &str = "le tram B repart";

    #[test]
    fn what_openssl_signed_is_verified_in_both_forms_of_the_key() {
        let signature = BASE64_STANDARD.decode(SIGNATURE.trim()).unwrap();
        assert!(verifies(PUBLIC, TEXT, &signature) && verifies(PKCS1, TEXT, &signature));
        assert!(!verifies(PUBLIC, "le tram B ne repart pas", &signature));
        assert!(!verifies("no key at all", TEXT, &signature));
        assert!(!verifies(PUBLIC, TEXT, &signature[1..]));
    }

    #[test]
    fn we_sign_as_openssl_does() {
        let key = SigningKey::read(&SecretString::from(PRIVATE)).unwrap();
        assert_eq!(key.sign(TEXT).unwrap(), SIGNATURE.trim());
    }

    #[test]
    fn damaged_keys_are_no_keys() {
        for der in [
            &[0x30][..],
            &[0x30, 0x82, 0xff],
            &[0x30, 0x05, 0x30, 0x09],
            &[0x03, 0x01, 0x00],
        ] {
            assert_eq!(public_key(der), der);
        }
    }
}
