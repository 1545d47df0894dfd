//! Agencies and lines.

use std::collections::HashSet;

use beffroi_schema::value::{Agency, IssueCode, Mode, TransitLine};

use super::{
    archive::{Archive, Row},
    color,
};
use crate::sources::{SourceError, issues::IssueLog};

/// Rows of `agency.txt`.
pub(super) fn agencies(archive: &mut Archive, log: &mut IssueLog) -> Result<Vec<Agency>, SourceError> {
    let mut agencies = Vec::new();
    let found = archive.table("agency.txt", |row| {
        agencies.push(Agency {
            key: row.some("agency_id").unwrap_or_default(),
            name: row.some("agency_name").unwrap_or_default(),
            time_zone: row.some("agency_timezone").unwrap_or_default(),
            language: row.some("agency_lang"),
        });
    })?;
    if found.is_none() {
        log.note(IssueCode::FileMissing, "agency.txt");
    }
    Ok(agencies)
}

/// Rows of `routes.txt`, in the order the operator shows them; their courses come later.
pub(super) fn lines(
    archive: &mut Archive,
    agencies: &[Agency],
    log: &mut IssueLog,
) -> Result<Vec<TransitLine>, SourceError> {
    let mut lines: Vec<(u32, TransitLine)> = Vec::new();
    let mut known = HashSet::new();
    archive.table("routes.txt", |row| {
        let Some(line) = line(row, agencies, log) else { return };
        if !known.insert(line.key.clone()) {
            log.note(
                IssueCode::DuplicateKey,
                format!("{}: `{}` again; left out", row.place(), line.key),
            );
            return;
        }
        lines.push((row.number("route_sort_order").unwrap_or(u32::MAX), line));
    })?;
    lines.sort_by_key(|(order, _)| *order);
    Ok(lines.into_iter().map(|(_, line)| line).collect())
}

fn line(row: &Row<'_>, agencies: &[Agency], log: &mut IssueLog) -> Option<TransitLine> {
    let Some(key) = row.some("route_id") else {
        log.note(IssueCode::Unreadable, format!("{}: no route_id; left out", row.place()));
        return None;
    };
    let mode = row.number("route_type").map_or(Mode::Other, Mode::from_route_type);
    if mode == Mode::Other {
        log.note(
            IssueCode::CodeUnknown,
            format!("{}: route_type `{}`", row.place(), row.text("route_type")),
        );
    }
    let background = color(row, "route_color", log).unwrap_or_else(|| color::DEFAULT_COLOR.to_owned());
    let wanted = color(row, "route_text_color", log);
    Some(TransitLine {
        agency: agency(row, agencies, log),
        short_name: row.some("route_short_name").unwrap_or_default(),
        long_name: row.some("route_long_name").unwrap_or_default(),
        mode,
        text_color: color::readable_on(&background, wanted),
        color: background,
        shape: None,
        key,
    })
}

/// The operator of a line; a feed with only one need not name it.
fn agency(row: &Row<'_>, agencies: &[Agency], log: &mut IssueLog) -> Option<String> {
    let Some(named) = row.some("agency_id") else {
        return match agencies {
            [only] => Some(only.key.clone()).filter(|key| !key.is_empty()),
            _ => None,
        };
    };
    if !agencies.iter().any(|agency| agency.key == named) {
        log.note(IssueCode::Unresolved, format!("{}: agency `{named}`", row.place()));
    }
    Some(named)
}

fn color(row: &Row<'_>, column: &str, log: &mut IssueLog) -> Option<String> {
    let written = row.some(column)?;
    let color = color::parse(&written);
    if color.is_none() {
        log.note(IssueCode::CodeUnknown, format!("{}: {column} `{written}`", row.place()));
    }
    color
}
