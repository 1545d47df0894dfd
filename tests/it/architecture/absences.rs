//! What some files never contain, and why.

use super::files::SourceFile;

/// One rule: the words of `never` stand nowhere `within`, but for the files of `except`.
pub struct Absence {
    pub rule: &'static str,
    pub reason: &'static str,
    /// Beginnings of paths.
    pub within: &'static [&'static str],
    pub except: &'static [&'static str],
    /// Whole words and paths of code; imports are written out.
    pub never: &'static [&'static str],
    /// Code that breaks the rule.
    pub samples: &'static [&'static str],
}

const EVERYWHERE: &[&str] = &["schema/src/", "api/src/", "jobs/src/", "migrations/src/"];

pub const ABSENCES: &[Absence] = &[
    Absence {
        rule: "networks, transports and sources never see the store",
        reason: "they speak; the loop remembers, so that what was promised is written in one place",
        within: &["jobs/src/networks/", "jobs/src/push/", "jobs/src/sources/"],
        except: &["jobs/src/push/campaigns"],
        never: &["beffroi_schema::store", "beffroi_schema::entity", "Store", "sea_orm"],
        samples: &[
            "use beffroi_schema::{id::ItemId, store::{Store, StoreResult}};",
            "fn f(row: &beffroi_schema::entity::account::Model) {}",
        ],
    },
    Absence {
        rule: "resolvers and pages write no query",
        reason: "they ask the store, whose verbs take a scope: one that forgot a filter leaks nothing",
        within: &["api/src/"],
        except: &[],
        never: &[
            "sea_orm",
            "ActiveModel",
            "Entity::find",
            "Entity::insert",
            "Entity::update_many",
        ],
        samples: &[
            "use sea_orm::{EntityTrait as _, Set};",
            "let row = item::ActiveModel::default();",
        ],
    },
    Absence {
        rule: "loops write no query",
        reason: "a claim, a lease and a settlement are verbs of the store, the same for every loop",
        within: &["jobs/src/"],
        except: &[],
        never: &["sea_orm", "ActiveModel"],
        samples: &["use sea_orm::EntityTrait;"],
    },
    Absence {
        rule: "only the binary joins the crates",
        reason: "the library could be served without the loops, and is: `beffroi serve --no-work`",
        within: &["api/src/"],
        except: &["api/src/main.rs", "api/src/command/"],
        never: &["beffroi_jobs", "beffroi_migrations", "beffroi_sandbox", "anyhow"],
        samples: &["use beffroi_jobs::run::Worker;", "fn f() -> anyhow::Result<()> {}"],
    },
    Absence {
        rule: "seams name their errors",
        reason: "an error is named by what happens next; a sentence alone leaves the caller to guess",
        within: &["schema/src/", "jobs/src/"],
        except: &[],
        never: &["anyhow", "Box<dyn std::error::Error"],
        samples: &[
            "use anyhow::Context as _;",
            "fn f() -> Result<(), Box<dyn std::error::Error>> {}",
        ],
    },
    Absence {
        rule: "rows have no logic",
        reason: "an entity says which columns there are; what they mean is in value/, what is done in store/",
        within: &["schema/src/entity/"],
        except: &[],
        never: &["fn"],
        samples: &["impl Model {\n    pub fn is_public(&self) -> bool {\n        true\n    }\n}"],
    },
    Absence {
        rule: "only jobs/src/http opens connections to the outside",
        reason: "time-outs, size limits, the guard of the private network and the user agent stand there, once",
        within: &["api/src/", "jobs/src/", "schema/src/"],
        except: &[
            "jobs/src/http.rs",
            "jobs/src/http/",
            "schema/src/bus/redis.rs",
            "schema/src/store/connect.rs",
        ],
        never: &[
            "reqwest::Client",
            "reqwest::ClientBuilder",
            "reqwest::get",
            "reqwest::blocking",
            "TcpStream",
            "UdpSocket",
            "hyper::",
            "h2::",
        ],
        samples: &[
            "use reqwest::{Client, Url};",
            "let socket = tokio::net::TcpStream::connect(address).await?;",
        ],
    },
    Absence {
        rule: "only schema/src/clock.rs tells the time",
        reason: "a test moves a clock by five minutes and waits for nothing",
        within: EVERYWHERE,
        // The demo is also the outside world, which has its own clock.
        except: &["schema/src/clock.rs", "api/src/command/demo/"],
        never: &["Utc::now", "Local::now", "SystemTime::now"],
        samples: &[
            "let now = chrono::Utc::now();",
            "let now = std::time::SystemTime::now();",
        ],
    },
    Absence {
        rule: "only schema/src/id.rs makes identifiers and draws lots",
        reason: "with a seed a test meets the same ids each time, and their order is that of creation",
        within: EVERYWHERE,
        // A signature is blinded while it is made, and the same each time.
        except: &["schema/src/id.rs", "jobs/src/federation/keys.rs"],
        never: &[
            "Uuid::new_v4",
            "Uuid::now_v7",
            "Uuid::new_v7",
            "rand::",
            "OsRng",
            "getrandom",
        ],
        samples: &["let id = uuid::Uuid::now_v7();", "use rand::Rng as _;"],
    },
    Absence {
        rule: "no task is let loose",
        reason: "tasks belong to the loops' runner and to the binary, which know how to stop them",
        within: EVERYWHERE,
        // A transaction's beginning ends by itself, whoever has gone away meanwhile.
        except: &["schema/src/store/mod.rs"],
        never: &[
            "tokio::spawn",
            "tokio::task::spawn",
            "std::thread::spawn",
            "thread::spawn",
        ],
        samples: &["tokio::spawn(async move {});", "use tokio::task::spawn;"],
    },
    Absence {
        rule: "no step waits by sleeping",
        reason: "when something is due is written on its row, where a restart finds it",
        within: &["schema/src/", "jobs/src/", "api/src/"],
        // A picture, or a video, is processed within the call that needs it, or given up after a few looks.
        // A play has its times.
        except: &[
            "jobs/src/networks/container.rs",
            "jobs/src/networks/linkedin/media.rs",
            "jobs/src/networks/bluesky/video.rs",
            "jobs/src/networks/mastodon/media.rs",
            "jobs/src/networks/tiktok.rs",
            "jobs/src/networks/x/media.rs",
            "api/src/command/demo/",
        ],
        never: &["tokio::time::sleep", "thread::sleep"],
        samples: &["tokio::time::sleep(PAUSE).await;"],
    },
    Absence {
        rule: "the bus carries no data",
        reason: "it says \"look now\"; who is nudged reads the tables, so losing Redis costs seconds, never a message",
        within: &["schema/src/bus/"],
        except: &[],
        never: &[
            "serde",
            "serde_json",
            "crate::id",
            "crate::value",
            "crate::entity",
            "crate::store",
        ],
        samples: &["use crate::id::ItemId;", "let text = serde_json::to_string(&item)?;"],
    },
    Absence {
        rule: "the store knows no client and no network",
        reason: "GraphQL and HTTP are ways to ask; what is promised does not depend on them",
        within: &["schema/src/"],
        except: &[],
        never: &["async_graphql", "axum", "reqwest", "SimpleObject"],
        samples: &["use async_graphql::SimpleObject;"],
    },
    Absence {
        rule: "deciding is pure: text, reconcile, recurrence, rules, discretion and media read no row and no clock",
        reason: "a pure function is proved on thousands of cases a second; the store carries out what it decides",
        within: &[
            "schema/src/text/",
            "schema/src/reconcile/",
            "schema/src/recurrence/",
            "schema/src/rules/",
            "schema/src/copies.rs",
            "schema/src/discretion.rs",
            "schema/src/draft.rs",
            "schema/src/media/",
        ],
        except: &[],
        never: &["sea_orm", "crate::store", "crate::entity", "Clock"],
        samples: &["use crate::{clock::Clock, store::Store};"],
    },
    Absence {
        rule: "boards hold what the store reads for them",
        reason: "a filter or an ordering of a board is a function of the board alone",
        within: &["schema/src/board/"],
        except: &[],
        never: &["sea_orm"],
        samples: &["use sea_orm::EntityTrait;"],
    },
    Absence {
        rule: "nothing that was published is erased",
        reason: "an offline app learns of a withdrawal from its tombstone, an auditor from the revisions",
        within: &["schema/src/store/"],
        except: &[],
        never: &[
            "item::Entity::delete_many",
            "item::Entity::delete_by_id",
            "revision::Entity::delete_many",
            "revision::Entity::delete_by_id",
            "outbox::Entity::delete_many",
            "outbox::Entity::delete_by_id",
            "receipt::Entity::delete_many",
            "receipt::Entity::delete_by_id",
            "audit::Entity::delete_many",
            "audit::Entity::delete_by_id",
        ],
        samples: &["item::Entity::delete_by_id(id).exec(&tx).await?;"],
    },
    Absence {
        rule: "no feature changes what is built",
        reason: "configuration decides at run time, so that what is tested is what runs",
        within: EVERYWHERE,
        except: &[],
        never: &["cfg(feature", "cfg!(feature"],
        samples: &["#[cfg(feature = \"postgres\")]\nmod postgres;"],
    },
    Absence {
        rule: "migrations know no entity",
        reason: "a migration says what a table was on its day; an entity changes later",
        within: &["migrations/src/"],
        except: &[],
        never: &["beffroi_schema", "entity::"],
        samples: &["use beffroi_schema::entity::item;"],
    },
];

impl Absence {
    /// What breaks the rule in a file.
    pub fn broken_by(&self, file: &SourceFile) -> Vec<String> {
        let begins = |folders: &[&str]| folders.iter().any(|folder| file.path.starts_with(folder));
        if !begins(self.within) || begins(self.except) {
            return Vec::new();
        }
        let found = self.never.iter().filter(|word| file.names(word));
        found.map(|word| format!("{} names `{word}`", file.path)).collect()
    }
}
