//! What our client and the sandbox's X say to each other is what X's own description allows.

use beffroi_jobs::networks::{Pocket, registry::AccountSettings};
use beffroi_sandbox::{Fault, Kind, Operation};
use beffroi_schema::{
    clock::Clock,
    id::MediaId,
    value::{Film, Rendered, Video},
};
use serde_json::json;

use super::{contract::Contract, http, key, picture, post};

#[tokio::test]
async fn what_we_say_to_x_is_in_its_contract() {
    let Some(contract) = Contract::between(Kind::X, "x-openapi.json").await else {
        return;
    };
    let miniature = contract.sandbox.network(Kind::X);
    let account = miniature.open_account("valbourg_premium", "Valbourg Premium");
    let settings = json!({ "network": "x", "api": contract.url, "premium": true, "links": true });
    let settings: AccountSettings = serde_json::from_value(settings).unwrap();
    let account = settings.open(Pocket::with(account.secret), &http(&contract.url));

    account.check().await.unwrap();
    let first = Rendered {
        pictures: vec![picture("Une rame à quai")],
        ..post("Le tram B est à l’arrêt https://www.valbourg.fr/i/tram-b #TramB")
    };
    let remote = account.publish(&first, key(1)).await.unwrap();
    let since = Clock::system().now() - chrono::Duration::minutes(5);
    assert_eq!(
        account.find(&first, key(1), since).await.unwrap().unwrap().id,
        remote.id
    );
    account.publish(&first, key(1)).await.unwrap();
    let remote = account.amend(&remote, &post("Le tram B repart"), key(2)).await.unwrap();
    account.metrics(&remote).await.unwrap();
    account.reply(&remote, &post("✅ Terminé"), key(3)).await.unwrap();
    for _ in 0..2 {
        account.withdraw(&remote).await.unwrap();
    }

    let film = Rendered {
        video: Some(video()),
        ..post("Le chantier, vu du ciel")
    };
    miniature.next(Operation::Upload, Fault::StillProcessing { polls: 1 });
    account.publish(&film, key(4)).await.unwrap();

    let spoken = contract.hold();
    for operation in [
        "GET /2/users/me",
        "POST /2/media/upload",
        "POST /2/media/metadata",
        "POST /2/media/upload/initialize",
        "POST /2/media/upload/{id}/append",
        "POST /2/media/upload/{id}/finalize",
        "GET /2/media/upload",
        "POST /2/tweets",
        "GET /2/users/{id}/tweets",
        "GET /2/tweets/{id}",
        "DELETE /2/tweets/{id}",
    ] {
        assert!(spoken.contains(operation), "{operation} was not spoken of: {spoken:?}");
    }
}

fn video() -> Video {
    Video {
        media: MediaId(uuid::Uuid::from_u128(8)),
        width: 1280,
        height: 720,
        seconds: 12,
        alt: "La place, vue du ciel".to_owned(),
        url: "https://ville.example/media/8.mp4".to_owned(),
        film: Film::whole(vec![7; 5_000].into()),
    }
}
