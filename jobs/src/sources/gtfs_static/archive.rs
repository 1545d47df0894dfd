//! A zip of tables, read row by row: at no time does more than one row of a table lie in memory, and nothing is
//! believed that the archive says about its own sizes.

use std::{
    borrow::Cow,
    cell::Cell,
    collections::{BTreeSet, HashMap},
    io::{self, Cursor, Read},
};

use bytes::Bytes;
use csv::{ByteRecord, ReaderBuilder, Trim};
use zip::ZipArchive;

use crate::sources::SourceError;

/// Largest archive, compressed.
pub const MAX_BODY_BYTES: usize = 64 * 1024 * 1024;
/// How much is read of an archive before it is refused.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// All tables together, unpacked; counted while reading.
    pub unpacked_bytes: u64,
    /// Rows of one table.
    pub rows: u64,
    /// Files in the archive.
    pub files: usize,
    /// One row: an open quotation mark would make the rest of the file one field.
    pub row_bytes: u64,
}

/// What the network of a large town stays well below.
pub const BOUNDS: Bounds = Bounds {
    unpacked_bytes: 300 * 1024 * 1024,
    rows: 2_000_000,
    files: 5_000,
    row_bytes: 1024 * 1024,
};
/// The table that every feed has: where it stands, the feed stands.
const LANDMARK: &str = "routes.txt";

/// A feed in an archive.
pub struct Archive {
    zip: ZipArchive<Cursor<Bytes>>,
    files: Vec<String>,
    /// The folder of the feed, with its slash; empty at the top.
    root: String,
    other_roots: Vec<String>,
    bounds: Bounds,
    unpacked: Cell<u64>,
}

impl std::fmt::Debug for Archive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Archive")
            .field("root", &self.root)
            .field("files", &self.files.len())
            .finish_non_exhaustive()
    }
}

impl Archive {
    /// Opens an archive and finds the feed in it: at the top or in a folder; of several, the first by name.
    pub fn open(body: Bytes, bounds: Bounds) -> Result<Self, SourceError> {
        if body.len() > MAX_BODY_BYTES {
            return Err(SourceError::TooLarge {
                limit: format!("{MAX_BODY_BYTES} bytes"),
            });
        }
        let zip = ZipArchive::new(Cursor::new(body)).map_err(|error| unreadable(&error))?;
        if zip.len() > bounds.files {
            return Err(SourceError::TooLarge {
                limit: format!("{} files", bounds.files),
            });
        }
        let names = zip
            .file_names()
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| unreadable(&error))?;
        let files: Vec<String> = names
            .into_iter()
            .filter(|name| !name.ends_with('/'))
            .map(Cow::into_owned)
            .collect();
        let mut roots: BTreeSet<String> = files
            .iter()
            .filter_map(|file| file.strip_suffix(LANDMARK))
            .filter(|root| root.is_empty() || root.ends_with('/'))
            .map(str::to_owned)
            .collect();
        let root = roots
            .pop_first()
            .ok_or_else(|| unreadable(&format!("no {LANDMARK} in it")))?;
        Ok(Self {
            zip,
            files,
            root,
            other_roots: roots.into_iter().collect(),
            bounds,
            unpacked: Cell::new(0),
        })
    }

    /// Every file, as the archive names it.
    pub fn files(&self) -> &[String] {
        &self.files
    }

    /// Folders of further feeds, which are not read.
    pub fn other_feeds(&self) -> &[String] {
        &self.other_roots
    }

    /// Hands each row of a table to `each`, and says how many there were; none when the feed has no such table.
    pub fn table(&mut self, name: &str, mut each: impl FnMut(&Row<'_>)) -> Result<Option<u64>, SourceError> {
        let path = format!("{}{name}", self.root);
        let Some(index) = self.zip.index_for_name(&path) else {
            return Ok(None);
        };
        let file = self
            .zip
            .by_index(index)
            .map_err(|error| unreadable(&format!("{name}: {error}")))?;
        let limits = Limits {
            bounds: self.bounds,
            unpacked: &self.unpacked,
            row: Cell::new(0),
            reached: Cell::new(None),
        };
        let mut reader = ReaderBuilder::new()
            .flexible(true)
            .trim(Trim::All)
            .from_reader(Counted {
                inner: file,
                limits: &limits,
            });
        let failed = |error: csv::Error| match limits.reached.get() {
            Some(limit) => SourceError::TooLarge {
                limit: format!("{limit} allowed, in {name}"),
            },
            None => unreadable(&format!("{name}: {error}")),
        };
        let columns = Columns::of(reader.byte_headers().map_err(failed)?);
        let mut record = ByteRecord::new();
        let mut rows = 0;
        loop {
            limits.row.set(0);
            if !reader.read_byte_record(&mut record).map_err(failed)? {
                return Ok(Some(rows));
            }
            rows += 1;
            if rows > self.bounds.rows {
                return Err(SourceError::TooLarge {
                    limit: format!("{} rows in {name}", self.bounds.rows),
                });
            }
            each(&Row {
                table: name,
                number: rows,
                columns: &columns,
                record: &record,
            });
        }
    }
}

