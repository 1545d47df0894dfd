//! Whoever asks for a write may go away at any moment, and a time limit may end it: nothing stays open behind them.

use beffroi_schema::{bus::Bus, store::machine};
use beffroi_tests::{
    bench::store,
    database::{Database, open},
    die_after,
    process::until,
    scene,
};
use sea_orm::{ConnectionTrait as _, DatabaseBackend, DatabaseConnection, Statement};

/// No verb waits so often.
const MOST_TURNS: usize = 100;

#[tokio::test]
async fn a_write_that_is_abandoned_leaves_no_transaction_open() {
    let database = Database::new().await.unwrap();
    let outside = open(&database.url).await.unwrap();
    let store = store(database.connection.clone(), Bus::local());
    for turns in 0..MOST_TURNS {
        let town = scene::commune(&format!("town-{turns}"));
        let ended = die_after(turns, store.create_authority(town, &machine("test"))).await;
        until(&format!("nothing is open, at {turns}"), async || {
            nothing_is_open(&outside).await.then_some(())
        })
        .await
        .unwrap();
        if ended {
            assert!(turns > 1, "only {turns} points");
            return;
        }
    }
    panic!("a verb waits more than {MOST_TURNS} times");
}

/// Seen from another connection.
async fn nothing_is_open(outside: &DatabaseConnection) -> bool {
    if outside.get_database_backend() != DatabaseBackend::Postgres {
        // The one writer of SQLite can be somebody else only when nobody holds its place.
        return outside.execute_unprepared("BEGIN IMMEDIATE; COMMIT").await.is_ok();
    }
    let open = "SELECT count(*) FROM pg_stat_activity \
                WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
    let open = Statement::from_string(DatabaseBackend::Postgres, open);
    let row = outside.query_one_raw(open).await.unwrap().unwrap();
    row.try_get_by_index::<i64>(0).unwrap() == 0
}
