//! Rows that cannot be read, as after a repair by hand: work on them fails, and the work beside them is done.

use axum::http::StatusCode;
use beffroi_schema::{
    entity::{disruption, outbox, revision},
    id::ItemId,
    store::machine,
    value::{ItemStatus, PollClass, Scope, SourceFormat},
};
use beffroi_tests::{City, scene};
use chrono::Duration;
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, sea_query::Expr};
use serde_json::{Value, json};

/// Rows beside the one that cannot be read.
const OTHERS: usize = 3;

/// What the item says cannot be read any more.
async fn spoil(city: &City, id: ItemId) {
    disruption::Entity::update_many()
        .col_expr(disruption::Column::Impact, Expr::value(json!({})))
        .filter(disruption::Column::ItemId.eq(id))
        .exec(city.database())
        .await
        .unwrap();
    revision::Entity::update_many()
        .col_expr(revision::Column::Content, Expr::value(json!({})))
        .filter(revision::Column::ItemId.eq(id))
        .exec(city.database())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_line_that_cannot_be_fanned_out_holds_back_none_behind_it() {
    let city = City::new().await;
    city.expect_left_over();
    let broken = city.publish(scene::tram_stopped()).await;
    for number in 0..OTHERS {
        city.publish(scene::article(&format!("Travaux {number}"))).await;
    }
    spoil(&city, broken).await;
    city.worker.fan_out().await.unwrap_err();
    let waiting = outbox::Entity::find().filter(outbox::Column::FannedOutAt.is_null());
    assert_eq!(waiting.count(city.database()).await.unwrap(), 1, "the broken one alone");
}

#[tokio::test]
async fn an_item_that_cannot_go_out_holds_back_none_that_is_due_after_it() {
    let city = City::new().await;
    city.expect_left_over();
    let (now, by) = (city.clock.now(), city.editor());
    let mut items = Vec::new();
    for minute in 1..=OTHERS {
        let item = city.draft(scene::tram_stopped()).await.row.id;
        let at = now + Duration::minutes(i64::try_from(minute).unwrap());
        city.store.schedule(&Scope::Instance, item, 1, at, &by).await.unwrap();
        items.push(item);
    }
    spoil(&city, items[0]).await;
    city.clock.advance(Duration::hours(1));
    city.store.publish_due(&machine("schedule")).await.unwrap_err();
    for item in &items[1..] {
        assert_eq!(city.item(*item).await.row.status, ItemStatus::Published);
    }
}

/// A feed with one alert.
fn feed(city: &City, title: &str) -> Vec<u8> {
    let alert: Value = json!({ "id": "1", "alert": {
        "informedEntity": [{ "routeId": "B" }],
        "headerText": { "translation": [{ "text": title, "language": "fr" }] },
    } });
    let header = json!({ "gtfsRealtimeVersion": "2.0", "timestamp": city.clock.now().timestamp().to_string() });
    json!({ "header": header, "entity": [alert] }).to_string().into_bytes()
}

#[tokio::test]
async fn a_poll_that_cannot_be_stored_is_shown_waits_and_holds_back_no_other() {
    let city = City::new().await;
    city.expect_left_over();
    city.operator.says("broken", feed(&city, "Ligne B interrompue"));
    let broken = city.source(SourceFormat::GtfsRtAlerts, "broken").await.id;
    city.settle().await;
    let [item] = city.items().await.try_into().unwrap();
    spoil(&city, item.row.id).await;
    let mut others = Vec::new();
    for number in 0..OTHERS {
        let name = format!("other{number}");
        city.operator
            .answers_with(&name, StatusCode::OK, &[], feed(&city, "Ligne B déviée"));
        others.push(city.source(SourceFormat::GtfsRtAlerts, &name).await.id);
    }
    city.clock.advance(Duration::minutes(1));
    city.operator
        .says("broken", feed(&city, "Ligne B toujours interrompue"));
    city.worker.import().await.unwrap_err();
    for source in others {
        assert_eq!(city.last_poll(source).await.class, PollClass::Good);
    }
    let poll = city.last_poll(broken).await;
    assert_eq!((poll.class, poll.created), (PollClass::Failed, 0), "{poll:?}");
    assert!(poll.reason.is_some_and(|reason| reason.contains("stored")));
    let sources = city.store.sources(&Scope::Instance, None).await.unwrap();
    let broken = sources.iter().find(|source| source.id == broken).unwrap();
    assert!(broken.next_poll_at > city.clock.now() && broken.failures == 1 && broken.lease_owner.is_none());
}
