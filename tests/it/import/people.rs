//! A source and people write the same item: what a person wrote stays, and what a person must see waits for them.

use beffroi_schema::{
    entity::poll,
    store::{StoreError, StoredItem},
    value::{Detail, Effect, ItemStatus, Language, PollClass, Scope, SourceFormat, SourcePolicy, Text},
};
use beffroi_tests::City;
use chrono::Duration;
use serde_json::{Value, json};

use super::{alert, feed, public, resolved, with_timetable};

/// Longer than a first word settles.
const SETTLED: Duration = Duration::minutes(5);

/// The alert with another description.
fn described(title: &str, description: &str) -> Value {
    let mut alert = alert("1", "B", title);
    alert["alert"]["descriptionText"]["translation"][0]["text"] = json!(description);
    alert
}

/// The operator says this from now on; what the poll was, and the one item as it is then.
async fn says(city: &City, alert: Value) -> (poll::Model, StoredItem) {
    city.operator.says("alerts", feed(city, &[alert]));
    city.later(SETTLED).await;
    let sources = city.store.sources(&Scope::Instance, None).await.unwrap();
    let alerts = sources.iter().find(|source| source.name == "alerts").unwrap();
    let [item] = city.items().await.try_into().unwrap();
    (city.last_poll(alerts.id).await, item)
}

fn french(item: &StoredItem) -> &Text {
    &item.content.texts.0[&Language::french()]
}

#[tokio::test]
async fn what_an_editor_wrote_stays_when_the_source_goes_on() {
    let city = with_timetable().await;
    city.source(SourceFormat::GtfsRtAlerts, "alerts").await;
    let (_, item) = says(&city, described("Ligne interompue", "Un arbre est tombé.")).await;
    city.amend(item.row.id, |content| {
        content.zones = vec![city.zones.centre];
        content.texts.0.get_mut(&Language::french()).unwrap().title = "Ligne interrompue".to_owned();
    })
    .await;

    let mut worse = described("Ligne interompue", "Deux arbres sont tombés.");
    worse["alert"]["effect"] = json!("DETOUR");
    let (poll, item) = says(&city, worse).await;
    assert_eq!((poll.class, poll.revised), (PollClass::Good, 1), "{poll:?}");
    assert_eq!(french(&item).title, "Ligne interrompue", "corrected by hand");
    assert_eq!(french(&item).body, "Deux arbres sont tombés.", "nobody touched it");
    assert_eq!(item.content.zones, [city.zones.centre]);
    assert_eq!(item.content.lines.len(), 1);
    assert!(matches!(&item.content.detail, Detail::Disruption(is) if is.effect == Effect::Detour));

    let (_, item) = says(
        &city,
        described("Ligne toujours interompue", "Trois arbres sont tombés."),
    )
    .await;
    assert_eq!(french(&item).title, "Ligne interrompue", "still the editor's");
    assert_eq!(french(&item).body, "Trois arbres sont tombés.");
}

#[tokio::test]
async fn who_has_a_draft_open_notices_that_the_source_changed_it() {
    let city = with_timetable().await;
    city.source_with(SourceFormat::GtfsRtAlerts, "alerts", |new| {
        new.policy = SourcePolicy::Draft;
    })
    .await;
    let (_, draft) = says(&city, described("Ligne interompue", "Un arbre est tombé.")).await;
    assert_eq!((draft.row.status, draft.row.version), (ItemStatus::Draft, 1));
    let (_, changed) = says(&city, described("Ligne interompue", "Deux arbres sont tombés.")).await;
    assert_eq!(french(&changed).body, "Deux arbres sont tombés.");

    let mut content = draft.content;
    content.zones = vec![city.zones.faubourg];
    let (id, by) = (draft.row.id, city.editor());
    let edit = |version| {
        city.store
            .edit_draft(&Scope::Instance, id, version, content.clone(), &by)
    };
    let late = edit(1).await;
    assert!(matches!(late, Err(StoreError::Conflict { current: 2 })), "{late:?}");
    edit(2).await.unwrap();
    let (_, kept) = says(&city, described("Ligne interrompue", "Trois arbres sont tombés.")).await;
    assert_eq!((kept.row.version, kept.content.zones.len()), (4, 1));
    assert_eq!(french(&kept).title, "Ligne interrompue");
    assert_eq!(french(&kept).body, "Un arbre est tombé.", "as the editor had it");
}

#[tokio::test]
async fn a_change_that_must_not_be_published_waits_for_a_person() {
    let city = with_timetable().await;
    city.source(SourceFormat::GtfsRtAlerts, "alerts").await;
    let (_, first) = says(&city, described("Ligne interrompue", "Un arbre est tombé.")).await;
    let internal = "Info agents : appelez le 06 12 34 56 78.";
    let (poll, held) = says(&city, described("Ligne interrompue", internal)).await;
    assert_eq!((poll.class, poll.revised), (PollClass::Good, 0), "{poll:?}");
    assert_eq!(
        (held.row.status, held.row.version),
        (ItemStatus::Published, first.row.version)
    );
    assert_eq!(held.content, first.content);
    assert!(held.row.held.is_some(), "and says why");

    let (poll, on) = says(&city, described("Ligne interrompue", "Deux arbres sont tombés.")).await;
    assert_eq!(
        (poll.revised, french(&on).body.as_str()),
        (1, "Deux arbres sont tombés.")
    );
    assert_eq!(on.row.held, None, "nothing waits any more");
}

#[tokio::test]
async fn a_source_that_proposes_changes_nothing_in_public_but_the_end() {
    let city = with_timetable().await;
    city.source_with(SourceFormat::GtfsRtAlerts, "alerts", |new| {
        new.policy = SourcePolicy::Draft;
    })
    .await;
    let (_, draft) = says(&city, described("Ligne interrompue", "Un arbre est tombé.")).await;
    let by = city.editor();
    let published = city
        .store
        .publish(&Scope::Instance, draft.row.id, 1, &by)
        .await
        .unwrap();
    let (poll, waits) = says(&city, described("Ligne interrompue", "Deux arbres sont tombés.")).await;
    assert_eq!((poll.revised, waits.row.version), (0, published.row.version));
    assert_eq!(waits.content, published.content);
    assert!(waits.row.held.is_some(), "and says why");

    for _ in 0..20 {
        city.operator.says("alerts", feed(&city, &[]));
        city.later(Duration::minutes(1)).await;
    }
    let [over] = public(&city).await.try_into().unwrap();
    assert!(resolved(&over));
    assert_eq!(french(&over).body, "Un arbre est tombé.", "as a person published it");
}

#[tokio::test]
async fn a_return_that_waited_is_told_once_it_may_be() {
    let city = with_timetable().await;
    city.source(SourceFormat::GtfsRtAlerts, "alerts").await;
    says(&city, described("Ligne interrompue", "Un arbre est tombé.")).await;
    for _ in 0..20 {
        city.operator.says("alerts", feed(&city, &[]));
        city.later(Duration::minutes(1)).await;
    }
    let internal = "Info agents : appelez le 06 12 34 56 78.";
    let (_, waits) = says(&city, described("Ligne interrompue", internal)).await;
    assert!(resolved(&waits) && waits.row.held.is_some());
    let (_, back) = says(&city, described("Ligne interrompue", "Deux arbres sont tombés.")).await;
    assert!(!resolved(&back) && back.row.held.is_none());
    assert_eq!(french(&back).body, "Deux arbres sont tombés.");
}
