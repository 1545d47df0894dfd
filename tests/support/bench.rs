//! What the benchmarks of `tests/bench` share: their rows, the program with a town in it, and what the system counts.

mod campaign;
mod crowd;
mod figure;
mod node;
mod stand_in;
mod usage;

use std::{net::SocketAddr, process::Command};

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
use tempfile::TempDir;

pub use self::{
    campaign::{sent, start_campaign},
    crowd::{LINE, RADIUS_M, TOPIC, all_follow_topic, gather},
    figure::{Better, median, percentile, row},
    node::{node, node_folder},
    stand_in::StandIn,
    usage::{children_seconds, forget_peak, memory_mib, processor_seconds},
};
use crate::{
    database::Database,
    process::{Process, free_address, program, until},
};

/// [`KEY_BYTES`] zeros in base64.
const SECRET_KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
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

    /// `beffroi serve`, ready, with limits that a load does not meet; `more` is added to its configuration.
    pub async fn serve(&self, arguments: &[&str], more: &str) -> anyhow::Result<(Process, SocketAddr)> {
        let address = free_address()?;
        let file = self.folder.path().join(format!("{}.toml", address.port()));
        let configuration = format!(
            "secret_key = \"{SECRET_KEY}\"\n[database]\nurl = \"{}\"\n\
             [api]\nlisten = \"{address}\"\nrequests_per_minute = 1000000\n{more}",
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
        attachments: Vec::new(),
        detail: Detail::Article(ArticleDetail::default()),
    }
}
