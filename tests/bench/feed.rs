//! The home feed over HTTP: a persisted GET beside a static axum handler that answers the same bytes, and an uncached
//! POST. Both servers are processes of their own on the same machine, loaded in turns by `wrk`.

use std::{net::SocketAddr, path::Path, process::Command};

use anyhow::{Context as _, ensure};
use axum::{Router, http::header, routing::get};
use beffroi_schema::bus::Bus;
use beffroi_tests::{
    bench::{Better, Town, row},
    database::Database,
    process::{Process, free_address, until},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;

/// What the app's first screen asks for: twenty items, fifteen fields.
const QUERY: &str = "{ feed(first: 20) { nodes { __typename id version publishedAt updatedAt language languages title \
    summary body topics link url zones { name } lines { shortName } } pageInfo { endCursor hasNextPage } } }";
const ITEMS: usize = 60;
/// Each server is loaded so often, in turns, for so long, over so many connections.
const ROUNDS: usize = 3;
const SECONDS: &str = "4";
const CONNECTIONS: &str = "32";
const THREADS: &str = "1";
/// A text that differs each time is never kept.
const UNCACHED_LUA: &str = r#"
local n = 0
request = function()
  n = n + 1
  return wrk.format("POST", "/graphql", { ["content-type"] = "application/json" }, BODY .. " # " .. n .. "\"}")
end
"#;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some("static") {
        let (Some(address), Some(file)) = (arguments.next(), arguments.next()) else {
            anyhow::bail!("static ADDRESS FILE");
        };
        return serve_bytes(address.parse()?, Path::new(&file)).await;
    }
    rustls::crypto::ring::default_provider().install_default().ok();
    compare().await
}

/// The comparison: what axum alone can do.
async fn serve_bytes(address: SocketAddr, file: &Path) -> anyhow::Result<()> {
    let bytes = bytes::Bytes::from(std::fs::read(file)?);
    let kind = [(header::CONTENT_TYPE, "application/graphql-response+json")];
    let app = Router::new().route("/", get(move || async move { (kind, bytes) }));
    let listener = tokio::net::TcpListener::bind(address).await?;
    Ok(axum::serve(listener, app).await?)
}

async fn compare() -> anyhow::Result<()> {
    let town = Town::new(Database::new().await?, Bus::local()).await?;
    for number in 0..ITEMS {
        town.publish(&format!("Travaux rue de la Gare, tronçon {number}"))
            .await?;
    }
    let (_ours, address) = town.serve(&["--no-work"]).await?;
    let persisted = persisted(address).await?;
    let answer = reqwest::get(persisted.clone()).await?.bytes().await?;
    let read: Value = serde_json::from_slice(&answer)?;
    ensure!(
        read.pointer("/data/feed/nodes").and_then(Value::as_array).map(Vec::len) == Some(20),
        "the feed does not answer: {read}"
    );
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("feed.json");
    std::fs::write(&file, &answer)?;
    let (_other, other) = start_static(&file).await?;

    let (mut ours, mut beside) = (0.0, 0.0);
    for _ in 0..ROUNDS {
        beside += load(&other, None)?;
        ours += load(persisted.as_str(), None)?;
    }
    #[expect(clippy::cast_precision_loss, reason = "a few rounds")]
    let mean = |sum: f64| sum / ROUNDS as f64;
    row(
        "feed of 20 items, persisted GET / static axum handler",
        "req/s",
        Better::More,
        mean(ours),
        Some(mean(beside)),
    );
    let script = folder.path().join("uncached.lua");
    let begin = json!({ "query": QUERY }).to_string();
    let begin = begin.trim_end_matches("\"}");
    std::fs::write(&script, format!("local BODY = {begin:?}\n{UNCACHED_LUA}"))?;
    let uncached = load(&format!("http://{address}/graphql"), Some(&script))?;
    row("the same, uncached POST", "req/s", Better::More, uncached, None);
    Ok(())
}

/// Sends the text once; answers the address that names it by its hash.
async fn persisted(address: SocketAddr) -> anyhow::Result<Url> {
    let hash = format!("{:x}", bytes::Bytes::copy_from_slice(&Sha256::digest(QUERY)));
    let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } }).to_string();
    let mut url = Url::parse(&format!("http://{address}/graphql"))?;
    url.query_pairs_mut().append_pair("extensions", &extensions);
    let mut first = url.clone();
    first.query_pairs_mut().append_pair("query", QUERY);
    reqwest::get(first).await?.error_for_status()?;
    Ok(url)
}

/// This very program, serving bytes.
async fn start_static(file: &Path) -> anyhow::Result<(Process, String)> {
    let address = free_address()?;
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("static").arg(address.to_string()).arg(file);
    let process = Process::start(&mut command, &file.with_extension("log"))?;
    let url = format!("http://{address}/");
    until("the static handler answers", async || {
        reqwest::get(&url).await.ok()?.error_for_status().ok().map(drop)
    })
    .await?;
    Ok((process, url))
}

/// Requests a second that `wrk` gets answered, all of them well.
fn load(url: &str, script: Option<&Path>) -> anyhow::Result<f64> {
    let mut command = Command::new("wrk");
    command.args(["-t", THREADS, "-c", CONNECTIONS, "-d", SECONDS]);
    if let Some(script) = script {
        command.arg("-s").arg(script);
    }
    let output = command.arg(url).output().context("`wrk` is not on the path")?;
    let said = String::from_utf8_lossy(&output.stdout);
    ensure!(!said.contains("Non-2xx"), "{url} refused some requests: {said}");
    let figure = said.lines().find_map(|line| line.trim().strip_prefix("Requests/sec:"));
    Ok(figure.with_context(|| format!("wrk said: {said}"))?.trim().parse()?)
}
