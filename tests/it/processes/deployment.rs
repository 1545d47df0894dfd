//! One PostgreSQL, one Redis, the networks in miniature, and as many processes as a test starts.

use serde_json::json;
use std::{net::SocketAddr, path::Path, process::Command, time::Duration};

use beffroi_sandbox::{Kind, Options, Sandbox};
use beffroi_schema::{
    bus::Bus,
    clock::Clock,
    draft::Draft,
    entity::delivery,
    id::{AuthorityId, Ids, ItemId},
    store::{KEY_BYTES, NewAccount, Seal, Store, machine},
    value::{AccountRules, DeliveryState, Network, Scope},
};
use beffroi_tests::{
    database::Database,
    process::{Process, free_address, program, until},
    redis::Redis,
    scene,
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, sea_query::Expr};
use secrecy::SecretString;
use tempfile::TempDir;
use url::Url;

use crate::town::article;

/// [`KEY_BYTES`] zeros in base64: every process must seal with the same key.
const SECRET_KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
/// The channel that the bus nudges on.
const CHANNEL: &str = "beffroi:look";

/// What the processes share.
pub struct Deployment {
    pub sandbox: Sandbox,
    pub store: Store,
    pub redis: Redis,
    database: Database,
    authority: AuthorityId,
    folder: TempDir,
}

/// A process that answers requests and leaves the work to others.
pub struct Server {
    pub address: SocketAddr,
    pub process: Running,
}

/// A process of the program.
pub struct Running(Process);

impl Running {
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    pub fn kill(self) -> anyhow::Result<()> {
        self.0.kill()
    }

    /// Ends by itself, without an error, when asked to.
    pub async fn stops_well(mut self) {
        self.0.ask_to_stop().unwrap();
        let status = self.0.ended().await.unwrap();
        assert!(status.success(), "{status}: {}", self.0.log());
    }
}

impl Deployment {
    /// None on the embedded database, which has one process; and, loudly, where the programs are missing.
    #[expect(clippy::print_stderr, reason = "what was left out must be seen")]
    pub async fn new() -> Option<Self> {
        rustls::crypto::ring::default_provider().install_default().ok();
        if std::env::var("BEFFROI_TEST_DATABASE").as_deref() != Ok("postgres") {
            return None;
        }
        let folder = TempDir::new().unwrap();
        if program().is_none() {
            eprintln!("LEFT OUT: there is no `beffroi` (BEFFROI_BIN): several processes were not tried");
            return None;
        }
        let Some(redis) = Redis::start(folder.path()).await.unwrap() else {
            eprintln!("LEFT OUT: there is no `redis-server` (BEFFROI_REDIS_SERVER): several processes were not tried");
            return None;
        };
        let database = Database::new().await.unwrap();
        let clock = Clock::system();
        let bus = Bus::redis(&redis.url()).unwrap();
        let seal = Seal::new([0; KEY_BYTES]);
        let store = Store::new(
            database.connection.clone(),
            clock.clone(),
            Ids::random(clock),
            bus,
            seal,
        );
        let authority = store
            .create_authority(scene::commune("valbourg"), &machine("test"))
            .await
            .unwrap()
            .id;
        Some(Self {
            sandbox: Sandbox::start(Options::default()).await.unwrap(),
            store,
            redis,
            database,
            authority,
            folder,
        })
    }

    /// A server that is ready.
    pub async fn serve(&self) -> Server {
        let address = free_address().unwrap();
        let name = format!("serve-{}", address.port());
        let process = self.start(&name, &["serve", "--no-work"], address);
        until("the server is ready", async || {
            let answer = reqwest::get(format!("http://{address}/ready")).await.ok()?;
            answer.status().is_success().then_some(())
        })
        .await
        .unwrap();
        Server { address, process }
    }

    /// A worker.
    pub fn work(&self, name: &str) -> Running {
        self.start(name, &["work"], SocketAddr::from(([127, 0, 0, 1], 0)))
    }

