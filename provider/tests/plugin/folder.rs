//! A folder with plugins in it, and the command run there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

/// A folder in which the command runs, with no settings of whoever runs the test.
pub(crate) struct Folder {
    dir: TempDir,
}

/// What the command printed, and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self {
            dir: TempDir::new().unwrap(),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Runs `portcullis plugin` with these words.
    pub(crate) fn plugin(&self, words: &[&str]) -> Said {
        self.plugin_with(words, &[])
    }

    pub(crate) fn plugin_with(&self, words: &[&str], environment: &[(&str, &str)]) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
        command
            .arg("plugin")
            .args(words)
            .current_dir(self.dir.path());
        for name in [
            "PORTCULLIS_REGISTRY_USER",
            "PORTCULLIS_REGISTRY_PASSWORD",
            "SSL_CERT_FILE",
        ] {
            command.env_remove(name);
        }
        command.env("DOCKER_CONFIG", self.dir.path());
        command.envs(environment.iter().copied());
        let output = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Said {
            code: output.status.code().unwrap(),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }

    /// Runs it, expects success, and gives what it printed.
    pub(crate) fn passes(&self, words: &[&str]) -> String {
        let said = self.plugin(words);
        assert_eq!(said.code, 0, "{words:?}\n{}{}", said.out, said.err);
        said.out
    }

    /// Runs it, expects a refusal, and gives what it said.
    pub(crate) fn refuses(&self, words: &[&str]) -> String {
        let said = self.plugin(words);
        assert_eq!(said.code, 1, "{words:?}\n{}{}", said.out, said.err);
        said.err
    }

    /// Writes a component that says it is `vault` in that version and asks for these requests.
    pub(crate) fn component(&self, name: &str, version: &str, methods: &[&str]) -> PathBuf {
        let http = match methods {
            [] => json!([]),
            _ => {
                json!([{"origin": "https://vault.example.com", "methods": methods, "path_prefix": "/v1/"}])
            }
        };
        let manifest = json!({
            "schema": 1, "name": "vault", "version": version, "world": "connector",
            "summary": "Reads a vault", "http": http,
        });
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, with_manifest(&manifest)).unwrap();
        path
    }

    /// A key without a password, made by the command: `team.key` and `team.pub`.
    pub(crate) fn key(&self) {
        self.passes(&["sign", "--key", "team.key", "--new-key", "--no-password"]);
    }
}

/// The smallest component that the host takes for a connector, with a manifest section.
pub(crate) fn with_manifest(manifest: &Value) -> Vec<u8> {
    const NAME: &[u8] = b"portcullis:manifest";
    let mut component = wat::parse_str(
        r#"(component
            (instance $empty)
            (export "portcullis:plugin/manifest@0.1.0" (instance $empty))
            (export "portcullis:plugin/inventory@0.1.0" (instance $empty)))"#,
    )
    .unwrap();
    let manifest = manifest.to_string();
    let len = 1 + NAME.len() + manifest.len();
    let (low, high) = (
        u8::try_from(len & 0x7f).unwrap(),
        u8::try_from(len >> 7).unwrap(),
    );
    component.extend([0, low | 0x80, high, u8::try_from(NAME.len()).unwrap()]);
    component.extend(NAME.iter().copied().chain(manifest.bytes()));
    component
}

/// Runs another program here; none where it is missing, which `CI=true` does not accept.
pub(crate) fn run(program: &str, words: &[&str], dir: &Path) -> Option<bool> {
    match Command::new(program).args(words).current_dir(dir).output() {
        Ok(output) => Some(output.status.success()),
        Err(_) => {
            assert_ne!(
                std::env::var("CI").as_deref(),
                Ok("true"),
                "{program} is missing"
            );
            println!("not run: {program} beside the command (needs `apt-get install {program}`)");
            None
        }
    }
}
