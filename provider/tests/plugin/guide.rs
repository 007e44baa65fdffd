//! The guide "Review a plugin before you trust it", run from its first command to its last.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::docker_registry::DockerRegistry;
use crate::folder::{Folder, run};

/// The registry of the guide; the test's own stands in for it.
const REGISTRY: &str = "registry.example.com";

/// Puts two signed releases into the registry, and what the guide presupposes into a folder.
fn prepared(host: &str) -> Folder {
    let folder = Folder::new();
    folder.key();
    for (version, methods) in [("0.1.0", &["GET"][..]), ("0.2.0", &["GET", "POST"])] {
        folder.component("vault.wasm", version, methods);
        folder.passes(&["sign", "--key", "team.key", "vault.wasm"]);
        folder.passes(&[
            "push",
            "vault.wasm",
            &format!("oci://{host}/team/vault:{version}"),
        ]);
    }
    folder
}

/// Runs one line as a shell does and gives everything that it printed.
fn shell(line: &str, folder: &Path) -> String {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_portcullis"));
    let path = std::env::var("PATH").unwrap();
    let output = Command::new("sh")
        .args(["-c", &format!("exec 2>&1; {line}")])
        .current_dir(folder)
        .env(
            "PATH",
            format!("{}:{path}", program.parent().unwrap().display()),
        )
        .env("DOCKER_CONFIG", folder)
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// What differs from run to run: key ids, signatures' digests, times.
fn still(text: &str) -> String {
    let word = |word: &str| {
        let core = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        let hex = |len: usize| core.len() == len && core.chars().all(|c| c.is_ascii_hexdigit());
        match core {
            core if hex(16) || hex(64) => word.replace(core, "HEX"),
            core if !core.is_empty() && core.chars().all(|c| c.is_ascii_digit()) => {
                word.replace(core, "N")
            }
            core => match core.strip_prefix("sha256:") {
                Some(_) => word.replace(core, "sha256:HEX"),
                None => word.to_owned(),
            },
        }
    };
    let line = |line: &str| line.split(' ').map(word).collect::<Vec<_>>().join(" ");
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_command_of_the_guide_prints_what_the_guide_says() {
    let Some(server) = DockerRegistry::start(None) else {
        return;
    };
    let folder = prepared(&server.host);
    if run("minisign", &["-v"], &folder.path("")).is_none() {
        return;
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guides/review-a-plugin.md");
    let guide = fs::read_to_string(&path).unwrap();
    let mut real = String::new();
    let mut rest = guide.as_str();
    while let Some((before, block)) = rest.split_once("```console\n") {
        let (block, after) = block.split_once("```").unwrap();
        real += before;
        real += "```console\n";
        for command in block.lines().filter_map(|line| line.strip_prefix("$ ")) {
            let printed = shell(&command.replace(REGISTRY, &server.host), &folder.path(""));
            real += &format!("$ {command}\n{}", printed.replace(&server.host, REGISTRY));
        }
        real += "```";
        rest = after;
    }
    real += rest;
    if std::env::var("INSTA_UPDATE").as_deref() == Ok("always") {
        fs::write(&path, &real).unwrap();
    }
    assert_eq!(
        still(&guide),
        still(&real),
        "run `cargo verify --only tests --bless` and review the guide"
    );
}
