//! How FCM is reached.

use std::path::{Path, PathBuf};

use beffroi_schema::{
    clock::Clock,
    config::{ConfigError, Section},
};
use fcm::ServiceAccount;
use serde::{Deserialize, Serialize};
use url::Url;

/// Notifications to phones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PushConfig {
    /// Where FCM is, without a path.
    pub endpoint: String,
    /// The service account's key file (JSON), as the Google Cloud console hands it out. Without it nothing is pushed.
    pub service_account: Option<PathBuf>,
    /// A PEM file of certificate authorities to trust beside those of the web, for a proxy that looks inside.
    pub extra_roots: Option<PathBuf>,
    /// Connections to FCM, 1 to 256. Each carries about 800 messages a second at a round trip of 100 ms.
    pub connections: usize,
}

impl Default for PushConfig {
    fn default() -> Self {
        Self {
            endpoint: fcm::DEFAULT_ENDPOINT.to_owned(),
            service_account: None,
            extra_roots: None,
            connections: 13,
        }
    }
}

impl Section for PushConfig {
    const NAME: &'static str = "push";

    fn check(&self) -> Result<(), ConfigError> {
        if (1..=fcm::MAX_CONNECTIONS).contains(&self.connections) {
            return Ok(());
        }
        let wrong = format!("must be within 1 and {}", fcm::MAX_CONNECTIONS);
        Err(ConfigError::OutOfBounds {
            key: "push.connections",
            wrong,
        })
    }
}

/// Why nothing can be sent through FCM.
#[derive(Debug, thiserror::Error)]
pub enum FcmSetupError {
    /// A file that the configuration names cannot be read.
    #[error("push.{setting}: {path}: {source}")]
    File {
        /// Which setting names it.
        setting: &'static str,
        /// Where it should be.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The endpoint is not an address.
    #[error("push.endpoint: {0}")]
    Endpoint(#[from] url::ParseError),
    /// The client refuses the configuration.
    #[error("push: {0}")]
    Client(#[from] fcm::ConfigError),
}

impl PushConfig {
    /// The client's configuration; none when no service account is named.
    pub(super) async fn to_fcm(&self, clock: Clock) -> Result<Option<fcm::Config>, FcmSetupError> {
        let Some(key_file) = &self.service_account else {
            return Ok(None);
        };
        let account = ServiceAccount::from_json(&read("service_account", key_file).await?)?;
        let mut config = fcm::Config::new(account)?;
        config.endpoint = Url::parse(&self.endpoint)?;
        config.connections = self.connections;
        config.clock = fcm::Clock::new(move || clock.now().into());
        if let Some(path) = &self.extra_roots {
            config.extra_roots_pem = Some(read("extra_roots", path).await?);
        }
        Ok(Some(config))
    }
}

async fn read(setting: &'static str, path: &Path) -> Result<String, FcmSetupError> {
    tokio::fs::read_to_string(path)
        .await
        .map_err(|source| FcmSetupError::File {
            setting,
            path: path.display().to_string(),
            source,
        })
}
