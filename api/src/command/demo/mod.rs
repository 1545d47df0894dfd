//! `beffroi demo`: an invented town, the outside world in miniature, and ninety seconds in which everything happens.

mod folder;
mod outside;
mod stage;
mod story;
mod tongue;
mod town;

use std::{
    io::ErrorKind,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use beffroi_api::config::ApiConfig;
use beffroi_schema::{
    address::Addresses,
    board::Boards,
    config::{Instance, Settings},
    store::Store,
};
use clap::Args;
use tokio::net::TcpListener;

pub use self::{folder::Folder, outside::Outside, stage::Stage, tongue::Tongue};
use self::{
    story::{Story, Watch},
    town::{Building, SLUG},
};
use super::{log, migrate, serve};

/// Where everything is kept, unless told otherwise.
const FOLDER: &str = "var/demo";
/// A configuration file that is not there: only `BEFFROI_API__…` counts, never the database of a real instance.
const NO_FILE: &str = "no-configuration";

/// Plays a town on this machine; nothing leaves it.
#[derive(Debug, Args)]
pub struct Demo {
    /// Where it keeps its files. Emptied at each start; refused when it holds anything else.
    #[arg(long, value_name = "FOLDER", default_value = FOLDER)]
    folder: PathBuf,
    /// The language it speaks: that of the environment, or French.
    #[arg(long, value_enum)]
    lang: Option<Tongue>,
    /// Only the town: nothing happens in it.
    #[arg(long)]
    no_story: bool,
    /// The story without pauses, for tests and pictures.
    #[arg(long)]
    fast: bool,
}

/// How fast the story goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// As people can follow.
    Story,
    /// Without pauses.
    Fast,
}

impl Pace {
    /// Seconds between the first word of a disruption and the first push.
    pub fn settling_s(self) -> u32 {
        match self {
            Self::Story => 6,
            Self::Fast => 0,
        }
    }
}

impl Demo {
    /// Builds the town, plays the story, and serves until interrupted.
    pub async fn run(self) -> anyhow::Result<()> {
        let stage = Stage::new(self.lang.unwrap_or_else(Tongue::of_environment));
        let t = stage.tongue;
        let folder = Folder::prepare(&self.folder)?;
        let log = folder.file("beffroi.log");
        log::to_file(&log)?;
        stage.title();
        stage.part(t.say("Préparation", "Preparation"));

        let outside = Outside::start().await?;
        stage.ready(
            t.say("Monde extérieur", "Outside world"),
            t.say(
                "téléphones, réseaux et exploitant en miniature, sur cette machine",
                "phones, networks and operator in miniature, on this machine",
            ),
        );
        let api: ApiConfig = Settings::load(&folder.file(NO_FILE))?.section()?;
        let listener = listen(api.listen, &stage).await?;
        let configured = outside.configured(&folder, api, listener.local_addr()?)?;
        migrate::ready(&configured.instance).await?;
        let store = configured.open().await?;
        stage.ready(t.say("Base SQLite", "SQLite database"), &shown(folder.path()));

        let running = serve::Running::start(&configured, &store, listener, outside.sandbox.page_router(), true).await?;
        let (boards, halt) = (running.boards.clone(), running.halt.clone());
        let show = Show {
            store: &store,
            boards: &boards,
            outside: &outside,
            stage: &stage,
            pace: if self.fast { Pace::Fast } else { Pace::Story },
            instance: &configured.instance,
        };
        let played = async {
            tokio::select! {
                () = halt.cancelled() => Ok(()),
                played = show.play(!self.no_story, &log) => played,
            }
        };
        tokio::try_join!(running.until_stopped(), played)?;
        stage.line("");
        stage.remark(t.say(
            "La démonstration est finie. À bientôt à Valbourg !",
            "The demo is over. See you in Valbourg!",
        ));
        Ok(())
    }
}

/// What is played, and with what.
struct Show<'a> {
    store: &'a Store,
    boards: &'a Boards,
    outside: &'a Outside,
    stage: &'a Stage,
    pace: Pace,
    instance: &'a Instance,
}

impl Show<'_> {
    /// Builds the town, tells its story if wanted, and says where to look.
    async fn play(&self, story: bool, log: &Path) -> anyhow::Result<()> {
        let &Self {
            store,
            boards,
            outside,
            stage,
            pace,
            instance,
        } = self;
        let watch = Watch {
            store,
            boards,
            stage,
            addresses: Addresses::below(&instance.public_url),
        };
        let building = Building {
            store,
            outside,
            stage,
            pace,
        };
        let town = building.build(&watch).await?;
        if story {
            let story = Story {
                store,
                outside,
                stage,
                watch: &watch,
                town: &town,
                pace,
            };
            story.play().await?;
        }
        links(stage, instance, store, log).await
    }
}

/// The configured address, or a free port beside it when somebody else has it.
async fn listen(wanted: SocketAddr, stage: &Stage) -> anyhow::Result<TcpListener> {
    match TcpListener::bind(wanted).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            let listener = TcpListener::bind((wanted.ip(), 0)).await?;
            let taken = match stage.tongue {
                Tongue::Fr => format!("le port {} est pris : en voici un autre", wanted.port()),
                Tongue::En => format!("port {} is taken: here is another", wanted.port()),
            };
            stage.ready("Port", &format!("{} ({taken})", listener.local_addr()?.port()));
            Ok(listener)
        }
        Err(error) => Err(error).with_context(|| format!("`api.listen`: {wanted} cannot be used")),
    }
}

/// Where to go now. The last line is the one that others wait for.
async fn links(stage: &Stage, instance: &Instance, store: &Store, log: &Path) -> anyhow::Result<()> {
    let t = stage.tongue;
    stage.part(t.say("À vous", "Your turn"));
    for (what, path) in [
        (t.say("Téléphones et réseaux", "Phones and networks"), "sandbox"),
        (t.say("Le fil de Valbourg", "The feed of Valbourg"), SLUG),
        (t.say("Explorer GraphQL", "GraphQL explorer"), "graphql"),
        (t.say("Mesures", "Metrics"), "metrics"),
    ] {
        stage.link(what, instance.public_url.join(path)?.as_str());
    }
    if let Some(invitation) = serve::first_invitation(instance, store).await? {
        stage.link(
            t.say("Administrer (une fois)", "Administer (once)"),
            invitation.as_str(),
        );
    }
    stage.line("");
    stage.remark(&format!("{} {}", t.say("Journal :", "Log:"), shown(log)));
    stage.remark(t.say("Ctrl-C pour arrêter.", "Ctrl-C to stop."));
    Ok(())
}

/// A path as it is shortest to read: from the folder where the demo was started, if it lies below.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().ok();
    let short = here.as_deref().and_then(|here| path.strip_prefix(here).ok());
    short.unwrap_or(path).display().to_string()
}
