//! Signatures: fail closed once a key is trusted, each refusal in its own words, and understood by minisign itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use minisign::KeyPair;
use portcullis_plugin_host::lock::{Candidate, Downgrade, Unpinned};
use portcullis_plugin_host::trust::{TrustError, TrustedKey, signature_path};
use portcullis_plugin_host::{Limits, PluginError};
use serde_json::json;

use crate::support::{Folder, with_manifest};

const MAX: u64 = 1024 * 1024;

/// A component that says it is `vault` in that version.
fn component(version: &str) -> Vec<u8> {
    let manifest = json!({"schema": 1, "name": "vault", "version": version, "world": "check"});
    with_manifest(wat::parse_str("(component)").unwrap(), &manifest)
}

fn keys() -> KeyPair {
    KeyPair::generate_unencrypted_keypair().unwrap()
}

fn public(keys: &KeyPair, name: &str) -> TrustedKey {
    let text = keys.pk.to_box().unwrap().to_string();
    TrustedKey {
        name: name.to_owned(),
        public: text.lines().nth(1).unwrap().to_owned(),
    }
}

/// Signs a file as `portcullis plugin sign` does.
fn sign(file: &Path, keys: &KeyPair) {
    let component = Unpinned::read(file, MAX).unwrap();
    let comment = component.claims().comment();
    let signature = minisign::sign(
        Some(&keys.pk),
        &keys.sk,
        component.binary.as_slice(),
        Some(&comment),
        None,
    );
    fs::write(signature_path(file), signature.unwrap().to_string()).unwrap();
}

/// A folder whose lock trusts a key, and a component in it, not signed yet.
fn folder_that_trusts(keys: &KeyPair) -> (Folder, PathBuf) {
    let folder = Folder::new();
    let mut lock = folder.lock();
    lock.trust_key(public(keys, "team")).unwrap();
    lock.write().unwrap();
    let file = folder.path("vault.wasm");
    fs::write(&file, component("1.0.0")).unwrap();
    (folder, file)
}

fn refusal(folder: &Folder, file: &Path) -> TrustError {
    match folder.lock().pin(file, MAX).unwrap_err() {
        PluginError::Untrusted(error) => error,
        other => panic!("{other}"),
    }
}

#[test]
fn load_04_each_untrusted_plugin_is_refused_in_its_own_words() {
    let (ours, theirs) = (keys(), keys());
    let (folder, file) = folder_that_trusts(&ours);
    let unsigned = refusal(&folder, &file);
    assert!(
        matches!(unsigned, TrustError::Unsigned { .. }),
        "{unsigned}"
    );

    sign(&file, &theirs);
    let another_key = refusal(&folder, &file);
    assert!(
        matches!(another_key, TrustError::AnotherKey { .. }),
        "{another_key}"
    );

    let other = folder.path("other.wasm");
    fs::write(&other, component("0.9.0")).unwrap();
    sign(&other, &ours);
    fs::copy(signature_path(&other), signature_path(&file)).unwrap();
    let another_file = refusal(&folder, &file);
    assert!(
        matches!(another_file, TrustError::AnotherFile { .. }),
        "{another_file}"
    );
    assert!(
        another_file
            .to_string()
            .contains("made for `vault` `0.9.0`"),
        "{another_file}"
    );

    sign(&file, &ours);
    let mut lock = folder.lock();
    let pinned = lock.pin(&file, MAX).unwrap();
    assert!(pinned.after.signer.is_some());
    lock.write().unwrap();
    let rolled_back = refusal(&folder, &other);
    assert!(
        matches!(rolled_back, TrustError::RolledBack { .. }),
        "{rolled_back}"
    );

    let texts = [unsigned, another_key, another_file, rolled_back].map(|error| error.to_string());
    let summary = |text: &String| text.lines().next().unwrap().to_owned();
    let mut summaries = texts.each_ref().map(summary).to_vec();
    summaries.dedup();
    assert_eq!(summaries.len(), 4, "{summaries:?}");
}

#[tokio::test]
async fn a_signature_that_went_away_after_locking_stops_the_plugin() {
    let ours = keys();
    let (folder, file) = folder_that_trusts(&ours);
    sign(&file, &ours);
    let mut lock = folder.lock();
    lock.pin(&file, MAX).unwrap();
    lock.write().unwrap();
    let plugin = folder.lock().plugin("vault").unwrap();
    assert!(plugin.verify(MAX).unwrap().is_some());
    fs::remove_file(signature_path(&file)).unwrap();
    let error = folder.host().prepare(&plugin).await.unwrap_err();
    assert!(
        matches!(error, PluginError::Untrusted(TrustError::Unsigned { .. })),
        "{error}"
    );
}

#[tokio::test]
async fn a_key_that_is_configured_later_counts_for_what_was_pinned_before() {
    let folder = Folder::new();
    folder.plugin("vault", &component("1.0.0"));
    let mut lock = folder.lock();
    lock.trust_key(public(&keys(), "team")).unwrap();
    lock.write().unwrap();
    let plugin = folder.lock().plugin("vault").unwrap();
    let error = folder.host().prepare(&plugin).await.unwrap_err();
    assert!(
        error.to_string().starts_with("Plugin is not signed"),
        "{error}"
    );
}

