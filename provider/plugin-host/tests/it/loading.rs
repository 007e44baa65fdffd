//! Files that are no plugin, or one of another contract, or not the pinned one.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use portcullis_plugin_host::{Limits, PluginError};
use serde_json::json;

use crate::guests::{NO_FINDINGS, check};
use crate::support::{Folder, with_manifest};

async fn refused(folder: &Folder, component: &[u8]) -> String {
    let plugin = folder.plugin("strange", component);
    folder
        .host()
        .prepare(&plugin)
        .await
        .unwrap_err()
        .to_string()
}

fn component(text: &str, world: &str) -> Vec<u8> {
    let manifest = json!({"schema": 1, "name": "strange", "version": "1", "world": world});
    with_manifest(wat::parse_str(text).unwrap(), &manifest)
}

#[tokio::test]
async fn another_contract_is_named_with_both_versions() {
    let folder = Folder::new();
    let newer = component(
        r#"(component (import "portcullis:plugin/log@0.2.0" (instance)))"#,
        "check",
    );
    let error = refused(&folder, &newer).await;
    assert!(
        error.contains(
            "Plugin `strange` needs `portcullis:plugin` 0.2.0, this provider speaks 0.1.3."
        ),
        "{error}"
    );
    let function = component(
        r#"(component (import "portcullis:plugin/log@0.1.7" (instance (export "flush" (func)))))"#,
        "check",
    );
    let error = refused(&folder, &function).await;
    assert!(
        error.contains("needs `portcullis:plugin` 0.1.7 for the function `flush` of `log`, this provider speaks 0.1.3 without that function."),
        "{error}"
    );
}

