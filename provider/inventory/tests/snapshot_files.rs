//! Snapshot files: there and back, signed, and refused when they do not count.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

use jiff::{SignedDuration, Timestamp};
use minisign::KeyPair;
use portcullis_inventory::{Answer, ColumnMapping, FleetFile, SnapshotFault, SnapshotFile, Told};
use portcullis_model::{Grade, Reason};
use proptest::prelude::*;

fn now() -> Timestamp {
    "2026-11-23T04:00:00Z".parse().unwrap()
}

fn file() -> SnapshotFile {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fleet.toml");
    let text = r#"
        observed_at = "2026-11-23T03:30:00Z"
        [[node]]
        name = "gpu-a01"
        model = "NVIDIA H200"
        gpus = 8
        used = 3
    "#;
    std::fs::write(&path, text).unwrap();
    let lab = FleetFile::new("lab".parse().unwrap(), path, ColumnMapping::default());
    let silent = Reason {
        code: "source-timeout".to_owned(),
        summary: "A GPU source took too long".to_owned(),
        asked: String::new(),
        found: "No answer.".to_owned(),
        remedy: String::new(),
    };
    SnapshotFile::new(
        now(),
        vec![
            Answer {
                name: "lab".parse().unwrap(),
                grade: Grade::Counted,
                told: Ok(lab.read(now()).unwrap()),
            },
            Answer {
                name: "cloud".parse().unwrap(),
                grade: Grade::Firm,
                told: Err(silent),
            },
        ],
    )
}

#[test]
fn what_sources_told_comes_back_as_it_was() {
    let file = file();
    let bytes = file.encode().unwrap();
    assert_eq!(SnapshotFile::decode(&bytes), Ok(file.clone()));
    let snapshot = file.snapshot();
    assert_eq!(snapshot.devices().len(), 8);
    let status: Vec<&str> = snapshot
        .sources()
        .iter()
        .map(|source| source.status.as_str())
        .collect();
    assert_eq!(status, ["unavailable", "complete"]);
    assert!(matches!(
        file.sources.values().next(),
        Some(Told::Unavailable { .. })
    ));
}

#[test]
fn age_is_that_of_what_was_seen_and_a_clock_ahead_is_refused() {
    let file = file();
    let hour = SignedDuration::from_mins(60);
    assert_eq!(file.check_age(now(), Some(hour)), Ok(()));
    assert_eq!(file.check_age(now(), None), Ok(()));
    let later = now() + SignedDuration::from_mins(31);
    assert!(matches!(
        file.check_age(later, Some(hour)),
        Err(SnapshotFault::Old { .. })
    ));
    let earlier = now() - SignedDuration::from_mins(2);
    let ahead = file.check_age(earlier, Some(hour)).unwrap_err();
    assert_eq!(ahead.reason("`a`").code, "snapshot-from-the-future");
}

#[test]
fn only_the_signed_file_under_the_right_key_counts() {
    let pair = KeyPair::generate_unencrypted_keypair().unwrap();
    let other = KeyPair::generate_unencrypted_keypair().unwrap();
    let bytes = file().encode().unwrap();
    let signature = minisign::sign(Some(&pair.pk), &pair.sk, bytes.as_slice(), None, None)
        .unwrap()
        .to_string();
    let verify = |bytes: &[u8], signature: &str, key: &str| {
        SnapshotFile::verify(bytes, signature, key).map_err(|fault| fault.reason("`a`").code)
    };
    let key = pair.pk.to_base64();
    assert_eq!(verify(&bytes, &signature, &key), Ok(()));
    let wrong = verify(&bytes, &signature, &other.pk.to_base64());
    assert_eq!(wrong.unwrap_err(), "snapshot-another-key");
    let mut changed = bytes.clone();
    *changed.last_mut().unwrap() ^= 1;
    assert_eq!(
        verify(&changed, &signature, &key).unwrap_err(),
        "snapshot-tampered"
    );
    for broken in ["", "untrusted comment: x\nnothing\n"] {
        let unsigned = verify(&bytes, broken, &key).unwrap_err();
        assert_eq!(unsigned, "snapshot-unsigned", "{broken:?}");
    }
    assert_eq!(
        verify(&bytes, &signature, "a key").unwrap_err(),
        "snapshot-key-invalid"
    );
}

#[test]
fn what_is_no_snapshot_is_refused_in_words() {
    let newer = br#"{"portcullis_snapshot": 2, "what": "ever"}"#;
    assert_eq!(SnapshotFile::decode(newer), Err(SnapshotFault::Newer(2)));
    for bad in [
        &b""[..],
        b"[]",
        b"{}",
        b"\xff\xfe",
        br#"{"portcullis_snapshot": 1}"#,
        br#"{"portcullis_snapshot": -1}"#,
        br#"{"portcullis_snapshot": 1, "taken_at": "2026-11-23T04:00:00Z", "sources": {"Bad Name": null}}"#,
    ] {
        let fault = SnapshotFile::decode(bad).unwrap_err();
        assert_eq!(fault.reason("`a`").code, "snapshot-unreadable", "{bad:?}");
    }
}

#[test]
fn fifty_megabytes_of_nothing_are_refused_in_time() {
    const LARGE: usize = 50 << 20;
    let number = format!("{{\"portcullis_snapshot\": 1{}}}", "0".repeat(LARGE));
    let text = format!(
        "{{\"portcullis_snapshot\": 1, \"sources\": \"{}\"}}",
        "a".repeat(LARGE)
    );
    for bad in ["[".repeat(LARGE), "{\"a\":".repeat(LARGE / 5), number, text] {
        let started = std::time::Instant::now();
        let fault = SnapshotFile::decode(bad.as_bytes()).unwrap_err();
        let reason = fault.reason("`a`");
        assert_eq!(reason.code, "snapshot-unreadable");
        assert!(
            reason.to_string().len() < 1_000,
            "{}",
            reason.to_string().len()
        );
        assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    }
}

#[test]
fn a_device_that_makes_no_sense_refuses_the_file() {
    let good: serde_json::Value = serde_json::from_slice(&file().encode().unwrap()).unwrap();
    let bad = [
        ("memory_mib", serde_json::json!(-1)),
        ("memory_mib", serde_json::json!(1e300)),
        ("observed_at", serde_json::json!("+999999-01-01T00:00:00Z")),
        ("node", serde_json::json!("a/b\u{1b}[31m")),
        ("model", serde_json::json!("\u{202e}")),
        ("in_use", serde_json::json!("no")),
        ("grade", serde_json::json!("certain")),
    ];
    for (member, value) in bad {
        let mut bad = good.clone();
        bad["sources"]["lab"]["report"]["devices"][0][member] = value;
        let bytes = serde_json::to_vec(&bad).unwrap();
        let fault = SnapshotFile::decode(&bytes).unwrap_err();
        let reason = fault.reason("`a`").to_string();
        assert!(
            reason.ends_with("snapshot-unreadable"),
            "{member}: {reason}"
        );
        assert!(!reason.contains('\u{1b}'), "{member}: {reason:?}");
    }
}

proptest! {
    #[test]
    fn damage_is_never_a_panic(at in 0_usize..4096, byte: u8) {
        let mut bytes = file().encode().unwrap();
        let at = at % bytes.len();
        bytes[at] = byte;
        let _ = SnapshotFile::decode(&bytes);
    }
}
