//! Two at once: whoever comes second finds what the first has done.

use beffroi_schema::{
    id::StaffId,
    store::{Joining, machine},
    value::{ItemContent, ItemStatus, Language, Role, Scope, Text, Viewer},
};
use beffroi_tests::{City, meet, scene};
use chrono::Duration;

/// So that a test that never ends is a failed one.
const MOST_TURNS: usize = 500;

/// The same without a title: it can be stored and not be public.
fn untitled(mut content: ItemContent) -> ItemContent {
    content.texts.0.insert(Language::french(), Text::default());
    content
}

#[tokio::test]
async fn what_an_editor_publishes_meanwhile_is_not_taken_back() {
    let city = City::new().await;
    city.expect_left_over();
    let by = city.editor();
    for turns in 0..MOST_TURNS {
        let content = scene::article("Piscine fermée");
        let id = city.draft(content.clone()).await.row.id;
        let at = city.clock.now() + Duration::minutes(1);
        city.store.schedule(&Scope::Instance, id, 1, at, &by).await.unwrap();
        let untitled = untitled(content.clone());
        city.store
            .edit_draft(&Scope::Instance, id, 2, untitled, &by)
            .await
            .unwrap();
        city.clock.advance(Duration::minutes(2));

        let put_right = async {
            city.store.edit_draft(&Scope::Instance, id, 3, content, &by).await?;
            city.store.publish(&Scope::Instance, id, 4, &by).await
        };
        let machine = machine("schedule");
        let (ended, due, published) = meet(turns, city.store.publish_due(&machine), put_right).await;
        due.unwrap();
        let item = city.item(id).await.row;
        if published.is_ok() {
            assert_eq!(item.status, ItemStatus::Published, "after {turns} turns");
        } else {
            assert_eq!(item.status, ItemStatus::Draft, "after {turns} turns");
            assert!(item.held.is_some(), "and says why");
        }
        if ended {
            return;
        }
    }
    panic!("it never came to its end");
}

#[tokio::test]
async fn two_operators_who_dismiss_each_other_leave_one() {
    let city = City::new().await;
    let pair = [operator(&city, "odile").await, operator(&city, "omar").await];
    let [odile, omar] = pair.map(|person| Viewer {
        staff: Some(person),
        name: "quelqu’un de l’exploitation".to_owned(),
        roles: vec![(None, Role::Operator)],
    });
    for turns in 0..MOST_TURNS {
        let (ended, one, other) = meet(
            turns,
            city.store.revoke_role(&odile, pair[1], None),
            city.store.revoke_role(&omar, pair[0], None),
        )
        .await;
        assert_ne!(one.is_ok(), other.is_ok(), "after {turns} turns: {one:?}, {other:?}");
        let (left, gone) = if one.is_ok() {
            (&odile, pair[1])
        } else {
            (&omar, pair[0])
        };
        city.store.grant_role(left, gone, None, Role::Operator).await.unwrap();
        if ended {
            return;
        }
    }
    panic!("it never came to its end");
}

async fn operator(city: &City, name: &str) -> StaffId {
    let anybody = Viewer {
        staff: None,
        name: "installation".to_owned(),
        roles: vec![(None, Role::Operator)],
    };
    let link = city.store.invite(&anybody, None, Role::Operator).await.unwrap();
    let joining = Joining {
        name: name.to_owned(),
        email: format!("{name}@ville.example"),
        password: "un tramway nommé beffroi".to_owned().into(),
        language: Language::french(),
    };
    city.store.accept_invitation(&link, &joining).await.unwrap()
}
