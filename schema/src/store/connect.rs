//! Opens the database that a URL names.

use std::{path::PathBuf, time::Duration};

use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbErr};

/// Connections kept to PostgreSQL.
const POSTGRES_CONNECTIONS: u32 = 10;
/// Connections kept to SQLite: readers work beside the one writer.
const SQLITE_CONNECTIONS: u32 = 8;
/// Longest wait for a free connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest wait for the server to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a SQLite writer waits for its turn.
const BUSY_TIMEOUT_MS: u32 = 10_000;

/// Where the database is. `Debug` and `Display` leave the password out.
#[derive(Clone, serde::Deserialize)]
#[serde(try_from = "String")]
pub struct DatabaseUrl(String);

impl TryFrom<String> for DatabaseUrl {
    type Error = String;

    fn try_from(url: String) -> Result<Self, Self::Error> {
        Self::parse(&url)
    }
}

impl DatabaseUrl {
    /// `sqlite://beffroi.db`, `sqlite::memory:` or `postgres://user:password@host/name`.
    pub fn parse(url: &str) -> Result<Self, String> {
        let known = ["sqlite:", "postgres://", "postgresql://"]
            .iter()
            .any(|scheme| url.starts_with(scheme));
        let scheme = url.split(':').next().unwrap_or_default();
        known
            .then(|| Self(url.to_owned()))
            .ok_or_else(|| format!("`{scheme}:` is not a database Beffroi knows; expected sqlite: or postgres://"))
    }

    /// Whether it is the embedded database.
    pub fn is_sqlite(&self) -> bool {
        self.0.starts_with("sqlite:")
    }

    /// The file of an embedded database; none for PostgreSQL and for a database in memory.
    pub fn file(&self) -> Option<PathBuf> {
        let rest = self.0.strip_prefix("sqlite:")?;
        let (path, _) = rest.split_once('?').unwrap_or((rest, ""));
        let path = path.strip_prefix("//").unwrap_or(path);
        (!path.starts_with(":memory:")).then(|| PathBuf::from(path))
    }
}

impl std::fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match url::Url::parse(&self.0) {
            Ok(url) if url.password().is_some() => {
                write!(
                    f,
                    "{}://{}:…@{}{}",
                    url.scheme(),
                    url.username(),
                    url.host_str().unwrap_or_default(),
                    url.path()
                )
            }
            _ => f.write_str(&self.0),
        }
    }
}

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

/// Connects. SQLite files are created when absent, and opened in write-ahead mode: readers never wait for the writer.
pub async fn connect(url: &DatabaseUrl) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(url.0.clone());
    options
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_timeout(CONNECT_TIMEOUT)
        .sqlx_logging(false);
    if url.is_sqlite() {
        // A database in memory lives in one connection.
        let connections = if url.0.contains(":memory:") {
            1
        } else {
            SQLITE_CONNECTIONS
        };
        options.max_connections(connections).map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .create_if_missing(true)
                .foreign_keys(true)
                .pragma("journal_mode", "WAL")
                .pragma("synchronous", "NORMAL")
                .pragma("busy_timeout", BUSY_TIMEOUT_MS.to_string())
        });
    } else {
        options.max_connections(POSTGRES_CONNECTIONS);
    }
    Database::connect(options).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        let url = DatabaseUrl::parse("postgres://city:hunter2@db.example/beffroi").unwrap();
        assert_eq!(url.to_string(), "postgres://city:…@db.example/beffroi");
        assert!(!format!("{url:?}").contains("hunter2"));
        assert!(DatabaseUrl::parse("mysql://x").is_err());
    }
}
