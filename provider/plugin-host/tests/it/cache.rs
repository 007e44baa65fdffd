//! The cache of compiled plugins: fast, and never trusted further than its seal.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use portcullis_plugin_host::{Host, PluginError, PluginRef};
use serde_json::json;

use crate::guests::{NO_FINDINGS, check};
use crate::support::Folder;

fn only(folder: &Folder, suffix: &str) -> PathBuf {
    let entries = fs::read_dir(folder.cache())
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut compiled = entries.filter(|path| path.extension().is_some_and(|end| end == suffix));
    let first = compiled.next().unwrap();
    assert_eq!(compiled.next(), None);
    first
}

fn entry(folder: &Folder) -> PathBuf {
    only(folder, "entry")
}

fn code(folder: &Folder) -> PathBuf {
    only(folder, "cwasm")
}

fn plugin(folder: &Folder) -> PluginRef {
    folder.plugin("strange", &check(NO_FINDINGS))
}

async fn runs(host: &Host, plugin: &PluginRef) {
    let found = host.check(plugin, json!({})).run("{}").await;
    assert_eq!(found.unwrap(), []);
}

/// Each kind of damage to one file of the cache: the plugin runs, the damage is told, the file is as it was.
async fn damage(file: fn(&Folder) -> PathBuf) {
    let folder = Folder::new();
    let plugin = plugin(&folder);
    runs(&folder.host(), &plugin).await;
    let path = file(&folder);
    let good = fs::read(&path).unwrap();
    let flipped = |at: usize| {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        bytes
    };
    for bad in [
        flipped(0),
        flipped(good.len() / 2),
        good[..good.len() - 1].to_vec(),
        good[..10].to_vec(),
        Vec::new(),
        b"\x7fELF".repeat(1000),
    ] {
        fs::write(&path, bad).unwrap();
        let host = folder.host();
        runs(&host, &plugin).await;
        let rebuilt = host.take_rebuilt();
        assert_eq!(rebuilt.len(), 1, "{rebuilt:?}");
        assert_eq!(rebuilt[0].entry, entry(&folder));
        let again = folder.host();
        runs(&again, &plugin).await;
        assert_eq!(again.take_rebuilt(), [], "it was mended");
    }
    fs::remove_file(&path).unwrap();
    runs(&folder.host(), &plugin).await;
    assert!(path.exists());
}

#[tokio::test]
async fn load_05_damaged_code_is_rebuilt_and_never_loaded() {
    damage(code).await;
}

#[tokio::test]
async fn load_06_a_damaged_entry_is_rebuilt_and_never_believed() {
    damage(entry).await;
}

#[tokio::test]
async fn load_05_code_of_another_cache_is_not_loaded() {
    let (folder, other) = (Folder::new(), Folder::new());
    let plugin = plugin(&folder);
    runs(&folder.host(), &plugin).await;
    runs(&other.host(), &self::plugin(&other)).await;
    let (ours, theirs) = (entry(&folder), entry(&other));
    fs::copy(&theirs, &ours).unwrap();
    let host = folder.host();
    runs(&host, &plugin).await;
    assert_eq!(
        host.take_rebuilt()[0].reason,
        "it was not made by this cache"
    );
}

#[tokio::test]
async fn load_05_one_plugins_entry_does_not_pass_for_anothers() {
    let folder = Folder::new();
    let plugin = plugin(&folder);
    runs(&folder.host(), &plugin).await;
    let first = entry(&folder);
    let sealed = fs::read(&first).unwrap();
    fs::remove_file(&first).unwrap();
    let other = folder.plugin("strange", &check("unreachable"));
    folder.host().prepare(&other).await.unwrap();
    let second = entry(&folder);
    fs::write(&second, sealed).unwrap();
    let host = folder.host();
    let run = host.check(&other, json!({})).run("{}").await;
    assert!(run.unwrap_err().to_string().contains("unreachable"));
    assert_eq!(
        host.take_rebuilt()[0].reason,
        "it was not made by this cache"
    );
}

#[tokio::test]
async fn load_05_a_compiled_file_is_no_plugin() {
    let folder = Folder::new();
    runs(&folder.host(), &plugin(&folder)).await;
    let path = folder.path("offered.wasm");
    fs::copy(code(&folder), &path).unwrap();
    let error = folder.lock().pin(&path, u64::MAX).unwrap_err().to_string();
    assert!(
        error.contains("does not start as a WebAssembly component does"),
        "{error}"
    );
}

