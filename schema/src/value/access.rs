//! What calls in the name of an account carry.

use secrecy::SecretString;

use crate::clock::Timestamp;

/// What a token endpoint gave.
#[derive(Clone, Debug)]
pub struct Access {
    /// What calls carry.
    pub token: SecretString,
    /// Until when the network takes it.
    pub until: Timestamp,
    /// From when on a new one is asked for, while this one still does: half of its life.
    pub renew_from: Timestamp,
    /// Takes the place of the secret's own refresh token, where the endpoint gives another one each time.
    pub refresh: Option<SecretString>,
    /// Until when its person need not agree again, where the answer told it.
    pub consent: Option<Timestamp>,
}
