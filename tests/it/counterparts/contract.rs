//! A listener between our client and the sandbox, which holds what both say against a network's `OpenAPI` description
//! (from the sample data that `BEFFROI_DATA` names).

use std::{
    collections::BTreeSet,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    http::{Method, header},
    response::Response,
};
use beffroi_sandbox::{Kind, Options, Sandbox};
use jsonschema::Validator;
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinSet};
use url::Url;

const JSON: &str = "application/json";
const FORM: &str = "multipart/form-data";
/// Largest body that is passed on.
const MAX_BODY: usize = 1 << 20;

/// The description, the conversation so far, and the sandbox behind.
pub struct Contract {
    pub sandbox: Sandbox,
    /// Where our client finds the listener.
    pub url: Url,
    openapi: Value,
    heard: Arc<Mutex<Vec<Exchange>>>,
    _listener: JoinSet<()>,
}

/// One request and its answer.
struct Exchange {
    method: Method,
    path: String,
    query: Vec<String>,
    /// Its media type and what it says, when it is JSON or a form.
    request: Option<(&'static str, Value)>,
    status: u16,
    answer: Value,
}

impl Contract {
    /// A sandbox and the listener before it; none, loudly, without sample data.
    pub async fn between(kind: Kind, description: &str) -> Option<Self> {
        Self::described(kind, description, Value::clone).await
    }

    /// The same, where `openapi` makes `OpenAPI` of what the network writes in words of its own.
    #[expect(clippy::print_stderr, reason = "what was left out must be seen")]
    pub async fn described(kind: Kind, description: &str, openapi: impl FnOnce(&Value) -> Value) -> Option<Self> {
        let Some(data) = std::env::var_os("BEFFROI_DATA") else {
            eprintln!("LEFT OUT: BEFFROI_DATA names no sample data, our requests were not held against {description}");
            return None;
        };
        let text = std::fs::read_to_string(PathBuf::from(data).join("contracts").join(description)).unwrap();
        let sandbox = Sandbox::start(Options::default()).await.unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let (behind, to) = (sandbox.network(kind).url().to_owned(), Arc::clone(&heard));
        let app = Router::new().fallback(move |request: Request| pass_on(request, behind, to));
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { axum::serve(listener, app).await.unwrap() });
        Some(Self {
            sandbox,
            url,
            openapi: openapi(&serde_json::from_str(&text).unwrap()),
            heard,
            _listener: tasks,
        })
    }

    /// Holds everything that was said against the description; answers the operations it was about.
    pub fn hold(&self) -> BTreeSet<String> {
        let heard = self.heard.lock().unwrap();
        heard
            .iter()
            .filter(|exchange| !self.gives_tokens(&exchange.path))
            .map(|exchange| self.hold_one(exchange))
            .collect()
    }

    /// Whether signing in leads there: a description says so beside its operations.
    fn gives_tokens(&self, path: &str) -> bool {
        let schemes = self.openapi["components"]["securitySchemes"].as_object();
        let flows = schemes
            .into_iter()
            .flatten()
            .filter_map(|(_, scheme)| scheme["flows"].as_object());
        let mut addresses = flows.flatten().filter_map(|(_, flow)| flow["tokenUrl"].as_str());
        addresses.any(|address| address.ends_with(path))
    }

    fn hold_one(&self, exchange: &Exchange) -> String {
        let (template, operation) = self.operation(exchange);
        let name = format!("{} {template}", exchange.method);
        for parameter in &exchange.query {
            let known = operation["parameters"].as_array().into_iter().flatten();
            let known = known
                .map(|known| self.followed(known))
                .filter(|known| known["in"] == "query")
                .any(|known| known["name"].as_str() == Some(parameter));
            assert!(known, "{name}: no query parameter `{parameter}`");
        }
        if let Some((media_type, body)) = &exchange.request {
            let schema = self.followed(&operation["requestBody"]["content"][media_type]["schema"]);
            // What is at once a text and a media status is both; the description says one of them.
            let alternatives = schema["oneOf"]
                .as_array()
                .cloned()
                .unwrap_or_else(|| vec![schema.clone()]);
            self.assert_valid(&name, &json!({ "anyOf": alternatives }), body);
            let known = self.fields(schema);
            for field in body.as_object().unwrap().keys() {
                assert!(known.contains(field), "{name}: no field `{field}` among {known:?}");
            }
        }
        let answer = &operation["responses"][exchange.status.to_string()];
        // X describes its refusals in one: a list of the problems it knows, which those of its gateway are not among.
        if answer.is_null() && exchange.status >= 400 && !operation["responses"]["default"].is_null() {
            return name;
        }
        assert!(!answer.is_null(), "{name} does not answer {}", exchange.status);
        let schema = &answer["content"]["application/json"]["schema"];
        self.assert_valid(&name, schema, &exchange.answer);
        name
    }

