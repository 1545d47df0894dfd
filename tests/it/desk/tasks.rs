//! What people do by hand, at the desk.

use beffroi_api::graphql::id;
use beffroi_schema::value::Role::{Contributor, Editor};
use serde_json::json;

use crate::office::Office;

const LIST: &str = "query($mine: Boolean, $state: TaskState) { desk { tasks(mine: $mine, state: $state) {
    id errand state title composerUrl claimedBy url account { name } delivery { state } } } }";

#[tokio::test]
async fn a_task_is_seen_taken_and_done() {
    let office = Office::new().await;
    let account = office.account("Mastodon de la ville").await;
    let task = id::global("Task", office.task(account).await.0);
    let open = office.done(Contributor, LIST, json!({})).await;
    let seen = json!([{ "id": task, "errand": "POST", "state": "OPEN", "title": "À publier à la main",
        "composerUrl": "https://reseau.example/ecrire", "claimedBy": null, "url": null,
        "account": { "name": "Mastodon de la ville" }, "delivery": { "state": "BY_HAND" } }]);
    assert_eq!(open["desk"]["tasks"], seen);

    let claim = "mutation($id: ID!) { claimTask(id: $id) { task { claimedBy } problems { code } } }";
    let claimed = office.done(Editor, claim, json!({ "id": task })).await;
    assert_eq!(claimed["claimTask"]["task"]["claimedBy"], "editor");
    for (role, count) in [(Editor, 1), (Contributor, 0)] {
        let mine = office.done(role, LIST, json!({ "mine": true })).await;
        assert_eq!(mine["desk"]["tasks"].as_array().unwrap().len(), count, "{role}");
    }

    let mark = "mutation($input: MarkTaskPostedInput!) { markTaskPosted(input: $input) {
        task { state closedBy delivery { state post { url } } } problems { path } } }";
    let wrong = json!({ "input": { "taskId": task, "url": "là-bas" } });
    let wrong = office.done(Editor, mark, wrong).await;
    assert_eq!(wrong["markTaskPosted"]["problems"], json!([{ "path": "url" }]));
    let there = "https://reseau.example/p/1";
    let done = json!({ "input": { "taskId": task, "url": there } });
    let done = office.done(Editor, mark, done).await;
    let expected =
        json!({ "state": "POSTED", "closedBy": "editor", "delivery": { "state": "DONE", "post": { "url": there } } });
    assert_eq!(done["markTaskPosted"]["task"], expected);

    let open = office.done(Contributor, LIST, json!({})).await;
    assert_eq!(open["desk"]["tasks"], json!([]));
    let closed = office.done(Contributor, LIST, json!({ "state": "POSTED" })).await;
    assert_eq!(closed["desk"]["tasks"][0]["url"], there);
}
