//! Locking, signing and verifying.

use std::fs;

use crate::folder::{Folder, run};

#[test]
fn an_upgrade_is_shown_as_a_difference() {
    let folder = Folder::new();
    folder.component("vault.wasm", "0.1.0", &["GET"]);
    let first = folder.passes(&["lock", "vault.wasm"]);
    assert!(
        first.starts_with("Pinned: vault 0.1.0 (connector), sha256 "),
        "{first}"
    );
    assert!(
        first.contains("\n  asks for GET https://vault.example.com/v1/ in plan and apply\n"),
        "{first}"
    );
    assert!(
        folder
            .passes(&["lock", "vault.wasm"])
            .starts_with("Unchanged: vault")
    );
    folder.component("vault.wasm", "0.2.0", &["GET", "POST"]);
    let second = folder.passes(&["lock", "vault.wasm"]);
    assert!(
        second.contains("\n  ~ version 0.1.0 -> 0.2.0\n"),
        "{second}"
    );
    assert!(
        second.contains("\n  + POST https://vault.example.com/v1/ in apply\n"),
        "{second}"
    );
    assert!(
        !second.contains("GET"),
        "what was agreed to is not repeated: {second}"
    );
    folder.component("vault.wasm", "0.3.0", &["GET"]);
    let json = folder.passes(&["lock", "vault.wasm", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json[0]["outcome"], "changed");
    assert_eq!(json[0]["changes"][2]["change"], "no-longer-asks-for");
}

#[test]
fn going_back_needs_to_be_asked_for() {
    let folder = Folder::new();
    folder.component("vault.wasm", "0.2.0", &[]);
    folder.passes(&["lock", "vault.wasm"]);
    folder.component("vault.wasm", "0.1.0", &[]);
    let before = folder.read("portcullis.lock");
    let error = folder.refuses(&["lock", "vault.wasm"]);
    assert!(error.ends_with("plugin-rolled-back\n"), "{error}");
    assert_eq!(folder.read("portcullis.lock"), before);
    folder.passes(&["lock", "vault.wasm", "--allow-downgrade"]);
}

#[test]
fn once_a_key_is_trusted_nothing_unsigned_is_pinned() {
    let folder = Folder::new();
    folder.component("vault.wasm", "0.1.0", &[]);
    folder.passes(&["lock", "vault.wasm"]);
    folder.key();
    let trusted = folder.passes(&["lock", "--trust", "team.pub"]);
    assert!(trusted.starts_with("Trusted: `team` ("), "{trusted}");
    let said = folder.plugin(&["verify"]);
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.out.contains("plugin-unsigned"), "{said:?}");
    let error = folder.refuses(&["lock", "vault.wasm"]);
    assert!(error.ends_with("plugin-unsigned\n"), "{error}");
    folder.passes(&["sign", "--key", "team.key", "vault.wasm"]);
    let signed = folder.passes(&["lock", "vault.wasm"]);
    assert!(signed.contains("  ~ signer none -> "), "{signed}");
    assert!(
        folder
            .passes(&["verify"])
            .starts_with("Verified: vault 0.1.0, signed by team (")
    );
}

#[test]
fn minisign_verifies_what_we_signed_and_we_what_it_signed() {
    let folder = Folder::new();
    let here = folder.path("");
    folder.component("vault.wasm", "0.1.0", &[]);
    folder.key();
    folder.passes(&["sign", "--key", "team.key", "vault.wasm"]);
    let verify = ["-Vm", "vault.wasm", "-p", "team.pub"];
    let Some(verified) = run("minisign", &verify, &here) else {
        return;
    };
    assert!(
        verified,
        "minisign verifies our signature with our public key file"
    );

    fs::remove_file(folder.path("vault.wasm.minisig")).unwrap();
    assert_eq!(
        run("minisign", &["-Sm", "vault.wasm", "-s", "team.key"], &here),
        Some(true)
    );
    folder.passes(&["lock", "--trust", "team.pub", "vault.wasm"]);

    let mut bytes = fs::read(folder.path("vault.wasm")).unwrap();
    let last = bytes.len() - 3;
    bytes[last] ^= 1;
    fs::write(folder.path("vault.wasm"), bytes).unwrap();
    assert_eq!(run("minisign", &verify, &here), Some(false));
    let said = folder.plugin(&["verify"]);
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.out.contains("plugin-differs"), "{said:?}");
}

#[test]
fn a_key_of_minisign_signs_and_its_password_comes_from_the_environment() {
    let folder = Folder::new();
    let here = folder.path("");
    folder.component("vault.wasm", "0.1.0", &[]);
    let made = ["-GWs", "theirs.key", "-p", "theirs.pub"];
    if run("minisign", &made, &here).is_none() {
        return;
    }
    folder.passes(&["sign", "--key", "theirs.key", "vault.wasm"]);
    assert_eq!(
        run(
            "minisign",
            &["-Vm", "vault.wasm", "-p", "theirs.pub"],
            &here
        ),
        Some(true)
    );

    let password = [("PASSWORD", "correct horse")];
    let make = [
        "sign",
        "--key",
        "own.key",
        "--new-key",
        "--password-env",
        "PASSWORD",
    ];
    assert_eq!(folder.plugin_with(&make, &password).code, 0);
    let sign = [
        "sign",
        "--key",
        "own.key",
        "--password-env",
        "PASSWORD",
        "vault.wasm",
    ];
    assert_eq!(folder.plugin_with(&sign, &password).code, 0);
    let wrong = folder.plugin_with(&sign, &[("PASSWORD", "battery staple")]);
    assert!(
        wrong.code == 1 && wrong.err.ends_with("plugin-key-unusable\n"),
        "{wrong:?}"
    );
    let again = folder.plugin_with(&make, &password);
    assert!(
        again.err.contains("File exists"),
        "no key is overwritten: {again:?}"
    );
}

#[test]
fn a_schema_that_nobody_could_check_is_not_pinned() {
    let folder = Folder::new();
    let manifest = serde_json::json!({
        "schema": 1, "name": "vault", "version": "1.0.0", "world": "connector",
        "config": {"type": "object", "properties": {"url": {"type": "string", "format": "uri"}}},
    });
    let component = crate::folder::with_manifest(&manifest);
    fs::write(folder.path("vault.wasm"), component).unwrap();
    let error = folder.refuses(&["lock", "vault.wasm"]);
    assert!(
        error.contains("`format`") && error.ends_with("plugin-invalid\n"),
        "{error}"
    );
}
