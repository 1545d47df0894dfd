//! One figure and the one beside it.

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

/// What a benchmark prints, one per line: `{"name":"…","unit":"req/s","ours":1200.0,"other":1500.0,"ratio":0.8}`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// What was measured, and beside what.
    pub name: String,
    /// Of both figures: `req/s`, `CPU-s/100k`, `MiB` …
    pub unit: String,
    pub ours: f64,
    /// None when the comparison could not be had here, or when the figure stands alone.
    pub other: Option<f64>,
    /// How many times better ours is, whichever way the unit points; above 1 is better.
    pub ratio: Option<f64>,
}

impl Row {
    pub fn read(line: &str) -> Result<Self> {
        serde_json::from_str(line).with_context(|| format!("a benchmark printed what is no row: {line}"))
    }

    fn cells(&self) -> [String; 5] {
        let or_dash = |value: Option<f64>| value.map_or("–".to_owned(), figure);
        [
            self.name.clone(),
            self.unit.clone(),
            figure(self.ours),
            or_dash(self.other),
            or_dash(self.ratio),
        ]
    }
}

/// The rows as a Markdown table, aligned so that it also reads in a terminal.
pub fn table(rows: &[&Row]) -> String {
    let head = ["name", "unit", "ours", "other", "ratio"].map(str::to_owned);
    let lines: Vec<[String; 5]> = std::iter::once(head)
        .chain(rows.iter().map(|row| row.cells()))
        .collect();
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths = [0, 1, 2, 3, 4].map(width);
    let mut table: Vec<String> = lines.iter().map(|line| row_of(line, &widths)).collect();
    let rules = [0, 1, 2, 3, 4].map(|column| {
        format!(
            "{}{}",
            "-".repeat(widths[column] - 1),
            if is_figure(column) { ':' } else { '-' }
        )
    });
    table.insert(1, row_of(&rules, &widths));
    table.join("\n")
}

fn row_of(cells: &[String; 5], widths: &[usize; 5]) -> String {
    let padded = |column: usize| {
        let (text, width) = (&cells[column], widths[column]);
        if is_figure(column) {
            format!("{text:>width$}")
        } else {
            format!("{text:width$}")
        }
    };
    format!("| {} |", [0, 1, 2, 3, 4].map(padded).join(" | "))
}

/// Words stand to the left, figures to the right.
fn is_figure(column: usize) -> bool {
    column >= 2
}

/// Three digits that mean something.
fn figure(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_aligned_and_a_missing_comparison_is_a_dash() {
        let rows = [
            Row::read(r#"{"name":"feed","unit":"req/s","ours":61234.4,"other":70000,"ratio":0.875}"#),
            Row::read(r#"{"name":"idle","unit":"MiB","ours":12.34,"other":null,"ratio":null}"#),
        ]
        .map(Result::unwrap);
        let expected = "\
| name | unit  |  ours | other | ratio |
| ---- | ----- | ----: | ----: | ----: |
| feed | req/s | 61234 | 70000 |  0.88 |
| idle | MiB   |  12.3 |     – |     – |";
        assert_eq!(table(&rows.each_ref()), expected);
    }

    #[test]
    fn a_line_that_is_no_row_is_refused() {
        assert!(Row::read("warming up").is_err());
        assert!(Row::read(r#"{"name":"feed","unit":"req/s"}"#).is_err());
    }
}
