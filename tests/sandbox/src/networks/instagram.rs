//! Instagram in miniature: professional accounts.
//!
//! <https://developers.facebook.com/docs/instagram-platform/content-publishing>

use serde_json::{Value, json};

use super::container::{self, Containers, Failure, Rules};
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
    page: |url, _, id| format!("{url}/p/{id}"),
};
const COMMENT_LIMIT: usize = 300;
const COMMENT_HASHTAGS: usize = 4;
const COMMENT_LINKS: usize = 1;

/// Every account.
pub(crate) struct Professionals(Containers);

impl Protocol for Professionals {
    fn open(url: &str, _: Clock) -> Self {
        Self(Containers::new(&RULES, url))
    }

    fn settings(&self, account: &Account) -> Value {
        let url = &self.0.line.url;
        json!({ "user": account.id, "graph": format!("{url}/{}", self.0.rules.version), "pages": url })
    }

    fn route(&self, call: &Call) -> Option<Route<Self>> {
        let (operation, handle): (_, fn(&mut Self, &Call) -> Reply) = match (call.method.as_str(), &*call.segments()) {
            ("POST", [VERSION, _, "media"]) => (Operation::Upload, |it, call| it.0.run(call, container::create)),
            ("POST", [VERSION, _, "media_publish"]) => {
                (Operation::Create, |it, call| it.0.run(call, container::publish))
            }
            ("POST", [VERSION, _, "comments"]) => (Operation::Create, |it, call| it.0.run(call, comment)),
            ("GET", [VERSION, _, "media"]) => (Operation::Read, |it, call| it.0.run(call, container::list)),
            ("GET", [VERSION, _, "content_publishing_limit"]) => {
                (Operation::Describe, |it, call| it.0.run(call, container::quota))
            }
            ("GET", [VERSION, _, "insights"]) => (Operation::Read, |it, call| it.0.run(call, container::insights)),
            ("GET", [VERSION, id]) if self.0.is_account(id) => {
                (Operation::Describe, |it, call| it.0.run(call, container::profile))
            }
            ("GET", [VERSION, _]) => (Operation::Read, |it, call| it.0.run(call, container::show)),
            ("GET", ["p", ..]) => (Operation::Read, |it, call| it.0.page(call)),
            _ => return None,
        };
        Some(Route { operation, handle })
    }

    fn refuse(&self, refusal: &Refusal, _: &Call) -> Reply {
        self.0.refuse(refusal)
    }

    fn open_account(&mut self, handle: &str, name: &str) -> Account {
        self.0.open_account(handle, name, "IGAA")
    }

    fn accounts(&self) -> Vec<Account> {
        self.0.line.accounts().to_vec()
    }

    fn revoke(&mut self, account: &str) {
        self.0.line.revoke(account);
    }

    fn posts(&self) -> Vec<Post> {
        self.0.line.posts.clone()
    }

    fn process_next_upload(&mut self, polls: u32) {
        self.0.polls_of_next = polls;
    }
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
