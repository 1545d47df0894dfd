//! The store of files: on a disk, or in an S3-compatible store. It holds bytes alone; the tables say what they are.
//!
//! What is kept is named by the hash of its bytes, so it is written once and never changes, and a file without a row is
//! of no harm: whoever brings it again finds it there. A file is whole or absent: it is written beside, forced to the
//! disk, and renamed.

use std::{ops::Range, path::Path, sync::Arc};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, TryStreamExt as _, stream::BoxStream};
use object_store::{
    GetOptions, GetRange, ObjectStore, ObjectStoreExt as _, WriteMultipart,
    aws::{AmazonS3Builder, AmazonS3ConfigKey},
    local::LocalFileSystem,
    memory::InMemory,
    path::Path as Key,
};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::{
    id::{PartId, UploadId},
    media::Flaw,
    store::digest,
    value::MediaKind,
};

/// Parts of one file on their way to an S3-compatible store at once.
const PARTS_AT_ONCE: usize = 4;
/// How long an upload is kept that is not completed: a working day, and a night for a slow line.
const UPLOAD: chrono::Duration = chrono::Duration::days(1);
/// What a check writes and reads again.
const PROBE: &[u8] = b"Beffroi was here.";

/// The store of files failed.
#[derive(Debug, thiserror::Error)]
#[error("the store of files failed: {0}")]
pub struct FilesError(#[from] object_store::Error);

/// What every verb returns.
pub type FilesResult<T> = Result<T, FilesError>;

/// How large files may be, and how long they may take to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileLimits {
    /// Bytes of a picture.
    pub picture: u64,
    /// Bytes of a video.
    pub video: u64,
    /// Bytes of a document.
    pub document: u64,
    /// How long an upload is kept that is not completed.
    pub upload: chrono::Duration,
}

impl Default for FileLimits {
    fn default() -> Self {
        Self {
            picture: 32 << 20,
            video: 512 << 20,
            document: 64 << 20,
            upload: UPLOAD,
        }
    }
}

impl FileLimits {
    /// The most bytes of a file of this kind.
    pub const fn of(&self, kind: MediaKind) -> u64 {
        match kind {
            MediaKind::Picture => self.picture,
            MediaKind::Video => self.video,
            MediaKind::Document => self.document,
        }
    }

    /// The most bytes of any file.
    pub fn most(&self) -> u64 {
        self.picture.max(self.video).max(self.document)
    }

    /// Refuses a file of this kind that is heavier than it may be.
    pub fn check(&self, kind: MediaKind, size: u64) -> Result<(), Flaw> {
        let most = self.of(kind);
        if size <= most {
            Ok(())
        } else {
            Err(Flaw::TooHeavy(most >> 20))
        }
    }
}

/// An S3-compatible store.
#[derive(Debug)]
pub struct S3<'a> {
    /// Its address and the bucket: `https://s3.example/bucket`.
    pub url: &'a Url,
    /// What its provider calls its place.
    pub region: &'a str,
    /// Whose it is.
    pub key: &'a str,
    /// What proves it.
    pub secret: &'a SecretString,
}

/// Bytes of a file, as they come.
pub struct Reading {
    /// Bytes of the whole file.
    pub size: u64,
    /// Those that were asked for.
    pub range: Range<u64>,
    /// What they are.
    pub bytes: BoxStream<'static, FilesResult<Bytes>>,
}

impl std::fmt::Debug for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reading({:?} of {})", self.range, self.size)
    }
}

/// The store of files. Clones share it.
#[derive(Clone, Debug)]
pub struct Files {
    store: Arc<dyn ObjectStore>,
    limits: FileLimits,
}

impl Files {
    /// In memory: gone with the process.
    pub fn memory(limits: FileLimits) -> Self {
        Self {
            store: Arc::new(InMemory::new()),
            limits,
        }
    }

    /// In a folder of this machine, which is made.
    pub fn folder(path: &Path, limits: FileLimits) -> FilesResult<Self> {
        let unusable = |error: std::io::Error| object_store::Error::Generic {
            store: "LocalFileSystem",
            source: error.into(),
        };
        std::fs::create_dir_all(path).map_err(unusable)?;
        let store = LocalFileSystem::new_with_prefix(path)?.with_fsync(true);
        Ok(Self {
            store: Arc::new(store),
            limits,
        })
    }

