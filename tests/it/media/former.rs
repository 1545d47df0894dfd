//! Pictures from before there was a store of files.

use axum::{
    body::Body,
    http::{Method, StatusCode},
};
use std::fmt::Write as _;

use beffroi_schema::entity::{file, media_content};
use beffroi_tests::scene;
use sea_orm::{EntityTrait as _, IntoActiveModel as _};
use sha2::{Digest as _, Sha256};

use super::Desk;

#[tokio::test]
async fn a_picture_is_served_from_where_it_stands_and_moves() {
    let desk = Desk::new().await;
    let bytes = scene::photograph(20, 10);
    let mut sha256 = String::new();
    for byte in Sha256::digest(&bytes) {
        write!(sha256, "{byte:02x}").unwrap();
    }
    let db = &desk.front.database.connection;
    let row = file::Model {
        sha256: sha256.clone(),
        mime: "image/png".to_owned(),
        size: i64::try_from(bytes.len()).unwrap(),
        created_at: desk.front.clock.now(),
    };
    file::Entity::insert(row.into_active_model())
        .exec_without_returning(db)
        .await
        .unwrap();
    let content = media_content::Model {
        sha256: sha256.clone(),
        bytes: bytes.clone(),
    };
    media_content::Entity::insert(content.into_active_model())
        .exec_without_returning(db)
        .await
        .unwrap();
    let path = format!("/media/{sha256}");
    let from_table = desk
        .send(Method::GET, &path, &[("range", "bytes=5-9")], Body::empty())
        .await;
    assert_eq!(
        (from_table.status, &from_table.body[..]),
        (StatusCode::PARTIAL_CONTENT, &bytes[5..10])
    );
    assert!(desk.front.store.move_former_file().await.unwrap());
    assert!(!desk.front.store.move_former_file().await.unwrap());
    assert_eq!(media_content::Entity::find().all(db).await.unwrap(), []);
    assert_eq!(desk.send(Method::GET, &path, &[], Body::empty()).await.body, bytes);
}
