//! Looking at a plugin without trusting it.

use std::fs;

use serde_json::{Value, json};

use crate::folder::{Folder, with_manifest};

#[test]
fn inspect_says_what_a_component_is_and_asks_for() {
    let folder = Folder::new();
    folder.component("vault.wasm", "0.1.0", &["GET", "DELETE"]);
    let text = folder.passes(&["inspect", "vault.wasm"]);
    for line in [
        "vault 0.1.0, a connector: Reads a vault",
        "signed by  nobody",
        "  GET https://vault.example.com/v1/ in plan and apply",
        "  DELETE https://vault.example.com/v1/ in apply",
        "imports nothing",
        "  portcullis:plugin/inventory@0.1.0",
        "config is not described",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(
        !folder.path(".portcullis").exists(),
        "looking leaves nothing behind"
    );
    folder.key();
    folder.passes(&["sign", "--key", "team.key", "vault.wasm"]);
    let unverified: Value =
        serde_json::from_str(&folder.passes(&["inspect", "vault.wasm", "--json"])).unwrap();
    assert_eq!(unverified["signature"]["state"], "not-verified");
    folder.passes(&["lock", "--trust", "team.pub"]);
    let trusted = folder.passes(&["inspect", "vault.wasm"]);
    assert!(trusted.contains("signed by  team ("), "{trusted}");
}

#[test]
fn inspect_says_why_the_provider_would_refuse_it() {
    let folder = Folder::new();
    let manifest = json!({"schema": 1, "name": "vault", "version": "1.0.0", "world": "check"});
    fs::write(folder.path("vault.wasm"), with_manifest(&manifest)).unwrap();
    let said = folder.plugin(&["inspect", "vault.wasm"]);
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.out.contains("plugin-contract"), "{said:?}");
    fs::write(folder.path("photo.wasm"), b"\xff\xd8\xff").unwrap();
    let error = folder.refuses(&["inspect", "photo.wasm"]);
    assert!(error.ends_with("plugin-invalid\n"), "{error}");
}

/// Control sequences in a manifest would repaint the terminal of whoever decides about it.
#[test]
fn a_manifest_cannot_write_on_the_terminal() {
    let folder = Folder::new();
    let manifest = json!({
        "schema": 1, "name": "vault", "version": "1.0.0", "world": "connector", "summary": "\u{1b}[31mred",
        "http": [{"origin": "https://a.example\u{1b}[8m", "methods": ["GET\u{7}"], "path_prefix": "/"}],
    });
    fs::write(folder.path("vault.wasm"), with_manifest(&manifest)).unwrap();
    for words in [["inspect", "vault.wasm"], ["lock", "vault.wasm"]] {
        let said = folder.plugin(&words);
        assert!(
            !said.out.contains('\u{1b}') && !said.out.contains('\u{7}'),
            "{said:?}"
        );
        assert!(
            !said.err.contains('\u{1b}') && !said.err.contains('\u{7}'),
            "{said:?}"
        );
    }
    let manifest =
        json!({"schema": 1, "name": "vault", "version": "1\u{1b}[2J", "world": "connector"});
    fs::write(folder.path("vault.wasm"), with_manifest(&manifest)).unwrap();
    let error = folder.refuses(&["inspect", "vault.wasm"]);
    assert!(
        !error.contains('\u{1b}') && error.ends_with("plugin-invalid\n"),
        "{error}"
    );
}
