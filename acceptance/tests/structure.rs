//! The shape of the repository: who may import whom, what lies at the top, how large a file may grow.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// A package, and the packages of this workspace that it may depend on. A package that is not listed fails.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("tfplugin-rs", &["tfplugin-derive"]),
    ("tfplugin-derive", &[]),
    ("portcullis-model", &[]),
    ("portcullis-capacity", &["portcullis-model"]),
    ("portcullis-access", &["portcullis-model"]),
    ("portcullis-ledger", &["portcullis-model"]),
    (
        "portcullis-inventory",
        &["portcullis-model", "portcullis-plugin-host"],
    ),
    // The servers that its tests start, and the engine whose answers they compare; nothing that it ships imports them.
    (
        "portcullis-plugin-host",
        &[
            "portcullis-model",
            "portcullis-access",
            "kubernetes-server",
            "moto-server",
            "openbao-server",
            "slurm-server",
        ],
    ),
    // A directory tells what a connector would.
    (
        "portcullis-directory",
        &["portcullis-access", "portcullis-model"],
    ),
    ("portcullis-registry", &[]),
    ("portcullis-cedar", &[]),
    (
        "portcullis",
        &[
            "portcullis-access",
            "portcullis-capacity",
            "portcullis-cedar",
            "portcullis-componentize",
            "portcullis-directory",
            "portcullis-inventory",
            "portcullis-ledger",
            "portcullis-model",
            "portcullis-plugin-host",
            "portcullis-registry",
            "portcullis-testkit",
            // The server that its tests start.
            "kubernetes-server",
            "tfplugin-derive",
            "tfplugin-rs",
        ],
    ),
    ("portcullis-plugin", &["portcullis-plugin-derive"]),
    ("portcullis-plugin-derive", &[]),
    (
        "portcullis-testkit",
        &[
            "portcullis-componentize",
            "portcullis-plugin",
            "portcullis-plugin-host",
        ],
    ),
    ("portcullis-componentize", &[]),
    // Guests that try the sandbox: plugins like anybody's.
    ("hostile-check", &["portcullis-plugin"]),
    ("hostile-connector", &["portcullis-plugin"]),
    // A guest with a bug for each case of the conformance suite.
    ("faulty-connector", &["portcullis-plugin"]),
    // What `portcullis plugin new` copies.
    (
        "plugin-name-check",
        &["portcullis-plugin", "portcullis-testkit"],
    ),
    (
        "plugin-name-connector",
        &["portcullis-plugin", "portcullis-testkit"],
    ),
    ("script-connector", &[]),
    (
        "acceptance",
        &[
            "kubernetes-server",
            "moto-server",
            "openbao-server",
            "slurm-server",
        ],
    ),
    // A plugin like anybody's, whose conformance only a server can show that keeps what it is told.
    (
        "openbao-connector",
        &["portcullis-plugin", "portcullis-testkit", "openbao-server"],
    ),
    // They start programs that we did not write, and judge nothing of ours.
    ("kubernetes-server", &[]),
    ("moto-server", &[]),
    ("openbao-server", &[]),
    ("slurm-server", &[]),
    ("fake-nvml", &[]),
];

/// Every first-party plugin may import this and nothing else of ours, as anybody's plugin may.
const PLUGINS_MAY_IMPORT: &[&str] = &["portcullis-plugin", "portcullis-testkit"];

/// No input or output, no clock, no randomness: what these are given decides what they answer.
const PURE: &[&str] = &[
    "portcullis-model",
    "portcullis-capacity",
    "portcullis-access",
];
const IMPURE: &[&str] = &[
    "tokio",
    "tonic",
    "hyper",
    "wasmtime",
    "nvml-wrapper",
    "rusqlite",
    "rand",
    "getrandom",
    "tempfile",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_path_buf()
}

fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--offline", "--locked"])
        .current_dir(root())
        .output()
        .expect("cargo starts");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON")
}

/// Package name -> the names of the packages it depends on directly, tests and build scripts included.
fn ours(metadata: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let members: BTreeSet<&str> = metadata["workspace_members"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let packages = metadata["packages"].as_array().unwrap();
    let ours = packages
        .iter()
        .filter(|package| members.contains(package["id"].as_str().unwrap()));
    ours.map(|package| {
        let names = package["dependencies"].as_array().unwrap().iter();
        let names = names.map(|dependency| dependency["name"].as_str().unwrap().to_owned());
        (
            package["name"].as_str().unwrap().to_owned(),
            names.collect(),
        )
    })
    .collect()
}

fn may_import(package: &str, is_plugin: bool) -> &'static [&'static str] {
    let found = MAY_IMPORT.iter().find(|(name, _)| *name == package);
    match found {
        Some((_, allowed)) => allowed,
        None if is_plugin => PLUGINS_MAY_IMPORT,
        None => panic!("package `{package}` has no import rule: add one to MAY_IMPORT"),
    }
}