    /// In an S3-compatible store.
    pub fn s3(s3: &S3<'_>, limits: FileLimits) -> FilesResult<Self> {
        let mut endpoint = s3.url.clone();
        endpoint.set_path("");
        let builder = AmazonS3Builder::new()
            .with_endpoint(endpoint.as_str().trim_end_matches('/'))
            .with_bucket_name(s3.url.path().trim_matches('/'))
            .with_region(s3.region)
            .with_access_key_id(s3.key)
            .with_secret_access_key(s3.secret.expose_secret())
            .with_allow_http(s3.url.scheme() == "http")
            // Not every store knows how to delete many at once.
            .with_disable_bulk_delete(true)
            .with_config(AmazonS3ConfigKey::VirtualHostedStyleRequest, "false");
        Ok(Self {
            store: Arc::new(builder.build()?),
            limits,
        })
    }

    /// How large files may be.
    pub fn limits(&self) -> &FileLimits {
        &self.limits
    }

    /// Whether a file can be written, read again and removed.
    pub async fn check(&self) -> FilesResult<()> {
        let probe = Key::from("check");
        self.store.put(&probe, Bytes::from_static(PROBE).into()).await?;
        let found = self.store.get(&probe).await?.bytes().await?;
        debug_assert_eq!(found, PROBE);
        Ok(self.store.delete(&probe).await?)
    }

    /// Keeps a file; answers its hash.
    pub async fn put(&self, bytes: Bytes) -> FilesResult<String> {
        let sha256 = digest::of(&bytes);
        if !self.holds(&sha256).await? {
            self.store.put(&content(&sha256), bytes.into()).await?;
        }
        Ok(sha256)
    }

    /// Keeps a file that comes in pieces; answers its hash. It stands among the parts of its upload until it is whole.
    pub async fn put_stream(
        &self,
        upload: UploadId,
        mut pieces: impl Stream<Item = FilesResult<Bytes>> + Unpin,
    ) -> FilesResult<String> {
        let whole = uploads(upload).join("whole");
        let mut write = WriteMultipart::new(self.store.put_multipart(&whole).await?);
        let mut hash = Sha256::new();
        while let Some(piece) = pieces.next().await {
            let piece = match piece {
                Ok(piece) => piece,
                Err(error) => {
                    write.abort().await?;
                    return Err(error);
                }
            };
            hash.update(&piece);
            write.wait_for_capacity(PARTS_AT_ONCE).await?;
            write.put(piece);
        }
        write.finish().await?;
        let sha256 = digest::hex(&hash.finalize());
        self.store.rename(&whole, &content(&sha256)).await?;
        Ok(sha256)
    }

    /// Whether a file with this hash is kept.
    pub async fn holds(&self, sha256: &str) -> FilesResult<bool> {
        match self.store.head(&content(sha256)).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// The bytes of a file, or a range of them; none when it is not kept.
    pub async fn read(&self, sha256: &str, range: Option<Range<u64>>) -> FilesResult<Option<Reading>> {
        let options = GetOptions {
            range: range.map(GetRange::Bounded),
            ..GetOptions::default()
        };
        match self.store.get_opts(&content(sha256), options).await {
            Ok(found) => Ok(Some(Reading {
                size: found.meta.size,
                range: found.range.clone(),
                bytes: found.into_stream().map_err(FilesError).boxed(),
            })),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The whole of a file that fits into memory; none when it is not kept.
    pub async fn whole(&self, sha256: &str) -> FilesResult<Option<Bytes>> {
        match self.store.get(&content(sha256)).await {
            Ok(found) => Ok(Some(found.bytes().await?)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Keeps a part of a file on its way.
    pub async fn put_part(&self, upload: UploadId, part: PartId, bytes: Bytes) -> FilesResult<()> {
        self.store
            .put(&uploads(upload).join(part.to_string()), bytes.into())
            .await?;
        Ok(())
    }

    /// Bytes of a part.
    pub async fn read_part(&self, upload: UploadId, part: PartId, range: Range<u64>) -> FilesResult<Bytes> {
        let key = uploads(upload).join(part.to_string());
        Ok(self.store.get_range(&key, range).await?)
    }

    /// Forgets every part of a file, noted down or not.
    pub async fn drop_upload(&self, upload: UploadId) -> FilesResult<()> {
        let mut parts = self.store.list(Some(&uploads(upload)));
        while let Some(part) = parts.try_next().await? {
            match self.store.delete(&part.location).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

/// Folders of a thousand files rather than one of a million.
fn content(sha256: &str) -> Key {
    Key::from_iter(["content", sha256.get(..2).unwrap_or_default(), sha256])
}

fn uploads(upload: UploadId) -> Key {
    Key::from_iter(["uploads", &upload.to_string()])
}

#[cfg(test)]
mod tests;
