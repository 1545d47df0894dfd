//! Tokens and signing in.

use super::{Sky, sign_in};
use crate::world::{World, answer};
use beffroi_sandbox::Kind;

#[tokio::test]
async fn sessions_expire_refresh_and_end() {
    let mut sky = Sky::new().await;
    assert_eq!(
        answer(sky.query("com.atproto.server.getSession"))
            .await
            .expect(200)
            .text("/did"),
        sky.did
    );
    sky.world.later(2 * 3600);
    let expired = answer(sky.query("com.atproto.server.getSession")).await.expect(400);
    assert_eq!(expired.text("/error"), "ExpiredToken");

    let refresh = sky.url("com.atproto.server.refreshSession");
    let refreshed = answer(sky.world.http.post(&refresh).bearer_auth(&sky.refresh))
        .await
        .expect(200);
    sky.access = refreshed.text("/accessJwt").to_owned();
    answer(sky.query("com.atproto.server.getSession")).await.expect(200);
    let used = answer(sky.world.http.post(&refresh).bearer_auth(&sky.refresh))
        .await
        .expect(400);
    assert_eq!(used.text("/error"), "InvalidToken");
    assert_eq!(sky.world.sandbox.unaccounted(), []);

    sky.world.sandbox.network(Kind::Bluesky).revoke(&sky.did);
    let revoked = answer(sky.query("com.atproto.server.getSession")).await.expect(400);
    assert_eq!(revoked.text("/error"), "InvalidToken");
    let account = sky.world.sandbox.network(Kind::Bluesky).account();
    sign_in(&sky.world, &account.handle, &account.secret).await.expect(401);
}

#[tokio::test]
async fn signing_in_is_limited_and_wrong_passwords_refused() {
    let world = World::new().await;
    let account = world.sandbox.network(Kind::Bluesky).account();
    let wrong = sign_in(&world, &account.handle, "wrong").await.expect(401);
    assert_eq!(wrong.text("/message"), "Invalid identifier or password");
    for _ in 0..29 {
        sign_in(&world, &account.handle, &account.secret).await.expect(200);
    }
    let limited = sign_in(&world, &account.handle, &account.secret).await.expect(429);
    assert_eq!(limited.text("/error"), "RateLimitExceeded");
    assert_eq!(limited.header("ratelimit-policy"), "30;w=300");
    assert_eq!(limited.header("ratelimit-reset"), (world.now_s() + 300).to_string());
    world.later(300);
    sign_in(&world, &account.handle, &account.secret).await.expect(200);
}

#[tokio::test]
async fn requests_without_a_known_token_are_unaccounted() {
    let sky = Sky::new().await;
    let url = sky.url("com.atproto.server.getSession");
    let missing = answer(sky.world.http.get(&url)).await.expect(401);
    assert_eq!(missing.text("/error"), "AuthMissing");
    answer(sky.world.http.get(&url).bearer_auth("made up"))
        .await
        .expect(400);
    answer(sky.procedure("com.atproto.repo.putRecord").body("x"))
        .await
        .expect(400);
    assert_eq!(sky.world.sandbox.unaccounted().len(), 3);
}
