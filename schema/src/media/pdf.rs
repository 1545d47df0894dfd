//! PDF documents: kept as they are, so only what makes one unreadable is looked for.

use super::Flaw;

/// Readers look for the end of a PDF in as many of its last bytes (ISO 32000-1, Annex H).
pub const TAIL_BYTES: u64 = 1024;

/// Whether the file, of which `tail` are the last bytes, ends as a PDF ends.
pub fn check(tail: &[u8]) -> Result<(), Flaw> {
    let end = b"%%EOF";
    let ends = tail.windows(end.len()).any(|run| run == end);
    ends.then_some(()).ok_or(Flaw::Damaged)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pdf_ends_as_one() {
        assert_eq!(check(b"trailer << /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"), Ok(()));
        assert_eq!(check(b"1 0 obj << /Type /Cata"), Err(Flaw::Damaged));
        assert_eq!(check(b""), Err(Flaw::Damaged));
    }
}