    /// The operation that a request is, with its path as the description writes it.
    fn operation(&self, exchange: &Exchange) -> (&str, &Value) {
        let paths = self.openapi["paths"].as_object().unwrap();
        let method = exchange.method.as_str().to_lowercase();
        let exact = paths.get_key_value(exchange.path.as_str());
        let (template, path) = exact
            .or_else(|| paths.iter().find(|(template, _)| stands_for(template, &exchange.path)))
            .unwrap_or_else(|| panic!("no path {}", exchange.path));
        (template, &path[&method])
    }

    fn assert_valid(&self, name: &str, schema: &Value, value: &Value) {
        let mut root = schema.clone();
        root["components"] = self.openapi["components"].clone();
        let validator: Validator = jsonschema::validator_for(&root).unwrap();
        assert!(
            !validator.is_valid(&Value::Null),
            "{name}: a schema that takes anything proves nothing"
        );
        let problems: Vec<String> = validator
            .iter_errors(value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(problems.is_empty(), "{name}: {problems:#?}\n{value:#}");
    }

    /// What a reference stands for.
    fn followed<'a>(&'a self, value: &'a Value) -> &'a Value {
        let reference = value["$ref"].as_str();
        reference.map_or(value, |path| {
            self.openapi.pointer(path.trim_start_matches('#')).unwrap()
        })
    }

    /// The names of a schema's fields, its parts and alternatives included. Rails writes lists as `name[]`.
    fn fields(&self, schema: &Value) -> BTreeSet<String> {
        let schema = self.followed(schema);
        let own = schema["properties"].as_object().into_iter().flatten();
        let own = own.map(|(name, _)| name.trim_end_matches("[]").to_owned());
        let parts = ["allOf", "oneOf"].map(|parts| schema[parts].as_array().cloned().unwrap_or_default());
        let parts: Vec<String> = parts.iter().flatten().flat_map(|part| self.fields(part)).collect();
        own.chain(parts).collect()
    }
}

/// Whether `/api/v1/statuses/{id}` stands for `/api/v1/statuses/17`.
fn stands_for(template: &str, path: &str) -> bool {
    let (wanted, given): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    wanted.len() == given.len()
        && wanted
            .iter()
            .zip(given)
            .all(|(wanted, given)| *wanted == given || wanted.starts_with('{'))
}

/// The parts of a form: what reads as JSON is that, a file is its name.
fn fields_of_form(body: &[u8], boundary: &str) -> Value {
    let (text, between) = (String::from_utf8_lossy(body), format!("--{boundary}"));
    let parts = text.split(&between).filter_map(|part| {
        let (head, said) = part.split_once("\r\n\r\n")?;
        let quoted = |name: &str| Some(head.split_once(&format!("{name}=\""))?.1.split_once('"')?.0.to_owned());
        let said = said.strip_suffix("\r\n")?;
        let value = match quoted("; filename") {
            // A file that another part names beside its own.
            Some(_) if text.contains(&format!("attach://{}", quoted("; name")?)) => return None,
            Some(file) => json!(file),
            None => serde_json::from_str(said).unwrap_or_else(|_| json!(said)),
        };
        Some((quoted("; name")?, value))
    });
    Value::Object(parts.collect())
}

/// Asks the sandbox the same, and notes both sides.
#[expect(
    clippy::disallowed_methods,
    reason = "a plain client, to pass on what was said as it was said"
)]
async fn pass_on(request: Request, behind: String, heard: Arc<Mutex<Vec<Exchange>>>) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, MAX_BODY).await.unwrap();
    let mut headers = parts.headers.clone();
    headers.remove(header::HOST);
    let answer = reqwest::Client::new()
        .request(parts.method.clone(), format!("{behind}{}", parts.uri))
        .headers(headers)
        .body(body.clone())
        .send()
        .await
        .unwrap();
    let (status, headers) = (answer.status(), answer.headers().clone());
    let said = answer.bytes().await.unwrap();
    let kind = parts.headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let request = if kind.starts_with("application/json") {
        Some((JSON, serde_json::from_slice(&body).unwrap()))
    } else {
        kind.split_once("boundary=")
            .map(|(_, boundary)| (FORM, fields_of_form(&body, boundary)))
    };
    let query = url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
    heard.lock().unwrap().push(Exchange {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: query.map(|(name, _)| name.into_owned()).collect(),
        request,
        status: status.as_u16(),
        answer: serde_json::from_slice(&said).unwrap(),
    });
    let mut response = Response::new(Body::from(said));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}