#[tokio::test]
async fn a_file_that_changed_after_it_was_compiled_is_told_although_its_code_is_there() {
    let folder = Folder::new();
    let plugin = plugin(&folder);
    for _ in 0..3 {
        runs(&folder.host(), &plugin).await;
        std::thread::sleep(std::time::Duration::from_millis(30));
    }
    let good = fs::read(&plugin.file).unwrap();
    let mut bad = good.clone();
    *bad.last_mut().unwrap() ^= 1;
    fs::write(&plugin.file, bad).unwrap();
    let error = folder.host().prepare(&plugin).await.unwrap_err();
    assert!(matches!(error, PluginError::Differs { .. }), "{error}");
    fs::write(&plugin.file, good).unwrap();
    runs(&folder.host(), &plugin).await;
}

#[tokio::test]
async fn an_entry_of_another_key_is_rebuilt() {
    let folder = Folder::new();
    let plugin = plugin(&folder);
    runs(&folder.host(), &plugin).await;
    fs::remove_file(folder.cache().join("key")).unwrap();
    let host = folder.host();
    runs(&host, &plugin).await;
    assert_eq!(
        host.take_rebuilt()[0].reason,
        "it was not made by this cache"
    );
}

#[tokio::test]
async fn load_06_a_directory_that_others_may_enter_is_not_used() {
    let folder = Folder::new();
    let plugin = plugin(&folder);
    fs::create_dir(folder.cache()).unwrap();
    fs::set_permissions(folder.cache(), fs::Permissions::from_mode(0o755)).unwrap();
    folder.host().prepare(&plugin).await.unwrap();
    assert_eq!(fs::read_dir(folder.cache()).unwrap().count(), 0);
}

#[tokio::test]
async fn the_directory_is_its_owners_alone() {
    let folder = Folder::new();
    let plugin = plugin(&folder);
    folder.host().prepare(&plugin).await.unwrap();
    let mode = |path: &PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder.cache()), 0o700);
    assert_eq!(mode(&folder.cache().join("key")), 0o600);
    assert_eq!(mode(&entry(&folder)), 0o600);
    assert_eq!(mode(&code(&folder)), 0o600);
}

#[tokio::test]
async fn a_directory_that_cannot_be_written_is_read() {
    if rustix::process::geteuid().is_root() {
        // Modes bind nobody here; the case that follows does the same with a file size limit.
        return;
    }
    let folder = Folder::new();
    let plugin = plugin(&folder);
    runs(&folder.host(), &plugin).await;
    fs::set_permissions(folder.cache(), fs::Permissions::from_mode(0o500)).unwrap();
    let host = folder.host();
    runs(&host, &plugin).await;
    assert_eq!(host.take_rebuilt(), []);
    fs::set_permissions(folder.cache(), fs::Permissions::from_mode(0o700)).unwrap();
}

/// Runs only as another process of the tests below, on the folder that they name.
#[tokio::test]
async fn child_of_a_cache_test() {
    let Some(dir) = std::env::var_os("PORTCULLIS_TEST_CACHE") else {
        return;
    };
    let folder = Folder::at(dir.into());
    let plugin = folder.lock().plugin("strange").unwrap();
    let host = folder.host();
    runs(&host, &plugin).await;
    assert_eq!(host.take_rebuilt(), []);
}

fn child(folder: &Folder, before: &str) -> Child {
    Command::new("/bin/sh")
        .args([
            "-c",
            &format!("{before} exec \"$0\" --exact cache::child_of_a_cache_test"),
        ])
        .arg(std::env::current_exe().unwrap())
        .env("PORTCULLIS_TEST_CACHE", folder.path(""))
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

#[tokio::test]
async fn eight_processes_that_start_at_once_share_one_whole_cache() {
    let folder = Folder::new();
    let plugin = plugin(&folder);
    let children: Vec<Child> = (0..8).map(|_| child(&folder, "")).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let host = folder.host();
    runs(&host, &plugin).await;
    assert_eq!(host.take_rebuilt(), []);
    let left: Vec<_> = fs::read_dir(folder.cache())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left.len(), 3, "key, entry and code: {left:?}");
}

#[tokio::test]
async fn a_full_disk_costs_time_and_nothing_else() {
    let folder = Folder::new();
    let plugin = plugin(&folder);
    // The code is larger than one block of 512 bytes; the key fits.
    let mut child = child(&folder, "trap '' XFSZ; ulimit -f 1;");
    assert!(child.wait().unwrap().success());
    let left = fs::read_dir(folder.cache()).unwrap().count();
    assert_eq!(left, 1, "the key and no half of anything");
    runs(&folder.host(), &plugin).await;
}
