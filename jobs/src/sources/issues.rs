//! What was odd, counted: a broken file must not fill the poll's row with a million remarks.

use std::collections::BTreeMap;

use beffroi_schema::value::{Issue, IssueCode};

/// Remarks of one code that are kept word for word; further ones are counted.
const MAX_DETAILS: usize = 20;
/// Longest remark, in characters: it may quote what the source wrote.
const MAX_DETAIL_LENGTH: usize = 300;

/// Collects remarks, in the order of their codes.
#[derive(Clone, Debug, Default)]
pub struct IssueLog(BTreeMap<IssueCode, (Vec<String>, usize)>);

impl IssueLog {
    /// Notes one oddity: which part, and what was done with it.
    pub fn note(&mut self, code: IssueCode, detail: impl AsRef<str>) {
        let (details, more) = self.0.entry(code).or_default();
        if details.len() < MAX_DETAILS {
            details.push(
                detail
                    .as_ref()
                    .chars()
                    .filter(|c| !c.is_control())
                    .take(MAX_DETAIL_LENGTH)
                    .collect(),
            );
        } else {
            *more += 1;
        }
    }

    /// The remarks, the last of a long row saying how many more there were.
    pub fn finish(self) -> Vec<Issue> {
        let row = |(code, (details, more)): (IssueCode, (Vec<String>, usize))| {
            let rest = (more > 0).then(|| Issue {
                code,
                detail: format!("{more} more"),
            });
            details
                .into_iter()
                .map(move |detail| Issue { code, detail })
                .chain(rest)
        };
        self.0.into_iter().flat_map(row).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_row_of_remarks_is_counted() {
        let mut log = IssueLog::default();
        for n in 0..1_000 {
            log.note(IssueCode::Unreadable, format!("row {n}"));
        }
        let issues = log.finish();
        assert_eq!(issues.len(), MAX_DETAILS + 1);
        assert_eq!(issues[MAX_DETAILS].detail, "980 more");
    }
}
