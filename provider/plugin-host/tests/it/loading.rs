//! Files that are no plugin, or one of another contract, or not the pinned one.

use std::fs;
use std::time::{Duration, Instant};

use portcullis_plugin_host::{Limits, PluginError};
use serde_json::json;

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
        error.contains("Plugin `strange` needs portcullis:plugin 0.2, this provider speaks 0.1."),
        "{error}"
    );
    let function = component(
        r#"(component (import "portcullis:plugin/log@0.1.7" (instance (export "flush" (func)))))"#,
        "check",
    );
    let error = refused(&folder, &function).await;
    assert!(
        error.contains("needs `portcullis:plugin` 0.1.7 for the function `flush` of `log`, this provider speaks 0.1.0 without that function."),
        "{error}"
    );
}

#[tokio::test]
async fn foreign_imports_are_refused_by_name() {
    let folder = Folder::new();
    for (import, world) in [
        ("wasi:filesystem/types@0.2.0", "connector"),
        ("portcullis:plugin/http@0.1.0", "check"),
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
async fn files_that_are_no_plugin_cannot_be_pinned() {
    let folder = Folder::new();
    let start = Instant::now();
    for (name, bytes) in [
        ("empty", &b""[..]),
        ("elf", b"\x7fELF\x02\x01\x01"),
        ("zip", b"PK\x03\x04"),
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
