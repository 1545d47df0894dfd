//! What readers of miniatures do with each post.

pub(crate) const VIEWS: usize = 40;
pub(crate) const LIKES: usize = 2;
pub(crate) const SHARES: usize = 1;