/// Where each column stands.
struct Columns(HashMap<String, usize>);

impl Columns {
    fn of(header: &ByteRecord) -> Self {
        let name = |field: &[u8]| {
            decoded(field)
                .trim_matches(|c: char| c == '\u{feff}' || c.is_whitespace())
                .to_ascii_lowercase()
        };
        // From the back, so that of two columns of one name the first counts.
        Self(
            header
                .iter()
                .map(name)
                .enumerate()
                .map(|(position, name)| (name, position))
                .collect::<Vec<_>>()
                .into_iter()
                .rev()
                .collect(),
        )
    }
}

/// One row of a table.
pub struct Row<'a> {
    table: &'a str,
    /// 1 is the first below the header.
    number: u64,
    columns: &'a Columns,
    record: &'a ByteRecord,
}

impl std::fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.place())
    }
}

impl<'a> Row<'a> {
    /// The field of a column, without the spaces around it; empty when the row or the table does not have it.
    pub fn text(&self, column: &str) -> Cow<'a, str> {
        let field = self
            .columns
            .0
            .get(column)
            .and_then(|position| self.record.get(*position));
        decoded(field.unwrap_or_default())
    }

    /// The field of a column, when there is something in it; control characters are left out.
    pub fn some(&self, column: &str) -> Option<String> {
        let text: String = self.text(column).chars().filter(|c| !c.is_control()).collect();
        (!text.is_empty()).then_some(text)
    }

    /// The field of a column as a number, when it is one.
    pub fn number<N: std::str::FromStr>(&self, column: &str) -> Option<N> {
        self.text(column).parse().ok()
    }

    /// `stops.txt row 12`.
    pub fn place(&self) -> String {
        format!("{} row {}", self.table, self.number)
    }
}

/// UTF-8 as the standard asks, else the Western code page that old exports use.
fn decoded(field: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(field) {
        Ok(text) => Cow::Borrowed(text.trim()),
        Err(_) => Cow::Owned(
            encoding_rs::WINDOWS_1252
                .decode_without_bom_handling(field)
                .0
                .trim()
                .to_owned(),
        ),
    }
}

/// What has been read, and which limit stopped it.
struct Limits<'a> {
    bounds: Bounds,
    unpacked: &'a Cell<u64>,
    row: Cell<u64>,
    reached: Cell<Option<&'static str>>,
}

struct Counted<'a, R> {
    inner: R,
    limits: &'a Limits<'a>,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let count = u64::try_from(read).unwrap_or(u64::MAX);
        self.limits
            .unpacked
            .set(self.limits.unpacked.get().saturating_add(count));
        self.limits.row.set(self.limits.row.get().saturating_add(count));
        if self.limits.unpacked.get() > self.limits.bounds.unpacked_bytes {
            self.limits.reached.set(Some("the bytes unpacked"));
        } else if self.limits.row.get() > self.limits.bounds.row_bytes {
            self.limits.reached.set(Some("the bytes of one row"));
        }
        match self.limits.reached.get() {
            Some(limit) => Err(io::Error::other(limit)),
            None => Ok(read),
        }
    }
}

fn unreadable(reason: &dyn std::fmt::Display) -> SourceError {
    SourceError::Unreadable(format!("not a GTFS archive: {reason}"))
}
