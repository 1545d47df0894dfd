//! How files are served.

use axum::{
    body::Body,
    http::{Method, StatusCode},
};
use beffroi_tests::scene::{self, film};

use super::{Desk, pdf};

#[tokio::test]
async fn a_video_is_served_piece_by_piece() {
    let desk = Desk::new().await;
    let video = desk.kept(&film(), "a.mp4").await;
    let whole = desk.get(&video, &[("accept-encoding", "gzip")]).await;
    assert_eq!(
        (whole.status, whole.header("content-type")),
        (StatusCode::OK, "video/mp4")
    );
    assert_eq!(
        (whole.header("accept-ranges"), whole.header("content-encoding")),
        ("bytes", "")
    );
    let size = whole.body.len();
    let etag = whole.header("etag");
    for (range, from, to) in [
        ("bytes=0-99".to_owned(), 0, 100),
        ("bytes=100-".to_owned(), 100, size),
        ("bytes=-7".to_owned(), size - 7, size),
        (format!("bytes=10-{}", size * 2), 10, size),
    ] {
        for more in [&[][..], &[("if-range", etag)]] {
            let part = desk.get(&video, &[more, &[("range", range.as_str())]].concat()).await;
            assert_eq!(part.status, StatusCode::PARTIAL_CONTENT, "{range}");
            assert_eq!(part.header("content-range"), format!("bytes {from}-{}/{size}", to - 1));
            assert_eq!(part.header("content-length"), (to - from).to_string());
            assert_eq!(part.body, whole.body[from..to], "{range}");
        }
    }
    let beyond = desk.get(&video, &[("range", "bytes=999999-")]).await;
    assert_eq!(beyond.status, StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(beyond.header("content-range"), format!("bytes */{size}"));
    for headers in [
        [("range", "bytes=0-9"), ("if-range", "\"another\"")],
        [("range", "bytes=0-1,3-4"), ("x", "y")],
    ] {
        assert_eq!(desk.get(&video, &headers).await.body, whole.body);
    }
}

#[tokio::test]
async fn what_stands_at_an_address_never_changes_and_runs_nothing() {
    let desk = Desk::new().await;
    for file in [film(), pdf(), scene::photograph(20, 20)] {
        let kept = desk.kept(&file, "a").await;
        let served = desk.get(&kept, &[]).await;
        assert_eq!(served.header("cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(served.header("x-content-type-options"), "nosniff");
        assert_eq!(served.header("content-security-policy"), "default-src 'none'; sandbox");
        let etag = served.header("etag");
        assert!(
            kept["url"].as_str().unwrap().ends_with(etag.trim_matches('"')),
            "its own hash"
        );
        for known in [etag.to_owned(), format!("\"x\", W/{etag}"), "*".to_owned()] {
            let again = desk.get(&kept, &[("if-none-match", &known)]).await;
            assert_eq!(
                (again.status, again.body.len()),
                (StatusCode::NOT_MODIFIED, 0),
                "{known}"
            );
        }
        let other = desk.get(&kept, &[("if-none-match", "\"x\"")]).await;
        assert_eq!(other.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn what_is_no_hash_of_a_file_is_absent() {
    let desk = Desk::new().await;
    let never = "0".repeat(64);
    for path in [never.as_str(), "..%2Ftown.db", "check", &"G".repeat(64)] {
        let missing = desk
            .send(Method::GET, &format!("/media/{path}"), &[], Body::empty())
            .await;
        assert_eq!(missing.status, StatusCode::NOT_FOUND, "{path}");
    }
}
