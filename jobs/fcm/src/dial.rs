//! One TCP connection to one host, with TLS where the address says https.

use std::fmt;
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite, BufWriter};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use url::{Host, Url};

use crate::config::{Config, ConfigError};

/// h2 hands over the body of each message by itself. Gathered, many share one TLS record and one system call.
const WRITE_BUFFER_BYTES: usize = 32 * 1024;
pub(crate) const ALPN_H2: &[u8] = b"h2";
pub(crate) const ALPN_HTTP1: &[u8] = b"http/1.1";

/// Bytes in both directions, encrypted or not.
pub(crate) trait Io: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// Knows the way to one host.
pub(crate) struct Dialer {
    host: String,
    port: u16,
    tls: Option<(TlsConnector, ServerName<'static>)>,
    alpn: &'static [u8],
}

impl Dialer {
    /// For `url`, offering `alpn` and nothing else.
    pub(crate) fn new(url: &Url, alpn: &'static [u8], roots: &Arc<RootCertStore>) -> Result<Self, ConfigError> {
        let refuse = |reason: &str| ConfigError::Url {
            url: url.to_string(),
            reason: reason.to_owned(),
        };
        let host = match url.host().ok_or_else(|| refuse("no host"))? {
            Host::Domain(name) => name.to_owned(),
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        };
        let tls = match url.scheme() {
            "http" => None,
            "https" => {
                let name = ServerName::try_from(host.clone()).map_err(|_| refuse("not a name for TLS"))?;
                Some((connector(alpn, roots)?, name))
            }
            _ => return Err(refuse("neither https nor http")),
        };
        let port = url.port_or_known_default().ok_or_else(|| refuse("no port"))?;
        Ok(Self { host, port, tls, alpn })
    }

    /// Connects. The caller bounds the time.
    pub(crate) async fn dial(&self) -> Result<Box<dyn Io>, String> {
        let at = |error: std::io::Error| format!("{}:{}: {error}", self.host, self.port);
        let tcp = TcpStream::connect((self.host.as_str(), self.port)).await.map_err(at)?;
        tcp.set_nodelay(true).map_err(at)?;
        let Some((connector, name)) = &self.tls else {
            return Ok(buffered(tcp));
        };
        let stream = connector.connect(name.clone(), tcp).await.map_err(at)?;
        let chosen = stream.get_ref().1.alpn_protocol();
        // A server without ALPN is taken to speak HTTP/1.1, never HTTP/2.
        if chosen.unwrap_or(ALPN_HTTP1) != self.alpn {
            let wanted = String::from_utf8_lossy(self.alpn);
            return Err(format!("{}:{}: does not speak {wanted}", self.host, self.port));
        }
        Ok(buffered(stream))
    }
}

fn buffered(io: impl Io + 'static) -> Box<dyn Io> {
    Box::new(BufWriter::with_capacity(WRITE_BUFFER_BYTES, io))
}

/// Mozilla's roots, and those of the configuration.
pub(crate) fn roots(config: &Config) -> Result<Arc<RootCertStore>, ConfigError> {
    let mut roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    if let Some(pem) = &config.extra_roots_pem {
        let before = roots.len();
        for certificate in rustls_pemfile::certs(&mut pem.as_bytes()) {
            let certificate = certificate.map_err(|error| ConfigError::Roots(error.to_string()))?;
            roots
                .add(certificate)
                .map_err(|error| ConfigError::Roots(error.to_string()))?;
        }
        if roots.len() == before {
            return Err(ConfigError::Roots("no certificate in PEM".to_owned()));
        }
    }
    Ok(Arc::new(roots))
}

fn connector(alpn: &[u8], roots: &Arc<RootCertStore>) -> Result<TlsConnector, ConfigError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| ConfigError::Roots(error.to_string()))?
        .with_root_certificates(Arc::clone(roots))
        .with_no_client_auth();
    config.alpn_protocols = vec![alpn.to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

impl fmt::Debug for Dialer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dialer({}:{})", self.host, self.port)
    }
}