    fn start(&self, name: &str, arguments: &[&str], listen: SocketAddr) -> Running {
        let file = self.folder.path().join(format!("{name}.toml"));
        std::fs::write(&file, self.configuration(listen)).unwrap();
        let mut command = Command::new(program().unwrap());
        command.args(arguments).arg("--config").arg(&file);
        let log: &Path = &self.folder.path().join(format!("{name}.log"));
        Running(Process::start(&mut command, log).unwrap())
    }

    fn configuration(&self, listen: SocketAddr) -> String {
        let private = Kind::ALL.map(|kind| {
            let url: Url = self.sandbox.network(kind).url().parse().unwrap();
            format!("{}:{}", url.host_str().unwrap(), url.port().unwrap())
        });
        format!(
            "secret_key = \"{SECRET_KEY}\"\n\
             [database]\nurl = \"{}\"\n\
             [redis]\nurl = \"{}\"\n\
             [api]\nlisten = \"{listen}\"\n\
             [outbound]\nallow_private = {private:?}\n",
            self.database.url,
            self.redis.url()
        )
    }

    /// The town has an account on this network.
    pub async fn account(&self, kind: Kind) {
        let miniature = self.sandbox.network(kind);
        let here = miniature.account();
        let network: Network = kind.name().parse().unwrap();
        let mut settings = miniature.settings(&here);
        settings["network"] = json!(network);
        let account = NewAccount {
            authority: self.authority,
            network,
            name: network.to_string(),
            settings,
            secret: Some(SecretString::from(here.secret)),
            rules: AccountRules::default(),
        };
        self.store.create_account(account, &machine("test")).await.unwrap();
    }

    /// An article, from a process that is none of those that serve or work.
    pub async fn publish(&self, title: &str) -> ItemId {
        let draft = Draft {
            authority: self.authority,
            content: article(title),
            key: None,
        };
        let by = machine("test");
        let item = self.store.create_draft(draft, &by).await.unwrap().row;
        self.store
            .publish(&Scope::Instance, item.id, item.version, &by)
            .await
            .unwrap();
        item.id
    }

    /// The deliveries of an item, once they are as wanted.
    pub async fn deliveries(
        &self,
        item: ItemId,
        what: &str,
        wanted: impl Fn(&[delivery::Model]) -> bool,
    ) -> Vec<delivery::Model> {
        until(what, async || {
            let rows = self.store.deliveries_of(&Scope::Instance, &[item]).await.unwrap();
            wanted(&rows).then_some(rows)
        })
        .await
        .unwrap()
    }

    /// The deliveries of an item, once there are so many and none is open.
    pub async fn settled(&self, item: ItemId, count: usize) -> Vec<delivery::Model> {
        let open = [
            DeliveryState::Waiting,
            DeliveryState::Attempting,
            DeliveryState::Unknown,
        ];
        self.deliveries(item, "the deliveries are settled", |rows| {
            rows.len() == count && rows.iter().all(|row| !open.contains(&row.state))
        })
        .await
    }

    /// The minutes pass after which a dead worker's deliveries are free.
    pub async fn let_leases_run_out(&self, item: ItemId) {
        let past = self.store.clock().now() - Duration::from_secs(1);
        delivery::Entity::update_many()
            .col_expr(delivery::Column::LeaseUntil, Expr::value(past))
            .filter(delivery::Column::ItemId.eq(item))
            .filter(delivery::Column::LeaseUntil.is_not_null())
            .exec(&self.database.connection)
            .await
            .unwrap();
    }

    /// Posts on a network that contain these words.
    pub fn posts_saying(&self, kind: Kind, words: &str) -> usize {
        let posts = self.sandbox.network(kind).all_posts();
        posts.iter().filter(|post| post.text.contains(words)).count()
    }

    /// Waits until so many processes hear what is said on Redis.
    pub async fn listeners_on_redis(&self, count: usize) {
        let client = redis::Client::open(self.redis.url()).unwrap();
        until("the processes listen to Redis again", async || {
            let mut connection = client.get_multiplexed_async_connection().await.ok()?;
            let answer: redis::RedisResult<(String, usize)> = redis::cmd("PUBSUB")
                .arg("NUMSUB")
                .arg(CHANNEL)
                .query_async(&mut connection)
                .await;
            (answer.ok()?.1 >= count).then_some(())
        })
        .await
        .unwrap();
    }
}
