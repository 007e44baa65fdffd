//! Snapshots that hosts or pipelines took: planning without asking anybody.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use portcullis_inventory::{BYTES_MAX, SnapshotFault, SnapshotFile, Told};
use portcullis_ledger::{Author, LedgerUrl, Publication};
use portcullis_model::{DeviceSource, Fetch, Grade, Name, Reason, SourceReport, Supply};

use super::plugin::unavailable_in_words;

/// How long to wait before reading a file again that does not fit its signature: one of both may just be replaced.
const BETWEEN_TRIES: Duration = Duration::from_millis(100);
/// Snapshots that are named when they are left out.
const NAMED_MAX: usize = 3;

/// Snapshots that hosts or pipelines took, as a source.
#[derive(Debug, Clone)]
pub(crate) struct PublishedSource {
    /// The name of the connector.
    pub(crate) name: Name,
    /// Where they are.
    pub(crate) place: Place,
    /// The minisign public key that must have signed each of them; anybody may have made them without one.
    pub(crate) key: Option<String>,
    /// How old what they tell may be; any age without one.
    pub(crate) max_age: Option<SignedDuration>,
    /// The only source of theirs that counts; all of them without one.
    pub(crate) source: Option<Name>,
}

/// Where snapshots are.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    /// A file, or a folder with a file for each host.
    Path(PathBuf),
    /// A ledger into which hosts publish.
    Ledger(LedgerUrl),
}

/// A snapshot, or why it does not count, with the words for where it is.
type Read = (String, Result<SnapshotFile, SnapshotFault>);

impl DeviceSource for PublishedSource {
    fn name(&self) -> &Name {
        &self.name
    }

    /// What they hold says how far it can be trusted.
    fn grade(&self) -> Grade {
        Grade::Firm
    }

    fn fetch(&self, now: Timestamp) -> Fetch<'_> {
        Box::pin(async move {
            let read = match &self.place {
                Place::Path(path) => {
                    let (source, path) = (self.clone(), path.clone());
                    match tokio::task::spawn_blocking(move || source.files(&path, now)).await {
                        Ok(read) => read?,
                        Err(error) => std::panic::resume_unwind(error.into_panic()),
                    }
                }
                Place::Ledger(url) => self.ledger(url, now).await?,
            };
            self.together(read, now)
        })
    }
}

impl PublishedSource {
    /// The snapshot in a file, for people who look at one.
    pub(crate) fn file(&self, path: &Path, now: Timestamp) -> Result<SnapshotFile, SnapshotFault> {
        let first = self.file_once(path, now);
        if !matches!(
            first,
            Err(SnapshotFault::Tampered | SnapshotFault::AnotherKey)
        ) {
            return first;
        }
        std::thread::sleep(BETWEEN_TRIES);
        self.file_once(path, now)
    }

    fn file_once(&self, path: &Path, now: Timestamp) -> Result<SnapshotFile, SnapshotFault> {
        let bytes = read(path).map_err(SnapshotFault::Unreadable)?;
        if let Some(key) = &self.key {
            let signature = read(&signature_path(path)).map_err(SnapshotFault::Signature)?;
            let signature = String::from_utf8_lossy(&signature);
            SnapshotFile::verify(&bytes, &signature, key)?;
        }
        let file = SnapshotFile::decode(&bytes)?;
        file.check_age(now, self.max_age)?;
        Ok(file)
    }

