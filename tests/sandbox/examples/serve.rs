//! The sandbox alone, for clients written in other languages: prints addresses and credentials as one line of JSON,
//! then serves until interrupted.
//!
//! `cargo run -p beffroi-sandbox --example serve`

#![expect(clippy::print_stdout, reason = "the addresses are the output")]

use beffroi_sandbox::{Kind, Options, Sandbox, StartError};
use serde_json::{Map, Value, json};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    let tls_for_fcm = std::env::args().any(|argument| argument == "--tls");
    let sandbox = Sandbox::start(Options {
        tls_for_fcm,
        ..Options::default()
    })
    .await?;
    println!("{}", addresses(&sandbox));
    tokio::signal::ctrl_c().await?;
    Ok(())
}

fn addresses(sandbox: &Sandbox) -> Value {
    let network = |kind: Kind| {
        let (miniature, account) = (sandbox.network(kind), sandbox.network(kind).account());
        let value =
            json!({"url": miniature.url(), "id": account.id, "handle": account.handle, "secret": account.secret});
        (kind.name().to_owned(), value)
    };
    let mut all: Map<_, _> = Kind::ALL.into_iter().map(network).collect();
    let fcm = &sandbox.fcm;
    all.insert("page".to_owned(), json!(sandbox.page_url()));
    all.insert(
        "fcm".to_owned(),
        json!({"url": fcm.url(), "authority_pem": fcm.authority_pem(), "service_account": fcm.service_account_json()}),
    );
    Value::Object(all)
}
