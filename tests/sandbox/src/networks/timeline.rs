//! What most networks have: accounts with a token, and posts under numbers.

use crate::account::Account;
use crate::call::Call;
use crate::post::Post;
use crate::reply::Reply;

/// The state of a simple network.
pub(crate) struct Timeline {
    pub(crate) url: String,
    pub(crate) posts: Vec<Post>,
    accounts: Vec<Account>,
    revoked: Vec<String>,
    counter: u64,
}

/// Whose secret it is.
pub(crate) enum Holder {
    Known(Account),
    /// It was theirs, and is not taken any more.
    Revoked(Account),
    Nobody,
}

impl Timeline {
    pub(crate) fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            posts: Vec::new(),
            accounts: Vec::new(),
            revoked: Vec::new(),
            counter: 0,
        }
    }

    pub(crate) fn open_account(&mut self, id: String, handle: &str, name: &str, secret: String) -> Account {
        let account = Account {
            id,
            handle: handle.to_owned(),
            name: name.to_owned(),
            secret,
        };
        self.accounts.push(account.clone());
        account
    }

    pub(crate) fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    pub(crate) fn revoke(&mut self, account: &str) {
        self.revoked.push(account.to_owned());
    }

    /// Its person agreed again.
    pub(crate) fn restore(&mut self, account: &str) {
        self.revoked.retain(|revoked| revoked != account);
    }

    pub(crate) fn holder(&self, secret: &str) -> Holder {
        let Some(account) = self.accounts.iter().find(|account| account.secret == secret) else {
            return Holder::Nobody;
        };
        if self.revoked.contains(&account.id) {
            Holder::Revoked(account.clone())
        } else {
            Holder::Known(account.clone())
        }
    }

    /// 1, 2, 3…
    pub(crate) fn next_number(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }

    /// The post of this id, if it was not deleted.
    pub(crate) fn live(&mut self, id: &str) -> Option<&mut Post> {
        let mut posts = self.posts.iter_mut();
        posts.find(|post| post.remote_id == id && !post.deleted())
    }

    /// The public page of the post whose address ends so.
    pub(crate) fn page(&self, call: &Call) -> Option<Reply> {
        let mut posts = self.posts.iter();
        let post = posts.find(|post| post.url.ends_with(&call.path) && !post.deleted())?;
        let author = self.accounts.iter().find(|account| account.id == post.account)?;
        Some(Reply::permalink(&author.name, post))
    }
}
