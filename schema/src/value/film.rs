//! The file of a video: read in parts while it is sent, and never whole in memory.

use std::{ops::Range, sync::Arc};

use bytes::Bytes;
use futures_util::{FutureExt as _, future::BoxFuture};

/// Reads a part of the file, or says why it cannot.
type Read = dyn Fn(Range<u64>) -> BoxFuture<'static, Result<Bytes, String>> + Send + Sync;

/// A file of which parts are read. Clones share it.
#[derive(Clone, Default)]
pub struct Film {
    size: u64,
    read: Option<Arc<Read>>,
}

impl Film {
    /// A file of `size` bytes, whose parts `read` reads.
    pub fn new(
        size: u64,
        read: impl Fn(Range<u64>) -> BoxFuture<'static, Result<Bytes, String>> + Send + Sync + 'static,
    ) -> Self {
        let read: Arc<Read> = Arc::new(read);
        Self { size, read: Some(read) }
    }

    /// A short one, which is in memory.
    pub fn whole(bytes: Bytes) -> Self {
        Self::new(bytes.len() as u64, move |range| {
            let at = |place: u64| usize::try_from(place).map_or(bytes.len(), |place| place.min(bytes.len()));
            let part = bytes.slice(at(range.start)..at(range.end));
            async move { Ok(part) }.boxed()
        })
    }

    /// Bytes of the file; 0 until it was loaded.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// A part of the file, all of it.
    pub async fn part(&self, range: Range<u64>) -> Result<Bytes, String> {
        let length = range.end.saturating_sub(range.start);
        let part = match &self.read {
            Some(read) => read(range).await?,
            None => Bytes::new(),
        };
        if part.len() as u64 == length {
            Ok(part)
        } else {
            Err("the video's file is shorter than it was".to_owned())
        }
    }
}

/// What a file holds is told by the media that names it.
impl PartialEq for Film {
    fn eq(&self, other: &Self) -> bool {
        self.size == other.size
    }
}

impl Eq for Film {}

impl std::fmt::Debug for Film {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Film({} bytes)", self.size)
    }
}
