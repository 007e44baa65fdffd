//! Projects: new, build, test, doctor.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::PathBuf;

use serde_json::Value;

use crate::folder::Folder;

/// Where `.ci/run` keeps the tools of a language; none where they are missing, which `CI=true` does not accept.
fn tools(folder: &str) -> Option<PathBuf> {
    let cache = std::env::var_os("PORTCULLIS_CACHE").map(PathBuf::from);
    let usual = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let usual = usual.or_else(|| std::env::home_dir().map(|home| home.join(".cache")));
    let found = cache
        .unwrap_or_else(|| usual.unwrap().join("portcullis"))
        .join(folder);
    if found.is_dir() {
        return Some(found);
    }
    assert_ne!(
        std::env::var("CI").as_deref(),
        Ok("true"),
        "{} is missing",
        found.display()
    );
    println!("not run: a new project built (needs the tools that `bash .ci/run tools` installs)");
    None
}

/// A new project with its tools, built twice in two places: the bytes are equal, except those of Python.
fn builds_and_tests(language: &str, world: &str, tools_in: &str, link: &str) {
    let Some(tools) = tools(tools_in) else { return };
    let places: &[&str] = if language == "python" {
        &["here"]
    } else {
        &["here", "there/deeper"]
    };
    let folder = Folder::new();
    let mut digests = Vec::new();
    for &place in places {
        let words = [
            "new",
            "owner-required",
            "--language",
            language,
            "--world",
            world,
            "--into",
            place,
        ];
        let made = folder.passes(&words);
        assert!(made.starts_with("Made: "), "{made}");
        let project = format!("{place}/owner-required");
        symlink(&tools, folder.path(&project).join(link)).unwrap();
        let built = folder.passes(&["build", &project, "--out", "plugins", "--json"]);
        let built: Value = serde_json::from_str(&built).unwrap();
        assert_eq!(built["name"], "owner-required");
        assert_eq!(built["world"], world);
        digests.push(built["sha256"].clone());
        folder.passes(&["test", &project]);
        folder.passes(&["doctor", &project]);
    }
    digests.dedup();
    assert_eq!(digests.len(), 1, "two builds in two places");
    let locked = folder.passes(&["lock", "plugins/owner-required.wasm"]);
    assert!(locked.starts_with("Pinned: owner-required"), "{locked}");
}

#[test]
fn a_new_check_in_c_builds_tests_and_repeats() {
    builds_and_tests("c", "check", "plugins-python", ".venv");
}

#[test]
fn a_new_connector_in_python_builds_and_tests() {
    builds_and_tests("python", "connector", "plugins-python", ".venv");
}

#[test]
fn a_new_check_in_javascript_builds_tests_and_repeats() {
    builds_and_tests(
        "javascript",
        "check",
        "javascript/node_modules",
        "node_modules",
    );
}

#[test]
fn what_cannot_be_made_is_told_and_nothing_is_written() {
    let folder = Folder::new();
    let error = folder.refuses(&["new", "Owner"]);
    assert!(error.ends_with("invalid-plugin-name\n"), "{error}");
    let error = folder.refuses(&["new", "owner", "--language", "c", "--world", "connector"]);
    assert!(
        error.contains("a check in c") && error.ends_with("plugin-template-missing\n"),
        "{error}"
    );
    assert!(!folder.path("owner").exists());
    folder.passes(&["new", "owner", "--language", "c"]);
    let error = folder.refuses(&["new", "owner", "--language", "python"]);
    assert!(error.ends_with("plugin-project-exists\n"), "{error}");
    let error = folder.refuses(&["build", "owner"]);
    assert!(
        error.contains("pip install") && error.ends_with("plugin-build-failed\n"),
        "{error}"
    );
}

#[test]
fn the_doctor_names_what_this_project_lacks_and_the_cure() {
    let folder = Folder::new();
    assert_eq!(
        folder.plugin(&["doctor"]).code,
        0,
        "without a project nothing is needed"
    );
    folder.passes(&["new", "owner", "--language", "javascript"]);
    let said = folder.plugin(&["doctor", "owner"]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.out.contains("MISSING  jco"), "{said:?}");
    assert!(said.out.contains("mend: npm install"), "{said:?}");

    let cache = folder.path(".portcullis/cache");
    fs::create_dir_all(&cache).unwrap();
    fs::set_permissions(&cache, fs::Permissions::from_mode(0o755)).unwrap();
    folder.component("plugins/vault.wasm", "0.1.0", &[]);
    fs::write(folder.path("portcullis.lock"), "schema = 7\n").unwrap();
    let json: Value = serde_json::from_str(&folder.plugin(&["doctor", "--json"]).out).unwrap();
    let state = |what: &str| {
        let all = json.as_array().unwrap();
        all.iter().find(|one| one["what"] == what).unwrap().clone()
    };
    assert_eq!(state("plugin cache")["mend"], "chmod 700 .portcullis/cache");
    assert_eq!(state("plugin lock")["mend"], "git checkout portcullis.lock");
}

#[test]
fn a_new_check_conforms_and_a_connector_without_a_description_is_not_judged() {
    let Some(tools) = tools("plugins-python") else {
        return;
    };
    let folder = Folder::new();
    folder.passes(&["new", "owner-required", "--language", "c"]);
    symlink(tools, folder.path("owner-required/.venv")).unwrap();
    let report = folder.passes(&["conform", "owner-required"]);
    assert!(
        report.ends_with("3 passed, 0 failed, 0 not applicable\n"),
        "{report}"
    );
    folder.component("vault.wasm", "0.1.0", &[]);
    let error = folder.refuses(&["conform", "--component", "vault.wasm"]);
    assert!(
        error.contains("conform.toml") && error.ends_with("plugin-conform-unavailable\n"),
        "{error}"
    );
}
