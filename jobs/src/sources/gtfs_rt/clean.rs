//! From an alert as it is written to an entry in our words (`docs/sources.md` lists what is done to which oddity).

use std::collections::HashSet;

use beffroi_schema::{
    clock::Timestamp,
    value::{AlertEntry, Cause, Coverage, Effect, IssueCode, Severity},
};

use super::{
    Settings, codes,
    message::{Alert, FeedMessage},
    periods, scope, texts,
};
use crate::sources::issues::IssueLog;

/// Alerts of one feed that are kept.
const MAX_ALERTS: usize = 5_000;

/// Every alert of the feed, each under its own key; when some had to be left out, absence means nothing.
pub(super) fn entries(
    feed: &FeedMessage,
    settings: &Settings,
    now: Timestamp,
    log: &mut IssueLog,
) -> (Vec<AlertEntry>, Coverage) {
    let alive = feed.entity.iter().filter(|entity| entity.is_deleted != Some(true));
    let alerts: Vec<_> = alive
        .filter_map(|entity| Some((entity.id.as_deref(), entity.alert.as_ref()?)))
        .collect();
    let coverage = if alerts.len() > MAX_ALERTS {
        Coverage::Partial
    } else {
        Coverage::Complete
    };
    if coverage == Coverage::Partial {
        log.note(
            IssueCode::OverLimit,
            format!("{} alerts; {MAX_ALERTS} are kept", alerts.len()),
        );
    }
    let mut keys = HashSet::new();
    (
        alerts
            .into_iter()
            .take(MAX_ALERTS)
            .map(|(id, alert)| entry(id, alert, &mut keys, settings, now))
            .collect(),
        coverage,
    )
}

fn entry(
    id: Option<&str>,
    alert: &Alert,
    keys: &mut HashSet<String>,
    settings: &Settings,
    now: Timestamp,
) -> AlertEntry {
    let mut log = IssueLog::default();
    let (impact, display) = periods::periods(alert, now, &mut log);
    let cause = known(
        alert.cause,
        codes::cause,
        Cause::UnknownCause,
        Cause::OtherCause,
        "cause",
        &mut log,
    );
    let texts = texts::texts(alert, &settings.default_language, &mut log);
    if texts.0.is_empty() {
        log.note(IssueCode::TitleMissing, "no text at all");
    }
    if texts::internal(&texts, cause) {
        log.note(IssueCode::InternalWording, "looks as if it was meant for staff");
    }
    AlertEntry {
        key: unique_key(id, keys, &mut log),
        related: Vec::new(),
        closed: false,
        cause,
        effect: known(
            alert.effect,
            codes::effect,
            Effect::UnknownEffect,
            Effect::OtherEffect,
            "effect",
            &mut log,
        ),
        severity: known(
            alert.severity_level,
            codes::severity,
            Severity::UnknownSeverity,
            Severity::UnknownSeverity,
            "severity",
            &mut log,
        ),
        impact,
        display,
        scope: scope::scope(&alert.informed_entity, &mut log),
        texts,
        url: texts::url(alert, &settings.default_language, &mut log),
        issues: log.finish(),
    }
}

/// The entity's id; the second of the same name is `id#2`.
fn unique_key(id: Option<&str>, keys: &mut HashSet<String>, log: &mut IssueLog) -> String {
    let own = scope::id(id).unwrap_or_default();
    if own.is_empty() {
        log.note(IssueCode::Unreadable, "an entity without an id; kept");
    }
    let mut key = own.clone();
    let mut number = 1_u32;
    while !keys.insert(key.clone()) {
        number += 1;
        key = format!("{own}#{number}");
    }
    if number > 1 {
        log.note(
            IssueCode::DuplicateKey,
            format!("`{own}` stands {number} times in the message; kept as `{key}`"),
        );
    }
    key
}

/// The member that a number names: `absent` when it is not said, `other` when the standard does not have it.
fn known<T>(
    number: Option<i32>,
    lookup: fn(i32) -> Option<T>,
    absent: T,
    other: T,
    what: &str,
    log: &mut IssueLog,
) -> T {
    let Some(number) = number else { return absent };
    lookup(number).unwrap_or_else(|| {
        log.note(IssueCode::CodeUnknown, format!("{what} {number}; read as other"));
        other
    })
}
