//! `beffroi check`: tries everything the configuration names.

use std::process::ExitCode;

use beffroi_schema::store::connect;

use super::{Configured, say};

/// What was tried, and what came of it: a word for people, or what is wrong.
struct Line {
    tried: String,
    answer: Result<String, String>,
}

pub async fn check(configured: &Configured) -> anyhow::Result<ExitCode> {
    let mut well = true;
    for line in [database(configured).await, bus(configured).await]
        .into_iter()
        .flatten()
    {
        well &= line.answer.is_ok();
        say(&match line.answer {
            Ok(word) => format!("ok     {}: {word}", line.tried),
            Err(wrong) => format!("FAILED {}: {wrong}", line.tried),
        });
    }
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn database(configured: &Configured) -> Vec<Line> {
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
    vec![Line {
        tried: format!("database {url}"),
        answer: answer.await,
    }]
}

async fn bus(configured: &Configured) -> Vec<Line> {
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
    vec![Line {
        tried: "bus".to_owned(),
        answer: answer.await,
    }]
}
