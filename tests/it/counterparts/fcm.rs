//! The sandbox's FCM is one that Google's own client accepts.

use std::path::Path;

use beffroi_sandbox::{Options, Outcome, Sandbox};
use serde_json::Value;
use tokio::process::Command;

use super::{counterpart, run};

/// Sends one message with `firebase-admin`; answers what it says of it.
async fn send(client: &Path, sandbox: &Sandbox, token: &str) -> Value {
    let files = tempfile::tempdir().unwrap();
    let (authority, account) = (files.path().join("ca.pem"), files.path().join("account.json"));
    std::fs::write(&authority, sandbox.fcm.authority_pem().unwrap()).unwrap();
    std::fs::write(&account, sandbox.fcm.service_account_json()).unwrap();
    let mut command = Command::new("node");
    command.current_dir(client).arg("send.mjs").arg(sandbox.fcm.url());
    let output = run(command.arg(&authority).arg(&account).arg(token)).await;
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test]
async fn googles_own_client_sends_through_the_miniature() {
    let Some(client) = counterpart("BEFFROI_FIREBASE_ADMIN_DIR", "the FCM miniature with firebase-admin") else {
        return;
    };
    rustls::crypto::ring::default_provider().install_default().ok();
    let options = Options {
        tls_for_fcm: true,
        ..Options::default()
    };
    let sandbox = Sandbox::start(options).await.unwrap();
    let answer = send(&client, &sandbox, "phone-1").await;
    assert_eq!(answer["success"], true, "{answer}");
    let named = format!("projects/{}/messages/", sandbox.fcm.project());
    assert!(answer["message_id"].as_str().unwrap().starts_with(&named), "{answer}");
    assert_eq!((sandbox.fcm.accepted(), sandbox.fcm.phones().len()), (1, 1));

    for (token, outcome, code) in [
        (
            "phone-2",
            Outcome::Unregistered,
            "messaging/registration-token-not-registered",
        ),
        ("phone-3", Outcome::SenderIdMismatch, "messaging/mismatched-credential"),
        ("phone-4", Outcome::InvalidArgument, "messaging/invalid-argument"),
    ] {
        sandbox.fcm.script(token, outcome);
        let answer = send(&client, &sandbox, token).await;
        assert_eq!(
            (answer["success"].as_bool(), answer["code"].as_str()),
            (Some(false), Some(code))
        );
    }
    assert_eq!(sandbox.fcm.accepted(), 1);
}
