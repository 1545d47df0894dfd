//! A transport operator's web server on loopback: what each path answers is set by the test.

use std::{
    collections::HashMap,
    net::Ipv4Addr,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri},
};
use tokio::{net::TcpListener, task::JoinSet};

/// Answers by path, without the slash.
type Answers = Arc<Mutex<HashMap<String, Answer>>>;

#[derive(Clone, Debug)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

/// The server. Closed when dropped.
#[derive(Debug)]
pub struct Operator {
    url: String,
    answers: Answers,
    _tasks: JoinSet<()>,
}

impl Operator {
    /// Opens a port; every path answers 404 until it is told otherwise.
    pub async fn open() -> Self {
        let answers = Answers::default();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().fallback(answer).with_state(Arc::clone(&answers));
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self {
            url,
            answers,
            _tasks: tasks,
        }
    }

    /// Its origin, without a final slash.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// From now on `name` answers with these bytes.
    pub fn says(&self, name: &str, body: impl Into<Bytes>) {
        self.answers_with(name, StatusCode::OK, &[], body);
    }

    /// From now on `name` answers with this.
    pub fn answers_with(
        &self,
        name: &str,
        status: StatusCode,
        headers: &[(&'static str, &'static str)],
        body: impl Into<Bytes>,
    ) {
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        let answer = Answer {
            status,
            headers,
            body: body.into(),
        };
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.insert(name.to_owned(), answer);
    }
}

async fn answer(State(answers): State<Answers>, path: Uri) -> (StatusCode, HeaderMap, Bytes) {
    let answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
    let known = answers.get(path.path().trim_start_matches('/')).cloned();
    known.map_or_else(
        || (StatusCode::NOT_FOUND, HeaderMap::new(), Bytes::new()),
        |answer| (answer.status, answer.headers, answer.body),
    )
}
