//! Every diagnostic ends with a code, and the code is the name of a page: docs/diagnostics/<code>.md.
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

use regex_lite::Regex;

/// Files whose kebab-case words name something else: keys of a kubeconfig, headers, folders, rules of `ledger verify`,
/// published primitives.
const OTHER_FILES: &[&str] = &[
    "access/src/rules/",
    "plugin-host/src/contract.rs",
    "plugin-host/src/http/header.rs",
    "plugin-host/src/surface.rs",
    "tfplugin/src/docs/",
    "ledger/src/sqlite/verify.rs",
    "provider/src/sources/kubeconfig.rs",
    "sdk/componentize/",
    "sdk/testkit/",
    "sdk/templates/",
    "sdk/plugin/",
];

/// Kebab-case words elsewhere that name something else.
const OTHER_WORDS: &[&str] = &[
    "accept-encoding",
    "act-as",
    "aws-auth",
    "break-glass",
    "compile-plugin",
    "componentize-py",
    "content-type",
    "duty-constraint",
    "entity-alias",
    "execute-api",
    "gpu-budget",
    "grpc-accept-encoding",
    "grpc-message",
    "grpc-status",
    "grpc-timeout",
    "instance-type",
    "is-deploy",
    "job-scoped",
    "kebab-case",
    "kube-system",
    "ledger-writer",
    "list-access",
    "list-inventory",
    "list-supply",
    "lookup-accessor",
    "managed-by",
    "plugin-epoch",
    "plugin-name",
    "portcullis-access",
    "portcullis-inventory",
    "portcullis-supply",
    "python-zig",
    "retry-after",
    "revoke-accessor",
    "send-and-keep",
    "service-account",
    "terraform-provider",
    "user-agent",
    "x-amz-date",
    "x-amz-security-token",
    "x-amz-target",
    "x-amzn-trace-id",
    "x-request-id",
    "x-slurm-user-name",
    "x-slurm-user-token",
    "x-vault-namespace",
    "x-vault-token",
];

/// The kinds of failure that `sdk/wit` documents; the host makes `plugin-<kind>` of them.
const FAILURE_KINDS: &[&str] = &[
    "config",
    "internal",
    "limit",
    "malformed",
    "refused",
    "unreachable",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_path_buf()
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && !["tests", "examples", "fuzz", "target"].contains(&name) {
            sources(&path, found);
        } else if name.ends_with(".rs") && name != "tests.rs" {
            found.push(path);
        }
    }
}

/// The kebab-case words with which string literals end, each with the file it is in. A diagnostic's text ends with its
/// code, and a `Reason`'s `code` is nothing else.
fn codes() -> BTreeMap<String, PathBuf> {
    let end = Regex::new(r#"(?:^|[^A-Za-z0-9_/.`:-])([a-z]+(?:-[a-z]+)+)""#).unwrap();
    let mut files = Vec::new();
    for folder in ["provider", "plugins", "sdk"] {
        sources(&root().join(folder), &mut files);
    }
    let mut codes = BTreeMap::new();
    for file in files {
        let path = file.strip_prefix(root()).unwrap().to_path_buf();
        if OTHER_FILES
            .iter()
            .any(|other| path.to_str().unwrap().contains(other))
        {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        let lines = code
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        for line in lines {
            let line = line.replace("\\n", "\n");
            for found in end.captures_iter(&line) {
                codes.insert(found[1].to_owned(), path.clone());
            }
        }
    }
    codes.retain(|code, _| !OTHER_WORDS.contains(&code.as_str()));
    for kind in FAILURE_KINDS {
        codes.insert(
            format!("plugin-{kind}"),
            PathBuf::from("provider/plugin-host/src/error.rs"),
        );
    }
    codes
}

fn pages() -> BTreeSet<String> {
    let folder = root().join("docs/diagnostics");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let names = files.map(|file| file.file_name().into_string().unwrap());
    names
        .filter(|name| name != "README.md")
        .map(|name| {
            name.strip_suffix(".md")
                .expect("a page is Markdown")
                .to_owned()
        })
        .collect()
}

#[test]
fn every_code_has_a_page() {
    let pages = pages();
    let missing: Vec<_> = codes()
        .into_iter()
        .filter(|(code, _)| !pages.contains(code))
        .collect();
    assert!(
        missing.is_empty(),
        "write docs/diagnostics/<code>.md for these, or add the word to OTHER_WORDS: {missing:#?}"
    );
}

#[test]
fn every_page_has_a_code() {
    let codes = codes();
    let orphans: Vec<_> = pages()
        .into_iter()
        .filter(|page| !codes.contains_key(page))
        .collect();
    assert!(
        orphans.is_empty(),
        "no diagnostic ends with these codes: {orphans:#?}"
    );
}

/// A page says what it means, shows it, and says what to do.
#[test]
fn every_page_is_whole() {
    for page in pages() {
        let text = fs::read_to_string(root().join(format!("docs/diagnostics/{page}.md"))).unwrap();
        assert!(
            text.starts_with(&format!("# `{page}`\n")),
            "{page}: its title is not its code"
        );
        for heading in ["## Example", "## What to do", "## Why"] {
            assert!(
                text.contains(&format!("\n{heading}\n")),
                "{page} lacks `{heading}`"
            );
        }
        assert!(
            text.contains(&format!("\n{page}\n```")),
            "{page}: the example does not end with the code"
        );
    }
}
