//! The page itself.

use serde_json::{Map, Value, json};

use super::Graph;
use super::error::GraphError;
use crate::account::Account;
use crate::call::Call;
use crate::reply::Reply;

const DEFAULT_FIELDS: &str = "id,name";

pub(super) fn show(graph: &mut Graph, call: &Call, page: &Account) -> Result<Reply, GraphError> {
    let id = call.segment(1);
    if id != "me" && id != page.id {
        return Err(GraphError::no_such_object(&call.method, id));
    }
    let all = json!({
        "id": page.id, "name": page.name, "username": page.handle, "category": "Government organization",
        "link": format!("{}/{}", graph.url, page.handle), "followers_count": 0, "fan_count": 0,
        "tasks": ["CREATE_CONTENT", "MANAGE", "MODERATE"], "is_published": true,
    });
    select(&all, call.param("fields").as_deref().unwrap_or(DEFAULT_FIELDS), "Page")
}

/// The fields asked for; `id` always comes along.
pub(super) fn select(all: &Value, fields: &str, node: &str) -> Result<Reply, GraphError> {
    selected(all, fields, node).map(|selected| Reply::ok(&selected))
}

pub(super) fn selected(all: &Value, fields: &str, node: &str) -> Result<Value, GraphError> {
    let mut chosen = Map::new();
    for field in fields.split(',').map(str::trim).filter(|field| !field.is_empty()) {
        // `attachments{media}` asks for a part; the miniature gives the whole.
        let name = field.split(['{', '.']).next().unwrap_or_default();
        let Some(value) = all.get(name) else {
            let message = format!("Tried accessing nonexisting field ({name}) on node type ({node})");
            return Err(GraphError::parameter(&message));
        };
        if !value.is_null() {
            chosen.insert(name.to_owned(), value.clone());
        }
    }
    chosen.insert("id".to_owned(), all["id"].clone());
    Ok(Value::Object(chosen))
}
