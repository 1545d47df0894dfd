//! Facebook's login: a code becomes a person's token, that becomes one of sixty days, and with it each page's own is told.
//!
//! <https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived>

use chrono::TimeDelta;
use serde_json::json;

use super::Graph;
use super::error::GraphError;
use super::page::selected;
use crate::account::Account;
use crate::call::Call;
use crate::networks::consent::{Consents, Rules};
use crate::reply::Reply;

pub(crate) const CLIENT: &str = "1000000000000001";
pub(crate) const CLIENT_SECRET: &str = "miniature-app-secret";
const SHORT: &str = "EAAminiatureShort";
const LONG: &str = "EAAminiatureLong";
const SHORT_LIVES: TimeDelta = TimeDelta::hours(1);
const LONG_LIVES: TimeDelta = TimeDelta::days(60);
const SCOPES: &[&str] = &["pages_show_list", "pages_manage_posts", "pages_read_engagement"];

/// Facebook's login, which Instagram's accounts have too.
#[derive(Default)]
pub(crate) struct Login(Consents);

impl Login {
    /// `GET /v25.0/dialog/oauth`
    pub(crate) fn ask(&mut self, call: &Call, accounts: &[Account], scopes: &'static [&'static str]) -> Reply {
        self.0.ask(call, accounts, &rules(scopes))
    }

    /// `GET /v25.0/oauth/access_token`; with whether the person has agreed to the end.
    pub(crate) fn token(&mut self, call: &Call) -> (Reply, bool) {
        let given = |token: &str, lives: TimeDelta| {
            Reply::ok(&json!({ "access_token": token, "token_type": "bearer", "expires_in": lives.num_seconds() }))
        };
        if call.param("grant_type").as_deref() != Some("fb_exchange_token") {
            return match self.0.exchange(call, &rules(&[])) {
                Ok(_) => (given(SHORT, SHORT_LIVES), false),
                Err(refused) => (refused, false),
            };
        }
        let told = |name: &str| call.param(name).unwrap_or_default();
        if told("client_id") != CLIENT || told("client_secret") != CLIENT_SECRET || told("fb_exchange_token") != SHORT {
            return (GraphError::unreadable_token().into(), false);
        }
        (given(LONG, LONG_LIVES), true)
    }

    /// Whether the person calls, by the token that lasts.
    pub(crate) fn is_person(call: &Call) -> bool {
        call.bearer() == Some(LONG)
    }
}

fn rules(scopes: &'static [&'static str]) -> Rules {
    Rules {
        name: "client_id",
        id: CLIENT,
        secret: CLIENT_SECRET,
        scopes,
        between: ',',
        pkce: false,
        lives: TimeDelta::minutes(10),
    }
}

/// `GET /v25.0/dialog/oauth`
pub(super) fn ask(graph: &mut Graph, call: &Call) -> Reply {
    graph.login.ask(call, &graph.pages, SCOPES)
}

/// `GET /v25.0/oauth/access_token`
pub(super) fn token(graph: &mut Graph, call: &Call) -> Reply {
    let (reply, agreed) = graph.login.token(call);
    if agreed {
        // Who agreed again may post again, for all pages.
        graph.revoked.clear();
    }
    reply
}

/// `GET /v25.0/me/accounts`: the pages of the person, who has all of them.
pub(super) fn pages(graph: &mut Graph, call: &Call) -> Reply {
    if !Login::is_person(call) {
        return GraphError::unreadable_token().into();
    }
    let fields = call.param("fields").unwrap_or_default();
    let pages = graph.pages.iter().map(|page| {
        let all = json!({ "id": page.id, "name": page.name, "access_token": page.secret, "tasks": ["CREATE_CONTENT"],
            "instagram_business_account": null });
        selected(&all, &fields.replace("{id,username}", ""), "Page")
    });
    match pages.collect::<Result<Vec<_>, _>>() {
        Ok(data) => Reply::ok(&json!({ "data": data, "paging": { "cursors": {} } })),
        Err(error) => error.into(),
    }
}
