//! The cache of compiled plugins: fast, and never trusted further than its keyed hash.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use serde_json::json;

use crate::support::Folder;

fn entry(folder: &Folder) -> PathBuf {
    let entries = fs::read_dir(folder.cache())
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut compiled = entries.filter(|path| path.extension().is_some_and(|end| end == "cwasm"));
    let first = compiled.next().unwrap();
    assert_eq!(compiled.next(), None);
    first
}

#[tokio::test]
async fn a_damaged_entry_is_rebuilt_and_never_loaded() {
    let folder = Folder::new();
    let plugin = folder.workspace_plugin("hostile-check");
    folder.host().prepare(&plugin).await.unwrap();
    let path = entry(&folder);
    let good = fs::read(&path).unwrap();
    let mut flipped = good.clone();
    flipped[good.len() / 2] ^= 1;
    let mut other_tag = good.clone();
    other_tag[0] ^= 1;
    for bad in [
        &flipped[..],
        &other_tag,
        &good[..good.len() - 1],
        &good[..10],
        b"",
    ] {
        fs::write(&path, bad).unwrap();
        let check = folder.host().check(&plugin, json!({"act": "behave"}));
        assert_eq!(
            check.run(r#"{"schema":1,"resources":[]}"#).await.unwrap(),
            []
        );
        assert_eq!(fs::read(&path).unwrap(), good, "rebuilt as it was");
    }
}

#[tokio::test]
async fn an_entry_of_another_key_is_rebuilt() {
    let folder = Folder::new();
    let plugin = folder.workspace_plugin("hostile-check");
    folder.host().prepare(&plugin).await.unwrap();
    let path = entry(&folder);
    let good = fs::read(&path).unwrap();
    fs::remove_file(folder.cache().join("key")).unwrap();
    folder.host().prepare(&plugin).await.unwrap();
    assert_ne!(fs::read(&path).unwrap(), good);
}

#[tokio::test]
async fn a_directory_that_others_may_enter_is_not_used() {
    let folder = Folder::new();
    let plugin = folder.workspace_plugin("hostile-check");
    fs::create_dir(folder.cache()).unwrap();
    fs::set_permissions(folder.cache(), fs::Permissions::from_mode(0o755)).unwrap();
    folder.host().prepare(&plugin).await.unwrap();
    assert_eq!(fs::read_dir(folder.cache()).unwrap().count(), 0);
}

#[tokio::test]
async fn the_directory_is_its_owners_alone() {
    let folder = Folder::new();
    let plugin = folder.workspace_plugin("hostile-check");
    folder.host().prepare(&plugin).await.unwrap();
    let mode = |path: &PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder.cache()), 0o700);
    assert_eq!(mode(&folder.cache().join("key")), 0o600);
    assert_eq!(mode(&entry(&folder)), 0o600);
}
