//! What the next run starts from is what the last one saw, or nothing.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use portcullis_inventory::{Cached, FleetFile, SnapshotCache};
use portcullis_model::{Name, Reason, Snapshot, SnapshotBuilder};
use proptest::prelude::*;

const FLEET: &str = r#"
[[node]]
name = "gpu-a01"
gpus = 9
used = 2
model = "H200"
memory_mib = 143771
region = "eu-west-1"
node_cpu_milli = 64000

[[node]]
name = "gpu-a02"
model = "A100-80GB"
driver_version = "570.86.10"
price = "2.49 USD"
[[node.gpu]]
uuid = "GPU-a893886b-3030-584c-91b3-7728f717af39"
used = true
[[node.gpu]]
uuid = "GPU-b893886b-3030-584c-91b3-7728f717af39"
health = "degraded"
fabric = "c0ffee.3"
[[node.gpu]]
uuid = "rack-7-3"

[[node]]
name = "empty"

[[offer]]
name = "p5"
model = "H200"
gpus_per_node = 8
grade = "firm"
"#;

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

fn snapshot(folder: &Path) -> Snapshot {
    let path = folder.join("fleet.toml");
    fs::write(&path, format!("observed_at = \"{}\"\n{FLEET}", now())).unwrap();
    let name: Name = "lab".parse().unwrap();
    let file = FleetFile::new(name.clone(), path, Default::default());
    let reason = Reason {
        code: "source-timeout".to_owned(),
        summary: "A GPU source took too long".to_owned(),
        asked: String::new(),
        found: String::new(),
        remedy: String::new(),
    };
    let mut report = file.read(now()).unwrap();
    report.partial = Some(reason);
    for device in &mut report.devices {
        device.holder = device.in_use.then(|| "trainer-0".into());
    }
    SnapshotBuilder::default().report(name, report).build()
}

fn cache(folder: &Path, key: u8) -> SnapshotCache {
    SnapshotCache::new(
        folder.join("cache/snapshot"),
        [key; 32],
        SignedDuration::from_mins(5),
    )
}

fn is_nothing(cached: &Cached) -> bool {
    matches!(cached, Cached::Nothing)
}

#[test]
fn what_was_written_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let snapshot = snapshot(folder.path());
    let cache = cache(folder.path(), 1);
    assert!(is_nothing(&cache.read(now())));
    cache.write(&snapshot).unwrap();
    let Cached::Young(read) = cache.read(now()) else {
        panic!()
    };
    assert_eq!(*read, snapshot);
    assert_eq!(read.digest(), snapshot.digest());
    let files = fs::read_dir(folder.path().join("cache")).unwrap();
    assert_eq!(files.count(), 1, "nothing is left beside it");
}

#[test]
fn what_is_old_or_of_another_configuration_is_nothing() {
    let folder = tempfile::tempdir().unwrap();
    cache(folder.path(), 1)
        .write(&snapshot(folder.path()))
        .unwrap();
    let minutes = |minutes| SignedDuration::from_mins(minutes);
    let cache = |key| cache(folder.path(), key);
    assert!(matches!(
        cache(1).read(now() + minutes(5)),
        Cached::Young(_)
    ));
    assert!(is_nothing(&cache(1).read(now() + minutes(6))));
    assert!(
        is_nothing(&cache(1).read(now() - minutes(2))),
        "from the future"
    );
    assert!(is_nothing(&cache(2).read(now())));
}

#[cfg(unix)]
#[test]
fn what_others_can_read_is_passed_over() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(folder.path(), 1);
    cache.write(&snapshot(folder.path())).unwrap();
    let path = folder.path().join("cache/snapshot");
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let Cached::Damaged(reason) = cache.read(now()) else {
        panic!()
    };
    assert!(reason.found.contains("for its owner alone"), "{reason}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    /// A flipped byte, a cut or something added is never read as a snapshot.
    #[test]
    fn what_is_damaged_is_never_read(at in any::<prop::sample::Index>(), flip in 1..=255_u8, how in 0..3) {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(folder.path(), 1);
        cache.write(&snapshot(folder.path())).unwrap();
        let path = folder.path().join("cache/snapshot");
        let mut bytes = fs::read(&path).unwrap();
        let at = at.index(bytes.len());
        match how {
            0 => bytes[at] ^= flip,
            1 => bytes.truncate(at),
            _ => bytes.push(flip),
        }
        fs::write(&path, bytes).unwrap();
        prop_assert!(!matches!(cache.read(now()), Cached::Young(_)));
    }

    /// Whatever the bytes are, reading them ends, and what is read can be looked at.
    #[test]
    fn any_bytes_end(at in any::<prop::sample::Index>(), flips in prop::collection::vec(any::<u8>(), 1..8)) {
        let folder = tempfile::tempdir().unwrap();
        let mut bytes = snapshot(folder.path()).pack().unwrap();
        let at = at.index(bytes.len());
        for (byte, flip) in bytes[at..].iter_mut().zip(flips) {
            *byte ^= flip;
        }
        if let Ok(read) = Snapshot::unpack(&bytes) {
            for device in read.devices() {
                let _ = (device.key(), device.model(), device.site(), device.holder());
            }
            let _ = read.digest();
            prop_assert!(read.offers().count() <= 1);
        }
    }
}
