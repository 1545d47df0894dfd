//! The loop that connects accounts: it makes the address of the network's page, exchanges what a person brought back, and
//! tries what it was given before anything is stored.

use std::time::Duration;

use beffroi_schema::{
    address::Addresses,
    entity::connection,
    store::{Access, Connected, Step, Store, StoreResult},
    value::{ConnectionState, Found, Private, Problem, ProblemCode},
};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::{
    abreast::{Taken, abreast},
    http::Http,
    networks::{DeliveryError, Pocket, connect::Asking, registry::AccountSettings},
};

/// Connections worked on side by side: somebody waits for each.
const PEOPLE: usize = 8;
/// How long a worker has for one: longer than its calls take together.
const LEASE: Duration = Duration::from_mins(3);
/// How long its calls may take together: a person waits, and a code of X lives for thirty seconds.
const LONGEST: Duration = Duration::from_mins(2);

/// Connects accounts.
#[derive(Debug)]
pub struct Connections<'a> {
    store: &'a Store,
    http: &'a Http,
    addresses: &'a Addresses,
    halt: &'a CancellationToken,
    owner: &'a str,
}

impl<'a> Connections<'a> {
    /// `owner` names this worker on the rows it holds.
    pub fn new(
        store: &'a Store,
        http: &'a Http,
        addresses: &'a Addresses,
        halt: &'a CancellationToken,
        owner: &'a str,
    ) -> Self {
        Self {
            store,
            http,
            addresses,
            halt,
            owner,
        }
    }

    /// Works on what people wait for. False: nobody does.
    pub async fn step(&self) -> StoreResult<bool> {
        abreast(
            self.halt,
            self.store.bus(),
            PEOPLE,
            || self.take(),
            |(row, private)| self.work(row, private),
        )
        .await
    }

    async fn take(&self) -> StoreResult<Taken<(connection::Model, Private)>> {
        let work = self.store.claim_connections(self.owner, 1, LEASE).await?;
        Ok(Taken {
            more: !work.is_empty(),
            work,
        })
    }

    async fn work(&self, row: connection::Model, private: Private) -> StoreResult<()> {
        let done = tokio::time::timeout(LONGEST, self.advance(&row, private)).await;
        let slow = |_| {
            Err(DeliveryError::Retry {
                after: None,
                reason: "no answer in time".to_owned(),
            })
        };
        let step = done
            .unwrap_or_else(slow)
            .unwrap_or_else(|error| Step::Fail(told(&row, &error)));
        self.store.settle_connection(&row, step).await
    }

    async fn advance(&self, row: &connection::Model, private: Private) -> Result<Step, DeliveryError> {
        let redirect = self.addresses.connected();
        let asking = Asking {
            network: row.network,
            settings: &row.settings,
            redirect: &redirect,
            state: &private.state,
            verifier: &private.verifier,
            token: private.token.as_ref(),
        };
        if row.state == ConnectionState::Preparing {
            let (application, page, token) = asking.page(self.http, private.application).await?;
            return Ok(Step::Go(application, page.into(), token));
        }
        let mut found = match (private.secret, private.code, private.application) {
            (Some(secret), _, _) => vec![pasted(secret)],
            (None, Some(code), Some(application)) => asking.exchange(self.http, &application, &code).await?,
            (None, _, _) => private.found,
        };
        let (several, one) = (found.len() > 1, expected(row, &mut found)?);
        match one {
            Some(one) => self.attempt(row, one).await,
            None if several => Ok(Step::Choose(found)),
            None => {
                let lost = "what was given is not there any more: start again".to_owned();
                Err(DeliveryError::Refused(lost))
            }
        }
    }

    /// Opens the account with what was found, and asks who we are there.
    async fn attempt(&self, row: &connection::Model, found: Found) -> Result<Step, DeliveryError> {
        let mut settings = row.settings.clone();
        settings["network"] = json!(row.network);
        if let (Some(name), Some(id)) = (row.network.found(), &found.id) {
            settings[name] = json!(id);
        }
        let read: AccountSettings = serde_json::from_value(settings.clone())
            .map_err(|error| DeliveryError::Refused(format!("its settings cannot be read: {error}")))?;
        let now = self.store.clock().now();
        let access = found.access.clone().map(|(token, until)| Access {
            token: token.into(),
            until,
            renew_from: now + (until - now) / 2,
            refresh: None,
            consent: found.until,
        });
        let network = read.open(Pocket::holding(found.secret.clone(), access), self.http);
        let (health, capabilities) = network.check().await?;
        Ok(Step::Connect(Box::new(Connected {
            found,
            settings,
            health,
            capabilities,
        })))
    }
}

/// The one that is meant: the only one, or the one that the account's settings name.
fn expected(row: &connection::Model, found: &mut Vec<Found>) -> Result<Option<Found>, DeliveryError> {
    let meant = row.network.found().and_then(|name| row.settings[name].as_str());
    let Some(meant) = meant else {
        return Ok((found.len() == 1).then(|| found.swap_remove(0)));
    };
    let here = found
        .iter()
        .position(|found| found.id.as_deref().is_none_or(|id| id == meant));
    let names: Vec<_> = found.iter().map(|found| found.name.as_str()).collect();
    let reason = format!("you agreed for {}, not for this account", names.join(", "));
    here.map(|here| Some(found.swap_remove(here)))
        .ok_or(DeliveryError::Refused(reason))
}

fn pasted(secret: String) -> Found {
    Found {
        id: None,
        name: String::new(),
        secret,
        access: None,
        until: None,
    }
}

/// What a person reads. What they pasted is wrong at its field.
fn told(row: &connection::Model, error: &DeliveryError) -> Problem {
    let title = row.network.title();
    match error {
        DeliveryError::Retry { reason, .. } | DeliveryError::Doubtful(reason) => Problem::new(
            ProblemCode::WrongState,
            "",
            format!(
                "{title} ne répond pas en ce moment ({reason}). Rien n’est perdu\u{202f}: réessayez dans un instant."
            ),
            format!("{title} does not answer at the moment ({reason}). Nothing is lost: try again in a moment."),
        ),
        DeliveryError::Refused(reason) | DeliveryError::Gone(reason) | DeliveryError::Locked(reason) => Problem::new(
            ProblemCode::Invalid,
            "secret",
            format!("{title} n’accepte pas ce qui a été donné\u{202f}: {reason}."),
            format!("{title} does not accept what was given: {reason}."),
        ),
    }
}
