//! Instagram in miniature: professional accounts.
//!
//! <https://developers.facebook.com/docs/instagram-platform/content-publishing>

use serde_json::{Value, json};

use super::container::{self, Containers, Failure, Rules, passes};
use super::facebook::consent::Login;
use super::facebook::oldest_served;
use crate::account::Account;
use crate::call::Call;
use crate::clock::Clock;
use crate::fault::Operation;
use crate::post::Post;
use crate::protocol::{Protocol, Refusal, Route};
use crate::reply::Reply;

const VERSION: &str = "v25.0";
const RULES: Rules = Rules {
    version: VERSION,
    media: "media",
    words: "caption",
    progress: "status_code",
    posts_a_day: 100,
    most: 2_200,
    count: |text| text.chars().count(),
    signs: Some((30, 20)),
    image: "",
    video: ("REELS", false),
    insights: &["views", "reach", "saved", "likes", "comments", "shares"],
    texts_alone: false,
    renewal: "ig_refresh_token",
    page: |url, _, id| format!("{url}/p/{id}"),
};
/// What a person agrees to on Facebook's page.
const SCOPES: &[&str] = &[
    "instagram_basic",
    "instagram_content_publish",
    "instagram_manage_comments",
    "instagram_manage_insights",
    "pages_show_list",
    "pages_read_engagement",
];
const COMMENT_LIMIT: usize = 300;
const COMMENT_HASHTAGS: usize = 4;
const COMMENT_LINKS: usize = 1;

/// Every account.
pub(crate) struct Professionals {
    all: Containers,
    login: Login,
}

impl Protocol for Professionals {
    fn open(url: &str, _: Clock) -> Self {
        Self {
            all: Containers::new(&RULES, url),
            login: Login::default(),
        }
    }

    fn settings(&self, account: &Account) -> Value {
        let url = &self.all.line.url;
        json!({ "user": account.id, "graph": format!("{url}/{}", self.all.rules.version), "pages": url })
    }

    fn route(&self, call: &Call) -> Option<Route<Self>> {
        let mut segments = call.segments();
        oldest_served(&mut segments, VERSION);
        let (operation, handle): (_, fn(&mut Self, &Call) -> Reply) = match (call.method.as_str(), &*segments) {
            ("GET", [VERSION, "dialog", "oauth"]) => (Operation::SignIn, |it, call| {
                it.login.ask(call, it.all.line.accounts(), SCOPES)
            }),
            ("GET", [VERSION, "oauth", "access_token"]) => (Operation::SignIn, token),
            ("GET", [VERSION, "me", "accounts"]) => (Operation::SignIn, pages),
            ("GET", ["refresh_access_token"]) => (Operation::SignIn, |it, call| passes::renew(&mut it.all, call)),
            ("POST", [VERSION, _, "media"]) => (Operation::Upload, |it, call| it.all.run(call, container::create)),
            ("POST", [VERSION, _, "media_publish"]) => {
                (Operation::Create, |it, call| it.all.run(call, container::publish))
            }
            ("POST", [VERSION, _, "comments"]) => (Operation::Create, |it, call| it.all.run(call, comment)),
            ("GET", [VERSION, _, "media"]) => (Operation::Read, |it, call| it.all.run(call, container::list)),
            ("GET", [VERSION, _, "content_publishing_limit"]) => {
                (Operation::Describe, |it, call| it.all.run(call, container::quota))
            }
            ("GET", [VERSION, _, "insights"]) => (Operation::Read, |it, call| it.all.run(call, container::insights)),
            ("GET", [VERSION, id]) if self.all.is_account(id) => {
                (Operation::Describe, |it, call| it.all.run(call, container::profile))
            }
            ("GET", [VERSION, _]) => (Operation::Read, |it, call| it.all.run(call, container::show)),
            ("GET", ["p", ..]) => (Operation::Read, |it, call| it.all.page(call)),
            _ => return None,
        };
        Some(Route { operation, handle })
    }

    fn refuse(&self, refusal: &Refusal, _: &Call) -> Reply {
        self.all.refuse(refusal)
    }

    fn open_account(&mut self, handle: &str, name: &str) -> Account {
        self.all.open_account(handle, name, "IGAA")
    }

    fn accounts(&self) -> Vec<Account> {
        self.all.line.accounts().to_vec()
    }

    fn revoke(&mut self, account: &str) {
        self.all.line.revoke(account);
    }

    fn posts(&self) -> Vec<Post> {
        self.all.line.posts.clone()
    }

    fn process_next_upload(&mut self, polls: u32) {
        self.all.polls_of_next = polls;
    }
}

/// `GET /v25.0/oauth/access_token`: who agreed again may post again, for all accounts.
fn token(it: &mut Professionals, call: &Call) -> Reply {
    let (reply, agreed) = it.login.token(call);
    if agreed {
        for account in it.all.line.accounts().to_vec() {
            it.all.line.restore(&account.id);
        }
    }
    reply
}

/// `GET /v25.0/me/accounts`: each account belongs to a Page, whose token opens both.
fn pages(it: &mut Professionals, call: &Call) -> Reply {
    let fields = call.param("fields").unwrap_or_default();
    if !Login::is_person(call) {
        return Reply::from(Failure::token()).violation("not the token of a person");
    }
    if !fields.contains("instagram_business_account{id,username}") {
        return Failure::parameter("instagram_business_account is not asked for").into();
    }
    let accounts = it.all.line.accounts().to_vec();
    let data: Vec<Value> = accounts
        .iter()
        .map(|account| {
            json!({ "id": format!("10{}", account.id), "name": account.name, "tasks": ["CREATE_CONTENT"],
                "access_token": it.all.passes.of_page(account, call.at),
                "instagram_business_account": { "id": account.id, "username": account.handle } })
        })
        .collect();
    Reply::ok(&json!({ "data": data, "paging": { "cursors": {} } }))
}

fn comment(it: &mut Containers, call: &Call, account: &Account) -> Result<Reply, Failure> {
    let media = call.segment(1).to_owned();
    let text = call.param("message").unwrap_or_default();
    let short = (1..=COMMENT_LIMIT).contains(&text.chars().count());
    if !short || text.matches('#').count() > COMMENT_HASHTAGS || text.matches("://").count() > COMMENT_LINKS {
        return Err(Failure::parameter(
            "A comment has at most 300 characters, 4 hashtags and 1 URL",
        ));
    }
    let under = it.line.live(&media).ok_or_else(|| Failure::missing(&media))?;
    let page = under.url.clone();
    let id = it.next_id();
    let url = format!("{page}/c/{id}");
    let mut post = Post::new(&account.id, id.clone(), url, text, call.at);
    post.reply_to = Some(media);
    it.line.posts.push(post);
    Ok(Reply::ok(&json!({ "id": id })))
}
