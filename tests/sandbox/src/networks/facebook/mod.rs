//! Facebook's Graph API in miniature: what a Page needs to post.
//!
//! <https://developers.facebook.com/docs/pages-api/posts>

pub(crate) mod consent;
mod error;
mod feed;
mod node;
mod page;
mod photo;
mod usage;
mod video;

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::account::Account;
use crate::call::Call;
use crate::clock::Clock;
use crate::fault::Operation;
use crate::limits::Windows;
use crate::post::Post;
use crate::protocol::{Protocol, Refusal, Route};
use crate::reply::Reply;
use consent::Login;
use error::GraphError;
use photo::Photo;

/// The version this miniature speaks; it is part of every path.
const VERSION: &str = "v25.0";
const FIRST_PAGE: u64 = 100_064_000_000_001;

/// The whole network.
pub(crate) struct Graph {
    url: String,
    pages: Vec<Account>,
    revoked: Vec<String>,
    login: Login,
    posts: Vec<PagePost>,
    photos: HashMap<String, Photo>,
    windows: Windows,
    counter: u64,
}

#[derive(Debug, Clone)]
struct PagePost {
    post: Post,
    /// Unpublished posts exist, and nobody sees them.
    published: bool,
}

type Handle = fn(&mut Graph, &Call, &Account) -> Result<Reply, GraphError>;

impl Graph {
    /// The page whose token this is.
    fn authorise(&self, call: &Call) -> Result<Account, GraphError> {
        let token = call.param("access_token").or_else(|| call.bearer().map(str::to_owned));
        let Some(token) = token else {
            return Err(GraphError::no_token());
        };
        let page = self
            .pages
            .iter()
            .find(|page| page.secret == token)
            .ok_or_else(GraphError::unreadable_token)?;
        if self.revoked.contains(&page.id) {
            Err(GraphError::revoked_token())
        } else {
            Ok(page.clone())
        }
    }

    fn next_number(&mut self) -> u64 {
        self.counter += 1;
        FIRST_PAGE + 900_000 + self.counter
    }
}

impl Protocol for Graph {
    fn open(url: &str, _: Clock) -> Self {
        Self {
            url: url.to_owned(),
            pages: Vec::new(),
            revoked: Vec::new(),
            login: Login::default(),
            posts: Vec::new(),
            photos: HashMap::new(),
            windows: Windows::default(),
            counter: 0,
        }
    }

    fn settings(&self, account: &Account) -> Value {
        json!({ "page": account.id, "graph": format!("{}/{VERSION}", self.url), "pages": self.url })
    }

    fn route(&self, call: &Call) -> Option<Route<Self>> {
        let mut segments = call.segments();
        oldest_served(&mut segments, VERSION);
        let (operation, handle): (_, fn(&mut Self, &Call) -> Reply) = match (call.method.as_str(), &*segments) {
            ("GET", [VERSION, "dialog", "oauth"]) => (Operation::SignIn, consent::ask),
            ("GET", [VERSION, "oauth", "access_token"]) => (Operation::SignIn, consent::token),
            ("GET", [VERSION, "me", "accounts"]) => (Operation::SignIn, consent::pages),
            ("GET", [VERSION, "me"]) => (Operation::SignIn, |graph, call| graph.run(call, page::show)),
            ("POST", [VERSION, _, "feed"]) => (Operation::Create, |graph, call| graph.run(call, feed::create)),
            ("GET", [VERSION, _, "feed" | "published_posts" | "posts"]) => {
                (Operation::Read, |graph, call| graph.run(call, feed::list))
            }
            ("POST", [VERSION, _, "comments"]) => (Operation::Create, |graph, call| graph.run(call, node::comment)),
            ("POST", [VERSION, _, "photos"]) => (Operation::Upload, |graph, call| graph.run(call, photo::create)),
            ("POST", [VERSION, _, "videos"]) => (Operation::Create, |graph, call| graph.run(call, video::create)),
            ("GET", [VERSION, id]) if self.is_page(id) => {
                (Operation::Describe, |graph, call| graph.run(call, page::show))
            }
            ("GET", [VERSION, _]) => (Operation::Read, |graph, call| graph.run(call, node::show)),
            ("POST", [VERSION, _]) => (Operation::Edit, |graph, call| graph.run(call, node::update)),
            ("DELETE", [VERSION, _]) => (Operation::Delete, |graph, call| graph.run(call, node::delete)),
            ("GET", [_, "posts" | "videos", _]) => (Operation::Read, node::page),
            _ => return None,
        };
        Some(Route { operation, handle })
    }

    fn refuse(&self, refusal: &Refusal, _call: &Call) -> Reply {
        match refusal {
            Refusal::RateLimited { retry_after_s } => usage::too_many(*retry_after_s, self.pages.first()),
            Refusal::ServerError => GraphError::unknown().into(),
            Refusal::TokenRevoked => GraphError::revoked_token().into(),
            Refusal::TokenExpired => GraphError::expired_token().into(),
            Refusal::Content(text) => GraphError::refused(text).into(),
            Refusal::UnknownRoute => GraphError::unknown_path().into(),
        }
    }

    fn open_account(&mut self, handle: &str, name: &str) -> Account {
        let id = (FIRST_PAGE + self.pages.len() as u64).to_string();
        let secret = format!("EAAminiature{id}PageToken");
        let page = Account {
            id,
            handle: handle.to_owned(),
            name: name.to_owned(),
            secret,
        };
        self.pages.push(page.clone());
        page
    }

    fn accounts(&self) -> Vec<Account> {
        self.pages.clone()
    }

    fn revoke(&mut self, account: &str) {
        self.revoked.push(account.to_owned());
    }

    fn posts(&self) -> Vec<Post> {
        self.posts
            .iter()
            .filter(|post| post.published)
            .map(|post| post.post.clone())
            .collect()
    }
}

impl Graph {
    fn is_page(&self, id: &str) -> bool {
        self.pages.iter().any(|page| page.id == id)
    }

    /// Runs a handler for the token's page, within its budget.
    fn run(&mut self, call: &Call, handle: Handle) -> Reply {
        let page = match self.authorise(call) {
            Ok(page) => page,
            Err(error) => return error.into(),
        };
        let spent = usage::spend(&mut self.windows, &page, call);
        let reply = if spent.exceeded {
            GraphError::too_many_calls().into()
        } else {
            handle(self, call, &page).unwrap_or_else(Into::into)
        };
        let reply = reply.header("facebook-api-version", VERSION);
        usage::tell(reply, &page, &spent, call).by(&page.id)
    }
}

/// A version that has ended is served by the oldest that has not, which this one is.
/// <https://developers.facebook.com/docs/graph-api/guides/versioning>
pub(crate) fn oldest_served(segments: &mut [&str], oldest: &'static str) {
    let number = |version: &str| version.strip_prefix('v').and_then(|number| number.parse::<f32>().ok());
    if let Some(first) = segments.first_mut()
        && number(first) < number(oldest)
        && number(first).is_some()
    {
        *first = oldest;
    }
}
