//! Every network there is: its settings, how an account is opened, what it can do. The matches are exhaustive, so the
//! compiler asks for the next network here.

use beffroi_schema::value::{Capabilities, Network};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::{
    SocialNetwork,
    bluesky::{self, Bluesky},
    facebook::{self, Facebook},
    mastodon::{self, Mastodon},
};
pub use super::{bluesky::BlueskySettings, facebook::FacebookSettings, mastodon::MastodonSettings};
use crate::http::Http;

/// What an account's row says of how to reach it; its secret is kept apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "network", rename_all = "snake_case")]
pub enum AccountSettings {
    /// Mastodon and servers that speak its API.
    Mastodon(MastodonSettings),
    /// Bluesky and other AT Protocol servers.
    Bluesky(BlueskySettings),
    /// Facebook Pages.
    Facebook(FacebookSettings),
}

impl AccountSettings {
    /// Which network it is.
    pub fn network(&self) -> Network {
        match self {
            Self::Mastodon(_) => Network::Mastodon,
            Self::Bluesky(_) => Network::Bluesky,
            Self::Facebook(_) => Network::Facebook,
        }
    }

    /// The account, ready to speak. Nothing is called yet. Keep it while the settings and the secret stay the same: some
    /// networks hold a session in it.
    pub fn open(&self, secret: SecretString, http: &Http) -> Box<dyn SocialNetwork> {
        match self {
            Self::Mastodon(settings) => Box::new(Mastodon::new(settings, secret, http)),
            Self::Bluesky(settings) => Box::new(Bluesky::new(settings, secret, http)),
            Self::Facebook(settings) => Box::new(Facebook::new(settings, secret, http)),
        }
    }
}

/// What an account on `network` can do, until its first check refines it.
pub fn capabilities(network: Network) -> Capabilities {
    match network {
        Network::Mastodon => mastodon::capabilities(),
        Network::Bluesky => bluesky::capabilities(false),
        Network::Facebook => facebook::capabilities(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_strictly() {
        let read = |json: &str| serde_json::from_str::<AccountSettings>(json);
        let mastodon = read(r#"{"network":"mastodon","instance":"https://mastodon.example"}"#).unwrap();
        assert_eq!(mastodon.network(), Network::Mastodon);
        assert_eq!(read(&serde_json::to_string(&mastodon).unwrap()).unwrap(), mastodon);
        assert!(read(r#"{"network":"bluesky","pds":"https://pds.example","identifier":"a.example"}"#).is_ok());
        assert!(read(r#"{"network":"facebook","page":"17"}"#).is_ok());
        for wrong in [
            r#"{"network":"mastodon","instance":"mastodon.example"}"#,
            r#"{"network":"mastodon","instance":"https://m.example","token":"x"}"#,
            r#"{"network":"gazette","page":"17"}"#,
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