#[test]
fn every_flipped_byte_of_component_and_signature_is_refused() {
    let ours = keys();
    let (folder, file) = folder_that_trusts(&ours);
    sign(&file, &ours);
    let lock = folder.lock();
    let sound = Candidate::of_file(&lock, &file, MAX).unwrap();
    lock.review(&sound, Downgrade::Refused).unwrap();
    for at in 0..sound.binary.len() {
        let mut candidate = sound.clone();
        candidate.binary[at] ^= 1;
        assert!(
            lock.review(&candidate, Downgrade::Refused).is_err(),
            "byte {at} of the component"
        );
    }
    let signature = sound.signature.clone().unwrap();
    // The first line is a comment that nothing covers.
    let start = signature.find('\n').unwrap() + 1;
    for at in start..signature.trim_end().len() {
        let mut bytes = signature.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let mut candidate = sound.clone();
        candidate.signature = Some(String::from_utf8(bytes).unwrap());
        assert!(
            lock.review(&candidate, Downgrade::Refused).is_err(),
            "byte {at} of the signature"
        );
    }
}

#[test]
fn going_back_is_refused_and_can_be_asked_for() {
    let folder = Folder::new();
    folder.plugin("vault", &component("1.10.0"));
    let file = folder.path("vault.wasm");
    for (version, order) in [
        ("1.9.0", "older"),
        ("1.10.0-rc.1", "older"),
        ("latest", "not comparable"),
    ] {
        fs::write(&file, component(version)).unwrap();
        let candidate = Candidate::of_file(&folder.lock(), &file, MAX).unwrap();
        let error = folder
            .lock()
            .review(&candidate, Downgrade::Refused)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains(&format!("is `{version}`, which is {order}")),
            "{error}"
        );
        assert!(error.ends_with("plugin-rolled-back"), "{error}");
        folder
            .lock()
            .review(&candidate, Downgrade::Allowed)
            .unwrap();
    }
    fs::write(&file, component("1.10.1")).unwrap();
    folder
        .lock()
        .pin(&file, Limits::default().component_bytes)
        .unwrap();
}

#[test]
fn a_lock_of_schema_1_is_read_and_written_as_schema_2() {
    let folder = Folder::new();
    folder.plugin("vault", &component("1.0.0"));
    let path = folder.path("portcullis.lock");
    let text = fs::read_to_string(&path).unwrap();
    let old = text
        .replace("schema = 2", "schema = 1")
        .replace("source = \"file:vault.wasm\"\n", "");
    assert_ne!(old, text);
    fs::write(&path, old).unwrap();
    let lock = folder.lock();
    assert_eq!(lock.entries()[0].source, "file:vault.wasm");
    lock.write().unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn a_key_that_is_none_makes_the_lock_unreadable() {
    let folder = Folder::new();
    let path = folder.path("portcullis.lock");
    fs::write(
        &path,
        "schema = 2\n[[key]]\nname = \"team\"\npublic = \"RWQ\"\n",
    )
    .unwrap();
    let error = portcullis_plugin_host::Lock::read(&path)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("the key `team` has `public = \"RWQ\"`"),
        "{error}"
    );
}

/// Runs the real minisign, or says that it is not here.
#[allow(clippy::print_stdout, reason = "says what was left out")]
fn minisign(arguments: &[&Path]) -> Option<bool> {
    match Command::new("minisign").args(arguments).output() {
        Ok(output) => Some(output.status.success()),
        Err(_) => {
            assert_ne!(
                std::env::var("CI").as_deref(),
                Ok("true"),
                "minisign is missing"
            );
            eprintln!(
                "not run: signatures by the real minisign (needs `apt-get install minisign`)"
            );
            None
        }
    }
}

#[test]
fn the_real_minisign_and_we_verify_each_others_signatures() {
    let ours = keys();
    let (folder, file) = folder_that_trusts(&ours);
    let (secret, public_file) = (folder.path("team.key"), folder.path("team.pub"));
    fs::write(&secret, ours.sk.to_box(None).unwrap().to_string()).unwrap();
    fs::write(&public_file, ours.pk.to_box().unwrap().to_string()).unwrap();
    let flag = Path::new;

    // It verifies what we signed.
    sign(&file, &ours);
    let verify = [flag("-Vm"), &file, flag("-p"), &public_file];
    let Some(verified) = minisign(&verify) else {
        return;
    };
    assert!(verified);

    // We verify what it signed, with and without our claims in the trusted comment.
    fs::remove_file(signature_path(&file)).unwrap();
    assert_eq!(
        minisign(&[flag("-Sm"), &file, flag("-s"), &secret]),
        Some(true)
    );
    let pinned = folder.lock().pin(&file, MAX).unwrap();
    assert!(pinned.after.signer.is_some());
    let claims = Unpinned::read(&file, MAX).unwrap().claims().comment();
    let old = claims.replace("1.0.0", "0.9.0");
    for (comment, accepted) in [(&claims, true), (&old, false)] {
        let sign = [
            flag("-Sm"),
            &file,
            flag("-s"),
            &secret,
            flag("-t"),
            flag(comment),
        ];
        assert_eq!(minisign(&sign), Some(true));
        assert_eq!(folder.lock().pin(&file, MAX).is_ok(), accepted, "{comment}");
    }

    // Neither verifies tampered bytes.
    sign(&file, &ours);
    let mut tampered = component("1.0.0");
    tampered[10] ^= 1;
    fs::write(&file, tampered).unwrap();
    assert_eq!(minisign(&verify), Some(false));
    assert!(folder.lock().pin(&file, MAX).is_err());

    // The legacy kind is told apart.
    fs::write(&file, component("1.0.0")).unwrap();
    let legacy = [flag("-Slm"), &file, flag("-s"), &secret];
    assert_eq!(minisign(&legacy), Some(true));
    let error = folder.lock().pin(&file, MAX).unwrap_err().to_string();
    assert!(error.contains("legacy"), "{error}");
}
