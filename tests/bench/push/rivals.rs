//! Senders of others, to the same FCM.

use std::process::Command;

use anyhow::{Context as _, ensure};
use beffroi_tests::bench::{StandIn, children_seconds, node, node_folder};
use serde::Deserialize;
use serde_json::{Value, json};

/// As our sender is configured.
const CONNECTIONS: &str = "13";
/// Streams of one connection, as FCM allows.
const STREAMS: &str = "100";
/// As long as Google's registration tokens.
const TOKEN_CHARS: usize = 163;

/// What `load.mjs` says of itself.
#[derive(Debug, Deserialize)]
pub struct Cost {
    pub seconds: f64,
    pub processor_seconds: f64,
    pub peak_mib: f64,
}

/// Seconds of processor time of `h2load`; none, loudly, when it is not on this machine.
#[expect(clippy::print_stderr, reason = "what was left out must be seen")]
pub fn h2load(to: &StandIn, messages: u32) -> anyhow::Result<Option<f64>> {
    let body = tempfile::NamedTempFile::new()?;
    std::fs::write(body.path(), message().to_string())?;
    let mut command = Command::new("h2load");
    command
        .args([
            "-n",
            &messages.to_string(),
            "-c",
            CONNECTIONS,
            "-m",
            STREAMS,
            "-t",
            "1",
            "-d",
        ])
        .arg(body.path())
        .args(["-H", &format!("authorization: Bearer {}", to.access_token)])
        .args(["-H", "content-type: application/json"])
        .arg(&to.send_url);
    let before = children_seconds()?;
    let output = match command.output() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            eprintln!("LEFT OUT: there is no `h2load` on the path to measure beside");
            return Ok(None);
        }
        output => output?,
    };
    let said = String::from_utf8_lossy(&output.stdout);
    let accepted = format!("status codes: {messages} 2xx");
    ensure!(said.contains(&accepted), "not every message was accepted: {said}");
    Ok(Some(children_seconds()? - before))
}

/// What Google's own client needs; none, loudly, when it is not on this machine.
pub fn firebase_admin(to: &StandIn, messages: u32, calls: usize) -> anyhow::Result<Option<Cost>> {
    let Some(folder) = node_folder("BEFFROI_FIREBASE_ADMIN_DIR") else {
        return Ok(None);
    };
    let body = tempfile::NamedTempFile::new()?;
    std::fs::write(body.path(), message().to_string())?;
    let mut command = node();
    command
        .arg(folder.join("load.mjs"))
        .arg(&to.url)
        .arg(&to.authority)
        .arg(&to.account)
        .arg(body.path())
        .args([messages.to_string(), calls.to_string()]);
    let output = command.output().context("node does not start")?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "load.mjs: {complaint}");
    Ok(Some(serde_json::from_slice(&output.stdout)?))
}

/// What our sender writes for a phone of the campaign's, in the same number of bytes or nearly.
fn message() -> Value {
    json!({ "message": {
        "token": "0".repeat(TOKEN_CHARS),
        "notification": { "title": "Tram B interrompu", "body": "Aucun tram entre Gare et Centre jusqu’à 18 h." },
        "data": { "item": "AZdaPowAcACAAAAAAAAAAQ", "version": "2", "kind": "disruption", "campaign": "alert",
                  "link": "https://valbourg.example/i/1", "severity": "severe" },
        "android": { "priority": "high", "ttl": "86400s", "collapse_key": "AZdaPowAcACAAAAAAAAAAQ",
                     "notification": { "channel_id": "disruption-severe", "tag": "AZdaPowAcACAAAAAAAAAAQ" } },
    }})
}