    fn files(&self, path: &Path, now: Timestamp) -> Result<Vec<Read>, Reason> {
        let at = |path: &Path| format!("`{}`", path.display().to_string().escape_debug());
        if !path.is_dir() {
            return Ok(vec![(at(path), self.file(path, now))]);
        }
        let unreadable = |found: String| SnapshotFault::Unreadable(found).reason(&at(path));
        let entries = std::fs::read_dir(path).map_err(|error| unreadable(error.to_string()))?;
        let mut paths: Vec<PathBuf> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| {
                path.extension()
                    .is_some_and(|extension| extension == "json")
            })
            .collect();
        paths.sort();
        if paths.is_empty() {
            return Err(unreadable("no file in it ends in `.json`".to_owned()));
        }
        let read = paths.iter().map(|path| (at(path), self.file(path, now)));
        Ok(read.collect())
    }

    async fn ledger(&self, url: &LedgerUrl, now: Timestamp) -> Result<Vec<Read>, Reason> {
        let reader = Author {
            actor: "inventory".to_owned(),
            run: "inventory".to_owned(),
        };
        let ledger = portcullis_ledger::open(url, reader);
        let published = ledger.published().await;
        let published = published.map_err(|error| unavailable_in_words(&error.to_string()))?;
        if published.is_empty() {
            let none = SnapshotFault::Unreadable("no host has published into it".to_owned());
            return Err(none.reason(&format!("in `{url}`")));
        }
        let read = published.into_iter().map(|publication| {
            let at = format!("`{}` in `{url}`", publication.name.escape_debug());
            (at, self.publication(&publication, now))
        });
        Ok(read.collect())
    }

    fn publication(
        &self,
        publication: &Publication,
        now: Timestamp,
    ) -> Result<SnapshotFile, SnapshotFault> {
        let mut file = SnapshotFile::decode(publication.body.as_bytes())?;
        // Whatever the host's clock says, it was not seen later than the ledger got it.
        file.taken_at = file.taken_at.min(publication.at);
        file.check_age(now, self.max_age)?;
        Ok(file)
    }

    /// What all of them tell, as one report. Those that do not count make it partial; when none counts there is no report.
    fn together(&self, read: Vec<Read>, now: Timestamp) -> Result<SourceReport, Reason> {
        let all = read.len();
        let mut report: Option<SourceReport> = None;
        let mut faults: Vec<(String, Reason)> = Vec::new();
        for (place, file) in read {
            match file {
                Err(fault) => faults.push((place.clone(), fault.reason(&place))),
                Ok(file) => self.add(&file, &place, &mut report, &mut faults),
            }
        }
        match (report, faults.is_empty()) {
            (Some(mut report), true) => {
                report.observed_at = report.observed_at.min(now);
                Ok(report)
            }
            (Some(mut report), false) => {
                report.observed_at = report.observed_at.min(now);
                report.partial = Some(self.left_out(all, &faults));
                Ok(report)
            }
            (None, _) => Err(faults.into_iter().next().map_or_else(
                || {
                    let nothing = "no source that was asked for is in it".to_owned();
                    SnapshotFault::Unreadable(nothing)
                        .reason(&format!("of connector `{}`", self.name))
                },
                |(_, reason)| reason,
            )),
        }
    }

    fn add(
        &self,
        file: &SnapshotFile,
        place: &str,
        report: &mut Option<SourceReport>,
        faults: &mut Vec<(String, Reason)>,
    ) {
        for (source, told) in &file.sources {
            if self.source.as_ref().is_some_and(|only| only != source) {
                continue;
            }
            match told {
                Told::Unavailable { reason, .. } => faults.push((place.to_owned(), reason.clone())),
                Told::Report(told) => {
                    if let Some(partial) = &told.partial {
                        faults.push((place.to_owned(), partial.clone()));
                    }
                    // Seen no later than the file was made.
                    let observed_at = told.observed_at.min(file.taken_at);
                    join(report, told, observed_at);
                }
            }
        }
    }

    fn left_out(&self, all: usize, faults: &[(String, Reason)]) -> Reason {
        let named: Vec<String> = faults
            .iter()
            .take(NAMED_MAX)
            .map(|(place, reason)| format!("{place}: {}", reason.found.trim_end_matches('.')))
            .collect();
        let more = match faults.len().saturating_sub(NAMED_MAX) {
            0 => String::new(),
            more => format!("; and {more} more"),
        };
        Reason {
            code: "snapshots-left-out".to_owned(),
            summary: "Published snapshots were left out".to_owned(),
            asked: format!(
                "Asked connector `{}` for what was published, which is {all} snapshots.",
                self.name
            ),
            found: format!("Not all counts: {}{more}.", named.join("; ")),
            remedy: "See to it that these hosts publish, with the right key and a right clock; or take their snapshots away \
                     if the hosts are gone."
                .to_owned(),
        }
    }
}

/// Adds a report to others.
fn join(report: &mut Option<SourceReport>, told: &SourceReport, observed_at: Timestamp) {
    let report = report.get_or_insert_with(|| SourceReport {
        grade: told.grade,
        observed_at,
        partial: None,
        nodes: Vec::new(),
        rooms: Vec::new(),
        devices: Vec::new(),
        supply: Supply::default(),
    });
    report.grade = report.grade.min(told.grade);
    report.observed_at = report.observed_at.min(observed_at);
    report.nodes.extend(told.nodes.iter().cloned());
    report.rooms.extend(told.rooms.iter().cloned());
    report.devices.extend(told.devices.iter().cloned());
    report
        .supply
        .offers
        .extend(told.supply.offers.iter().cloned());
    report
        .supply
        .quotas
        .extend(told.supply.quotas.iter().cloned());
}

/// Where the signature of a snapshot lies: `<snapshot>.minisig`, as minisign names it.
pub(crate) fn signature_path(path: &Path) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(".minisig");
    PathBuf::from(path)
}

/// A file's bytes; the error is a clause.
fn read(path: &Path) -> Result<Vec<u8>, String> {
    let said = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            format!(
                "there is no `{}`",
                path.display().to_string().escape_debug()
            )
        }
        kind => format!("the system says: {kind}"),
    };
    if !std::fs::metadata(path).map_err(said)?.is_file() {
        return Err("it is not a regular file".to_owned());
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(said)?;
    file.take(BYTES_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(said)?;
    if bytes.len() as u64 > BYTES_MAX {
        return Err(format!("it has more than {} MiB", BYTES_MAX / 1024 / 1024));
    }
    Ok(bytes)
}
