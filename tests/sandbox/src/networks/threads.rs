//! Threads in miniature.
//!
//! <https://developers.facebook.com/docs/threads/posts>

use serde_json::{Value, json};
use unicode_segmentation::UnicodeSegmentation;

use super::container::{self, Containers, Rules, passes};
use crate::account::Account;
use crate::call::Call;
use crate::clock::Clock;
use crate::fault::Operation;
use crate::post::Post;
use crate::protocol::{Protocol, Refusal, Route};
use crate::reply::Reply;

const VERSION: &str = "v1.0";
const RULES: Rules = Rules {
    version: VERSION,
    media: "threads",
    words: "text",
    progress: "status",
    posts_a_day: 250,
    most: 500,
    count,
    signs: None,
    image: "IMAGE",
    video: ("VIDEO", true),
    insights: &["views", "likes", "replies", "reposts", "quotes", "shares"],
    texts_alone: true,
    renewal: "th_refresh_token",
    page: |url, account, id| format!("{url}/@{}/post/{id}", account.handle),
};

/// Every profile.
pub(crate) struct Profiles(Containers);

/// Characters; an emoji counts for its bytes.
fn count(text: &str) -> usize {
    let emoji = |letter: char| matches!(letter, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}' | '\u{fe0f}');
    let cluster = |cluster: &str| {
        if cluster.chars().any(emoji) {
            cluster.len()
        } else {
            cluster.chars().count()
        }
    };
    text.graphemes(true).map(cluster).sum()
}

impl Protocol for Profiles {
    fn open(url: &str, _: Clock) -> Self {
        Self(Containers::new(&RULES, url))
    }

    fn settings(&self, account: &Account) -> Value {
        let url = &self.0.line.url;
        json!({ "user": account.id, "graph": format!("{url}/{}", self.0.rules.version), "pages": url })
    }

    fn route(&self, call: &Call) -> Option<Route<Self>> {
        let (operation, handle): (_, fn(&mut Self, &Call) -> Reply) = match (call.method.as_str(), &*call.segments()) {
            ("GET", ["oauth", "authorize"]) => (Operation::SignIn, |it, call| passes::ask(&mut it.0, call)),
            ("POST", ["oauth", "access_token"]) => (Operation::SignIn, |it, call| passes::short(&mut it.0, call)),
            ("GET", ["access_token"]) => (Operation::SignIn, |it, call| passes::exchange(&mut it.0, call)),
            ("GET", ["refresh_access_token"]) => (Operation::SignIn, |it, call| passes::renew(&mut it.0, call)),
            ("POST", [VERSION, _, "threads"]) => (Operation::Upload, |it, call| it.0.run(call, container::create)),
            ("POST", [VERSION, _, "threads_publish"]) => {
                (Operation::Create, |it, call| it.0.run(call, container::publish))
            }
            ("GET", [VERSION, _, "threads"]) => (Operation::Read, |it, call| it.0.run(call, container::list)),
            ("GET", [VERSION, _, "threads_publishing_limit"]) => {
                (Operation::Describe, |it, call| it.0.run(call, container::quota))
            }
            ("GET", [VERSION, _, "insights"]) => (Operation::Read, |it, call| it.0.run(call, container::insights)),
            ("GET", [VERSION, id]) if self.0.is_account(id) => {
                (Operation::Describe, |it, call| it.0.run(call, container::profile))
            }
            ("GET", [VERSION, _]) => (Operation::Read, |it, call| it.0.run(call, container::show)),
            ("DELETE", [VERSION, _]) => (Operation::Delete, |it, call| it.0.run(call, container::delete)),
            ("GET", [_, "post", _]) => (Operation::Read, |it, call| it.0.page(call)),
            _ => return None,
        };
        Some(Route { operation, handle })
    }

    fn refuse(&self, refusal: &Refusal, _: &Call) -> Reply {
        self.0.refuse(refusal)
    }

    fn open_account(&mut self, handle: &str, name: &str) -> Account {
        self.0.open_account(handle, name, "THAA")
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

#[cfg(test)]
mod tests {
    #[test]
    fn an_emoji_counts_for_its_bytes() {
        for (text, counted) in [("Été", 3), ("🚊", 4), ("e\u{301}", 2), ("日本", 2)] {
            assert_eq!(super::count(text), counted, "{text}");
        }
    }
}
