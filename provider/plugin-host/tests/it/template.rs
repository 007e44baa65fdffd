//! A project made from a template of `sdk/templates`, with the tools that `.ci/run` keeps in the cache.

use std::env;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::support::componentize;

/// The name that `portcullis plugin new` would have been given.
const NAME: &str = "from-a-template";

/// A project made from a template.
pub(crate) struct Template {
    dir: TempDir,
    language: &'static str,
}

impl Template {
    /// None where the language's tools are not installed, which `CI=true` does not accept.
    pub(crate) fn new(language: &'static str, world: &str) -> Option<Self> {
        let (folder, link) = match language {
            "javascript" => ("javascript/node_modules", "node_modules"),
            _ => ("plugins-python", ".venv"),
        };
        let tools = tools().join(folder);
        if !tools.is_dir() {
            let line = format!(
                "not run: {world} in {language} (needs the tools that `bash .ci/run tools` installs)"
            );
            assert!(env::var("CI").as_deref() != Ok("true"), "{line}");
            eprintln!("{line}");
            return None;
        }
        let dir = TempDir::new().unwrap();
        let template = repository()
            .join("sdk/templates")
            .join(language)
            .join(world);
        copy(&template, dir.path());
        symlink(tools, dir.path().join(link)).unwrap();
        Some(Self { dir, language })
    }

    /// The component, built as an author builds it, into a folder of its own.
    pub(crate) fn build(&self) -> Vec<u8> {
        componentize(
            &[self.dir.path().as_os_str()],
            &self.dir.path().join("built"),
        )
    }

    /// Runs the project's own tests, which need no WebAssembly.
    pub(crate) fn test(&self) {
        let mut command = Command::new("sh");
        let words = match self.language {
            "javascript" => "npm test",
            "python" => "python3 -m unittest",
            _ => {
                ".venv/bin/python-zig cc -std=c23 -I. test/*.c owners.c json.c -o bindings/test && bindings/test"
            }
        };
        let output = command
            .args(["-c", words])
            .current_dir(self.dir.path())
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{words}\n{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Where `.ci/run` keeps what it installs.
fn tools() -> PathBuf {
    let cache = || {
        let home = env::home_dir().unwrap_or_default().join(".cache");
        env::var_os("XDG_CACHE_HOME")
            .map_or(home, PathBuf::from)
            .join("portcullis")
    };
    env::var_os("PORTCULLIS_CACHE").map_or_else(cache, PathBuf::from)
}

/// Copies a template as `portcullis plugin new` does: the words `plugin-name` become the name.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let target = to.join(name.replace("plugin-name", NAME));
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            let text = fs::read_to_string(entry.path()).unwrap();
            fs::write(target, text.replace("plugin-name", NAME)).unwrap();
        }
    }
}
