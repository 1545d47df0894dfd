//! What the feed is measured beside.

use std::{net::SocketAddr, path::Path, process::Command};

use anyhow::Context as _;
use axum::{Router, http::header, routing::get};
use beffroi_schema::id::AuthorityId;
use beffroi_tests::{
    bench::{node, node_folder},
    process::{Process, free_address, until},
};
use serde_json::{Value, json};

/// The first argument of the benchmark that is to serve bytes.
const ROLE: &str = "static";

/// What axum alone can do.
#[derive(Debug)]
pub struct StaticHandler {
    /// Where it answers.
    pub url: String,
    _process: Process,
}

impl StaticHandler {
    /// To be called first: it is this very program that serves the bytes, and then never comes back from here.
    pub async fn serve_if_asked() -> anyhow::Result<()> {
        let mut arguments = std::env::args().skip(1);
        if arguments.next().as_deref() != Some(ROLE) {
            return Ok(());
        }
        let (address, file) = arguments.next().zip(arguments.next()).context("ADDRESS FILE")?;
        let bytes = bytes::Bytes::from(std::fs::read(file)?);
        let kind = [(header::CONTENT_TYPE, "application/graphql-response+json")];
        let app = Router::new().route("/", get(move || async move { (kind, bytes) }));
        let listener = tokio::net::TcpListener::bind(address.parse::<SocketAddr>()?).await?;
        Ok(axum::serve(listener, app).await?)
    }

    /// The bytes of a file, served until dropped.
    pub async fn start(file: &Path) -> anyhow::Result<Self> {
        let address = free_address()?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(ROLE).arg(address.to_string()).arg(file);
        let process = Process::start(&mut command, &file.with_extension("log"))?;
        let url = format!("http://{address}/");
        until("the static handler answers", async || {
            reqwest::get(&url).await.ok()?.error_for_status().ok().map(drop)
        })
        .await?;
        Ok(Self { url, _process: process })
    }
}

/// `PostGraphile` over the same database.
#[derive(Debug)]
pub struct PostGraphile {
    /// Where it answers.
    pub url: String,
    _process: Process,
}

impl PostGraphile {
    /// None, loudly, when this machine has none.
    pub async fn start(database: &str, folder: &Path) -> anyhow::Result<Option<Self>> {
        let Some(program) = node_folder("BEFFROI_POSTGRAPHILE_DIR") else {
            return Ok(None);
        };
        let address = free_address()?;
        let mut command = node();
        command
            .arg(program.join("serve.mjs"))
            .arg(address.port().to_string())
            .arg(database)
            .env("GRAPHILE_ENV", "production")
            .env("NODE_ENV", "production");
        let process = Process::start(&mut command, &folder.join("postgraphile.log"))?;
        let url = format!("http://{address}/graphql");
        let question = json!({ "query": "{ __typename }" });
        until("PostGraphile answers", async || {
            #[expect(
                clippy::disallowed_methods,
                reason = "a server on this machine, asked until it is there"
            )]
            let request = reqwest::Client::new().post(&url).json(&question);
            request.send().await.ok()?.error_for_status().ok().map(drop)
        })
        .await?;
        Ok(Some(Self { url, _process: process }))
    }
}

/// The titles of an answer to [`query`].
pub fn titles(answer: &Value) -> Vec<String> {
    let nodes = answer.pointer("/data/allItems/nodes").and_then(Value::as_array);
    let title = |node: &Value| node.pointer("/translationsByItemId/nodes/0/title").cloned();
    let titles = nodes.into_iter().flatten().filter_map(title);
    titles.filter_map(|title| title.as_str().map(str::to_owned)).collect()
}

/// The same page of the same columns, in the same order, as `PostGraphile` names them.
pub fn query(authority: AuthorityId, items: usize) -> String {
    format!(
        "{{ allItems(first: {items}, orderBy: [PUBLISHED_AT_DESC, ROW_ID_DESC], \
         condition: {{ authorityId: \"{authority}\", status: \"published\" }}) {{ nodes {{ __typename rowId version \
         publishedAt updatedAt language topics link \
         translationsByItemId {{ nodes {{ language title summary body }} }} \
         itemZonesByItemId {{ nodes {{ zoneByZoneId {{ name }} }} }} \
         itemLinesByItemId {{ nodes {{ transitLineByLineId {{ shortName }} }} }} }} \
         pageInfo {{ endCursor hasNextPage }} }} }}"
    )
}