#[test]
fn a_package_imports_only_what_the_house_allows() {
    let metadata = metadata();
    let ours = ours(&metadata);
    let packages = metadata["packages"].as_array().unwrap();
    let mut breaches = Vec::new();
    for (package, dependencies) in &ours {
        let manifest = packages
            .iter()
            .find(|found| found["name"] == package.as_str())
            .unwrap();
        let manifest = manifest["manifest_path"].as_str().unwrap();
        let is_plugin = Path::new(manifest).starts_with(root().join("plugins"));
        let allowed = may_import(package, is_plugin);
        let imported = dependencies.iter().filter(|name| ours.contains_key(*name));
        breaches.extend(
            imported
                .filter(|name| !allowed.contains(&name.as_str()))
                .map(|name| format!("`{package}` may not import `{name}`")),
        );
    }
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn pure_packages_reach_nothing_that_touches_the_world() {
    let metadata = metadata();
    let nodes = metadata["resolve"]["nodes"].as_array().unwrap();
    let name_of: BTreeMap<&str, &str> = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| {
            (
                package["id"].as_str().unwrap(),
                package["name"].as_str().unwrap(),
            )
        })
        .collect();
    for pure in PURE {
        let start = name_of
            .iter()
            .find(|(_, name)| *name == pure)
            .expect("a pure package exists")
            .0;
        let mut reached = BTreeSet::new();
        let mut next = vec![*start];
        while let Some(id) = next.pop() {
            if !reached.insert(id) {
                continue;
            }
            let node = nodes.iter().find(|node| node["id"] == id).unwrap();
            next.extend(
                node["deps"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .filter(|&dep| is_normal(dep))
                    .map(|dep| dep["pkg"].as_str().unwrap()),
            );
        }
        let impure: Vec<&str> = reached
            .iter()
            .map(|id| name_of[id])
            .filter(|name| IMPURE.contains(name))
            .collect();
        assert!(
            impure.is_empty(),
            "`{pure}` must stay pure but reaches {impure:?}"
        );
    }
}

/// Whether a dependency is linked into the package itself, not only into its tests or build script.
fn is_normal(dependency: &Value) -> bool {
    dependency["dep_kinds"]
        .as_array()
        .unwrap()
        .iter()
        .any(|kind| kind["kind"].is_null())
}

#[test]
fn the_top_level_holds_these_and_nothing_else() {
    const SHOWN: &[&str] = &[
        "CHANGELOG.md",
        "Cargo.lock",
        "Cargo.toml",
        "LICENSE",
        "README.md",
        "acceptance",
        "docs",
        "examples",
        "plugins",
        "provider",
        "sdk",
        "rustfmt.toml",
        "clippy.toml",
        "deny.toml",
    ];
    // Made by git, by cargo and by runs of the provider; none is part of the repository.
    const UNTRACKED: &[&str] = &[".git", "target", ".portcullis"];
    const DOTTED: &[&str] = &[".ci", ".cargo", ".gitignore"];
    let found: BTreeSet<String> = fs::read_dir(root())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !UNTRACKED.contains(&name.as_str()))
        .collect();
    let extra: Vec<&String> = found
        .iter()
        .filter(|name| !SHOWN.contains(&name.as_str()) && !DOTTED.contains(&name.as_str()))
        .collect();
    assert!(extra.is_empty(), "not expected at the top level: {extra:?}");
    let missing: Vec<&&str> = SHOWN
        .iter()
        .chain(DOTTED)
        .filter(|name| !found.contains(**name))
        .collect();
    assert!(missing.is_empty(), "missing at the top level: {missing:?}");
}

/// Every file under the folders that we write, built output left out.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !matches!(
                name.as_str(),
                "target" | ".git" | ".portcullis" | ".terraform" | "node_modules" | ".venv"
            ) {
                files(&path, found);
            }
        } else {
            found.push(path);
        }
    }
}

fn all_files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    files(&root(), &mut found);
    found.sort();
    found
}

#[test]
fn no_rust_file_is_longer_than_400_lines() {
    let rust = all_files()
        .into_iter()
        .filter(|path| path.extension().is_some_and(|kind| kind == "rs"));
    let long: Vec<String> = rust
        .filter_map(|path| {
            let lines = fs::read_to_string(&path).unwrap().lines().count();
            (lines > 400).then(|| format!("{} has {lines} lines", path.display()))
        })
        .collect();
    assert!(
        long.is_empty(),
        "split these, each is a room with two jobs:\n{}",
        long.join("\n")
    );
}

#[test]
fn no_file_is_named_after_nothing() {
    const EMPTY_WORDS: &[&str] = &[
        "utils", "util", "helpers", "helper", "common", "manager", "misc",
    ];
    let named: Vec<PathBuf> = all_files()
        .into_iter()
        .filter(|path| {
            let inside = path.strip_prefix(root()).unwrap();
            inside.iter().any(|part| {
                let stem = part.to_string_lossy();
                let stem = stem.split('.').next().unwrap_or_default();
                stem.split(['_', '-'])
                    .any(|word| EMPTY_WORDS.contains(&word))
            })
        })
        .collect();
    assert!(
        named.is_empty(),
        "name these by the noun they hold: {named:?}"
    );
}
