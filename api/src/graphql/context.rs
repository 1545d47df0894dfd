//! What every resolver finds in its context, whatever the transport: put there once per request, before execution.

use std::net::IpAddr;

use async_graphql::{Context, Result};
use beffroi_schema::{
    store::Store,
    value::{Language, Viewer},
};
use secrecy::SecretString;
use url::Url;

use super::error::Code;

/// Who asks, in which languages, from where.
#[derive(Clone, Debug, Default)]
pub struct Asker {
    /// The person or program signed in, if any. Made by `auth` only.
    pub viewer: Option<Viewer>,
    /// Wanted languages, most wanted first: the `languages` parameter, else `Accept-Language`. May be empty.
    pub languages: Vec<Language>,
    /// Where the request came from; none on transports without an address.
    pub address: Option<IpAddr>,
    /// The phone's own secret (`X-Device-Credential`), unchecked: the device verbs compare it.
    pub device: Option<SecretString>,
}

/// Where people reach the instance: links handed out begin with it.
#[derive(Clone, Debug)]
pub struct PublicUrl(pub Url);

/// Short ways to what the context holds.
pub trait Asked {
    /// Who asks.
    fn asker(&self) -> Result<&Asker>;
    /// The store.
    fn store(&self) -> Result<&Store>;

    /// An address of this instance: `invitation/…`, without its first slash.
    fn address(&self, path: &str) -> Result<Url>;

    /// The person or program signed in, or the error `UNAUTHENTICATED`.
    fn viewer(&self) -> Result<&Viewer> {
        self.asker()?
            .viewer
            .as_ref()
            .ok_or_else(|| Code::Unauthenticated.error("sign in first"))
    }

    /// The primary tag of the most wanted language (`fr`), for sentences that exist in French and English only.
    fn sentence_language(&self) -> Result<&str> {
        Ok(self.asker()?.languages.first().map_or("fr", Language::primary))
    }
}

impl Asked for Context<'_> {
    fn asker(&self) -> Result<&Asker> {
        self.data::<Asker>()
    }

    fn store(&self) -> Result<&Store> {
        self.data::<Store>()
    }

    fn address(&self, path: &str) -> Result<Url> {
        Ok(self.data::<PublicUrl>()?.0.join(path)?)
    }
}
