//! Which crate may know which.

use super::files;

/// What a member of the workspace may depend on, of ours.
pub struct Arrow {
    pub member: &'static str,
    pub may: &'static [&'static str],
    pub reason: &'static str,
}

/// Our crates, by the names they have in a manifest.
const OURS: [&str; 7] = [
    "beffroi-schema",
    "beffroi-api",
    "beffroi-jobs",
    "beffroi-migrations",
    "beffroi-sandbox",
    "beffroi-tests",
    "fcm",
];

pub const ARROWS: &[Arrow] = &[
    Arrow {
        member: "schema",
        may: &[],
        reason: "what is stored and promised outlives whoever asks and whatever is done with it",
    },
    Arrow {
        member: "jobs",
        may: &["beffroi-schema", "fcm", "beffroi-sandbox"],
        reason: "the loops know the tables, never who asks",
    },
    Arrow {
        member: "jobs/fcm",
        may: &[],
        reason: "a client of FCM for anybody",
    },
    Arrow {
        member: "migrations",
        may: &[],
        reason: "a migration says what a table was on its day, not what its entity is now",
    },
    Arrow {
        member: "api",
        may: &[
            "beffroi-schema",
            "beffroi-jobs",
            "beffroi-migrations",
            "beffroi-sandbox",
        ],
        reason: "the binary joins everything; the library asks the store (see the absences)",
    },
    Arrow {
        member: "tests",
        may: &OURS,
        reason: "proof sees everything",
    },
    Arrow {
        member: "tests/sandbox",
        may: &[],
        reason: "a miniature that shares our code shares our mistakes",
    },
    Arrow {
        member: "tests/xtask",
        may: &[],
        reason: "tasks are there before anything of ours compiles",
    },
];

/// A foreign crate that only some members may use.
pub struct Trade {
    pub dependency: &'static str,
    pub only: &'static [&'static str],
    pub reason: &'static str,
}

pub const TRADES: &[Trade] = &[
    Trade {
        dependency: "sea-orm",
        only: &["schema", "tests"],
        reason: "resolvers, pages and loops ask the store; they write no query",
    },
    Trade {
        dependency: "sea-orm-migration",
        only: &["migrations", "tests"],
        reason: "tables change in one place",
    },
    Trade {
        dependency: "async-graphql",
        only: &["api", "tests"],
        reason: "what is stored knows no client",
    },
    Trade {
        dependency: "axum",
        only: &["api", "tests", "tests/sandbox"],
        reason: "what is stored and the loops answer no request",
    },
    Trade {
        dependency: "reqwest",
        only: &["jobs", "schema", "tests", "tests/sandbox"],
        reason: "only jobs/src/http.rs opens the door to the outside; schema gives its TLS to the client of S3, and names \
                 it nowhere (see the absences)",
    },
    Trade {
        dependency: "redis",
        only: &["schema", "tests"],
        reason: "the bus is the only thing that speaks to Redis",
    },
];

impl Arrow {
    pub fn broken(&self) -> Vec<String> {
        self.broken_in(&files::text(&format!("{}/Cargo.toml", self.member)))
    }

    pub fn broken_in(&self, manifest: &str) -> Vec<String> {
        let mut broken: Vec<String> = dependencies(manifest)
            .into_iter()
            .filter(|name| OURS.contains(name) && !self.may.contains(name))
            .map(|name| format!("{} may not depend on {name}: {}", self.member, self.reason))
            .collect();
        if manifest.lines().any(|line| line.trim() == "[features]") {
            broken.push(format!(
                "{} has features: configuration decides at run time, so that what is tested is what runs",
                self.member
            ));
        }
        broken
    }
}

impl Trade {
    pub fn broken(&self) -> Vec<String> {
        files::members()
            .into_iter()
            .filter(|member| !self.only.contains(&member.as_str()))
            .filter(|member| dependencies(&files::text(&format!("{member}/Cargo.toml"))).contains(&self.dependency))
            .map(|member| format!("{member} may not depend on {}: {}", self.dependency, self.reason))
            .collect()
    }
}

/// The names in every table of dependencies of a manifest.
pub fn dependencies(manifest: &str) -> Vec<&str> {
    let mut inside = false;
    let mut names = Vec::new();
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            inside = line.trim_end_matches(']').ends_with("dependencies");
        } else if inside && !line.is_empty() && !line.starts_with('#') {
            names.extend(line.split(['.', ' ', '=']).next());
        }
    }
    names
}
