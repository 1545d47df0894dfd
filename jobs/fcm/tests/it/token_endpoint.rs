//! Google's token endpoint in miniature. It checks every JWT as Google does.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use ring::signature::{KeyPair, RSA_PKCS1_2048_8192_SHA256, RsaKeyPair, RsaPublicKeyComponents};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::stub::start;

const KEY_PEM: &[u8] = include_bytes!("../fixtures/test-only-rsa-key.pem");

/// What every access token of this endpoint contains, so that a test can look for leaks.
pub const SECRET: &str = "ya29.secret";

pub struct TokenEndpoint {
    pub url: String,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    calls: AtomicUsize,
    claims: Mutex<Vec<Value>>,
    refuse_with: Mutex<Option<(u16, Value)>>,
}

impl TokenEndpoint {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/token", listener.local_addr().unwrap());
        let state = Arc::new(State::default());
        start(accept(listener, Arc::clone(&state)));
        Self { url, state }
    }

    pub fn calls(&self) -> usize {
        self.state.calls.load(Ordering::SeqCst)
    }

    /// The claims of all accepted JWTs.
    pub fn claims(&self) -> Vec<Value> {
        self.state.claims.lock().unwrap().clone()
    }

    pub fn refuse_with(&self, status: u16, body: Value) {
        *self.state.refuse_with.lock().unwrap() = Some((status, body));
    }

    pub fn accept_again(&self) {
        *self.state.refuse_with.lock().unwrap() = None;
    }
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    while let Ok((tcp, _)) = listener.accept().await {
        let state = Arc::clone(&state);
        let service = service_fn(move |request| answer(request, Arc::clone(&state)));
        start(async move {
            hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(tcp), service)
                .await
                .unwrap();
        });
    }
}

async fn answer(request: Request<Incoming>, state: Arc<State>) -> Result<Response<Full<Bytes>>, hyper::Error> {
    let nth = state.calls.fetch_add(1, Ordering::SeqCst) + 1;
    assert_eq!(request.uri().path(), "/token");
    let form = request.into_body().collect().await?.to_bytes();
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(&form).into_owned().collect();
    assert_eq!(
        fields[0],
        (
            "grant_type".into(),
            "urn:ietf:params:oauth:grant-type:jwt-bearer".into()
        )
    );
    assert_eq!(fields[1].0, "assertion");
    let claims = verified(&fields[1].1);
    let refusal = state.refuse_with.lock().unwrap().clone();
    let (status, body) = refusal.unwrap_or_else(|| {
        state.claims.lock().unwrap().push(claims);
        (
            200,
            json!({ "access_token": format!("{SECRET}-{nth}"), "expires_in": 3600, "token_type": "Bearer" }),
        )
    });
    Ok(Response::builder()
        .status(status)
        .body(Full::new(body.to_string().into()))
        .unwrap())
}

/// The claims of `jwt`; panics unless its key signed it.
fn verified(jwt: &str) -> Value {
    let pem = rustls_pemfile::pkcs8_private_keys(&mut &KEY_PEM[..])
        .next()
        .unwrap()
        .unwrap();
    let pair = RsaKeyPair::from_pkcs8(pem.secret_pkcs8_der()).unwrap();
    let key = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public_key());
    let (signed, signature) = jwt.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    key.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature)
        .unwrap();
    let (header, claims) = signed.split_once('.').unwrap();
    let parse = |part: &str| serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    assert_eq!(parse(header), json!({ "alg": "RS256", "typ": "JWT", "kid": "key-1" }));
    parse(claims)
}
