//! A phone is registered, changed and forgotten by its app.

use beffroi_schema::{
    device::{Area, DevicePatch, MAX_FOLLOWS, QuietHours, Setting},
    store::StoreError,
    value::{Follow, FollowKind, Platform, Point, ProblemCode, Severity, TransportKind},
};
use chrono::Duration;
use sea_orm::EntityTrait as _;

use super::scene::{TOPIC, Town, draft, settings, topic};

fn paths(error: &StoreError) -> Vec<(ProblemCode, &str)> {
    let StoreError::Problems(problems) = error else {
        panic!("expected problems, got {error:?}");
    };
    for problem in problems {
        assert!(!problem.fr.is_empty() && !problem.en.is_empty() && problem.fr != problem.en);
    }
    problems
        .iter()
        .map(|problem| (problem.code, problem.path.as_str()))
        .collect()
}

#[tokio::test]
async fn registering_again_keeps_the_row_and_its_follows_and_renews_the_credential() {
    let town = Town::new().await;
    let first = town.phone("token", settings()).await;
    town.clock.advance(Duration::hours(1));
    let mut changed = settings();
    changed.min_severity = Severity::Severe;
    let again = town
        .store
        .register_device(town.authority, draft("token", changed))
        .await
        .unwrap();
    assert_eq!(again.device, first.device);
    let row = town.store.device(again.device, &again.credential).await.unwrap();
    assert_eq!(row.min_severity, Severity::Severe);
    assert_eq!(row.registered_at, town.clock.now());
    assert_eq!(
        town.store.follows(again.device, &again.credential).await.unwrap(),
        [topic(TOPIC)]
    );
    let old = town.store.device(first.device, &first.credential).await;
    assert!(matches!(old, Err(StoreError::NotFound)));
    let elsewhere = town.new_authority("autreville").await;
    let other = town
        .store
        .register_device(elsewhere, draft("token", settings()))
        .await
        .unwrap();
    assert_ne!(other.device, first.device, "another authority's app is another device");
}

#[tokio::test]
async fn without_the_credential_a_device_does_not_exist() {
    let town = Town::new().await;
    let phone = town.phone("token", settings()).await;
    let wrong = town.phone("other", settings()).await.credential;
    let (id, store) = (phone.device, &town.store);
    let refused = [
        store.device(id, &wrong).await.err(),
        store.follows(id, &wrong).await.err(),
        store.follow(id, &wrong, &[topic("culture")]).await.err(),
        store.unfollow(id, &wrong, &[topic(TOPIC)]).await.err(),
        store.update_device(id, &wrong, DevicePatch::default()).await.err(),
        store.forget_device(id, &wrong).await.err(),
        store.device(store.ids().make(), &phone.credential).await.err(),
    ];
    for error in refused {
        assert!(matches!(error, Some(StoreError::NotFound)), "{error:?}");
    }
    assert_eq!(store.follows(id, &phone.credential).await.unwrap(), [topic(TOPIC)]);
}

#[tokio::test]
async fn what_cannot_be_is_said_in_both_languages() {
    let town = Town::new().await;
    let mut wrong = settings();
    wrong.app_version = Some("x".repeat(41));
    wrong.time_zone = "Europe/Valbourg".to_owned();
    wrong.quiet_hours = Some(QuietHours { from: 0, to: 1440 });
    wrong.daily_cap = Some(51);
    wrong.area = Some(Area {
        point: Point {
            latitude: f64::NAN,
            longitude: 200.0,
        },
        radius_m: 99,
    });
    let error = town
        .store
        .register_device(town.authority, draft("", wrong))
        .await
        .unwrap_err();
    let expected = [
        (ProblemCode::Invalid, "address"),
        (ProblemCode::TooLong, "appVersion"),
        (ProblemCode::Unknown, "timeZone"),
        (ProblemCode::OutOfRange, "quietHours"),
        (ProblemCode::OutOfRange, "dailyCap"),
        (ProblemCode::OutOfRange, "area.point"),
        (ProblemCode::OutOfRange, "area.radius"),
    ];
    assert_eq!(paths(&error), expected);
    let phone = town.phone("token", settings()).await;
    let patch = DevicePatch {
        quiet_hours: Setting::Set(QuietHours { from: 60, to: 60 }),
        address: Some((TransportKind::FcmFid, "x".repeat(1025).into())),
        ..DevicePatch::default()
    };
    let error = town
        .store
        .update_device(phone.device, &phone.credential, patch)
        .await
        .unwrap_err();
    assert_eq!(
        paths(&error),
        [(ProblemCode::TooLong, "address"), (ProblemCode::Invalid, "quietHours")]
    );
}

