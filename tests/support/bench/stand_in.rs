//! The sandbox's FCM in a process of its own: what it costs to answer is not counted as what it costs to send.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::Context as _;
use beffroi_jobs::push::fcm::PushConfig;
use beffroi_sandbox::{Options, Sandbox};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::process::{Process, until};

/// The first argument of a benchmark that is to be the stand-in.
const ROLE: &str = "stand-in";
const READY: &str = "ready.json";

/// FCM in miniature, over TLS, until it is dropped.
#[derive(Debug)]
pub struct StandIn {
    /// Its origin.
    pub url: String,
    /// The address of `messages:send`.
    pub send_url: String,
    /// A token that it believes, for senders that cannot sign for one.
    pub access_token: String,
    /// Its authority's certificate.
    pub authority: PathBuf,
    /// A key file for it.
    pub account: PathBuf,
    _process: Process,
    _folder: TempDir,
}

impl StandIn {
    /// To be called first by a benchmark that starts one: it is this very program that stands in, and then never
    /// comes back from here.
    pub async fn serve_if_asked() -> anyhow::Result<()> {
        let mut arguments = std::env::args().skip(1);
        if arguments.next().as_deref() != Some(ROLE) {
            return Ok(());
        }
        let (folder, latency_ms) = arguments.next().zip(arguments.next()).context("FOLDER LATENCY_MS")?;
        serve(Path::new(&folder), Duration::from_millis(latency_ms.parse()?)).await
    }

    /// One that takes `latency` for every answer.
    pub async fn start(latency: Duration) -> anyhow::Result<Self> {
        let folder = TempDir::new()?;
        let mut command = Command::new(std::env::current_exe()?);
        command
            .arg(ROLE)
            .arg(folder.path())
            .arg(latency.as_millis().to_string());
        let process = Process::start(&mut command, &folder.path().join("log"))?;
        let ready = folder.path().join(READY);
        let said: Value = until("the stand-in is ready", async || {
            serde_json::from_str(&std::fs::read_to_string(&ready).ok()?).ok()
        })
        .await?;
        let text = |name: &str| {
            said[name]
                .as_str()
                .map(str::to_owned)
                .context("the stand-in says too little")
        };
        let url = text("url")?;
        Ok(Self {
            send_url: format!("{url}/v1/projects/{}/messages:send", text("project")?),
            url,
            access_token: text("access_token")?,
            authority: folder.path().join("ca.pem"),
            account: folder.path().join("account.json"),
            _process: process,
            _folder: folder,
        })
    }

    /// How our sender reaches it.
    pub fn push_config(&self) -> PushConfig {
        PushConfig {
            endpoint: self.url.clone(),
            service_account: Some(self.account.clone()),
            extra_roots: Some(self.authority.clone()),
            ..PushConfig::default()
        }
    }
}

async fn serve(folder: &Path, latency: Duration) -> anyhow::Result<()> {
    let options = Options {
        tls_for_fcm: true,
        ..Options::default()
    };
    let sandbox = Sandbox::start(options).await?;
    let fcm = &sandbox.fcm;
    fcm.set_latency(latency);
    std::fs::write(folder.join("ca.pem"), fcm.authority_pem().unwrap_or_default())?;
    std::fs::write(folder.join("account.json"), fcm.service_account_json())?;
    let said = json!({ "url": fcm.url(), "project": fcm.project(), "access_token": fcm.access_token() });
    std::fs::write(folder.join("being-written"), said.to_string())?;
    std::fs::rename(folder.join("being-written"), folder.join(READY))?;
    std::future::pending().await
}
