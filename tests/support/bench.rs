//! What the benchmarks of `tests/bench` share: their rows, the program with a town in it, and what the system counts.

use std::{net::SocketAddr, process::Command, time::Duration};

use anyhow::Context as _;
use beffroi_schema::{
    bus::Bus,
    clock::Clock,
    draft::Draft,
    id::{AuthorityId, Ids, ItemId},
    store::{KEY_BYTES, NewAuthority, Seal, Store, machine},
    value::{ArticleDetail, AuthorityKind, Detail, ItemContent, Language, Scope, Text, Texts, Topics, Venue},
};
use sea_orm::DatabaseConnection;
use serde_json::json;
use tempfile::TempDir;

use crate::{
    database::Database,
    process::{Process, free_address, program, until},
};

/// [`KEY_BYTES`] zeros in base64.
const SECRET_KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
/// Which way a unit points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// Requests a second.
    More,
    /// Seconds, bytes.
    Less,
}

/// Prints one row: see `tests/bench/README.md`.
#[expect(clippy::print_stdout, reason = "rows are the output")]
pub fn row(name: &str, unit: &str, better: Better, ours: f64, other: Option<f64>) {
    let ratio = other.map(|other| match better {
        Better::More => ours / other,
        Better::Less => other / ours,
    });
    println!(
        "{}",
        json!({ "name": name, "unit": unit, "ours": ours, "other": other, "ratio": ratio })
    );
}

/// A value of `/proc/self/status` in MiB: `VmRSS` now, `VmHWM` at most.
pub fn memory_mib(name: &str) -> anyhow::Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let kib: f64 = line
        .and_then(|line| line.split_whitespace().next())
        .context("the system does not say")?
        .parse()?;
    Ok(kib / 1024.0)
}

/// The value below which this share of sorted values lies.
pub fn percentile(sorted: &[Duration], share: f64) -> Duration {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a share of a small count"
    )]
    let at = (sorted.len() as f64 * share) as usize;
    sorted
        .get(at.min(sorted.len().saturating_sub(1)))
        .copied()
        .unwrap_or_default()
}

/// A town with a database, and the verbs to fill it.
#[derive(Debug)]
pub struct Town {
    /// Where it is kept.
    pub database: Database,
    /// The verbs.
    pub store: Store,
    /// The one authority.
    pub authority: AuthorityId,
    folder: TempDir,
}

impl Town {
    /// On the database that `BEFFROI_TEST_DATABASE` chooses; `bus` nudges the others.
    pub async fn new(database: Database, bus: Bus) -> anyhow::Result<Self> {
        let store = store(database.connection.clone(), bus);
        let valbourg = NewAuthority {
            slug: "valbourg".to_owned(),
            kind: AuthorityKind::Commune,
            parent: None,
            name: "Valbourg".to_owned(),
            language: Language::french(),
            time_zone: "Europe/Paris".to_owned(),
            boundary: None,
        };
        Ok(Self {
            authority: store.create_authority(valbourg, &machine("bench")).await?.id,
            database,
            store,
            folder: TempDir::new()?,
        })
    }

    /// An article is public from now on.
    pub async fn publish(&self, title: &str) -> anyhow::Result<ItemId> {
        let by = machine("bench");
        let draft = Draft {
            authority: self.authority,
            content: article(title),
            key: None,
        };
        let item = self.store.create_draft(draft, &by).await?.row;
        self.store.publish(&Scope::Instance, item.id, item.version, &by).await?;
        Ok(item.id)
    }

    /// `beffroi serve`, ready, with limits that a load does not meet.
    pub async fn serve(&self, arguments: &[&str]) -> anyhow::Result<(Process, SocketAddr)> {
        let address = free_address()?;
        let file = self.folder.path().join(format!("{}.toml", address.port()));
        let configuration = format!(
            "secret_key = \"{SECRET_KEY}\"\n[database]\nurl = \"{}\"\n\
             [api]\nlisten = \"{address}\"\nrequests_per_minute = 1000000\n",
            self.database.url
        );
        std::fs::write(&file, configuration)?;
        let mut command = Command::new(program().context("there is no `beffroi` (BEFFROI_BIN)")?);
        command.arg("serve").args(arguments).arg("--config").arg(&file);
        let process = Process::start(&mut command, &file.with_extension("log"))?;
        let ready = format!("http://{address}/ready");
        until("the server is ready", async || {
            reqwest::get(&ready).await.ok()?.error_for_status().ok().map(drop)
        })
        .await?;
        Ok((process, address))
    }
}

/// A store with a door of its own to a database, as another replica has.
pub fn store(database: DatabaseConnection, bus: Bus) -> Store {
    let clock = Clock::system();
    Store::new(
        database,
        clock.clone(),
        Ids::random(clock),
        bus,
        Seal::new([0; KEY_BYTES]),
    )
}

fn article(title: &str) -> ItemContent {
    let text = Text {
        title: title.to_owned(),
        summary: "Les travaux commencent lundi rue de la Gare, la circulation est alternée.".to_owned(),
        body: "La circulation est alternée entre la place et le pont. "
            .repeat(8)
            .trim_end()
            .to_owned(),
    };
    ItemContent {
        language: Language::french(),
        texts: Texts::only(Language::french(), text),
        topics: Topics(vec!["voirie".to_owned()]),
        venue: Venue::default(),
        link: None,
        zones: Vec::new(),
        lines: Vec::new(),
        stops: Vec::new(),
        pictures: Vec::new(),
        detail: Detail::Article(ArticleDetail::default()),
    }
}
