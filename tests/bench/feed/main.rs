//! The home feed over HTTP: a persisted GET beside a static axum handler that answers the same bytes, and a POST that
//! nothing has answered before beside `PostGraphile` on the same PostgreSQL and rows. Every server is a process of its own
//! on the same machine, loaded in turns by the same `wrk`.

mod rivals;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, ensure};
use beffroi_schema::bus::Bus;
use beffroi_tests::{
    bench::{Better, Town, median, row},
    database::Database,
    process::until,
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;

use self::rivals::{PostGraphile, StaticHandler};

/// What the app's first screen asks for: twenty items, fifteen fields.
const QUERY: &str = "{ feed(first: 20) { nodes { __typename id version publishedAt updatedAt language languages title \
    summary body topics link url zones { name } lines { shortName } } pageInfo { endCursor hasNextPage } } }";
const PAGE: usize = 20;
/// What a town shows, and ten times as much.
const ITEMS: usize = 500;
const MORE_ITEMS: usize = 5_000;
/// Each server is loaded so often, in turns, after one short load that warms it.
const ROUNDS: usize = 5;
const SECONDS: u32 = 3;
const WARM_UP_SECONDS: u32 = 1;
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
    StaticHandler::serve_if_asked().await?;
    rustls::crypto::ring::default_provider().install_default().ok();
    let town = Town::new(Database::postgres().await?, Bus::local()).await?;
    publish(&town, 0..ITEMS).await?;
    let (_ours, address) = town.serve(&["--no-work"], "").await?;
    let folder = tempfile::tempdir()?;
    persisted_beside_static(address, folder.path()).await?;
    let few = uncached_beside_postgraphile(&town, address, folder.path()).await?;

    publish(&town, ITEMS..MORE_ITEMS).await?;
    let newest = title(MORE_ITEMS - 1);
    until("the board shows the newest item", async || {
        let titles = titles(
            &ask(&format!("http://{address}/graphql"), QUERY).await.ok()?,
            "/data/feed/nodes",
        );
        (titles.first() == Some(&newest)).then_some(())
    })
    .await?;
    let ours = Load::uncached(address, folder.path())?;
    ours.run(WARM_UP_SECONDS)?;
    let many = median((0..ROUNDS).map(|_| ours.run(SECONDS)).collect::<anyhow::Result<_>>()?);
    let name = format!("growth: feed of {PAGE} items, uncached POST, {MORE_ITEMS} items on the board / {ITEMS}");
    row(&name, "req/s", Better::More, many, Some(few));
    Ok(())
}

fn title(number: usize) -> String {
    format!("Travaux rue de la Gare, tronçon {number}")
}

async fn publish(town: &Town, numbers: std::ops::Range<usize>) -> anyhow::Result<()> {
    for number in numbers {
        town.publish(&title(number)).await?;
    }
    Ok(())
}

async fn persisted_beside_static(address: SocketAddr, folder: &Path) -> anyhow::Result<()> {
    let url = persisted(address).await?;
    let answer = reqwest::get(url.clone()).await?.bytes().await?;
    let read: Value = serde_json::from_slice(&answer)?;
    ensure!(
        titles(&read, "/data/feed/nodes").len() == PAGE,
        "the feed does not answer: {read}"
    );
    let file = folder.join("feed.json");
    std::fs::write(&file, &answer)?;
    let other = StaticHandler::start(&file).await?;
    let (ours, beside) = in_turns(&Load::get(url.as_str()), &Load::get(&other.url))?;
    let name = format!(
        "feed of {PAGE} items, persisted GET / static axum handler, the same {} bytes",
        answer.len()
    );
    row(&name, "req/s", Better::More, ours, Some(beside));
    Ok(())
}

