//! Scripted outcomes.

use beffroi_sandbox::{Fault, Operation, Outcome};
use serde_json::json;

use super::{error_code, note};
use crate::world::{World, no_answer};

#[tokio::test]
async fn every_refusal_is_in_googles_words() {
    let world = World::new().await;
    let fcm = &world.sandbox.fcm;
    let outcomes = [
        (
            Outcome::Quota {
                retry_after_s: Some(30),
            },
            429,
            "QUOTA_EXCEEDED",
        ),
        (
            Outcome::Unavailable {
                retry_after_s: Some(12),
            },
            503,
            "UNAVAILABLE",
        ),
        (Outcome::Internal, 500, "INTERNAL"),
        (Outcome::InvalidArgument, 400, "INVALID_ARGUMENT"),
        (Outcome::ThirdPartyAuth, 401, "THIRD_PARTY_AUTH_ERROR"),
        (Outcome::Unauthenticated, 401, ""),
        (Outcome::SenderIdMismatch, 403, "SENDER_ID_MISMATCH"),
    ];
    for (outcome, _, _) in outcomes {
        fcm.script("a", outcome);
    }
    for (outcome, status, code) in outcomes {
        let refused = world.push(note("a", "t", "x")).await.expect(status);
        assert_eq!(error_code(&refused), code, "{outcome:?}");
        if let Outcome::Quota { .. } = outcome {
            assert_eq!(refused.header("retry-after"), "30");
            assert_eq!(
                refused.text("/error/details/1/@type"),
                "type.googleapis.com/google.rpc.QuotaFailure"
            );
        }
        if let Outcome::Unavailable { .. } = outcome {
            assert_eq!(refused.header("retry-after"), "12");
        }
    }
    assert_eq!(fcm.phones(), []);
    assert_eq!(world.sandbox.unaccounted(), []);
}

#[tokio::test]
async fn a_dead_token_stays_dead_and_a_storm_passes() {
    let world = World::new().await;
    world.sandbox.fcm.script("dead", Outcome::Unregistered);
    world
        .sandbox
        .fcm
        .next_n(2, Outcome::Unavailable { retry_after_s: None });
    for _ in 0..2 {
        let gone = world.push(note("dead", "t", "x")).await.expect(404);
        assert_eq!(error_code(&gone), "UNREGISTERED");
        world.push(note("alive", "t", "x")).await.expect(503);
    }
    world.push(note("alive", "t", "x")).await.expect(200);
    assert_eq!(world.sandbox.fcm.accepted(), 1);
}

#[tokio::test]
async fn doubtful_ends_do_what_they_say() {
    let world = World::new().await;
    let token = world.token().await;
    let accepted = [
        (Outcome::Cut, 0, false),
        (Outcome::Hang, 0, true),
        (Outcome::AcceptedThenCut, 1, false),
        (Outcome::AcceptedThenHang, 2, true),
    ];
    for (outcome, phones, times_out) in accepted {
        world.sandbox.fcm.script("a", outcome);
        let error = no_answer(world.send(&world.http, &token, &json!({"message": note("a", "t", "x")}))).await;
        assert_eq!(error.is_timeout(), times_out, "{outcome:?}: {error:?}");
        assert_eq!(world.sandbox.fcm.accepted(), phones, "{outcome:?}");
    }
    world.sandbox.fcm.script("a", Outcome::AcceptedThenInternal);
    world.push(note("a", "t", "x")).await.expect(500);
    assert_eq!(world.sandbox.fcm.accepted(), 3);
}

#[tokio::test]
async fn signing_in_can_fail() {
    let world = World::new().await;
    let fcm = &world.sandbox.fcm;
    fcm.next_sign_in(Fault::ServerError);
    fcm.next_sign_in(Fault::TokenRevoked);
    fcm.next_sign_in(Fault::RateLimited { retry_after_s: 7 });
    world.ask_token(&world.claims()).await.expect(500);
    let refused = world.ask_token(&world.claims()).await.expect(400);
    assert_eq!(refused.text("/error"), "invalid_grant");
    assert_eq!(
        world.ask_token(&world.claims()).await.expect(429).header("retry-after"),
        "7"
    );
    world.token().await;
    let sign_ins = world
        .sandbox
        .requests()
        .iter()
        .filter(|line| line.operation == Some(Operation::SignIn))
        .count();
    assert_eq!(sign_ins, 4);
}
