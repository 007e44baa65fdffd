//! The last snapshot on disk, for the next run to start from.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};
use portcullis_model::{Reason, Snapshot};

/// What every cached snapshot begins with; the last two say which form it has.
const MAGIC: [u8; 8] = *b"pcsnap01";
const HEADER: usize = 8 + 32 + 8 + 4;
/// How far the clock of the run that wrote it may run ahead.
const SKEW: SignedDuration = SignedDuration::from_mins(1);

/// A file with the last snapshot of one configuration of sources.
///
/// The file is for its owner alone and is replaced as a whole. One that is damaged, of another configuration or from another
/// version is passed over: it is a copy of what the sources can be asked for again.
#[derive(Clone, Debug)]
pub struct SnapshotCache {
    path: PathBuf,
    key: [u8; 32],
    max_age: SignedDuration,
}

/// What is on disk.
#[derive(Debug)]
pub enum Cached {
    /// A snapshot that is young enough.
    Young(Box<Snapshot>),
    /// None, or one that is too old or of another configuration.
    Nothing,
    /// Something else, which was passed over.
    Damaged(Reason),
}

impl SnapshotCache {
    /// The cache at `path` for what `key` is a digest of: all that decides what the sources tell. Snapshots older than
    /// `max_age` are passed over.
    #[must_use]
    pub fn new(path: PathBuf, key: [u8; 32], max_age: SignedDuration) -> Self {
        Self { path, key, max_age }
    }

    /// Reads it. Its age counts from when its oldest source told what it did.
    #[must_use]
    pub fn read(&self, now: Timestamp) -> Cached {
        match self.bytes() {
            Ok(bytes) => match self.judge(&bytes, now) {
                Ok(Some(snapshot)) => Cached::Young(Box::new(snapshot)),
                Ok(None) => Cached::Nothing,
                Err(found) => Cached::Damaged(self.damaged(found)),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => Cached::Nothing,
            Err(error) => Cached::Damaged(self.damaged(&error.to_string())),
        }
    }

    fn bytes(&self) -> io::Result<Vec<u8>> {
        let mut file = File::open(&self.path)?;
        let about = file.metadata()?;
        if !about.is_file() || is_open_to_others(&about) {
            return Err(io::Error::other("it is not a file for its owner alone"));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(about.len()).unwrap_or(0));
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn judge(&self, bytes: &[u8], now: Timestamp) -> Result<Option<Snapshot>, &'static str> {
        const FOREIGN: &str = "it is not a snapshot of this version of portcullis";
        let (header, body) = bytes.split_at_checked(HEADER).ok_or("it ends early")?;
        let (magic, header) = header.split_first_chunk().ok_or(FOREIGN)?;
        if *magic != MAGIC {
            return Err(FOREIGN);
        }
        let (key, header) = header.split_first_chunk().ok_or(FOREIGN)?;
        if *key != self.key {
            return Ok(None);
        }
        let (seen_at, header) = header.split_first_chunk().ok_or(FOREIGN)?;
        let (sum, _) = header.split_first_chunk().ok_or(FOREIGN)?;
        // Neither waits for the other: what is unpacked is thrown away when the sum is another.
        let (is_whole, unpacked) = std::thread::scope(|scope| {
            let unpacked = scope.spawn(|| Snapshot::unpack(body));
            let is_whole = checksum(*seen_at, body) == u32::from_le_bytes(*sum);
            (is_whole, unpacked.join())
        });
        if !is_whole {
            return Err("its checksum is not that of its content");
        }
        let seen_at = Timestamp::from_second(i64::from_le_bytes(*seen_at)).map_err(|_| FOREIGN)?;
        let age = now.duration_since(seen_at);
        if age > self.max_age || age < -SKEW {
            return Ok(None);
        }
        match unpacked {
            Ok(Ok(snapshot)) => Ok(Some(snapshot)),
            Ok(Err(_)) | Err(_) => Err(FOREIGN),
        }
    }

    /// Replaces it.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, snapshot: &Snapshot) -> io::Result<()> {
        let sources = snapshot.sources().iter();
        let Some(seen_at) = sources.map(|source| source.observed_at).min() else {
            return Ok(());
        };
        let body = snapshot.pack().map_err(io::Error::other)?;
        let seen_at = seen_at.as_second().to_le_bytes();
        let mut header = Vec::with_capacity(HEADER);
        header.extend_from_slice(&MAGIC);
        header.extend_from_slice(&self.key);
        header.extend_from_slice(&seen_at);
        header.extend_from_slice(&checksum(seen_at, &body).to_le_bytes());
        if let Some(folder) = self.path.parent() {
            private_folder(folder)?;
        }
        // A name of its own for each process: two that write at once each replace the whole file.
        let new = self
            .path
            .with_extension(format!("{}.new", std::process::id()));
        let written = private_file(&new).and_then(|mut file| {
            file.write_all(&header)?;
            file.write_all(&body)?;
            drop(file);
            fs::rename(&new, &self.path)
        });
        if written.is_err() {
            // What is left of it is of no use to anybody; that it cannot be removed says nothing new.
            let _ = fs::remove_file(&new);
        }
        written
    }

    fn damaged(&self, found: &str) -> Reason {
        Reason {
            code: "snapshot-cache-ignored".into(),
            summary: "Cached snapshot was ignored".into(),
            asked: format!(
                "Asked for the snapshot that an earlier run left in `{}`;",
                self.path.display()
            ),
            found: format!("{found}. Every connector was asked instead."),
            remedy: "A full disk or a killed machine leaves such a file. If neither happened, find out who can write to \
                     that folder."
                .into(),
        }
    }
}

/// Of the time, too: a flip in it would make what is old young.
fn checksum(seen_at: [u8; 8], body: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&seen_at);
    hasher.update(body);
    hasher.finalize()
}

#[cfg(unix)]
fn is_open_to_others(about: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    about.mode() & 0o077 != 0
}

#[cfg(not(unix))]
fn is_open_to_others(_: &fs::Metadata) -> bool {
    false
}

fn private_file(path: &std::path::Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn private_folder(path: &std::path::Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}
