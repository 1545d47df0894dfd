//! The servers of the grown-up deployment, private to one run and gone with it.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use anyhow::Result;
use tempfile::TempDir;

use crate::packages;
use crate::postgres::Postgres;
use crate::redis::Redis;

/// `PostgreSQL` and Redis in one temporary folder. The folder is named last: it is removed when both are stopped.
pub struct Servers {
    postgres: Postgres,
    redis: Redis,
    _folder: TempDir,
}

impl Servers {
    pub fn start() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("beffroi-").tempdir()?;
        // Several users meet here: PostgreSQL's own, and ours.
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755))?;
        let postgres = Postgres::start(folder.path())?;
        let redis = Redis::start(folder.path())?;
        Ok(Self {
            postgres,
            redis,
            _folder: folder,
        })
    }

    /// Tells a test or a benchmark where they are.
    pub fn announce(&self, command: &mut Command) {
        command.env("BEFFROI_TEST_POSTGRES_URL", self.postgres.url());
        command.env("BEFFROI_TEST_REDIS_URL", self.redis.url());
    }
}

/// The tests that stop and start Redis run one of their own, from this program.
pub fn announce_redis_program(command: &mut Command) {
    if let Some(program) = packages::REDIS.find() {
        command.env("BEFFROI_REDIS_SERVER", program);
    }
}
