//! A directory in a file.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use jiff::Timestamp;
use portcullis_access::SourceFacts;
use portcullis_model::Name;

use crate::directory::Directory;
use crate::fault::{DirectoryFault, Fault, Problem};
use crate::{csv, json};

/// Larger files are refused unread.
const BYTES_MAX: u64 = 64 * 1024 * 1024;

/// A file that lists groups with their members, and owners; its extension says whether it is CSV or JSON.
///
/// CSV: a row of headings, then one row a membership (`group`, `member`, and `until` where memberships end), or one row a
/// subject and who answers for it (`subject`, `owner`). A row with a group and no member is a group of nobody.
///
/// JSON: `groups`, from each group to its members; `owners`, from subjects to who answers for them; `observed_at`, when
/// that was true. Or what a SCIM 2.0 server (RFC 7644) answers to queries of `/Users` and `/Groups`: one list response, or
/// an array of responses and resources.
///
/// A group that the file names is complete in it: nobody else is a member.
#[derive(Clone, Debug)]
pub struct DirectoryFile {
    name: Name,
    path: PathBuf,
}

impl DirectoryFile {
    /// The file as a source of this name.
    #[must_use]
    pub const fn new(name: Name, path: PathBuf) -> Self {
        Self { name, path }
    }

    /// Reads and checks the whole file. The facts are as old as the file says, or else as its last change; never newer
    /// than `now`.
    ///
    /// # Errors
    /// The first thing that is wrong with it; nothing of a faulty file is used.
    pub fn read(&self, now: Timestamp) -> Result<SourceFacts, DirectoryFault> {
        let read = self.facts(now);
        read.map_err(|fault| DirectoryFault::new(&self.path, fault))
    }

    fn facts(&self, now: Timestamp) -> Result<SourceFacts, Fault> {
        let extension = self.path.extension().and_then(|text| text.to_str());
        let parse = match extension.map(str::to_ascii_lowercase).as_deref() {
            Some("csv") => csv::parse,
            Some("json") => json::parse,
            _ => return Err((None, Problem::Format)),
        };
        let (text, changed_at) = self.text()?;
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        let mut directory = Directory::default();
        let observed_at = parse(&text, &name, &mut directory)?;
        let observed_at = observed_at.unwrap_or(changed_at).min(now);
        Ok(directory.facts(self.name.clone(), observed_at))
    }

    fn text(&self) -> Result<(String, Timestamp), Fault> {
        let unreadable = |error: std::io::Error| (None, Problem::Unreadable(error.kind()));
        let metadata = std::fs::metadata(&self.path).map_err(unreadable)?;
        if !metadata.is_file() {
            return Err((None, Problem::NotAFile));
        }
        let mut bytes = Vec::new();
        let file = File::open(&self.path).map_err(unreadable)?;
        file.take(BYTES_MAX + 1)
            .read_to_end(&mut bytes)
            .map_err(unreadable)?;
        if bytes.len() as u64 > BYTES_MAX {
            let limit_mib = BYTES_MAX / 1024 / 1024;
            return Err((None, Problem::TooLarge { limit_mib }));
        }
        let changed_at = metadata.modified().map_err(unreadable)?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            let before = error.as_bytes().get(..valid).unwrap_or_default();
            let lines = before.iter().filter(|byte| **byte == b'\n').count() as u64;
            (Some(lines + 1), Problem::NotUtf8)
        })?;
        Ok((text, Timestamp::try_from(changed_at).unwrap_or_default()))
    }
}
