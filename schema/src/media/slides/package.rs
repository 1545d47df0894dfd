//! The archive of a presentation: unpacked within bounds, and packed anew.

use std::io::{Cursor, Read as _, Write as _};

use zip::{CompressionMethod, ZipArchive, ZipWriter, write::SimpleFileOptions};

use super::{Flaw, SlidesFlaw, part};

/// Parts of a presentation: one of 500 slides with notes and pictures has some 3,000.
const MAX_PARTS: usize = 5_000;
/// Bytes of a part of XML, unpacked: the text of a long book, ten times over.
const MAX_XML_BYTES: u64 = 16 << 20;
/// Bytes of any other part, unpacked: a video in a presentation of the weight that we take.
const MAX_PART_BYTES: u64 = 64 << 20;
/// Bytes of all parts, unpacked: as much memory as a picture may take.
const MAX_UNPACKED_BYTES: u64 = 256 << 20;
/// Characters of a part's name.
const MAX_NAME: usize = 255;

/// The parts of a presentation, in the order of its archive.
#[derive(Debug)]
pub(super) struct Package {
    pub parts: Vec<Part>,
}

/// A part of a presentation.
#[derive(Debug)]
pub(super) struct Part {
    /// Its path: `ppt/slides/slide1.xml`.
    pub name: String,
    pub bytes: Vec<u8>,
}

impl Package {
    /// Unpacks an archive. Nothing is believed that it says about its own sizes.
    pub fn open(bytes: &[u8]) -> Result<Self, Flaw> {
        let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Flaw::Damaged)?;
        if zip.len() > MAX_PARTS {
            return Err(SlidesFlaw::Swells.into());
        }
        // Two parts of one name, or two in the same bytes: what one program reads, another does not.
        if zip.has_duplicate_names() || zip.has_overlapping_entries().unwrap_or(true) {
            return Err(Flaw::Damaged);
        }
        let mut parts = Vec::with_capacity(zip.len());
        let mut left = MAX_UNPACKED_BYTES;
        for index in 0..zip.len() {
            if zip.by_index_data(index).map_err(|_| Flaw::Damaged)?.encrypted() {
                return Err(SlidesFlaw::Closed.into());
            }
            let mut file = zip.by_index(index).map_err(|_| Flaw::Damaged)?;
            let name = file.name().map_err(|_| Flaw::Damaged)?.into_owned();
            if file.is_dir() {
                continue;
            }
            if !is_sound(&name) || !file.is_file() {
                return Err(Flaw::Damaged);
            }
            let most = if part::is_xml(&name) {
                MAX_XML_BYTES
            } else {
                MAX_PART_BYTES
            };
            let most = most.min(left);
            let mut bytes = Vec::new();
            let read = (&mut file).take(most + 1).read_to_end(&mut bytes);
            let read = read.map_err(|_| Flaw::Damaged)? as u64;
            if read > most {
                return Err(SlidesFlaw::Swells.into());
            }
            left -= read;
            parts.push(Part { name, bytes });
        }
        Ok(Self { parts })
    }

    /// The bytes of a part.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        let part = self.parts.iter().find(|part| part.name == name)?;
        Some(&part.bytes)
    }

    /// The bytes of a part without which there is no presentation.
    pub fn need(&self, name: &str) -> Result<&[u8], Flaw> {
        self.get(name).ok_or(Flaw::Damaged)
    }

    /// An archive of the parts alone: no times, no owners, no remarks. The same parts are always the same bytes.
    pub fn packed(self) -> Result<Vec<u8>, Flaw> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for part in self.parts {
            // ODF 1.3 part 2 §3.3: the media type stands as it is.
            let method = if part.name == part::MIMETYPE {
                CompressionMethod::Stored
            } else {
                CompressionMethod::Deflated
            };
            let options = SimpleFileOptions::default().compression_method(method);
            zip.start_file(part.name, options).map_err(|_| Flaw::Damaged)?;
            zip.write_all(&part.bytes).map_err(|_| Flaw::Damaged)?;
        }
        Ok(zip.finish().map_err(|_| Flaw::Damaged)?.into_inner())
    }
}

/// Whether a part is where it says, below the archive.
fn is_sound(name: &str) -> bool {
    let steps = || name.split('/');
    name.len() <= MAX_NAME
        && !name.contains(['\\', ':'])
        && !name.chars().any(char::is_control)
        && steps().all(|step| !matches!(step, "" | "." | ".."))
}
