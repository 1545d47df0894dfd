//! A Bluesky PDS in miniature, with the few `AppView` reads a poster needs.
//!
//! <https://docs.bsky.app/docs/category/http-reference>

mod blob;
mod cid;
mod feed;
mod limits;
mod post;
mod record;
mod repo;
mod server;
mod session;
mod video;

use std::collections::{BTreeMap, HashMap};

use http::StatusCode;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::account::Account;
use crate::call::Call;
use crate::clock::Clock;
use crate::fault::Operation;
use crate::limits::Windows;
use crate::post::Post;
use crate::protocol::{Protocol, Refusal, Route};
use crate::reply::Reply;
use blob::Blob;
use repo::{Record, RecordKey};
use session::Session;
use video::Videos;

/// Handles of a test network end so (RFC 6761).
const HANDLE_DOMAIN: &str = "test";

/// The whole server.
pub(crate) struct Pds {
    url: String,
    accounts: Vec<Account>,
    revoked: Vec<String>,
    sessions: HashMap<String, Session>,
    blobs: HashMap<String, Blob>,
    records: BTreeMap<RecordKey, Record>,
    posts: Vec<Post>,
    windows: Windows,
    counter: u64,
    videos: Videos,
}

type Handle = fn(&mut Pds, &Call) -> Reply;

impl Pds {
    /// The account a DID or a handle names.
    fn account(&self, repo: &str) -> Option<&Account> {
        self.accounts
            .iter()
            .find(|account| account.id == repo || account.handle == repo)
    }

    fn xrpc(&self, method: &str, nsid: &str, call: &Call) -> Option<(Operation, Handle)> {
        Some(match (method, nsid) {
            ("GET", "_health") => (Operation::Describe, server::health),
            ("GET", "com.atproto.server.describeServer") => (Operation::Describe, server::describe),
            ("GET", "com.atproto.identity.resolveHandle") => (Operation::Describe, server::resolve_handle),
            ("POST", "com.atproto.server.createSession") => (Operation::SignIn, session::create),
            ("POST", "com.atproto.server.refreshSession") => (Operation::SignIn, session::refresh),
            ("GET", "com.atproto.server.getSession") => (Operation::SignIn, session::show),
            ("GET", "com.atproto.server.getServiceAuth") => (Operation::Describe, video::letter),
            ("POST", "app.bsky.video.uploadVideo") => (Operation::Upload, video::upload),
            ("GET", "app.bsky.video.getJobStatus") => (Operation::Read, video::status),
            ("POST", "com.atproto.repo.uploadBlob") => (Operation::Upload, blob::upload),
            ("POST", "com.atproto.repo.createRecord") => (Operation::Create, repo::create),
            ("POST", "com.atproto.repo.putRecord") if self.exists(call) => (Operation::Edit, repo::put),
            ("POST", "com.atproto.repo.putRecord") => (Operation::Create, repo::put),
            ("POST", "com.atproto.repo.deleteRecord") => (Operation::Delete, repo::delete),
            ("GET", "com.atproto.repo.getRecord") => (Operation::Read, repo::show),
            ("GET", "com.atproto.repo.listRecords") => (Operation::Read, repo::list),
            ("GET", "app.bsky.actor.getProfile") => (Operation::Read, server::profile),
            ("GET", "app.bsky.feed.getPosts") => (Operation::Read, feed::posts),
            ("GET", "app.bsky.feed.getPostThread") => (Operation::Read, feed::thread),
            _ => return None,
        })
    }
}

impl Protocol for Pds {
    fn open(url: &str, _: Clock) -> Self {
        Self {
            url: url.to_owned(),
            accounts: Vec::new(),
            revoked: Vec::new(),
            sessions: HashMap::new(),
            blobs: HashMap::new(),
            records: BTreeMap::new(),
            posts: Vec::new(),
            windows: Windows::default(),
            counter: 0,
            videos: Videos::default(),
        }
    }

    /// Its own `AppView` shows what was changed, so posts are edited.
    fn settings(&self, account: &Account) -> Value {
        json!({ "pds": self.url, "app": self.url, "identifier": account.handle, "edits": true,
                "video": self.url })
    }

    fn route(&self, call: &Call) -> Option<Route<Self>> {
        let (operation, handle) = match (call.method.as_str(), &*call.segments()) {
            (method, ["xrpc", nsid]) => self.xrpc(method, nsid, call)?,
            ("GET", ["profile", _, "post", _]) => (Operation::Read, feed::page as Handle),
            ("GET", [did]) if did.starts_with("did:plc:") => (Operation::Describe, server::did_document as Handle),
            _ => return None,
        };
        Some(Route { operation, handle })
    }

    fn refuse(&self, refusal: &Refusal, call: &Call) -> Reply {
        match refusal {
            Refusal::RateLimited { retry_after_s } => limits::too_many(call.at, *retry_after_s),
            Refusal::ServerError => failure(
                StatusCode::INTERNAL_SERVER_ERROR,
                "InternalServerError",
                "Internal Server Error",
            ),
            Refusal::TokenRevoked => session::revoked(),
            Refusal::TokenExpired => session::expired(),
            Refusal::Content(text) => failure(StatusCode::BAD_REQUEST, "InvalidRequest", text),
            Refusal::UnknownRoute => failure(StatusCode::NOT_FOUND, "XRPCNotSupported", "XRPCNotSupported"),
        }
    }

    /// The DID, like the app password, is derived from the handle: the same in every run.
    fn open_account(&mut self, handle: &str, name: &str) -> Account {
        let digest = cid::base32(&Sha256::digest(handle));
        let password: Vec<_> = [24, 28, 32, 36].iter().map(|from| &digest[*from..from + 4]).collect();
        let account = Account {
            id: format!("did:plc:{}", &digest[..24]),
            handle: format!("{handle}.{HANDLE_DOMAIN}"),
            name: name.to_owned(),
            secret: password.join("-"),
        };
        self.accounts.push(account.clone());
        account
    }

    fn accounts(&self) -> Vec<Account> {
        self.accounts.clone()
    }

    fn revoke(&mut self, account: &str) {
        self.revoked.push(account.to_owned());
    }

    fn process_next_upload(&mut self, polls: u32) {
        self.videos.polls_of_next = polls;
    }

    fn posts(&self) -> Vec<Post> {
        self.posts.clone()
    }
}

fn failure(status: StatusCode, error: &str, message: &str) -> Reply {
    Reply::json(status, &json!({"error": error, "message": message}))
}

/// 400, which a client that keeps the rules never sees.
fn invalid(message: &str) -> Reply {
    failure(StatusCode::BAD_REQUEST, "InvalidRequest", message).violation(message)
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}
