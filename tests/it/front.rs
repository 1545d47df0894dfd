//! The front of the application, in this process: its router over an empty database, a clock that is moved by hand, and
//! short ways to ask.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use beffroi_api::{AppState, config::ApiConfig, router};
use beffroi_schema::{
    board::Boards,
    bus::Bus,
    clock::Clock,
    config::{Instance, Settings},
    draft::Draft,
    id::{AuthorityId, Ids, ItemId},
    store::{KEY_BYTES, Seal, Store, machine},
    value::{ItemContent, Role, Scope, Viewer},
};
use beffroi_tests::{database::Database, scene};
use chrono::DateTime;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use tower::ServiceExt as _;

/// Largest answer that is read.
const MAX_ANSWER_BYTES: usize = 1 << 20;
/// A password that is long enough.
pub const PASSWORD: &str = "un tramway nommé beffroi";

/// The front of the application.
pub struct Front {
    pub database: Database,
    pub clock: Clock,
    pub store: Store,
    pub state: AppState,
    pub router: Router,
}

/// An answer, read to its end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Front {
    pub async fn new() -> Self {
        Self::with(ApiConfig::default(), Bus::local()).await
    }

    pub async fn with(config: ApiConfig, bus: Bus) -> Self {
        let clock = Clock::fixed(DateTime::from_timestamp(1_780_000_000, 0).unwrap());
        let database = Database::new().await.unwrap();
        let store = Store::new(
            database.connection.clone(),
            clock.clone(),
            Ids::seeded(clock.clone(), 3),
            bus,
            Seal::new([7; KEY_BYTES]),
        );
        let state = AppState::new(Boards::open(store.clone()).await.unwrap(), &instance(), &config).unwrap();
        Self {
            database,
            clock,
            store,
            router: router(state.clone()),
            state,
        }
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        answer_of(self.router.clone(), request).await
    }

    pub async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(built("GET", path, headers, Body::empty())).await
    }

    /// A form sent from our own page.
    pub async fn form(&self, path: &str, headers: &[(&str, &str)], fields: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let own = [("content-type", "application/x-www-form-urlencoded")];
        self.send(built("POST", path, &[headers, &own].concat(), Body::from(body)))
            .await
    }

    /// A GraphQL request by POST.
    pub async fn post(&self, headers: &[(&str, &str)], body: &str) -> Answer {
        self.send(built("POST", "/graphql", headers, Body::from(body.to_owned())))
            .await
    }

    /// Asks as the bearer of `token`, or as nobody; answers the whole answer.
    pub async fn ask(&self, token: Option<&SecretString>, query: &str, variables: Value) -> Value {
        let bearer = token.map(|token| format!("Bearer {}", token.expose_secret()));
        let mut headers = vec![("content-type", "application/json"), ("accept-language", "en")];
        headers.extend(bearer.as_deref().map(|bearer| ("authorization", bearer)));
        let body = json!({ "query": query, "variables": variables }).to_string();
        self.post(&headers, &body).await.json()
    }

    /// An authority.
    pub async fn authority(&self, slug: &str) -> AuthorityId {
        self.store
            .create_authority(scene::commune(slug), &machine("test"))
            .await
            .unwrap()
            .id
    }

    /// An item that is public; boards follow only when they are told to.
    pub async fn publish(&self, authority: AuthorityId, content: ItemContent) -> ItemId {
        let draft = Draft {
            authority,
            content,
            key: None,
        };
        let by = machine("test");
        let item = self.store.create_draft(draft, &by).await.unwrap().row;
        let published = self.store.publish(&Scope::Instance, item.id, item.version, &by);
        published.await.unwrap();
        item.id
    }

    /// A token with this role there.
    pub async fn token(&self, authority: AuthorityId, role: Role) -> SecretString {
        let new = beffroi_schema::store::NewToken {
            authority,
            name: format!("{role}"),
            role,
            expires_at: None,
        };
        self.store.create_token(&operator(), new).await.unwrap().1
    }

    /// The cookie of a session that was opened on the page.
    pub async fn signed_in(&self, email: &str) -> String {
        let answer = self
            .form("/sign-in", OURS, &[("email", email), ("password", PASSWORD)])
            .await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }

    /// The first operator, joined by the link.
    pub async fn operator(&self, email: &str) -> String {
        let link = self.store.first_invitation().await.unwrap().unwrap();
        let path = format!("/invitation/{}", link.expose_secret());
        let fields = [("name", "Odile"), ("email", email), ("password", PASSWORD)];
        assert_eq!(self.form(&path, OURS, &fields).await.status, StatusCode::SEE_OTHER);
        path
    }
}

/// What a browser adds to a request from our own pages.
pub const OURS: &[(&str, &str)] = &[("sec-fetch-site", "same-origin"), ("accept-language", "en")];

/// An operator without an account, to prepare what a test needs.
pub fn operator() -> Viewer {
    Viewer {
        staff: None,
        name: "test".to_owned(),
        roles: vec![(None, Role::Operator)],
    }
}

pub fn instance() -> Instance {
    Settings::parse("public_url = \"https://ville.example\"")
        .unwrap()
        .instance(&[])
        .unwrap()
}

pub fn built(method: &str, path: &str, headers: &[(&str, &str)], body: Body) -> Request<Body> {
    let request = Request::builder().method(method).uri(path);
    let request = headers
        .iter()
        .fold(request, |request, (name, value)| request.header(*name, *value));
    request.body(body).unwrap()
}

pub async fn answer_of(router: Router, request: Request<Body>) -> Answer {
    let response = router.oneshot(request).await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = to_bytes(response.into_body(), MAX_ANSWER_BYTES).await.unwrap();
    Answer {
        status,
        headers,
        body: String::from_utf8(bytes.to_vec()).unwrap(),
    }
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{} {}", self.status, self.body))
    }

    pub fn code(&self) -> String {
        code(&self.json())
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// The code of the first error.
pub fn code(answer: &Value) -> String {
    answer["errors"][0]["extensions"]["code"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

/// What staff verbs may touch in tests.
pub const EVERYWHERE: Scope = Scope::Instance;
