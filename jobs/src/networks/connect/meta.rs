//! What Meta gives: a person's token, exchanged for one that lasts two months, and with it the pages they may post for.

use beffroi_schema::value::{Application, Found};
use reqwest::Method;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use url::Url;

use super::{Asking, Door, doors::graph};
use crate::{
    http::Http,
    networks::{DeliveryError, graph::asked, oauth::Granted},
};

/// Pages in one answer; the most that is given.
const PAGE: &str = "100";
/// Answers read: nobody administers more than a thousand pages.
const MAX_PAGES: usize = 10;
/// What a person must be allowed on a page for us to post there.
const TASK: &str = "CREATE_CONTENT";

#[derive(Deserialize)]
struct Pages {
    data: Vec<Page>,
    #[serde(default)]
    paging: Paging,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Paging {
    cursors: Cursors,
    next: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Cursors {
    after: Option<String>,
}

#[derive(Deserialize)]
struct Page {
    id: String,
    name: String,
    access_token: Option<SecretString>,
    #[serde(default)]
    tasks: Vec<String>,
    instagram_business_account: Option<Profile>,
}

#[derive(Deserialize)]
struct Profile {
    id: String,
    username: String,
}

/// The pages that the person may post for, or the Instagram accounts that belong to them.
pub(super) async fn pages(
    asking: &Asking<'_>,
    http: &Http,
    door: &Door,
    application: &Application,
    code: &str,
    instagram: bool,
) -> Result<Vec<Found>, DeliveryError> {
    let ours = [("client_id", &*application.id), ("client_secret", &*application.secret)];
    let call = http.call(Method::GET, door.tokens.clone()).query(&ours);
    let short: Granted = asked(call.query(&[("redirect_uri", asking.redirect), ("code", code)])).await?;
    let exchange = [
        ("grant_type", "fb_exchange_token"),
        ("fb_exchange_token", short.access_token.expose_secret()),
    ];
    let call = http.call(Method::GET, door.tokens.clone()).query(&ours);
    let person: Granted = asked(call.query(&exchange)).await?;
    let until = person.until(http.clock().now());
    let list = graph(asking.network, asking.settings, "/me/accounts");
    let mut found = Vec::new();
    for page in listed(http, &list, &person.access_token).await? {
        let Some(token) = page.access_token.filter(|_| page.tasks.iter().any(|task| task == TASK)) else {
            continue;
        };
        let (id, name) = match page.instagram_business_account {
            Some(profile) if instagram => (profile.id, format!("@{}", profile.username)),
            None if instagram => continue,
            Some(_) | None => (page.id, page.name),
        };
        found.push(Found {
            id: Some(id),
            name,
            secret: token.expose_secret().to_owned(),
            access: None,
            until,
        });
    }
    if found.is_empty() {
        let none = if instagram {
            "none of your pages that you agreed for has a professional Instagram account"
        } else {
            "you agreed for no page on which you may post"
        };
        return Err(DeliveryError::Refused(none.to_owned()));
    }
    Ok(found)
}

/// Threads: the token of one profile, exchanged for one of sixty days.
pub(super) async fn profile(
    asking: &Asking<'_>,
    http: &Http,
    door: &Door,
    application: &Application,
    code: &str,
) -> Result<Vec<Found>, DeliveryError> {
    let short = asking.code(http, door, application, code).await?;
    let mut url = door.tokens.clone();
    url.set_path("/access_token");
    let exchange = [
        ("grant_type", "th_exchange_token"),
        ("client_secret", &*application.secret),
        ("access_token", short.access_token.expose_secret()),
    ];
    let token: Granted = asked(http.call(Method::GET, url).query(&exchange)).await?;
    let me = graph(asking.network, asking.settings, "/me");
    let call = http.call(Method::GET, me).bearer(&token.access_token);
    let profile: Profile = asked(call.query(&[("fields", "id,username")])).await?;
    let until = token.until(http.clock().now());
    let secret = token.access_token.expose_secret();
    Ok(vec![Found {
        id: Some(profile.id),
        name: format!("@{}", profile.username),
        secret: secret.to_owned(),
        access: until.map(|until| (secret.to_owned(), until)),
        until,
    }])
}

async fn listed(http: &Http, list: &Url, token: &SecretString) -> Result<Vec<Page>, DeliveryError> {
    let fields = "id,name,access_token,tasks,instagram_business_account{id,username}";
    let (mut all, mut after) = (Vec::new(), None::<String>);
    for _ in 0..MAX_PAGES {
        let call = http.call(Method::GET, list.clone()).bearer(token);
        let mut call = call.query(&[("fields", fields), ("limit", PAGE)]);
        if let Some(after) = &after {
            call = call.query(&[("after", after)]);
        }
        let pages: Pages = asked(call).await?;
        all.extend(pages.data);
        after = pages.paging.next.and(pages.paging.cursors.after);
        if after.is_none() {
            break;
        }
    }
    Ok(all)
}
