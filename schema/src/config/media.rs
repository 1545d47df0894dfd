//! The section `[media]` of the configuration.

use std::path::PathBuf;

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use url::Url;

use super::{ConfigError, Instance};
use crate::files::{FileLimits, Files, S3};

/// Bounds of the weights, in megabytes.
const MEGABYTES: std::ops::RangeInclusive<u64> = 1..=4_096;
/// Largest picture that may be allowed, in megabytes: it is held in memory.
const MAX_PICTURE_MB: u64 = 64;
/// Bounds of `upload_hours`.
const UPLOAD_HOURS: std::ops::RangeInclusive<u32> = 1..=720;
/// The folder when nothing says where.
const FOLDER: &str = "media";

/// Where the files that staff bring are kept, and how large they may be.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Media {
    /// A folder. Left out: `media`, beside the embedded database, else where the program was started. Several machines
    /// must see the same.
    pub folder: Option<PathBuf>,
    /// An S3-compatible store in place of the folder, with its bucket: `https://s3.example/bucket`.
    pub s3_url: Option<Url>,
    /// What the store's provider calls its place.
    pub s3_region: String,
    /// The access key of the store.
    pub s3_key: Option<SecretString>,
    /// The secret of that key.
    pub s3_secret: Option<SecretString>,
    /// Megabytes of a picture. It is made smaller, but has to come first.
    pub picture_mb: u64,
    /// Megabytes of a video.
    pub video_mb: u64,
    /// Megabytes of a PDF or a presentation.
    pub document_mb: u64,
    /// How many hours an upload may take, with all its interruptions.
    pub upload_hours: u32,
}

impl Default for Media {
    fn default() -> Self {
        Self {
            folder: None,
            s3_url: None,
            s3_region: "us-east-1".to_owned(),
            s3_key: None,
            s3_secret: None,
            picture_mb: 32,
            video_mb: 512,
            document_mb: 64,
            upload_hours: 24,
        }
    }
}

impl Media {
    /// The limits, if they are within bounds.
    pub fn limits(&self) -> Result<FileLimits, ConfigError> {
        let out = |key, wrong: String| Err(ConfigError::OutOfBounds { key, wrong });
        for (key, megabytes) in [
            ("media.video_mb", self.video_mb),
            ("media.document_mb", self.document_mb),
        ] {
            if !MEGABYTES.contains(&megabytes) {
                return out(key, format!("must be within {MEGABYTES:?}"));
            }
        }
        if !(1..=MAX_PICTURE_MB).contains(&self.picture_mb) {
            return out("media.picture_mb", format!("must be within 1..={MAX_PICTURE_MB}"));
        }
        if !UPLOAD_HOURS.contains(&self.upload_hours) {
            return out("media.upload_hours", format!("must be within {UPLOAD_HOURS:?}"));
        }
        Ok(FileLimits {
            picture: self.picture_mb << 20,
            video: self.video_mb << 20,
            document: self.document_mb << 20,
            upload: chrono::Duration::hours(i64::from(self.upload_hours)),
        })
    }
}

/// The store of files that this instance names.
pub(super) fn open(instance: &Instance) -> Result<Files, ConfigError> {
    let media = &instance.media;
    let limits = media.limits()?;
    let unusable = |error: crate::files::FilesError| ConfigError::Files(error.to_string());
    if let Some(url) = &media.s3_url {
        let (Some(key), Some(secret)) = (&media.s3_key, &media.s3_secret) else {
            let wrong = "needs `s3_key` and `s3_secret` beside it".to_owned();
            return Err(ConfigError::OutOfBounds {
                key: "media.s3_url",
                wrong,
            });
        };
        if url.path().trim_matches('/').is_empty() || url.path().trim_matches('/').contains('/') {
            let wrong = "must name the store and one bucket: https://s3.example/bucket".to_owned();
            return Err(ConfigError::OutOfBounds {
                key: "media.s3_url",
                wrong,
            });
        }
        let s3 = S3 {
            url,
            region: &media.s3_region,
            key: key.expose_secret(),
            secret,
        };
        return Files::s3(&s3, limits).map_err(unusable);
    }
    let database = &instance.database.url;
    let folder = match (&media.folder, database.file()) {
        (Some(folder), _) => folder.clone(),
        (None, Some(file)) => file.with_file_name(FOLDER),
        // A database in memory dies with the process, and so may its files.
        (None, None) if database.is_sqlite() => return Ok(Files::memory(limits)),
        (None, None) => PathBuf::from(FOLDER),
    };
    Files::folder(&folder, limits).map_err(unusable)
}

#[cfg(test)]
mod tests {
    use super::{FileLimits, Media};
    use crate::config::Settings;

    #[test]
    fn what_nobody_configures_is_the_same_everywhere() {
        assert_eq!(Media::default().limits().unwrap(), FileLimits::default());
    }

    fn opened(toml: &str) -> Result<(), String> {
        let instance = Settings::parse(toml)
            .unwrap()
            .instance(&[])
            .map_err(|error| error.to_string())?;
        super::open(&instance).map(|_| ()).map_err(|error| error.to_string())
    }

    #[test]
    fn what_cannot_hold_files_is_refused_with_the_key() {
        let memory = "[database]\nurl = \"sqlite::memory:\"\n[media]\n";
        for (media, named) in [
            ("picture_mb = 0", "media.picture_mb"),
            ("picture_mb = 65", "media.picture_mb"),
            ("video_mb = 5000", "media.video_mb"),
            ("document_mb = 0", "media.document_mb"),
            ("upload_hours = 0", "media.upload_hours"),
            ("s3_url = \"https://s3.example/town\"", "s3_secret"),
            (
                "s3_url = \"https://s3.example/\"\ns3_key = \"k\"\ns3_secret = \"hunter2\"",
                "media.s3_url",
            ),
            (
                "s3_url = \"https://s3.example/a/b\"\ns3_key = \"k\"\ns3_secret = \"hunter2\"",
                "media.s3_url",
            ),
            ("folder = \"/proc/none\"", "files"),
        ] {
            let said = opened(&format!("{memory}{media}")).unwrap_err();
            assert!(said.contains(named) && !said.contains("hunter2"), "{media}: {said}");
        }
        assert_eq!(opened(memory), Ok(()));
    }
}
