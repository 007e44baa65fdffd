//! The example provider under the Terraform that is installed: create, empty plan, change, drift, import, replace,
//! destroy.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs,
    reason = "a test fails by panicking, and says what it did not run"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder with a configuration, in which Terraform runs.
struct Workspace {
    folder: tempfile::TempDir,
    terraform: String,
}

impl Workspace {
    /// None where there is no Terraform; that fails when CI says that everything must run.
    fn new() -> Option<Self> {
        let named = std::env::var("PORTCULLIS_TERRAFORM").ok();
        let terraform = named.unwrap_or_else(|| "terraform".to_owned());
        if Command::new(&terraform).arg("version").output().is_err() {
            assert_ne!(
                std::env::var("CI").as_deref(),
                Ok("true"),
                "Terraform is not installed"
            );
            println!("not run: the example under Terraform (needs `terraform` on the PATH)");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("bin")).unwrap();
        fs::copy(
            example(),
            folder.path().join("bin/terraform-provider-minimal"),
        )
        .unwrap();
        let overrides = format!(
            "provider_installation {{\n  dev_overrides {{\n    \"example.com/examples/minimal\" = {:?}\n  }}\n  direct {{}}\n}}\n",
            folder.path().join("bin")
        );
        fs::write(folder.path().join("terraform.rc"), overrides).unwrap();
        Some(Self { folder, terraform })
    }

    fn write(&self, name: &str, text: &str) {
        let config = format!(
            "terraform {{\n  required_providers {{\n    minimal = {{ source = \"example.com/examples/minimal\" }}\n  }}\n}}\n\
             resource \"minimal_note\" \"a\" {{\n  name = {name:?}\n  text = {text:?}\n}}\n"
        );
        fs::write(self.folder.path().join("main.tf"), config).unwrap();
    }

    /// Exit status and output of one command.
    fn run(&self, arguments: &[&str]) -> (i32, String) {
        let output = Command::new(&self.terraform)
            .args(arguments)
            .arg("-no-color")
            .current_dir(self.folder.path())
            .env(
                "TF_CLI_CONFIG_FILE",
                self.folder.path().join("terraform.rc"),
            )
            .env("CHECKPOINT_DISABLE", "1")
            .output()
            .unwrap();
        let text = [output.stdout, output.stderr].concat();
        (
            output.status.code().unwrap(),
            String::from_utf8(text).unwrap(),
        )
    }

    /// Runs a command that must succeed.
    fn succeed(&self, arguments: &[&str]) -> String {
        let (status, output) = self.run(arguments);
        assert_eq!(status, 0, "{arguments:?}: {output}");
        output
    }

    /// Whether a plan has changes.
    fn has_changes(&self) -> bool {
        let (status, output) = self.run(&["plan", "-detailed-exitcode"]);
        assert!(status != 1, "{output}");
        status == 2
    }

    fn note(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// The example, built beside this test.
fn example() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.ancestors()
        .nth(2)
        .map(Path::to_owned)
        .unwrap()
        .join("examples/minimal")
}

#[test]
fn the_example_lives_a_whole_life() {
    let Some(workspace) = Workspace::new() else {
        return;
    };
    workspace.write("a", "hello");
    workspace.succeed(&["validate"]);
    let output = workspace.succeed(&["apply", "-auto-approve"]);
    assert!(
        output.contains("1 added, 0 changed, 0 destroyed"),
        "{output}"
    );
    assert_eq!(fs::read_to_string(workspace.note("a")).unwrap(), "hello");
    assert!(!workspace.has_changes());

    workspace.write("a", "hello world");
    let output = workspace.succeed(&["apply", "-auto-approve"]);
    assert!(
        output.contains("0 added, 1 changed, 0 destroyed"),
        "{output}"
    );

    fs::write(workspace.note("a"), "drifted").unwrap();
    assert!(workspace.has_changes());
    fs::remove_file(workspace.note("a")).unwrap();
    let output = workspace.succeed(&["apply", "-auto-approve"]);
    assert!(
        output.contains("1 added"),
        "gone behind Terraform's back: {output}"
    );

    workspace.succeed(&["state", "rm", "minimal_note.a"]);
    workspace.succeed(&["import", "minimal_note.a", "a"]);
    assert!(!workspace.has_changes());

    workspace.write("b", "hello world");
    let output = workspace.succeed(&["apply", "-auto-approve"]);
    assert!(output.contains("# forces replacement"), "{output}");
    workspace.succeed(&["destroy", "-auto-approve"]);
    assert!(!workspace.note("b").exists());
}
