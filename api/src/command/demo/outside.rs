//! The outside world of the demo, in miniature on loopback, and the configuration that points at it.

use std::{net::SocketAddr, sync::Arc, time::SystemTime};

use anyhow::Context as _;
use beffroi_api::config::ApiConfig;
use beffroi_jobs::{http::OutboundConfig, push::fcm::PushConfig};
use beffroi_sandbox::{Kind, Operator, Options, Sandbox};
use beffroi_schema::{
    config::{Database, Instance, Media, Redis},
    store::DatabaseUrl,
};
use url::Url;

use super::{Folder, town::network};
use crate::command::Configured;

/// Connections to FCM's miniature: it stands on the same machine.
const FCM_CONNECTIONS: usize = 2;

/// Everything outside Beffroi.
#[derive(Debug)]
pub struct Outside {
    /// Phones and networks.
    pub sandbox: Sandbox,
    /// Who runs the trams.
    pub operator: Operator,
}

impl Outside {
    /// Starts it, on ports that the system chooses.
    pub async fn start() -> anyhow::Result<Self> {
        let sandbox = Sandbox::start(Options::default()).await?;
        let operator = Operator::start(0, Arc::new(SystemTime::now)).await?;
        operator.publish_timetable(&network::timetable())?;
        Ok(Self { sandbox, operator })
    }

    /// A configuration whose files lie in `folder`, reached at `address`, that knows nobody else outside.
    pub fn configured(&self, folder: &Folder, api: ApiConfig, address: SocketAddr) -> anyhow::Result<Configured> {
        let database = format!("sqlite://{}", folder.file("beffroi.db").display());
        let url = DatabaseUrl::parse(&database).map_err(anyhow::Error::msg)?;
        let key = folder.file("fcm-service-account.json");
        std::fs::write(&key, self.sandbox.fcm.service_account_json())
            .with_context(|| format!("{} cannot be written", key.display()))?;
        Ok(Configured {
            instance: Instance {
                public_url: Url::parse(&format!("http://{address}"))?,
                secret_key: None,
                database: Database { url },
                redis: Redis::default(),
                media: Media::default(),
            },
            api,
            outbound: OutboundConfig {
                allow_private: self.hosts()?,
                ..OutboundConfig::default()
            },
            push: PushConfig {
                endpoint: self.sandbox.fcm.url().to_owned(),
                service_account: Some(key),
                extra_roots: None,
                connections: FCM_CONNECTIONS,
            },
        })
    }

    /// Who may be called on loopback, as `host:port`.
    fn hosts(&self) -> anyhow::Result<Vec<String>> {
        let networks = Kind::ALL.map(|kind| self.sandbox.network(kind).url());
        let host = |url: &str| -> anyhow::Result<String> {
            let url = Url::parse(url)?;
            let (host, port) = url.host_str().zip(url.port()).context("a miniature has a port")?;
            Ok(format!("{host}:{port}"))
        };
        networks.into_iter().chain([self.operator.url()]).map(host).collect()
    }
}
