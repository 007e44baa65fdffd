//! Waiting for another process to end its write, and saying which process it is.

use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::fault::{explain, is_busy};
use super::file::beside;
use crate::Error;

/// Repeats `attempt` while another connection has the lock, for at most `wait`.
///
/// SQLite's own busy handler waits longer each time, so that who waits longest asks least often. Here everybody asks
/// equally often at random moments, which gives every process the same chance.
pub(super) fn patiently<T>(
    path: &Path,
    wait: Duration,
    mut attempt: impl FnMut() -> rusqlite::Result<T>,
) -> Result<T, Error> {
    let started = Instant::now();
    loop {
        match attempt() {
            Ok(done) => return Ok(done),
            Err(error) if !is_busy(&error) => return Err(explain(path, &error)),
            Err(_) if started.elapsed() >= wait => return Err(locked(path, started.elapsed())),
            Err(_) => sleep(a_moment()),
        }
    }
}

/// Between 0.5 and 2.5 ms.
fn a_moment() -> Duration {
    Duration::from_micros(500 + RandomState::new().hash_one(()) % 2_000)
}

pub(super) fn locked(path: &Path, waited: Duration) -> Error {
    Error::Locked {
        path: path.to_owned(),
        waited,
        holder: holder(path),
    }
}

/// The process that writes, in words. Linux lists every lock with its process and file; asking the file itself
/// (`F_GETLK`) would need a second descriptor, and closing that drops the locks that SQLite holds on the first.
#[cfg(target_os = "linux")]
fn holder(path: &Path) -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    let inodes: Vec<u64> = ["-shm", ""]
        .iter()
        .filter_map(|suffix| std::fs::metadata(beside(path, suffix)).ok())
        .map(|metadata| metadata.ino())
        .collect();
    let locks = std::fs::read_to_string("/proc/locks").ok()?;
    let process = inodes.iter().find_map(|inode| writer_in(&locks, *inode))?;
    let name = std::fs::read_to_string(format!("/proc/{process}/comm")).unwrap_or_default();
    Some(match name.trim() {
        "" => format!("process {process}"),
        name => format!("process {process} (`{name}`)"),
    })
}

#[cfg(not(target_os = "linux"))]
fn holder(_: &Path) -> Option<String> {
    None
}

/// The process with a write lock on a file, from lines such as
/// `3: POSIX  ADVISORY  WRITE 4711 fe:01:52347 120 120`.
#[cfg(target_os = "linux")]
fn writer_in(locks: &str, inode: u64) -> Option<u32> {
    locks.lines().find_map(|line| {
        let mut words = line
            .split_whitespace()
            .skip(1)
            .skip_while(|word| *word == "->");
        let (_posix, _advisory, access) = (words.next()?, words.next()?, words.next()?);
        let process = words.next()?.parse().ok().filter(|process| *process > 0)?;
        let file = words.next()?.rsplit(':').next()?.parse::<u64>().ok()?;
        (access == "WRITE" && file == inode).then_some(process)
    })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_writer_of_a_file_is_found_among_all_locks() {
        let locks = "1: FLOCK  ADVISORY  WRITE 7 fe:01:9 0 EOF\n\
                     2: POSIX  ADVISORY  READ  12 fe:01:52347 123 123\n\
                     2: -> POSIX  ADVISORY  WRITE 13 fe:01:1 120 120\n\
                     3: POSIX  ADVISORY  WRITE 4711 fe:01:52347 120 120\n\
                     4: OFDLCK ADVISORY  WRITE -1 fe:01:52348 0 0\n";
        assert_eq!(writer_in(locks, 52347), Some(4711));
        assert_eq!(writer_in(locks, 52348), None);
        assert_eq!(writer_in(locks, 1), Some(13));
        assert_eq!(writer_in("nonsense\n", 1), None);
    }
}
