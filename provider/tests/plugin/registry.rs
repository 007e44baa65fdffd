//! Publishing and fetching.

use std::fs;

use crate::docker_registry::DockerRegistry;
use crate::folder::Folder;

/// An author's folder with a signed component, pushed to a fresh registry, and the source that names it.
fn published() -> Option<(DockerRegistry, Folder, String)> {
    let server = DockerRegistry::start(None)?;
    let author = Folder::new();
    author.component("vault.wasm", "0.1.0", &["GET"]);
    author.key();
    author.passes(&["sign", "--key", "team.key", "vault.wasm"]);
    let source = format!("oci://{}/team/vault:0.1.0", server.host);
    let pushed = author.passes(&["push", "vault.wasm", &source]);
    assert!(pushed.contains("with its signature"), "{pushed}");
    Some((server, author, source))
}

#[test]
fn what_an_author_pushed_a_reader_pulls_verified_and_pinned() {
    let Some((server, author, source)) = published() else {
        return;
    };
    let reader = Folder::new();
    fs::copy(author.path("team.pub"), reader.path("team.pub")).unwrap();
    reader.passes(&["lock", "--trust", "team.pub"]);
    let pulled = reader.passes(&["pull", &source]);
    assert!(
        pulled.starts_with("Pinned: vault 0.1.0 (connector), sha256 "),
        "{pulled}"
    );
    assert!(
        pulled.contains("asks for GET https://vault.example.com/v1/"),
        "{pulled}"
    );
    let lock = reader.read("portcullis.lock");
    assert!(lock.contains(&format!("source = \"{source}\"")), "{lock}");
    assert!(lock.contains("path = \"plugins/vault.wasm\""), "{lock}");
    let bytes = fs::read(reader.path("plugins/vault.wasm")).unwrap();
    assert_eq!(bytes, fs::read(author.path("vault.wasm")).unwrap());
    reader.passes(&["verify"]);
    let cached = fs::read_dir(reader.path(".portcullis/cache")).unwrap();
    let names = cached.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(
        names.into_iter().any(|name| name.ends_with(".cwasm")),
        "compiled when pulled"
    );

    // A fresh clone has the lock and not the component.
    fs::remove_dir_all(reader.path("plugins")).unwrap();
    assert_eq!(reader.plugin(&["verify"]).code, 2);
    reader.passes(&["pull"]);
    reader.passes(&["verify"]);
    assert_eq!(reader.read("portcullis.lock"), lock);

    // With the registry gone nothing needs it.
    drop(server);
    reader.passes(&["pull"]);
    let error = reader.refuses(&["pull", &source]);
    assert!(error.ends_with("plugin-source-unreachable\n"), "{error}");
}

#[test]
fn what_is_refused_leaves_folder_and_lock_as_they_were() {
    let Some((server, author, source)) = published() else {
        return;
    };
    let reader = Folder::new();
    reader.key();
    reader.passes(&["lock", "--trust", "team.pub"]);
    let before = reader.read("portcullis.lock");
    let unchanged = |why: &str| {
        assert!(!reader.path("plugins").exists(), "{why}");
        assert!(!reader.path(".portcullis").exists(), "{why}");
        assert_eq!(reader.read("portcullis.lock"), before, "{why}");
    };
    let error = reader.refuses(&["pull", &source]);
    assert!(error.ends_with("plugin-signed-by-another-key\n"), "{error}");
    unchanged("signed by another key");

    fs::remove_file(author.path("vault.wasm.minisig")).unwrap();
    let unsigned = format!("oci://{}/team/vault:unsigned", server.host);
    author.passes(&["push", "vault.wasm", &unsigned]);
    let error = reader.refuses(&["pull", &unsigned]);
    assert!(error.ends_with("plugin-unsigned\n"), "{error}");
    unchanged("unsigned");

    let json = author.passes(&["push", "vault.wasm", &source, "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let blob = server.blob(json["layer"].as_str().unwrap());
    let mut bytes = fs::read(&blob).unwrap();
    bytes[9] ^= 1;
    fs::write(&blob, bytes).unwrap();
    let error = reader.refuses(&["pull", &source]);
    assert!(error.ends_with("plugin-source-digest\n"), "{error}");
    unchanged("tampered with");
}

#[test]
fn a_moved_tag_and_an_old_release_are_told() {
    let Some((_server, author, source)) = published() else {
        return;
    };
    let reader = Folder::new();
    reader.passes(&["pull", &source]);
    author.component("vault.wasm", "0.2.0", &["GET", "POST"]);
    author.passes(&["sign", "--key", "team.key", "vault.wasm"]);
    author.passes(&["push", "vault.wasm", &source]);
    fs::remove_file(reader.path("plugins/vault.wasm")).unwrap();
    let error = reader.refuses(&["pull"]);
    assert!(error.contains("now gives `vault` `0.2.0`"), "{error}");
    assert!(error.ends_with("plugin-source-digest\n"), "{error}");
    let upgraded = reader.passes(&["pull", &source]);
    assert!(
        upgraded.contains("  ~ version 0.1.0 -> 0.2.0\n"),
        "{upgraded}"
    );
    assert!(
        upgraded.contains("  + POST https://vault.example.com/v1/ in apply\n"),
        "{upgraded}"
    );

    author.component("vault.wasm", "0.1.0", &["GET"]);
    author.passes(&["sign", "--key", "team.key", "vault.wasm"]);
    author.passes(&["push", "vault.wasm", &source]);
    let error = reader.refuses(&["pull", &source]);
    assert!(error.ends_with("plugin-rolled-back\n"), "{error}");
    assert!(reader.passes(&["verify"]).contains("vault 0.2.0"));
}
