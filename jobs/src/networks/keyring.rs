//! What an account is opened with, and where what is given for it is kept.

use std::{
    fmt::Debug,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use beffroi_schema::value::Access;
use secrecy::SecretString;

/// Where what a token endpoint gave is kept: several processes speak for one account, and some endpoints take each
/// refresh token once. Errors are sentences for people.
#[async_trait]
pub trait Keyring: Debug + Send + Sync {
    /// What was given last, by whomever it was asked for.
    async fn held(&self) -> Result<Option<Access>, String>;

    /// Whether this keyring, and no other, may ask for a new one now. It then says what came of it, by
    /// [`Keyring::settle`]; or it dies, and others may ask after a while.
    async fn claim(&self) -> Result<bool, String>;

    /// Keeps what was given, or nothing.
    async fn settle(&self, given: Option<&Access>) -> Result<(), String>;
}

/// What an account is opened with.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// Token, app password, or what a token endpoint asks for.
    pub secret: SecretString,
    /// Where what is given for it is kept.
    pub keyring: Arc<dyn Keyring>,
}

/// For a network whose secret is all that calls need.
impl From<Credentials> for SecretString {
    fn from(credentials: Credentials) -> Self {
        credentials.secret
    }
}

/// A keyring of one process, which forgets when that ends.
#[derive(Debug, Default)]
pub struct Pocket(Mutex<Option<Access>>);

impl Pocket {
    /// A secret, and an empty pocket.
    pub fn with(secret: impl Into<SecretString>) -> Credentials {
        Credentials {
            secret: secret.into(),
            keyring: Arc::new(Self::default()),
        }
    }

    /// A secret, and what was given for it.
    pub fn holding(secret: impl Into<SecretString>, given: Option<Access>) -> Credentials {
        Credentials {
            secret: secret.into(),
            keyring: Arc::new(Self(Mutex::new(given))),
        }
    }
}

#[async_trait]
impl Keyring for Pocket {
    async fn held(&self) -> Result<Option<Access>, String> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    async fn claim(&self) -> Result<bool, String> {
        Ok(true)
    }

    async fn settle(&self, given: Option<&Access>) -> Result<(), String> {
        if let Some(access) = given {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(access.clone());
        }
        Ok(())
    }
}
