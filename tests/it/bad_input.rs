//! Bad input: a clear answer each, no panic, and nothing half-written.

mod content;
mod feeds;
mod requests;
mod unreadable;

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait as _, DatabaseBackend, DatabaseConnection, Statement};

/// How many rows each table has.
async fn rows(database: &DatabaseConnection) -> BTreeMap<String, i64> {
    let backend = database.get_database_backend();
    let tables = if backend == DatabaseBackend::Postgres {
        "SELECT CAST(tablename AS text) AS name FROM pg_tables WHERE schemaname = 'public'"
    } else {
        "SELECT name FROM sqlite_master WHERE type = 'table'"
    };
    let select = |text: String| Statement::from_string(backend, text);
    let mut rows = BTreeMap::new();
    for table in database.query_all_raw(select(tables.to_owned())).await.unwrap() {
        let name: String = table.try_get("", "name").unwrap();
        let count = select(format!("SELECT COUNT(*) AS count FROM \"{name}\""));
        let count = database.query_one_raw(count).await.unwrap().unwrap();
        rows.insert(name, count.try_get("", "count").unwrap());
    }
    assert!(rows.len() > 20, "the tables are found: {rows:?}");
    rows
}
