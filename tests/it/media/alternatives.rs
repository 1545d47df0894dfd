//! Nothing becomes public that some cannot see: by no way.

use beffroi_schema::{
    draft::Draft,
    entity::{item, media},
    id::{ItemId, MediaId},
    store::{About, StoreError, StoreResult, StoredItem, machine},
    value::{ItemContent, Label, Language, ProblemCode, Scope},
};
use beffroi_tests::{City, scene};
use chrono::Duration;
use sea_orm::{ActiveModelTrait as _, EntityTrait as _, IntoActiveModel as _, Set};

/// A picture that nobody has described.
async fn silent_picture(city: &City) -> MediaId {
    let (bytes, by) = (scene::photograph(30, 20), machine("test"));
    let kept = city
        .store
        .put_picture(city.authority, bytes, About::default(), &by)
        .await;
    kept.unwrap().id
}

fn missing(done: StoreResult<StoredItem>) {
    let Err(StoreError::Problems(problems)) = done else {
        panic!("it must be refused: {done:?}");
    };
    assert_eq!(problems[0].code, ProblemCode::AltTextMissing, "{problems:?}");
    assert!(problems[0].fr.contains("Décrivez") && problems[0].en.contains("Describe"));
}

async fn with_picture(city: &City, picture: MediaId) -> StoredItem {
    let content = ItemContent {
        pictures: vec![picture],
        ..scene::tram_stopped()
    };
    let draft = Draft {
        authority: city.authority,
        content,
        key: None,
    };
    city.store.create_draft(draft, &city.editor()).await.unwrap()
}

#[tokio::test]
async fn an_undescribed_picture_is_published_by_no_way() {
    let city = City::new().await;
    let (silent, scope, by) = (silent_picture(&city).await, Scope::Instance, city.editor());
    let draft = with_picture(&city, silent).await.row;
    missing(city.store.publish(&scope, draft.id, draft.version, &by).await);
    let at = city.clock.now() + Duration::hours(1);
    missing(city.store.schedule(&scope, draft.id, draft.version, at, &by).await);
    let public = city.publish(scene::tram_stopped()).await;
    let StoredItem { row, mut content } = city.item(public).await;
    content.pictures = vec![silent];
    missing(city.store.amend(&scope, public, row.version, content, &by).await);
    city.settle().await;
}

#[tokio::test]
async fn a_picture_that_loses_its_description_holds_back_what_is_scheduled() {
    let city = City::new().await;
    let about = About {
        alt: Label::only(Language::french(), "Une rame"),
        ..About::default()
    };
    let (bytes, by) = (scene::photograph(30, 20), machine("test"));
    let picture = city.store.put_picture(city.authority, bytes, about, &by).await.unwrap();
    let draft = with_picture(&city, picture.id).await.row;
    let at = city.clock.now() + Duration::hours(1);
    let (scope, by) = (Scope::Instance, city.editor());
    city.store
        .schedule(&scope, draft.id, draft.version, at, &by)
        .await
        .unwrap();
    let mut row: media::ActiveModel = picture.into_active_model();
    row.alt = Set(Label::default());
    row.update(city.database()).await.unwrap();
    city.later(Duration::hours(2)).await;
    let held = held(&city, draft.id).await;
    assert!(held.as_deref().is_some_and(|why| why.contains("Décrivez")), "{held:?}");
}

async fn held(city: &City, id: ItemId) -> Option<String> {
    item::Entity::find_by_id(id)
        .one(city.database())
        .await
        .unwrap()
        .unwrap()
        .held
}

#[tokio::test]
async fn pictures_are_shown_and_documents_attached_and_not_the_other_way_round() {
    let city = City::new().await;
    let picture = silent_picture(&city).await;
    let content = ItemContent {
        attachments: vec![picture],
        ..scene::tram_stopped()
    };
    let draft = Draft {
        authority: city.authority,
        content,
        key: None,
    };
    let refused = city.store.create_draft(draft, &city.editor()).await;
    let Err(StoreError::Problems(problems)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(
        (problems[0].code, problems[0].path.as_str()),
        (ProblemCode::Unknown, "attachments")
    );
}