/// Answers our requests a second.
async fn uncached_beside_postgraphile(town: &Town, address: SocketAddr, folder: &Path) -> anyhow::Result<f64> {
    let ours = Load::uncached(address, folder)?;
    let name = format!("feed of {PAGE} items, POST with a text never seen before");
    let Some(other) = PostGraphile::start(&town.database.url, folder).await? else {
        ours.run(WARM_UP_SECONDS)?;
        let alone = median((0..ROUNDS).map(|_| ours.run(SECONDS)).collect::<anyhow::Result<_>>()?);
        row(&name, "req/s", Better::More, alone, None);
        return Ok(alone);
    };
    let query = rivals::query(town.authority, PAGE);
    let feed = ask(&format!("http://{address}/graphql"), QUERY).await?;
    let rows = ask(&other.url, &query).await?;
    let (feed, rows) = (titles(&feed, "/data/feed/nodes"), rivals::titles(&rows));
    ensure!(
        feed.len() == PAGE && feed == rows,
        "not the same items: {feed:?} here, {rows:?} there"
    );
    let planned = Load::post(&other.url, &query, folder.join("planned.lua"))?;
    let again = Load::post(&format!("http://{address}/graphql"), QUERY, folder.join("again.lua"))?;
    let (again, beside) = in_turns(&again, &planned)?;
    let kept = format!("feed of {PAGE} items, POST of one text, our answer kept for 5 s / PostGraphile 5, planned");
    row(&kept, "req/s", Better::More, again, Some(beside));
    let (ours, beside) = in_turns(&ours, &planned)?;
    let unseen = format!("{name} / PostGraphile 5, one text that it has planned");
    row(&unseen, "req/s", Better::More, ours, Some(beside));
    Ok(ours)
}

/// Both, warm, one after the other so many times; the one in the middle of each.
fn in_turns(ours: &Load, other: &Load) -> anyhow::Result<(f64, f64)> {
    other.run(WARM_UP_SECONDS)?;
    ours.run(WARM_UP_SECONDS)?;
    let (mut one, mut two) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        two.push(other.run(SECONDS)?);
        one.push(ours.run(SECONDS)?);
    }
    Ok((median(one), median(two)))
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

/// The answer to one POST.
async fn ask(url: &str, query: &str) -> anyhow::Result<Value> {
    #[expect(clippy::disallowed_methods, reason = "two servers on this machine, asked once")]
    let request = reqwest::Client::new().post(url).json(&json!({ "query": query }));
    let answer: Value = request.send().await?.error_for_status()?.json().await?;
    ensure!(answer.get("errors").is_none(), "{url} refuses: {answer}");
    Ok(answer)
}

fn titles(answer: &Value, nodes: &str) -> Vec<String> {
    let nodes = answer.pointer(nodes).and_then(Value::as_array);
    let titles = nodes.into_iter().flatten().filter_map(|node| node["title"].as_str());
    titles.map(str::to_owned).collect()
}

/// What `wrk` asks again and again.
struct Load {
    url: String,
    script: Option<PathBuf>,
}

impl Load {
    fn get(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            script: None,
        }
    }

    /// The same text each time.
    fn post(url: &str, query: &str, script: PathBuf) -> anyhow::Result<Self> {
        let body = json!({ "query": query }).to_string();
        let lua = format!(
            "wrk.method = \"POST\"\nwrk.headers[\"content-type\"] = \"application/json\"\nwrk.body = {body:?}\n"
        );
        std::fs::write(&script, lua)?;
        Ok(Self {
            url: url.to_owned(),
            script: Some(script),
        })
    }

    /// Our query as a POST, with a comment that was never seen before.
    fn uncached(address: SocketAddr, folder: &Path) -> anyhow::Result<Self> {
        let begin = json!({ "query": QUERY }).to_string();
        let begin = begin.trim_end_matches("\"}");
        let script = folder.join("uncached.lua");
        std::fs::write(&script, format!("local BODY = {begin:?}\n{UNCACHED_LUA}"))?;
        Ok(Self {
            url: format!("http://{address}/graphql"),
            script: Some(script),
        })
    }

    /// Requests a second that get answered, all of them well.
    fn run(&self, seconds: u32) -> anyhow::Result<f64> {
        let mut command = Command::new("wrk");
        command.args(["-t", THREADS, "-c", CONNECTIONS, "-d", &seconds.to_string()]);
        if let Some(script) = &self.script {
            command.arg("-s").arg(script);
        }
        let output = command.arg(&self.url).output().context("`wrk` is not on the path")?;
        let said = String::from_utf8_lossy(&output.stdout);
        let all_well = !said.contains("Non-2xx") && !said.contains("Socket errors");
        ensure!(all_well, "{} refused some requests: {said}", self.url);
        let figure = said.lines().find_map(|line| line.trim().strip_prefix("Requests/sec:"));
        Ok(figure.with_context(|| format!("wrk said: {said}"))?.trim().parse()?)
    }
}
