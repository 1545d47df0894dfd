//! A migrated database for one test: SQLite in a folder of its own, or, with `BEFFROI_TEST_DATABASE=postgres`, a new
//! database on the throw-away server that `BEFFROI_TEST_POSTGRES_URL` names (a URL without a database name).

use beffroi_schema::store::{DatabaseUrl, connect};
use sea_orm::{ConnectionTrait as _, DatabaseBackend, DatabaseConnection, Statement};
use tempfile::TempDir;

use crate::death::PATIENCE;

/// A database that is empty but for its tables.
#[derive(Debug)]
pub struct Database {
    /// Open for whoever wants to look behind the store's back.
    pub connection: DatabaseConnection,
    /// Where it is, for processes of their own.
    pub url: String,
    _folder: Option<TempDir>,
}

impl Database {
    /// A new one.
    pub async fn new() -> anyhow::Result<Self> {
        if std::env::var("BEFFROI_TEST_DATABASE").as_deref() == Ok("postgres") {
            Self::postgres().await
        } else {
            Self::sqlite().await
        }
    }

    /// An embedded one, whatever the environment says.
    pub async fn sqlite() -> anyhow::Result<Self> {
        let folder = TempDir::new()?;
        let url = format!("sqlite://{}/town.db", folder.path().display());
        Self::migrated(url, Some(folder)).await
    }

    /// One on the server that the environment names.
    pub async fn postgres() -> anyhow::Result<Self> {
        Self::migrated(new_postgres().await?, None).await
    }

    /// Whether it is the embedded one.
    pub fn is_sqlite(&self) -> bool {
        self.url.starts_with("sqlite:")
    }

    async fn migrated(url: String, folder: Option<TempDir>) -> anyhow::Result<Self> {
        let connection = open(&url).await?;
        beffroi_migrations::up(&connection).await?;
        Ok(Self {
            connection,
            url,
            _folder: folder,
        })
    }
}

async fn new_postgres() -> anyhow::Result<String> {
    let server = std::env::var("BEFFROI_TEST_POSTGRES_URL")?;
    #[expect(clippy::disallowed_methods, reason = "a name that no other test run has")]
    let name = format!("town_{}", uuid::Uuid::new_v4().simple());
    let admin = open(&database_url(&server, "postgres")?).await?;
    admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await?;
    admin.close().await?;
    database_url(&server, &name)
}

/// The path of the URL is the database; its query (a socket's folder) stays.
fn database_url(server: &str, name: &str) -> anyhow::Result<String> {
    let mut url = url::Url::parse(server)?;
    url.set_path(name);
    Ok(url.into())
}

/// More connections to a database, which [`gone`] knows by this name.
pub async fn open_as(url: &str, name: &str) -> anyhow::Result<DatabaseConnection> {
    let mut url = url::Url::parse(url)?;
    if url.scheme().starts_with("postgres") {
        url.query_pairs_mut().append_pair("application_name", name);
    }
    open(url.as_str()).await
}

/// Waits until a server has noticed that nobody is left behind the connections of this name: it finishes what it was
/// told and lets go of its rows a moment after they are closed. What is embedded is gone at once.
pub async fn gone(outside: &DatabaseConnection, name: &str) {
    if outside.get_database_backend() != DatabaseBackend::Postgres {
        return;
    }
    let left = Statement::from_sql_and_values(
        DatabaseBackend::Postgres,
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1",
        [name.into()],
    );
    let watch = async {
        loop {
            let row = outside.query_one_raw(left.clone()).await.unwrap().unwrap();
            if row.try_get_by_index::<i64>(0).unwrap() == 0 {
                return;
            }
        }
    };
    tokio::time::timeout(PATIENCE, watch).await.unwrap();
}

/// One more connection to a database.
pub async fn open(url: &str) -> anyhow::Result<DatabaseConnection> {
    let url = DatabaseUrl::parse(url).map_err(anyhow::Error::msg)?;
    Ok(connect(&url).await?)
}
