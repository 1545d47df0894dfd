//! Facebook's login: a code becomes a person's token, that becomes one of sixty days, and with it each page's own is told.
//!
//! <https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived>

use chrono::TimeDelta;
use serde_json::json;

use super::Graph;
use super::error::GraphError;
use super::page::selected;
use crate::call::Call;
use crate::networks::consent::Rules;
use crate::reply::Reply;

const CLIENT: &str = "1000000000000001";
const CLIENT_SECRET: &str = "miniature-app-secret";
const SHORT: &str = "EAAminiatureShort";
const LONG: &str = "EAAminiatureLong";
const SHORT_LIVES: TimeDelta = TimeDelta::hours(1);
const LONG_LIVES: TimeDelta = TimeDelta::days(60);
const RULES: Rules = Rules {
    name: "client_id",
    id: CLIENT,
    secret: CLIENT_SECRET,
    scopes: &["pages_show_list", "pages_manage_posts", "pages_read_engagement"],
    pkce: false,
    lives: TimeDelta::minutes(10),
};

/// `GET /v25.0/dialog/oauth`
pub(super) fn ask(graph: &mut Graph, call: &Call) -> Reply {
    graph.consents.ask(call, &graph.pages, &RULES)
}

/// `GET /v25.0/oauth/access_token`
pub(super) fn token(graph: &mut Graph, call: &Call) -> Reply {
    let given = |token: &str, lives: TimeDelta| {
        Reply::ok(&json!({ "access_token": token, "token_type": "bearer", "expires_in": lives.num_seconds() }))
    };
    if call.param("grant_type").as_deref() != Some("fb_exchange_token") {
        return match graph.consents.exchange(call, &RULES) {
            Ok(_) => given(SHORT, SHORT_LIVES),
            Err(refused) => refused,
        };
    }
    let told = |name: &str| call.param(name).unwrap_or_default();
    if told("client_id") != CLIENT || told("client_secret") != CLIENT_SECRET || told("fb_exchange_token") != SHORT {
        return GraphError::unreadable_token().into();
    }
    // Who agreed again may post again, for all pages.
    graph.revoked.clear();
    given(LONG, LONG_LIVES)
}

/// `GET /v25.0/me/accounts`: the pages of the person, who has all of them.
pub(super) fn pages(graph: &mut Graph, call: &Call) -> Reply {
    if call.bearer() != Some(LONG) {
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
