//! The key that seals secrets at rest: configured, or in a file of its own beside the embedded database.

use std::{
    fs::{File, OpenOptions},
    io::{ErrorKind, Read as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use secrecy::{ExposeSecret as _, SecretString};

use super::{ConfigError, Instance};
use crate::{
    id::Ids,
    store::{KEY_BYTES, Seal},
};

/// Readable and writable by the owner only.
const OWNER_ONLY: u32 = 0o600;
/// Longest content of a key file that is read; a key takes 45 bytes.
const MAX_KEY_FILE_BYTES: u64 = 1024;

/// The seal of this instance.
pub(super) fn seal(instance: &Instance, ids: &Ids) -> Result<Seal, ConfigError> {
    let database = &instance.database.url;
    match (&instance.secret_key, database.file()) {
        (Some(key), _) => Ok(Seal::new(decode(key)?)),
        (None, Some(database)) => from_file(&beside(&database), ids),
        // A database in memory dies with the process, and so may its key.
        (None, None) if database.is_sqlite() => Ok(Seal::new(fresh(ids))),
        (None, None) => Err(ConfigError::OutOfBounds {
            key: "secret_key",
            wrong: "is needed with PostgreSQL, because every process must use the same: \
                    `openssl rand -base64 32` makes one"
                .to_owned(),
        }),
    }
}

fn beside(database: &Path) -> PathBuf {
    database.with_extension("key")
}

fn from_file(path: &Path, ids: &Ids) -> Result<Seal, ConfigError> {
    let unusable = |error: &std::io::Error| ConfigError::KeyFile {
        path: path.display().to_string(),
        wrong: error.to_string(),
    };
    let made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(OWNER_ONLY)
        .open(path);
    match made {
        Ok(mut file) => {
            let key = fresh(ids);
            file.write_all(BASE64_STANDARD.encode(key).as_bytes())
                .and_then(|()| file.sync_all())
                .map_err(|error| unusable(&error))?;
            Ok(Seal::new(key))
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let mut text = String::new();
            File::open(path)
                .and_then(|file| file.take(MAX_KEY_FILE_BYTES).read_to_string(&mut text))
                .map_err(|error| unusable(&error))?;
            Ok(Seal::new(decode(&SecretString::from(text))?))
        }
        Err(error) => Err(unusable(&error)),
    }
}

fn fresh(ids: &Ids) -> [u8; KEY_BYTES] {
    let mut key = [0; KEY_BYTES];
    ids.fill(&mut key);
    key
}

fn decode(key: &SecretString) -> Result<[u8; KEY_BYTES], ConfigError> {
    let bytes = BASE64_STANDARD.decode(key.expose_secret().trim()).unwrap_or_default();
    bytes.try_into().map_err(|_| ConfigError::OutOfBounds {
        key: "secret_key",
        wrong: format!("must be {KEY_BYTES} bytes in base64"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clock::Clock, config::Settings};

    fn sealed_by(toml: &str) -> Result<Seal, String> {
        let instance = Settings::parse(toml).unwrap().instance(&[]).unwrap();
        seal(&instance, &Ids::random(Clock::system())).map_err(|error| error.to_string())
    }

    #[test]
    fn a_key_must_have_its_length_and_postgres_must_have_one() {
        assert!(sealed_by("secret_key = \"c2hvcnQ=\"").unwrap_err().contains("32 bytes"));
        let postgres = "[database]\nurl = \"postgres://db/beffroi\"";
        assert!(sealed_by(postgres).unwrap_err().contains("secret_key"));
        let key = BASE64_STANDARD.encode([7; KEY_BYTES]);
        assert!(sealed_by(&format!("secret_key = \"{key}\"\n{postgres}")).is_ok());
        assert!(sealed_by("[database]\nurl = \"sqlite::memory:\"").is_ok());
    }
}
