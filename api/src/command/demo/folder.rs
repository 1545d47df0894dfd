//! The folder in which the demo keeps everything: emptied at each start, and never anybody else's.

use std::{
    fs::{self, File},
    io::ErrorKind,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};

/// Says that a folder is the demo's, and may be emptied; locked while a demo runs in it.
const MARK: &str = ".beffroi-demo";

/// Where media are kept, beside the database: the configuration's own default.
const MEDIA: &str = "media";

/// The demo's folder.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// Held, not used: it keeps the folder locked.
    _lock: File,
}

impl Folder {
    /// Makes the folder, or empties the one that an earlier demo left. Any other folder that is not empty is refused.
    pub fn prepare(path: &Path) -> anyhow::Result<Self> {
        let cannot = || format!("the folder {} cannot be used", path.display());
        fs::create_dir_all(path).with_context(cannot)?;
        // Absolute, because the database's and the logs' addresses are made of it.
        let path = path.canonicalize().with_context(cannot)?;
        let mark = path.join(MARK);
        let empty = fs::read_dir(&path).with_context(cannot)?.next().is_none();
        if !empty && !mark.exists() {
            bail!(
                "{} is not empty and was not made by the demo: choose another with --folder",
                path.display()
            );
        }
        let lock = File::create(&mark).with_context(cannot)?;
        if lock.try_lock().is_err() {
            bail!(
                "another demo is running in {}: choose another folder with --folder",
                path.display()
            );
        }
        clear(&path, &mark).with_context(cannot)?;
        Ok(Self { path, _lock: lock })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }
}

/// Removes what an earlier demo left: files, and the folder of its media.
fn clear(path: &Path, mark: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() && entry.file_name() == MEDIA {
            fs::remove_dir_all(entry.path())?;
        }
        if entry.path() == *mark || !kind.is_file() {
            continue;
        }
        match fs::remove_file(entry.path()) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}
