//! A migrated database for one test: SQLite in a folder of its own, or, with `BEFFROI_TEST_DATABASE=postgres`, a new
//! database on the throw-away server that `BEFFROI_TEST_POSTGRES_URL` names (a URL without a database name).

use beffroi_schema::store::{DatabaseUrl, connect};
use sea_orm::{ConnectionTrait as _, DatabaseConnection};
use tempfile::TempDir;

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

/// One more connection to a database.
pub async fn open(url: &str) -> anyhow::Result<DatabaseConnection> {
    let url = DatabaseUrl::parse(url).map_err(anyhow::Error::msg)?;
    Ok(connect(&url).await?)
}
