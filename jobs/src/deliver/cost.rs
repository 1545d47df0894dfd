//! What a post costs on a network that charges for it, and what the account may spend in a month.

use beffroi_schema::{
    rules::{self, Subject},
    store::{Charge, Job, Overspent, Store, StoreResult},
    telling,
    value::{Capabilities, Rendered},
};

/// Under which name an account's settings keep its budget: cents of a US dollar in a calendar month.
const BUDGET: &str = "monthly_budget_cents";
/// Millionths of a US dollar in a cent.
const CENT: u64 = 10_000;
/// Millionths in a US dollar.
const DOLLAR: u64 = 1_000_000;
/// Millionths in the smallest part of it that is shown.
const SHOWN: u64 = 1_000;

/// What the call costs; none: the network charges nothing. The month is that of the authority.
pub(super) async fn charge(
    store: &Store,
    job: &Job,
    abilities: &Capabilities,
    post: &Rendered,
) -> StoreResult<Option<Charge>> {
    let Some(cost) = telling::cost(abilities, post) else {
        return Ok(None);
    };
    let Some(cents) = job.account.settings[BUDGET].as_u64() else {
        return Ok(Some(Charge { cost, budget: None }));
    };
    let facts = store.facts(job.revision.id).await?;
    let since = rules::month(telling::zone(&facts.authority), store.clock().now());
    let budget = Some((cents.saturating_mul(CENT), since));
    Ok(Some(Charge { cost, budget }))
}

/// Why a person is asked: severe disruptions are held to the budget as well, and it is said first.
pub(super) fn too_dear(job: &Job, charge: Option<Charge>, overspent: Overspent) -> String {
    let subject = Subject {
        content: &job.revision.content,
        lines: &[],
        videos: &[],
    };
    let urgent = rules::urgent(subject.weight());
    let (cost, most) = charge.map_or((0, 0), |charge| {
        (charge.cost, charge.budget.map_or(0, |(most, _)| most))
    });
    let dollars = |millionths: u64| format!("${}.{:03}", millionths / DOLLAR, millionths % DOLLAR / SHOWN);
    format!(
        "{}the account's budget of this month is {}, of which {} is spent, and this post costs {}: post it by hand, or \
         send it again once there is a larger budget or a new month",
        if urgent { "URGENT: " } else { "" },
        dollars(most),
        dollars(overspent.spent),
        dollars(cost.into()),
    )
}
