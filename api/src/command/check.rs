//! `beffroi check`: tries everything the configuration names.

use std::process::ExitCode;

use beffroi_jobs::{deliver::Accounts, http::Http, import::open, push::fcm::Fcm};
use beffroi_schema::{
    address::Addresses,
    entity::account,
    store::{Person, Store, connect, who_agrees},
    value::{AccountHealth, Cursor, Language, Reading, Scope},
};

use chrono::TimeDelta;

use super::{Configured, say};

/// An authorisation that ends so soon is something to do now.
const SOON: TimeDelta = TimeDelta::days(7);

/// What was tried, and what came of it: a word for people, or what is wrong.
struct Line {
    tried: String,
    answer: Result<String, String>,
}

pub async fn check(configured: &Configured) -> anyhow::Result<ExitCode> {
    let mut well = true;
    for line in [database(configured).await, bus(configured).await] {
        well &= told(&line);
    }
    // Accounts and sources stand in the database: without it there is nothing to ask for.
    if well {
        let store = configured.open().await?;
        let http = Http::new(&configured.outbound, store.clock().clone())?;
        for line in [files(&store).await]
            .into_iter()
            .chain(push(configured, &store).await)
            .chain(accounts(&store, &http, &Addresses::below(&configured.instance.public_url)).await?)
            .chain(sources(&store, &http).await?)
        {
            well &= told(&line);
        }
    }
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Prints a line; says whether all is well.
fn told(line: &Line) -> bool {
    say(&match &line.answer {
        Ok(word) => format!("ok     {}: {word}", line.tried),
        Err(wrong) => format!("FAILED {}: {wrong}", line.tried),
    });
    line.answer.is_ok()
}

/// Whether a file can be written, read again and removed.
async fn files(store: &Store) -> Line {
    let answer = store.files().check().await;
    Line {
        tried: "files".to_owned(),
        answer: answer
            .map(|()| "written and read again".to_owned())
            .map_err(|error| error.to_string()),
    }
}

/// Whether FCM's key can be read; a town without one pushes nothing, and that is said.
async fn push(configured: &Configured, store: &Store) -> Option<Line> {
    let answer = match Fcm::open(&configured.push, store.clock().clone()).await {
        Ok(Some(_)) => Ok("its key is well-formed".to_owned()),
        Ok(None) => Ok("not configured: nothing is pushed".to_owned()),
        Err(error) => Err(error.to_string()),
    };
    Some(Line {
        tried: "push".to_owned(),
        answer,
    })
}

/// Asks every network who we are there.
async fn accounts(store: &Store, http: &Http, addresses: &Addresses) -> anyhow::Result<Vec<Line>> {
    let open = Accounts::new(http.clone());
    let mut lines = Vec::new();
    let all = store.accounts(&Scope::Instance, None).await?;
    let people = store
        .who_may_agree(all.iter().map(|account| account.authority_id).collect())
        .await?;
    for account in all {
        let answer = match open.open(store, &account) {
            Err(wrong) => Err(wrong),
            Ok(network) => match network.check().await {
                Ok((health, _)) => Ok(well(&health)),
                Err(error) => Err(error.to_string()),
            },
        };
        let tried = format!("account {} ({})", account.name, account.network);
        lines.push(Line {
            tried: tried.clone(),
            answer,
        });
        if let Some(answer) = authorisation(store, addresses, &account, &people) {
            let tried = format!("authorisation of {tried}");
            lines.push(Line { tried, answer });
        }
    }
    Ok(lines)
}

/// What an account answers, and what is to be done though it does.
fn well(health: &AccountHealth) -> String {
    let warning = health.warning.as_ref();
    let warning = warning.map_or_else(String::new, |warning| format!("; {}", warning.en));
    format!("answers as {}{warning}", health.handle)
}

/// Until when an account is authorised, and who must agree again where that is soon; none where there is no end.
fn authorisation(
    store: &Store,
    addresses: &Addresses,
    account: &account::Model,
    people: &[Person],
) -> Option<Result<String, String>> {
    let until = account.authorised_until?;
    let (day, left) = (until.date_naive(), until - store.clock().now());
    if left > SOON {
        return Some(Ok(format!("until {day}")));
    }
    let people = who_agrees(account, people).join(", ");
    let people = if people.is_empty() { "an administrator" } else { &people };
    let page = addresses.connect_again(account.id);
    Some(Err(format!("ends on {day}: {people} must agree again at {page}")))
}

/// Reads every source once, without writing anything of it.
async fn sources(store: &Store, http: &Http) -> anyhow::Result<Vec<Line>> {
    let mut lines = Vec::new();
    for source in store.sources(&Scope::Instance, None).await? {
        let language = store
            .authority(source.authority_id)
            .await?
            .map_or_else(Language::french, |authority| authority.language);
        let answer = match open(&source, &language, http) {
            Err(wrong) => Err(wrong),
            Ok(opened) => match opened.fetch(&Cursor::default()).await {
                Ok(Reading::Unchanged) => Ok("answers, unchanged".to_owned()),
                Ok(Reading::Snapshot(snapshot)) => Ok(format!("answers, {} issue(s)", snapshot.issues.len())),
                Err(error) => Err(error.to_string()),
            },
        };
        lines.push(Line {
            tried: format!("source {} ({})", source.name, source.format),
            answer,
        });
    }
    Ok(lines)
}

async fn database(configured: &Configured) -> Line {
    let url = &configured.instance.database.url;
    let answer = async {
        let db = connect(url).await.map_err(|error| error.to_string())?;
        let all = beffroi_migrations::status(&db)
            .await
            .map_err(|error| error.to_string())?;
        let pending = all.iter().filter(|(_, applied)| !applied).count();
        if pending == 0 {
            Ok("its tables are up to date".to_owned())
        } else {
            Err(format!("{pending} migration(s) pending: run `beffroi migrate`"))
        }
    };
    Line {
        tried: format!("database {url}"),
        answer: answer.await,
    }
}

async fn bus(configured: &Configured) -> Line {
    let answer = async {
        let bus = configured.instance.bus().map_err(|error| error.to_string())?;
        bus.check().await.map_err(|error| error.to_string())?;
        Ok(if configured.instance.redis.url.is_some() {
            "Redis answers"
        } else {
            "within this process"
        }
        .to_owned())
    };
    Line {
        tried: "bus".to_owned(),
        answer: answer.await,
    }
}
