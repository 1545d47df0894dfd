//! Configuration: defaults, then `beffroi.toml`, then `BEFFROI_…` in the environment (`__` goes one level down:
//! `BEFFROI_DATABASE__URL`).
//!
//! Each crate owns the struct of its section. An unknown key is refused at boot, and so is a value out of bounds, with
//! a sentence that names the key.

mod key;
mod media;

use std::path::Path;

use figment::{
    Figment,
    providers::{Env, Format as _, Toml},
    value::{Dict, Value},
};
use secrecy::SecretString;
use serde::{Deserialize, de::DeserializeOwned};
use url::Url;

pub use self::media::Media;
use crate::{
    bus::{Bus, BusError},
    clock::Clock,
    id::Ids,
    store::{DatabaseUrl, Store, connect},
};

/// What every variable begins with.
const PREFIX: &str = "BEFFROI_";
/// Variables with that prefix which are not configuration: the folder of sample data, for tests.
const NOT_CONFIGURATION: &[&str] = &["DATA"];

/// Why the process does not start. Never contains a secret.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file, the environment, or a value in them cannot be understood.
    #[error("the configuration cannot be read: {0}")]
    Unreadable(String),
    /// A value is out of bounds.
    #[error("`{key}` {wrong}")]
    OutOfBounds {
        /// Where it stands: `api.listen`.
        key: &'static str,
        /// What is wrong, and what is expected instead.
        wrong: String,
    },
    /// The key file beside the database cannot be made or read.
    #[error("the key file {path} cannot be used: {wrong}")]
    KeyFile {
        /// Where it is.
        path: String,
        /// What happened.
        wrong: String,
    },
    /// The database cannot be opened.
    #[error("the database {url} cannot be opened: {wrong}")]
    Database {
        /// Where it is, without its password.
        url: String,
        /// What happened.
        wrong: String,
    },
    /// The store of files cannot be opened.
    #[error("{0}")]
    Files(String),
    /// The bus cannot be made.
    #[error(transparent)]
    Bus(#[from] BusError),
}

/// A table of the configuration, owned by the crate that uses it.
pub trait Section: DeserializeOwned {
    /// The table's name: `api`.
    const NAME: &'static str;

    /// Refuses values out of bounds.
    fn check(&self) -> Result<(), ConfigError>;
}

/// Everything that was configured, not yet given to its owners.
#[derive(Clone, Debug)]
pub struct Settings(Dict);

impl Settings {
    /// Reads `file`, if it exists, and the environment.
    pub fn load(file: &Path) -> Result<Self, ConfigError> {
        let environment = Env::prefixed(PREFIX).ignore(NOT_CONFIGURATION).split("__");
        Self::of(&Figment::new().merge(Toml::file(file)).merge(environment))
    }

    /// Reads a text alone, for tests and for the example file.
    pub fn parse(toml: &str) -> Result<Self, ConfigError> {
        Self::of(&Figment::new().merge(Toml::string(toml)))
    }

    fn of(figment: &Figment) -> Result<Self, ConfigError> {
        figment.extract().map(Self).map_err(|error| unreadable(&error))
    }

    /// The table of one crate, checked; all defaults when it is absent.
    pub fn section<S: Section>(&self) -> Result<S, ConfigError> {
        let table = self.0.get(S::NAME).cloned().unwrap_or_else(|| Value::from(Dict::new()));
        let section: S = table
            .deserialize()
            .map_err(|error| ConfigError::Unreadable(format!("[{}] {}", S::NAME, said(&error))))?;
        section.check()?;
        Ok(section)
    }

    /// What stands outside the tables named in `sections`. A table that nobody owns is refused here.
    pub fn instance(&self, sections: &[&str]) -> Result<Instance, ConfigError> {
        let mut rest = self.0.clone();
        rest.retain(|key, _| !sections.contains(&key.as_str()));
        Value::from(rest).deserialize().map_err(|error| unreadable(&error))
    }
}

fn unreadable(error: &figment::Error) -> ConfigError {
    ConfigError::Unreadable(said(error))
}

/// What serde said, with the path of the key, without the value: it may be a secret.
fn said(error: &figment::Error) -> String {
    use figment::error::Kind;
    let path = error.path.join(".");
    let what = match &error.kind {
        Kind::UnknownField(field, known) => format!("unknown key `{field}`; known here: {}", known.join(", ")),
        Kind::InvalidType(_, expected) | Kind::InvalidValue(_, expected) => format!("expected {expected}"),
        Kind::MissingField(field) => format!("`{field}` is missing"),
        other @ (Kind::Message(_)
        | Kind::InvalidLength(..)
        | Kind::UnknownVariant(..)
        | Kind::DuplicateField(_)
        | Kind::ISizeOutOfRange(_)
        | Kind::USizeOutOfRange(_)
        | Kind::Unsupported(_)
        | Kind::UnsupportedKey(..)) => other.to_string(),
    };
    if path.is_empty() {
        what
    } else {
        format!("`{path}`: {what}")
    }
}

