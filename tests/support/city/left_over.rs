//! Work that is due and that nobody did.

use beffroi_schema::{
    clock::Timestamp,
    entity::{
        account, campaign, campaign_page, connection, delivery, federated_actor, federated_delivery, federated_host,
        federated_request, outbox, subscriber,
    },
    value::{AccountState, CampaignState, ConnectionState, DeliveryState, FederatedState, RequestState},
};
use sea_orm::{ColumnTrait as _, DatabaseConnection, DbErr, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};

use crate::database;

/// What is left, one line each. Looks from a thread and over a connection of its own: whoever drops a city cannot wait
/// for an answer on the runtime that it stands in.
pub(super) fn of(url: &str, now: Timestamp) -> Vec<String> {
    let url = url.to_owned();
    let look = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let db = database::open(&url).await?;
            let left = due(&db, now).await?;
            db.close().await?;
            anyhow::Ok(left)
        })
    };
    std::thread::spawn(look).join().unwrap().unwrap()
}

async fn due(db: &DatabaseConnection, now: Timestamp) -> Result<Vec<String>, DbErr> {
    let mut left = deliveries(db, now).await?;
    left.extend(outbox_lines(db, now).await?);
    left.extend(campaigns(db, now).await?);
    left.extend(federation(db, now).await?);
    left.extend(subscribers(db, now).await?);
    left.extend(connections(db, now).await?);
    Ok(left)
}

/// Deliveries that are due to accounts that take them.
async fn deliveries(db: &DatabaseConnection, now: Timestamp) -> Result<Vec<String>, DbErr> {
    let waiting = [
        DeliveryState::Waiting,
        DeliveryState::Attempting,
        DeliveryState::Unknown,
    ];
    let open: Vec<_> = account::Entity::find()
        .all(db)
        .await?
        .into_iter()
        .filter(|row| row.state == AccountState::Active && row.not_before.is_none_or(|at| at <= now))
        .map(|row| row.id)
        .collect();
    let rows = delivery::Entity::find()
        .filter(delivery::Column::State.is_in(waiting))
        .filter(delivery::Column::DueAt.lte(now))
        .filter(delivery::Column::AccountId.is_in(open));
    let line = |row: delivery::Model| format!("delivery {}: {} {}, {:?}", row.id, row.action, row.state, row.reason);
    Ok(rows.all(db).await?.into_iter().map(line).collect())
}

async fn outbox_lines(db: &DatabaseConnection, now: Timestamp) -> Result<Vec<String>, DbErr> {
    let rows = outbox::Entity::find()
        .filter(outbox::Column::FannedOutAt.is_null())
        .filter(outbox::Column::DueAt.lte(now));
    let line = |row: outbox::Model| format!("outbox line {}: not fanned out", row.seq);
    Ok(rows.all(db).await?.into_iter().map(line).collect())
}

/// Connections that a person waits for.
async fn connections(db: &DatabaseConnection, now: Timestamp) -> Result<Vec<String>, DbErr> {
    let rows = connection::Entity::find()
        .filter(connection::Column::State.is_in([ConnectionState::Preparing, ConnectionState::Trying]))
        .filter(connection::Column::ExpiresAt.gt(now));
    let line = |row: connection::Model| format!("connection {}: {}", row.id, row.state);
    Ok(rows.all(db).await?.into_iter().map(line).collect())
}

/// Campaigns that are not laid out, or that have a page that is due.
async fn campaigns(db: &DatabaseConnection, now: Timestamp) -> Result<Vec<String>, DbErr> {
    let running = campaign::Entity::find().filter(campaign::Column::State.eq(CampaignState::Running));
    let mut left = Vec::new();
    for row in running.all(db).await? {
        let pages = campaign_page::Entity::find()
            .filter(campaign_page::Column::CampaignId.eq(row.id))
            .filter(campaign_page::Column::DoneAt.is_null())
            .filter(campaign_page::Column::DueAt.lte(now));
        let pages = pages.all(db).await?.len();
        if !row.planned || pages > 0 {
            left.push(format!(
                "campaign {}: {pages} pages due, planned: {}",
                row.id, row.planned
            ));
        }
    }
    Ok(left)
}

/// Requests that nobody looked at, and deliveries of actors that speak to servers that are not left alone.
async fn federation(db: &DatabaseConnection, now: Timestamp) -> Result<Vec<String>, DbErr> {
    let requests = federated_request::Entity::find()
        .filter(federated_request::Column::State.eq(RequestState::Waiting))
        .filter(federated_request::Column::DueAt.lte(now));
    let request = |row: federated_request::Model| format!("request {}: {:?}", row.id, row.reason);
    let mut left: Vec<String> = requests.all(db).await?.into_iter().map(request).collect();
    let actors = federated_actor::Entity::find().filter(federated_actor::Column::Active.eq(true));
    let actors: Vec<_> = actors.all(db).await?.into_iter().map(|row| row.id).collect();
    let hosts = federated_host::Entity::find().filter(federated_host::Column::NotBefore.gt(now));
    let hosts: Vec<_> = hosts.all(db).await?.into_iter().map(|row| row.host).collect();
    let deliveries = federated_delivery::Entity::find()
        .filter(federated_delivery::Column::State.eq(FederatedState::Waiting))
        .filter(federated_delivery::Column::DueAt.lte(now))
        .filter(federated_delivery::Column::ActorId.is_in(actors))
        .filter(federated_delivery::Column::Host.is_not_in(hosts));
    let delivery = |row: federated_delivery::Model| format!("to {}: {:?}", row.inbox, row.reason);
    left.extend(deliveries.all(db).await?.into_iter().map(delivery));
    Ok(left)
}

/// Programs that asked the hub for something and that nobody asked back, or that nobody told what was published.
async fn subscribers(db: &DatabaseConnection, now: Timestamp) -> Result<Vec<String>, DbErr> {
    let mut left = Vec::new();
    let due = subscriber::Entity::find().filter(subscriber::Column::DueAt.lte(now));
    for row in due.all(db).await? {
        let newer = outbox::Entity::find()
            .filter(outbox::Column::AuthorityId.eq(row.authority_id))
            .filter(outbox::Column::Seq.gt(row.seq));
        let untold = row.ends_at.is_some_and(|end| end > now) && newer.count(db).await? > 0;
        if row.asked.is_some() || untold {
            left.push(format!(
                "subscriber {}: asked {:?}, untold: {untold}",
                row.id, row.asked
            ));
        }
    }
    Ok(left)
}
