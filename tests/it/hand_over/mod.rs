//! What networks do not let us do, people do: each task once, none lost, and what they did is followed.

mod doubt;
mod people;
mod races;

use beffroi_schema::{
    entity::{account, delivery},
    id::{ItemId, StaffId},
    store::{StoreError, StoreResult, Task, TaskFilter, TaskOutcome},
    value::{HandoverState, Language, ProblemCode, Role, Scope, Viewer},
};
use beffroi_tests::City;
use uuid::Uuid;

/// Where a person says that the post is.
const THERE: &str = "https://reseau.example/p/1";

/// An editor of Valbourg.
fn person(city: &City, name: &str, number: u128) -> Viewer {
    Viewer {
        staff: Some(StaffId(Uuid::from_u128(number))),
        name: name.to_owned(),
        roles: vec![(Some(city.authority), Role::Editor)],
    }
}

fn anne(city: &City) -> Viewer {
    person(city, "Anne", 21)
}

fn bruno(city: &City) -> Viewer {
    person(city, "Bruno", 22)
}

/// The open tasks, the one that is due first coming first.
async fn open(city: &City) -> Vec<Task> {
    let filter = TaskFilter {
        state: Some(HandoverState::Open),
        ..TaskFilter::default()
    };
    let tasks = city.store.tasks(&Scope::Instance, &filter, 100, &anne(city)).await;
    tasks.unwrap()
}

/// The one open task.
async fn only(city: &City) -> Task {
    let [task] = open(city).await.try_into().unwrap();
    task
}

async fn settle(city: &City, task: &Task, outcome: TaskOutcome) -> StoreResult<Task> {
    let by = anne(city);
    let done = city
        .store
        .settle_task(&Scope::Instance, task.handover.id, outcome, &by)
        .await;
    city.settle().await;
    done
}

fn posted(url: &str) -> TaskOutcome {
    TaskOutcome::Posted {
        url: Some(url.to_owned()),
        id: None,
    }
}

/// A person is told why not.
fn assert_refused<T: std::fmt::Debug>(done: &StoreResult<T>, code: ProblemCode) {
    assert!(
        matches!(done, Err(StoreError::Problems(problems)) if problems[0].code == code),
        "{done:?}"
    );
}

async fn retitle(city: &City, item: ItemId, title: &str) {
    city.amend(item, |content| {
        title.clone_into(&mut content.texts.0.get_mut(&Language::french()).unwrap().title);
    })
    .await;
    city.settle().await;
}

async fn last(city: &City, item: ItemId, account: &account::Model) -> delivery::Model {
    city.deliveries(item, account).await.pop().unwrap()
}
