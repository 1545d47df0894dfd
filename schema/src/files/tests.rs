use futures_util::stream;
use tempfile::TempDir;

use super::*;
use crate::{clock::Clock, id::Ids};

fn limits() -> FileLimits {
    FileLimits {
        picture: 3 << 20,
        video: 9 << 20,
        document: 5 << 20,
        upload: chrono::Duration::hours(1),
    }
}

fn ids() -> Ids {
    Ids::seeded(Clock::fixed(chrono::DateTime::UNIX_EPOCH), 3)
}

async fn all(reading: Reading) -> Vec<u8> {
    reading.bytes.try_collect::<Vec<_>>().await.unwrap().concat()
}

/// Each kind of store that needs no other machine.
fn stores(folder: &TempDir) -> [Files; 2] {
    [
        Files::memory(limits()),
        Files::folder(&folder.path().join("media"), limits()).unwrap(),
    ]
}

#[tokio::test]
async fn a_file_is_kept_once_under_its_hash_and_read_in_ranges() {
    let folder = TempDir::new().unwrap();
    for files in stores(&folder) {
        let sha256 = files.put(Bytes::from_static(b"abc")).await.unwrap();
        assert_eq!(
            sha256,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(files.put(Bytes::from_static(b"abc")).await.unwrap(), sha256);
        let whole = files.read(&sha256, None).await.unwrap().unwrap();
        assert_eq!((whole.size, whole.range.clone()), (3, 0..3));
        assert_eq!(all(whole).await, b"abc");
        let part = files.read(&sha256, Some(1..3)).await.unwrap().unwrap();
        assert_eq!((part.size, part.range.clone()), (3, 1..3));
        assert_eq!(all(part).await, b"bc");
        assert!(files.read("00", None).await.unwrap().is_none());
        assert!(files.whole("00").await.unwrap().is_none());
        files.check().await.unwrap();
    }
}

#[tokio::test]
async fn a_file_in_pieces_is_whole_or_absent() {
    let folder = TempDir::new().unwrap();
    for files in stores(&folder) {
        let upload: UploadId = ids().make();
        let pieces = [Ok(Bytes::from_static(b"a")), Ok(Bytes::from_static(b"bc"))];
        let sha256 = files.put_stream(upload, stream::iter(pieces)).await.unwrap();
        assert_eq!(files.whole(&sha256).await.unwrap().unwrap(), "abc");
        let broken = object_store::Error::NotImplemented {
            operation: String::new(),
            implementer: String::new(),
        };
        let pieces = [Ok(Bytes::from_static(b"abcd")), Err(FilesError(broken))];
        assert!(files.put_stream(upload, stream::iter(pieces)).await.is_err());
        assert!(!files.holds(&digest::of("abcd")).await.unwrap());
    }
}

#[tokio::test]
async fn parts_are_forgotten_with_their_upload_alone() {
    let folder = TempDir::new().unwrap();
    for files in stores(&folder) {
        let ids = ids();
        let (ours, theirs): (UploadId, UploadId) = (ids.make(), ids.make());
        let part: PartId = ids.make();
        for upload in [ours, theirs] {
            files
                .put_part(upload, part, Bytes::from_static(b"abcdef"))
                .await
                .unwrap();
        }
        assert_eq!(files.read_part(ours, part, 2..4).await.unwrap(), "cd");
        files.drop_upload(ours).await.unwrap();
        files.drop_upload(ours).await.unwrap();
        assert!(files.read_part(ours, part, 0..1).await.is_err());
        assert_eq!(files.read_part(theirs, part, 0..6).await.unwrap(), "abcdef");
    }
}

#[test]
fn each_kind_has_its_weight() {
    let limits = limits();
    assert_eq!(limits.most(), 9 << 20);
    assert_eq!(limits.check(MediaKind::Picture, 3 << 20), Ok(()));
    assert_eq!(limits.check(MediaKind::Picture, (3 << 20) + 1), Err(Flaw::TooHeavy(3)));
    assert_eq!(limits.check(MediaKind::Document, 6 << 20), Err(Flaw::TooHeavy(5)));
}