#[tokio::test]
async fn a_patch_changes_what_it_names_and_takes_away_what_it_empties() {
    let town = Town::new().await;
    let mut before = settings();
    before.quiet_hours = Some(QuietHours { from: 1320, to: 360 });
    before.daily_cap = Some(3);
    let phone = town.phone("token", before).await;
    let patch = DevicePatch {
        quiet_hours: Setting::Unset,
        min_severity: Some(Severity::Warning),
        ..DevicePatch::default()
    };
    let row = town
        .store
        .update_device(phone.device, &phone.credential, patch)
        .await
        .unwrap();
    assert_eq!((row.quiet_from, row.quiet_to, row.daily_cap), (None, None, Some(3)));
    assert_eq!(row.min_severity, Severity::Warning);
    assert_eq!(row.platform, Platform::Android);
}

#[tokio::test]
async fn a_new_address_is_the_same_phone() {
    let town = Town::new().await;
    let phone = town.phone("old", settings()).await;
    let double = town.phone("new", settings()).await;
    let patch = DevicePatch {
        address: Some((TransportKind::FcmFid, "new".to_owned().into())),
        ..DevicePatch::default()
    };
    let row = town
        .store
        .update_device(phone.device, &phone.credential, patch)
        .await
        .unwrap();
    assert_eq!((row.transport, row.address.as_str()), (TransportKind::FcmFid, "new"));
    assert_eq!(town.device_row(double.device).await, None, "one phone is told once");
}

#[tokio::test]
async fn a_place_is_stored_no_finer_than_its_radius_needs() {
    let town = Town::new().await;
    let exact = Point {
        latitude: 48.110_203,
        longitude: -1.678_104,
    };
    let near = Point {
        latitude: 48.110_900,
        longitude: -1.678_900,
    };
    let mut stored = Vec::new();
    for (token, point) in [("a", exact), ("b", near)] {
        let mut wanted = settings();
        wanted.area = Some(Area { point, radius_m: 2_000 });
        let phone = town.phone(token, wanted).await;
        // Any later change must leave it where it is.
        let patch = DevicePatch {
            daily_cap: Setting::Set(2),
            ..DevicePatch::default()
        };
        let row = town
            .store
            .update_device(phone.device, &phone.credential, patch)
            .await
            .unwrap();
        stored.push((row.latitude.unwrap(), row.longitude.unwrap(), row.radius_m));
    }
    assert_eq!(stored[0], stored[1], "two neighbours are stored at one point");
    assert_ne!((stored[0].0, stored[0].1), (exact.latitude, exact.longitude));
}

#[tokio::test]
async fn follows_are_a_set_of_two_hundred_at_most() {
    let town = Town::new().await;
    let phone = town.phone("token", settings()).await;
    let (id, credential, store) = (phone.device, &phone.credential, &town.store);
    let line = "01975A3E8C0070008000000000000001".to_owned();
    let kind = |kind, target: &str| Follow {
        kind,
        target: target.to_owned(),
    };
    let many = [
        kind(FollowKind::Line, &line),
        kind(FollowKind::Line, "01975a3e-8c00-7000-8000-000000000001"),
        kind(FollowKind::Kind, "event"),
    ];
    store.follow(id, credential, &many).await.unwrap();
    store.follow(id, credential, &many).await.unwrap();
    let expected = [
        kind(FollowKind::Kind, "event"),
        kind(FollowKind::Line, "01975a3e-8c00-7000-8000-000000000001"),
        topic(TOPIC),
    ];
    assert_eq!(store.follows(id, credential).await.unwrap(), expected);
    let wrong = [
        topic("Voirie !"),
        kind(FollowKind::Stop, "12"),
        kind(FollowKind::Kind, "sport"),
    ];
    let error = store.follow(id, credential, &wrong).await.unwrap_err();
    let invalid = ["follows.0.target", "follows.1.target", "follows.2.target"].map(|path| (ProblemCode::Invalid, path));
    assert_eq!(paths(&error), invalid);
    let more: Vec<Follow> = (3..=MAX_FOLLOWS)
        .map(|number| topic(&format!("sujet-{number}")))
        .collect();
    let error = store.follow(id, credential, &more).await.unwrap_err();
    assert_eq!(paths(&error), [(ProblemCode::TooMany, "follows")]);
    assert_eq!(
        store.follows(id, credential).await.unwrap().len(),
        3,
        "nothing of it was written"
    );
    store.follow(id, credential, &more[1..]).await.unwrap();
    store
        .unfollow(id, credential, &[topic(TOPIC), topic("never-followed")])
        .await
        .unwrap();
    assert_eq!(store.follows(id, credential).await.unwrap().len(), 199);
}

#[tokio::test]
async fn a_forgotten_device_leaves_nothing_behind() {
    let town = Town::new().await;
    let phone = town.phone("token", settings()).await;
    town.campaign(1, |_| {}).await;
    town.send_all(beffroi_schema::value::Outcome::Sent).await;
    assert_eq!(town.told().await.len(), 1);
    town.store.forget_device(phone.device, &phone.credential).await.unwrap();
    assert_eq!(town.device_row(phone.device).await, None);
    assert_eq!(town.told().await, []);
    let follows = beffroi_schema::entity::follow::Entity::find();
    assert_eq!(follows.all(&town.database.connection).await.unwrap(), []);
}
