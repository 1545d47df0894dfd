//! A certificate authority that lives as long as the sandbox.

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

/// The names a loopback client may ask for.
const NAMES: [&str; 2] = ["127.0.0.1", "localhost"];
const AUTHORITY: &str = "Beffroi sandbox authority";

/// What went wrong while a certificate was made.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("the certificate could not be made: {0}")]
    Certificate(#[from] rcgen::Error),
    #[error("the certificate was not accepted: {0}")]
    Configuration(#[from] rustls::Error),
}

/// A TLS server identity, and the authority (PEM) a client must trust to accept it.
pub(crate) fn identity() -> Result<(TlsAcceptor, String), TlsError> {
    let mut authority = CertificateParams::new(Vec::new())?;
    // A name of its own: OpenSSL takes a certificate whose issuer and subject are alike for a self-signed one.
    authority.distinguished_name.push(DnType::CommonName, AUTHORITY);
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate()?;
    let authority_pem = authority.self_signed(&authority_key)?.pem();
    let issuer = Issuer::new(authority, authority_key);

    let key = KeyPair::generate()?;
    let certificate = CertificateParams::new(NAMES.map(String::from).to_vec())?.signed_by(&key, &issuer)?;
    let private = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], private)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok((TlsAcceptor::from(std::sync::Arc::new(config)), authority_pem))
}
