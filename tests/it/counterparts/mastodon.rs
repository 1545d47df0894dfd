//! The sandbox's Mastodon is one that Mastodon.py, masto and megalodon accept; and what our client and the sandbox say to each other is
//! what Mastodon's own description allows.

use beffroi_jobs::networks::{
    Pocket,
    registry::{AccountSettings, MastodonSettings},
};
use beffroi_sandbox::{Kind, Options, Sandbox};
use beffroi_schema::{clock::Clock, value::Rendered};
use tokio::process::Command;

use super::{contract::Contract, counterpart, http, key, picture, post, run};

#[tokio::test]
async fn mastodon_py_does_what_a_town_does() {
    let Some(python) = counterpart("BEFFROI_MASTODON_PY", "the Mastodon miniature with Mastodon.py") else {
        return;
    };
    let sandbox = Sandbox::start(Options::default()).await.unwrap();
    let exercise = concat!(env!("CARGO_MANIFEST_DIR"), "/counterparts/mastodon-py/exercise.py");
    let mut command = Command::new(python);
    command.arg(exercise).arg(sandbox.network(Kind::Mastodon).url());
    let output = run(command.arg(sandbox.network(Kind::Mastodon).account().secret)).await;
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
    let posts = sandbox.network(Kind::Mastodon).all_posts();
    assert_eq!(posts.len(), 2, "a status and its answer");
    assert!(posts.iter().all(|post| post.deleted_at.is_some()), "taken away again");
}

#[tokio::test]
async fn masto_and_megalodon_do_what_a_town_does() {
    let Some(folder) = counterpart(
        "BEFFROI_MASTODON_JS_DIR",
        "the Mastodon miniature with masto and megalodon",
    ) else {
        return;
    };
    for client in ["masto", "megalodon"] {
        let sandbox = Sandbox::start(Options::default()).await.unwrap();
        let miniature = sandbox.network(Kind::Mastodon);
        let mut command = Command::new("node");
        command
            .current_dir(&folder)
            .args(["exercise.mjs", client, miniature.url()]);
        let output = run(command.arg(miniature.account().secret)).await;
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{client}: {complaint}");
        let posts = miniature.all_posts();
        assert_eq!(posts.len(), 2, "{client}: a status and its answer");
        assert!(
            posts.iter().all(|post| post.deleted_at.is_some()),
            "{client}: taken away again"
        );
    }
}

#[tokio::test]
async fn what_we_say_to_mastodon_is_in_its_contract() {
    let Some(contract) = Contract::between(Kind::Mastodon, "mastodon-openapi.json").await else {
        return;
    };
    let settings = AccountSettings::Mastodon(MastodonSettings {
        instance: contract.url.clone(),
    });
    let secret = contract.sandbox.network(Kind::Mastodon).account().secret;
    let account = settings.open(Pocket::with(secret), &http(&contract.url));

    account.check().await.unwrap();
    let first = Rendered {
        pictures: vec![picture("Une rame à quai")],
        ..post("Le tram B est à l’arrêt https://ville.example/i/tram-b #TramB")
    };
    let remote = account.publish(&first, key(1)).await.unwrap();
    let found = account.find(&first, key(1), Clock::system().now() - chrono::Duration::minutes(5));
    assert_eq!(found.await.unwrap().unwrap().id, remote.id);
    let amended = Rendered {
        text: "Le tram B repart".to_owned(),
        ..first.clone()
    };
    account.amend(&remote, &amended, key(2)).await.unwrap();
    account.reply(&remote, &post("✅ Terminé"), key(3)).await.unwrap();
    account.withdraw(&remote).await.unwrap();

    let spoken = contract.hold();
    for operation in [
        "GET /api/v1/accounts/verify_credentials",
        "GET /api/v2/instance",
        "POST /api/v2/media",
        "POST /api/v1/statuses",
        "GET /api/v1/accounts/{id}/statuses",
        "PUT /api/v1/statuses/{id}",
        "DELETE /api/v1/statuses/{id}",
    ] {
        assert!(spoken.contains(operation), "{operation} was not spoken of: {spoken:?}");
    }
}
