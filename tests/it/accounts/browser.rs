//! A person and their browser: our pages by the router, the networks' pages over loopback.

use axum::{
    Router,
    body::Body,
    http::{StatusCode, header},
};
use beffroi_schema::{
    entity::account,
    id::AuthorityId,
    store::Joining,
    value::{Language, Role, Scope, Viewer},
};
use beffroi_tests::City;
use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;

use crate::front::{Answer, PASSWORD, answer_of, built, operator};

/// Where networks send people back.
pub const BACK: &str = "https://valbourg.example/accounts/connected";

pub struct Browser {
    router: Router,
    cookie: String,
    language: &'static str,
}

impl Browser {
    /// A browser that is signed in as somebody with this role in the town.
    pub async fn of(city: &City, role: Role, name: &str) -> Self {
        Self::at(city, Some(city.authority), role, name).await
    }

    pub async fn at(city: &City, place: Option<AuthorityId>, role: Role, name: &str) -> Self {
        let link = city.store.invite(&operator(), place, role).await.unwrap();
        let joining = Joining {
            name: name.to_owned(),
            email: format!("{name}@ville.example").to_lowercase(),
            password: PASSWORD.into(),
            language: Language::french(),
        };
        city.store.accept_invitation(&link, &joining).await.unwrap();
        Self::signed_in(city, &joining.email).await
    }

    /// One more browser of somebody who has an account here.
    pub async fn signed_in(city: &City, email: &str) -> Self {
        let browser = Self {
            router: city.router.clone(),
            cookie: String::new(),
            language: "en",
        };
        let answer = browser
            .send("/sign-in", &[("email", email), ("password", PASSWORD)])
            .await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
        Self {
            cookie: cookie.split(';').next().unwrap().to_owned(),
            ..browser
        }
    }

    /// The same, for who reads French.
    pub fn french(self) -> Self {
        Self { language: "fr", ..self }
    }

    /// The session it holds, and whose it is.
    pub async fn session(&self, city: &City) -> (SecretString, Viewer) {
        let secret = SecretString::from(self.cookie.split_once('=').unwrap().1);
        let viewer = city.store.session_viewer(&secret).await.unwrap().unwrap();
        (secret, viewer)
    }

    /// Opens a page of ours.
    pub async fn open(&self, path: &str) -> Answer {
        let headers = [("cookie", &*self.cookie), ("accept-language", self.language)];
        answer_of(self.router.clone(), built("GET", path, &headers, Body::empty())).await
    }

    /// Sends a form of ours.
    pub async fn send(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let headers = [
            ("cookie", &*self.cookie),
            ("accept-language", self.language),
            ("sec-fetch-site", "same-origin"),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        answer_of(self.router.clone(), built("POST", path, &headers, Body::from(body))).await
    }

    /// Asks by GraphQL; fails on errors.
    pub async fn ask(&self, query: &str) -> Value {
        let headers = [
            ("cookie", &*self.cookie),
            ("sec-fetch-site", "same-origin"),
            ("content-type", "application/json"),
        ];
        let body = json!({ "query": query }).to_string();
        let request = built("POST", "/graphql", &headers, Body::from(body));
        let mut answer: Value = serde_json::from_str(&answer_of(self.router.clone(), request).await.body).unwrap();
        assert_eq!(answer["errors"], Value::Null, "{query}");
        answer["data"].take()
    }

    /// Sends a form that begins a connection, lets the loop work, and opens the page of the connection.
    pub async fn begin(&self, city: &City, path: &str, fields: &[(&str, &str)]) -> (String, Answer) {
        let answer = self.send(path, fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        let way = answer.header("location").to_owned();
        city.settle().await;
        let page = self.open(&way).await;
        (way, page)
    }

    /// Agrees on the network's page, comes back, lets the loop work, and opens the page of the connection.
    pub async fn agree(&self, city: &City, page: &Answer, who: &str) -> Answer {
        let back = agreed(page, &[("as", who)]).await;
        self.come_back(city, &back).await
    }

    /// Follows the network's redirect to our page, and from there to the page of the connection.
    pub async fn come_back(&self, city: &City, back: &str) -> Answer {
        let answer = self.open(back).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        let way = answer.header("location").to_owned();
        city.settle().await;
        self.open(&way).await
    }
}

/// The network's page that ours leads to.
pub fn network_page(page: &Answer) -> Url {
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let (_, rest) = page.body.split_once("<a class=\"button\" href=\"").unwrap();
    let address = rest
        .split('"')
        .next()
        .unwrap()
        .replace("&#38;", "&")
        .replace("&amp;", "&");
    Url::parse(&address).unwrap_or_else(|_| panic!("{}", page.body))
}

/// Opens it with what the person does there: where it sends them, as a path of ours.
#[expect(clippy::disallowed_methods, reason = "a visitor's browser, not ours")]
pub async fn agreed(page: &Answer, does: &[(&str, &str)]) -> String {
    let mut address = network_page(page);
    address.query_pairs_mut().extend_pairs(does);
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    let answer = client.build().unwrap().get(address).send().await.unwrap();
    let location = answer
        .headers()
        .get("location")
        .map(|to| to.to_str().unwrap().to_owned());
    let Some(location) = location else {
        panic!("{}", answer.text().await.unwrap());
    };
    let (to, query) = location.split_once('?').unwrap();
    assert_eq!(to, BACK);
    format!("/accounts/connected?{query}")
}

/// The town's only account.
pub async fn only(city: &City) -> account::Model {
    let mut rows = city.store.accounts(&Scope::Instance, None).await.unwrap();
    assert_eq!(rows.len(), 1, "{rows:#?}");
    rows.remove(0)
}