#[tokio::test]
async fn load_09_foreign_imports_are_refused_by_name() {
    let folder = Folder::new();
    for (import, world) in [
        ("wasi:filesystem/types@0.2.0", "connector"),
        ("wasi:sockets/tcp@0.2.3", "check"),
        ("wasi:cli/environment@0.2.0", "connector"),
        ("somebody:else/world@1.0.0", "check"),
        ("portcullis:plugin/http@0.1.0", "check"),
        ("portcullis:plugin/clock@0.1.3", "check"),
        ("portcullis:plugin/secrets@0.1.0", "connector"),
    ] {
        let strange = component(
            &format!(r#"(component (import "{import}" (instance)))"#),
            world,
        );
        let error = refused(&folder, &strange).await;
        assert!(error.contains(&format!("imports `{import}`")), "{error}");
        assert!(error.ends_with("plugin-contract"), "{error}");
    }
}

#[tokio::test]
async fn a_component_without_its_duty_is_refused() {
    let folder = Folder::new();
    let error = refused(&folder, &component("(component)", "check")).await;
    assert!(
        error.contains("does not export `portcullis:plugin/manifest@0.1`"),
        "{error}"
    );
}

#[tokio::test]
async fn features_that_are_off_are_refused_at_load() {
    let folder = Folder::new();
    let error = refused(
        &folder,
        &component("(component (core module (memory i64 1)))", "check"),
    )
    .await;
    assert!(
        error.contains("not valid WebAssembly for this sandbox"),
        "{error}"
    );
}

#[tokio::test]
async fn load_12_files_that_are_no_plugin_cannot_be_pinned() {
    let folder = Folder::new();
    let start = Instant::now();
    for (name, bytes) in [
        ("empty", &b""[..]),
        ("elf", b"\x7fELF\x02\x01\x01"),
        ("zip", b"PK\x03\x04"),
        ("windows", b"MZ\x90\0"),
        ("page", b"<!doctype html><script>"),
        ("script", b"#!/bin/sh\n"),
        ("gigabyte", b"\0asm\x0d\0\x01\0\0\x80\x80\x80\x80\x04\x01x"),
        ("module", b"\0asm\x01\0\0\0"),
        ("bare", b"\0asm\x0d\0\x01\0"),
        ("cut", b"\0asm\x0d\0\x01\0\0\xff\xff"),
    ] {
        let path = folder.path(name);
        fs::write(&path, bytes).unwrap();
        let error = folder
            .lock()
            .pin(&path, Limits::default().component_bytes)
            .unwrap_err();
        assert!(
            matches!(error, PluginError::Invalid { .. }),
            "{name}: {error}"
        );
    }
    let path = folder.path("large");
    fs::write(&path, vec![0; 2048]).unwrap();
    let error = folder.lock().pin(&path, 1024).unwrap_err();
    assert!(
        matches!(
            error,
            PluginError::Limit {
                limit: "file size",
                ..
            }
        ),
        "{error}"
    );
    assert!(
        start.elapsed() < Duration::from_millis(100),
        "{:?}",
        start.elapsed()
    );
}

#[tokio::test]
async fn load_12_a_component_with_something_behind_it_is_refused() {
    let folder = Folder::new();
    let good = check(NO_FINDINGS);
    let tails = [&b"PK\x05\x06"[..], b"\x7fELF", b"\xff\xff\xff\xff"];
    let behind = tails.map(|tail| [&good, tail].concat());
    let cut = [9, 100, good.len() / 2, good.len() - 1].map(|len| good[..len].to_vec());
    for bytes in behind.iter().chain(&cut) {
        let path = folder.path("strange.wasm");
        fs::write(&path, bytes).unwrap();
        let start = Instant::now();
        let pinned = folder.lock().pin(&path, Limits::default().component_bytes);
        assert!(pinned.is_err(), "{} bytes", bytes.len());
        assert!(
            start.elapsed() < Duration::from_millis(100),
            "{:?}",
            start.elapsed()
        );
    }
}

#[tokio::test]
async fn load_08_an_archive_is_refused_and_never_unpacked() {
    let folder = Folder::new();
    // A zip file whose only member would land outside, and the head of a tar file.
    let zip = [
        &b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x0c\0\0\0"[..],
        b"../escape.rs",
    ]
    .concat();
    let mut tar = vec![0; 1024];
    tar[..9].copy_from_slice(b"../escape");
    tar[257..262].copy_from_slice(b"ustar");
    for bytes in [zip, tar] {
        let path = folder.path("bundle.wasm");
        fs::write(&path, bytes).unwrap();
        let max = Limits::default().component_bytes;
        let error = folder.lock().pin(&path, max).unwrap_err();
        assert!(matches!(error, PluginError::Invalid { .. }), "{error}");
        let left = fs::read_dir(folder.path("")).unwrap().count();
        assert_eq!(left, 1, "nothing was unpacked");
    }
    let entry = fs::read_to_string(folder.path("portcullis.lock")).unwrap_or_default();
    assert_eq!(entry, "", "and nothing pinned");
}

#[tokio::test(flavor = "multi_thread")]
async fn load_01_a_file_that_is_swapped_while_it_is_read_never_runs_unpinned() {
    let folder = Folder::new();
    let pinned = folder.plugin("strange", &check(NO_FINDINGS));
    let good = fs::read(&pinned.file).unwrap();
    let bad = check("unreachable");
    let (file, done) = (pinned.file.clone(), Arc::new(AtomicBool::new(false)));
    let end = Arc::clone(&done);
    let swapper = std::thread::spawn(move || {
        while !end.load(Ordering::Relaxed) {
            for bytes in [&bad, &good] {
                let part = file.with_extension("part");
                fs::write(&part, bytes).unwrap();
                fs::rename(&part, &file).unwrap();
            }
        }
    });
    let (mut ran, mut refused) = (0, 0);
    for _ in 0..60 {
        match folder.host().check(&pinned, json!({})).run("{}").await {
            Ok(findings) => {
                assert_eq!(findings, []);
                ran += 1;
            }
            Err(PluginError::Differs { .. }) => refused += 1,
            Err(other) => panic!("{other}"),
        }
    }
    done.store(true, Ordering::Relaxed);
    swapper.join().unwrap();
    assert_eq!(ran + refused, 60);
}

#[tokio::test]
async fn a_plugin_that_is_not_pinned_is_not_opened() {
    let folder = Folder::new();
    folder.plugin("strange", &component("(component)", "check"));
    let error = folder
        .lock()
        .plugin("./other.wasm")
        .unwrap_err()
        .to_string();
    assert!(error.contains("`./other.wasm` was asked for"), "{error}");
    assert!(error.contains("it pins `strange`"), "{error}");
    assert!(error.contains("`portcullis plugin lock <file>`"), "{error}");
    assert!(
        folder.lock().plugin("./strange.wasm").is_ok() && folder.lock().plugin("strange").is_ok()
    );
}

#[tokio::test]
async fn a_changed_file_is_not_run() {
    let folder = Folder::new();
    let plugin = folder.plugin("strange", &component("(component)", "check"));
    fs::write(
        &plugin.file,
        component("(component (core module))", "check"),
    )
    .unwrap();
    let error = folder.host().prepare(&plugin).await.unwrap_err();
    assert!(matches!(error, PluginError::Differs { .. }), "{error}");
    assert!(error.to_string().contains(&plugin.entry.sha256), "{error}");
}

#[tokio::test]
async fn rights_in_the_lock_are_the_rights_in_the_plugin() {
    let folder = Folder::new();
    folder.workspace_plugin("prometheus-connector");
    let lock = folder.path("portcullis.lock");
    let text = fs::read_to_string(&lock).unwrap();
    assert!(text.contains("origin = \"config:url\""), "{text}");
    fs::write(&lock, text.replace("methods = [\"GET\"]", "methods = []")).unwrap();
    let plugin = folder.lock().plugin("prometheus").unwrap();
    let error = folder.host().prepare(&plugin).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("what it asks for is not what the lock says"),
        "{error}"
    );
}

#[test]
fn a_damaged_lock_is_told_with_line_and_column() {
    let folder = Folder::new();
    let path = folder.path("portcullis.lock");
    for (text, found) in [
        ("schema = 1\n[[plugin]]\nname = 7\n", "line 3, column 8"),
        (
            "schema = 1\n[[plugin]]\nname = \"a\"\nversion = \"1\"\nworld = \"check\"\npath = \"../a.wasm\"\nsha256 = \"\"\n",
            "leaves the folder",
        ),
        ("schema = 9\n", "it has schema 9"),
        ("schema = 1\nplugins = 2\n", "line 2, column 1"),
        ("\u{0}\u{0}", "line 1, column "),
    ] {
        fs::write(&path, text).unwrap();
        let error = portcullis_plugin_host::Lock::read(&path)
            .unwrap_err()
            .to_string();
        assert!(error.contains(found), "{error}");
    }
}
