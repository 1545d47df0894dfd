//! Not speaking yet: accounts only.

use http::StatusCode;
use serde_json::json;

use crate::account::Account;
use crate::call::Call;
use crate::post::Post;
use crate::protocol::{Protocol, Refusal, Route};
use crate::reply::Reply;

#[derive(Debug, Default)]
pub(crate) struct Graph(Vec<Account>);

impl Protocol for Graph {
    fn route(&self, _call: &Call) -> Option<Route<Self>> {
        None
    }

    fn refuse(&self, _refusal: &Refusal, _call: &Call) -> Reply {
        Reply::json(StatusCode::NOT_FOUND, &json!({}))
    }

    fn open_account(&mut self, handle: &str, name: &str) -> Account {
        let (id, secret) = (handle.to_owned(), format!("{handle}-secret"));
        let account = Account {
            id,
            handle: handle.to_owned(),
            name: name.to_owned(),
            secret,
        };
        self.0.push(account.clone());
        account
    }

    fn accounts(&self) -> Vec<Account> {
        self.0.clone()
    }

    fn revoke(&mut self, _account: &str) {}

    fn posts(&self) -> Vec<Post> {
        Vec::new()
    }
}
