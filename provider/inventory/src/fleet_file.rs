//! Fleets written down: CSV, TOML or JSON.

mod csv;
mod document;
mod fault;
mod fleet;
mod mapping;
mod place;
mod supply;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use portcullis_model::{DeviceSource, Fetch, Grade, Name, SourceReport};

pub use fault::FleetFileFault;
pub use mapping::ColumnMapping;

use fault::Problem;
use fleet::Fleet;

/// Larger files are refused unread.
const BYTES_MAX: u64 = 64 * 1024 * 1024;

/// A file that lists nodes and their GPUs; its extension says whether it is CSV, TOML or JSON.
///
/// TOML (JSON has the same keys): `[[node]]` with `name` and either `gpus`, `model`, `memory_mib`,
/// `used` (a count) and `healthy`, or one `[[node.gpu]]` a device with `uuid`, `model`,
/// `memory_mib`, `used` and `healthy` (booleans). `observed_at` at the top says when it was true;
/// without it, the time of the file's last change does. `[[offer]]` and `[[quota]]` tell what is offered or allowed beside
/// them.
///
/// CSV: one row a group of alike devices, or one row a device where there is a `uuid`. Which
/// column is which is said by a [`ColumnMapping`].
#[derive(Clone, Debug)]
pub struct FleetFile {
    name: Name,
    path: PathBuf,
    mapping: ColumnMapping,
    grade: Grade,
}

impl FleetFile {
    /// The file as a source of this name, its numbers of grade `counted`.
    #[must_use]
    pub fn new(name: Name, path: PathBuf, mapping: ColumnMapping) -> Self {
        Self {
            name,
            path,
            mapping,
            grade: Grade::Counted,
        }
    }

    /// Reads and checks the whole file.
    ///
    /// # Errors
    /// The first thing that is wrong with it, with file, line and column; nothing of a faulty
    /// file is used.
    pub fn read(&self, now: Timestamp) -> Result<SourceReport, FleetFileFault> {
        let fault = |problem| FleetFileFault::new(&self.path, None, problem);
        let extension = self
            .path
            .extension()
            .and_then(|extension| extension.to_str());
        let mut fleet = Fleet::default();
        let (text, changed_at) = read_text(&self.path)?;
        let observed_at = match extension.map(str::to_ascii_lowercase).as_deref() {
            Some("csv") => csv::parse(&text, &self.mapping, &mut fleet).map(|()| None),
            Some("toml") => document::parse_toml(&text, &mut fleet),
            Some("json") => document::parse_json(&text, &mut fleet),
            _ => return Err(fault(Problem::Format)),
        };
        let observed_at = observed_at
            .map_err(|(place, problem)| FleetFileFault::new(&self.path, place, problem))?;
        // A clock that runs ahead must not make an old file fresh.
        let observed_at = observed_at.unwrap_or(changed_at).min(now);
        Ok(fleet.report(self.grade, observed_at))
    }
}

fn read_text(path: &Path) -> Result<(String, Timestamp), FleetFileFault> {
    let fault = |place, problem| FleetFileFault::new(path, place, problem);
    let unreadable = |error: std::io::Error| fault(None, Problem::Unreadable(error.kind()));
    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(fault(None, Problem::NotAFile));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(BYTES_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > BYTES_MAX {
        return Err(fault(
            None,
            Problem::TooLarge {
                limit_mib: BYTES_MAX / 1024 / 1024,
            },
        ));
    }
    let changed_at = metadata.modified().map_err(unreadable)?;
    let changed_at = Timestamp::try_from(changed_at).unwrap_or_default();
    match String::from_utf8(bytes) {
        Ok(text) => Ok((text, changed_at)),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let before = error.as_bytes().get(..valid).unwrap_or_default();
            let place = place::Place::of_offset(&String::from_utf8_lossy(before), valid);
            Err(fault(Some(place), Problem::NotUtf8))
        }
    }
}

impl DeviceSource for FleetFile {
    fn name(&self) -> &Name {
        &self.name
    }

    fn grade(&self) -> Grade {
        self.grade
    }

    fn fetch(&self, now: Timestamp) -> Fetch<'_> {
        let file = self.clone();
        Box::pin(async move {
            match tokio::task::spawn_blocking(move || file.read(now)).await {
                Ok(report) => report.map_err(|fault| fault.reason()),
                Err(error) => std::panic::resume_unwind(error.into_panic()),
            }
        })
    }
}