/// What every process of one instance shares.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Instance {
    /// Where residents and staff reach the instance: `https://ville.example`. Links in posts and pushes begin with it.
    pub public_url: Url,
    /// 32 bytes in base64 that seal the secrets of accounts. With SQLite it may be left out: a key file is then made
    /// beside the database on first start.
    pub secret_key: Option<SecretString>,
    /// Where things are stored.
    pub database: Database,
    /// What several processes share beside the database.
    pub redis: Redis,
    /// Where the files that staff bring are kept.
    pub media: Media,
}

impl Default for Instance {
    #[expect(clippy::expect_used, reason = "a constant, parsed in every test")]
    fn default() -> Self {
        Self {
            public_url: Url::parse("http://127.0.0.1:8080").expect("a URL"),
            secret_key: None,
            database: Database::default(),
            redis: Redis::default(),
            media: Media::default(),
        }
    }
}

/// Where things are stored.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    /// `sqlite://beffroi.db`, or `postgres://user:password@host/name` when one machine is not enough.
    pub url: DatabaseUrl,
}

impl Default for Database {
    #[expect(clippy::expect_used, reason = "a constant, parsed in every test")]
    fn default() -> Self {
        Self {
            url: DatabaseUrl::parse("sqlite://beffroi.db").expect("a database URL"),
        }
    }
}

/// What several processes share beside the database; losing it costs seconds, never a message.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Redis {
    /// `redis://host`, `rediss://host` or `redis+unix:///socket`. Needed as soon as there are two processes.
    pub url: Option<SecretString>,
}

impl Instance {
    /// Opens the store: the key, the database, the files and the bus. Does not migrate.
    pub async fn open(&self, clock: Clock, ids: Ids) -> Result<Store, ConfigError> {
        let seal = key::seal(self, &ids)?;
        let bus = self.bus()?;
        let files = media::open(self)?;
        let database = connect(&self.database.url)
            .await
            .map_err(|error| ConfigError::Database {
                url: self.database.url.to_string(),
                wrong: error.to_string(),
            })?;
        Ok(Store::new(database, clock, ids, bus, seal).with_files(files))
    }

    /// The bus, alone: for `beffroi check`.
    pub fn bus(&self) -> Result<Bus, ConfigError> {
        use secrecy::ExposeSecret as _;
        match &self.redis.url {
            Some(url) => Ok(Bus::redis(url.expose_secret())?),
            None => Ok(Bus::local()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Desk {
        chairs: u8,
    }

    impl Default for Desk {
        fn default() -> Self {
            Self { chairs: 4 }
        }
    }

    impl Section for Desk {
        const NAME: &'static str = "desk";

        fn check(&self) -> Result<(), ConfigError> {
            match self.chairs {
                1..=10 => Ok(()),
                _ => Err(ConfigError::OutOfBounds {
                    key: "desk.chairs",
                    wrong: "must be between 1 and 10".to_owned(),
                }),
            }
        }
    }

    fn desk(toml: &str) -> Result<u8, String> {
        let settings = Settings::parse(toml).map_err(|error| error.to_string())?;
        let desk = settings.section::<Desk>().map_err(|error| error.to_string())?;
        Ok(desk.chairs)
    }

    #[test]
    fn a_section_is_refused_with_a_sentence_that_names_the_key() {
        assert_eq!(desk(""), Ok(4));
        assert_eq!(desk("[desk]\nchairs = 2"), Ok(2));
        assert_eq!(
            desk("[desk]\nchairs = 0"),
            Err("`desk.chairs` must be between 1 and 10".to_owned())
        );
        for (toml, named) in [
            ("[desk]\nchair = 2", "unknown key `chair`"),
            ("[desk]\nchairs = \"many\"", "chairs"),
            ("[desk", "cannot be read"),
        ] {
            let said = desk(toml).unwrap_err();
            assert!(said.contains(named), "{said}");
        }
    }

    #[test]
    fn a_table_that_nobody_owns_is_refused() {
        let settings = Settings::parse("public_url = \"https://ville.example\"\n[desk]\nchairs = 2").unwrap();
        assert_eq!(
            settings.instance(&["desk"]).unwrap().public_url.as_str(),
            "https://ville.example/"
        );
        assert!(
            settings
                .instance(&[])
                .unwrap_err()
                .to_string()
                .contains("unknown key `desk`")
        );
    }

    #[test]
    fn a_wrong_secret_is_not_repeated() {
        let settings = Settings::parse("[database]\nurl = \"mysql://root:hunter2@host\"").unwrap();
        let said = settings.instance(&[]).unwrap_err().to_string();
        assert!(said.contains("database.url") && !said.contains("hunter2"), "{said}");
    }
}
