//! The service-account key file, as the Google Cloud console hands it out.

use secrecy::SecretString;
use serde::Deserialize;

use crate::config::ConfigError;

/// The only `type` of key file that can sign for itself.
const SERVICE_ACCOUNT: &str = "service_account";

/// A service account: who signs the token requests, and with which key. `Debug` never shows the key.
#[derive(Clone, Debug, Deserialize)]
pub struct ServiceAccount {
    #[serde(rename = "type")]
    kind: String,
    /// The project whose devices are reached.
    pub project_id: String,
    /// The name of the key, sent as the JWT's `kid`.
    #[serde(default)]
    pub private_key_id: Option<String>,
    /// PKCS#8 in PEM.
    pub private_key: SecretString,
    /// The account's address, the JWT's issuer.
    pub client_email: String,
    /// Where signed JWTs are exchanged for access tokens.
    pub token_uri: String,
}

impl ServiceAccount {
    /// Reads the content of a key file. The error never quotes the file.
    pub fn from_json(json: &str) -> Result<Self, ConfigError> {
        let account: Self = serde_json::from_str(json).map_err(|error| ConfigError::KeyFile {
            line: error.line(),
            reason: "not JSON, or one of type, project_id, private_key, client_email, token_uri is missing",
        })?;
        if account.kind != SERVICE_ACCOUNT {
            return Err(ConfigError::KeyFile {
                line: 0,
                reason: "its type is not service_account",
            });
        }
        Ok(account)
    }
}
