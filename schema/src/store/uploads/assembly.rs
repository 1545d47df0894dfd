//! The parts of an upload, read as the one file that they are.

use std::ops::Range;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _, stream};

use super::super::{StoreError, StoreResult, media::Kept};
use crate::{
    clock::Timestamp,
    entity::{file, upload, upload_part},
    files::{Files, FilesResult},
    id::UploadId,
    media::{Flaw, mp4, pdf},
    value::MediaKind,
};

/// The parts of an upload that is complete.
pub(super) struct Assembly<'a> {
    files: &'a Files,
    upload: UploadId,
    size: u64,
    parts: Vec<Part>,
}

struct Part {
    row: upload_part::Model,
    range: Range<u64>,
}

/// What takes the place of some bytes of a file.
struct Patch {
    at: Range<u64>,
    /// None: zeros.
    bytes: Option<Bytes>,
}

impl<'a> Assembly<'a> {
    pub(super) fn of(files: &'a Files, upload: &upload::Model, rows: Vec<upload_part::Model>) -> Self {
        let part = |row: upload_part::Model| {
            let start = u64::try_from(row.start).unwrap_or_default();
            let range = start..start + u64::try_from(row.length).unwrap_or_default();
            Part { row, range }
        };
        Self {
            files,
            upload: upload.id,
            size: u64::try_from(upload.size).unwrap_or_default(),
            parts: rows.into_iter().map(part).collect(),
        }
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Up to `length` bytes from `at` on.
    pub(super) async fn range(&self, at: u64, length: u64) -> StoreResult<Bytes> {
        let end = at.saturating_add(length).min(self.size);
        let mut bytes = BytesMut::new();
        for part in &self.parts {
            let (from, to) = (part.range.start.max(at), part.range.end.min(end));
            if from < to {
                let within = from - part.range.start..to - part.range.start;
                bytes.extend(self.files.read_part(self.upload, part.row.part, within).await?);
            }
        }
        Ok(bytes.freeze())
    }

    /// Keeps a video, without what it tells of whoever made it.
    pub(super) async fn keep_video(&self, now: Timestamp) -> StoreResult<Kept> {
        let flawed = |flaw: Flaw| StoreError::from(flaw.problem("uploadId"));
        let (mut at, mut boxes, mut patches, mut movie) = (0, 0, Vec::new(), None);
        while at < self.size {
            boxes += 1;
            let head = self.range(at, mp4::HEAD_BYTES).await?;
            let head = mp4::head(&head, self.size - at).map_err(flawed)?;
            let end = at + head.size;
            if boxes > mp4::MAX_BOXES {
                return Err(flawed(Flaw::Damaged));
            }
            if &head.kind == b"moov" {
                if movie.is_some() || head.size > mp4::MAX_MOOV_BYTES {
                    return Err(flawed(Flaw::Damaged));
                }
                let mut moov = BytesMut::from(self.range(at, head.size).await?);
                movie = Some(mp4::movie(&mut moov).map_err(flawed)?);
                let bytes = Some(moov.freeze());
                patches.push(Patch { at: at..end, bytes });
            } else if !head.plays() {
                let bytes = Some(Bytes::from_static(b"free"));
                patches.push(Patch {
                    at: at + 4..at + 8,
                    bytes,
                });
                let at = at + head.own..end;
                patches.push(Patch { at, bytes: None });
            }
            at = end;
        }
        let movie = movie.ok_or_else(|| flawed(Flaw::Damaged))?;
        Ok(Kept {
            kind: MediaKind::Video,
            file: self.keep("video/mp4", &patches, now).await?,
            width: movie.width,
            height: movie.height,
            duration_ms: Some(movie.duration_ms),
            blurhash: None,
            variants: Vec::new(),
            slides: None,
        })
    }

    /// Keeps a PDF as it is.
    pub(super) async fn keep_document(&self, now: Timestamp) -> StoreResult<Kept> {
        let tail = pdf::TAIL_BYTES.min(self.size);
        let tail = self.range(self.size - tail, tail).await?;
        pdf::check(&tail).map_err(|flaw| StoreError::from(flaw.problem("uploadId")))?;
        Ok(Kept {
            kind: MediaKind::Document,
            file: self.keep("application/pdf", &[], now).await?,
            width: 0,
            height: 0,
            duration_ms: None,
            blurhash: None,
            variants: Vec::new(),
            slides: None,
        })
    }

    async fn keep(&self, mime: &str, patches: &[Patch], now: Timestamp) -> StoreResult<file::Model> {
        let pieces = Box::pin(self.patched(patches));
        Ok(file::Model {
            sha256: self.files.put_stream(self.upload, pieces).await?,
            mime: mime.to_owned(),
            size: i64::try_from(self.size).unwrap_or(i64::MAX),
            created_at: now,
        })
    }

    /// The whole file, part by part, with what takes the place of some of its bytes.
    fn patched<'s>(&'s self, patches: &'s [Patch]) -> impl Stream<Item = FilesResult<Bytes>> + 's {
        stream::iter(&self.parts).then(move |part| async move {
            let whole = 0..part.range.end - part.range.start;
            let bytes = self.files.read_part(self.upload, part.row.part, whole).await?;
            let touched = |patch: &&Patch| patch.at.start < part.range.end && part.range.start < patch.at.end;
            if !patches.iter().any(|patch| touched(&patch)) {
                return Ok(bytes);
            }
            let mut bytes = BytesMut::from(bytes);
            for patch in patches.iter().filter(touched) {
                patch.apply(&mut bytes, part.range.start);
            }
            Ok(bytes.freeze())
        })
    }
}

impl Patch {
    /// Changes a run of bytes that stands at `start` in the file.
    fn apply(&self, run: &mut [u8], start: u64) {
        let (from, to) = (self.at.start.max(start), self.at.end.min(start + run.len() as u64));
        let index = |at: u64, origin: u64| usize::try_from(at.saturating_sub(origin)).unwrap_or_default();
        let Some(target) = run.get_mut(index(from, start)..index(to, start)) else {
            return;
        };
        match &self.bytes {
            None => target.fill(0),
            Some(bytes) => {
                let source = index(from, self.at.start)..index(to, self.at.start);
                if let Some(source) = bytes.get(source) {
                    target.copy_from_slice(source);
                }
            }
        }
    }
}
