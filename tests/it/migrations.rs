//! The tables can be made, taken back, and made again.

use beffroi_migrations::{down, status, up};
use beffroi_schema::entity::authority;
use beffroi_tests::{City, database::Database};
use sea_orm::{ConnectionTrait as _, DatabaseBackend, EntityTrait as _, Statement};

/// What the database says of itself: every table and index, with how it was made.
async fn shape(database: &Database) -> Vec<String> {
    let db = &database.connection;
    let query = match db.get_database_backend() {
        DatabaseBackend::Postgres => {
            "SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default) AS line \
             FROM information_schema.columns WHERE table_schema = 'public' \
             UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"
        }
        _ => "SELECT sql AS line FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY 1",
    };
    let statement = Statement::from_string(db.get_database_backend(), query);
    let rows = db.query_all_raw(statement).await.unwrap();
    rows.iter().map(|row| row.try_get("", "line").unwrap()).collect()
}

#[tokio::test]
async fn up_down_up_leaves_the_same_tables() {
    let database = Database::new().await.unwrap();
    let db = &database.connection;
    let first = shape(&database).await;
    let all = status(db).await.unwrap();
    assert!(all.iter().all(|(_, applied)| *applied));
    // One by one, as an operator takes back an upgrade.
    for left in (0..all.len()).rev() {
        down(db, 1).await.unwrap();
        let applied = status(db).await.unwrap().iter().filter(|(_, applied)| *applied).count();
        assert_eq!(applied, left);
    }
    let bare = shape(&database).await;
    assert!(
        bare.iter().all(|line| line.contains("seaql_migrations")),
        "something stays behind: {bare:#?}"
    );
    up(db).await.unwrap();
    assert_eq!(shape(&database).await, first);
    up(db).await.unwrap();
}

#[tokio::test]
async fn a_town_can_be_taken_down_with_what_it_holds() {
    let city = City::new().await;
    city.publish(beffroi_tests::scene::market()).await;
    city.settle().await;
    let all = status(city.database()).await.unwrap();
    let steps = u32::try_from(all.len()).unwrap();
    down(city.database(), steps).await.unwrap();
    up(city.database()).await.unwrap();
    let left = authority::Entity::find().all(city.database()).await.unwrap();
    assert_eq!(left, []);
}
