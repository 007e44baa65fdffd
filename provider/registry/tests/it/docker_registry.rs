//! A docker-registry of one test, on a port of its own, with its storage in a temporary folder.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

pub(crate) struct DockerRegistry {
    process: Child,
    folder: TempDir,
    pub(crate) host: String,
}

impl DockerRegistry {
    /// Starts one; with `htpasswd` lines it asks for a password. None, after saying so, where the program is missing.
    pub(crate) fn start(htpasswd: Option<&str>) -> Option<Self> {
        let folder = TempDir::new().unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let root = folder.path().join("storage");
        let mut config = format!(
            "version: 0.1\nlog: {{level: error}}\nstorage:\n  filesystem: {{rootdirectory: {}}}\nhttp: {{addr: \"127.0.0.1:{port}\"}}\n",
            root.display()
        );
        if let Some(lines) = htpasswd {
            let path = folder.path().join("htpasswd");
            fs::write(&path, lines).unwrap();
            config += &format!(
                "auth:\n  htpasswd: {{realm: test, path: {}}}\n",
                path.display()
            );
        }
        let path = folder.path().join("config.yml");
        fs::write(&path, config).unwrap();
        let started = Command::new("docker-registry")
            .arg("serve")
            .arg(&path)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let Ok(process) = started else {
            assert_ne!(
                std::env::var("CI").as_deref(),
                Ok("true"),
                "docker-registry is missing"
            );
            println!("not run: a real docker-registry (needs `apt-get install docker-registry`)");
            return None;
        };
        let registry = Self {
            process,
            folder,
            host: format!("127.0.0.1:{port}"),
        };
        let deadline = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(&registry.host).is_err() {
            assert!(Instant::now() < deadline, "docker-registry does not listen");
            sleep(Duration::from_millis(20));
        }
        Some(registry)
    }

    /// Where it keeps a blob.
    pub(crate) fn blob(&self, digest: &str) -> PathBuf {
        let hex = digest.strip_prefix("sha256:").unwrap();
        let blobs = "storage/docker/registry/v2/blobs/sha256";
        self.folder
            .path()
            .join(blobs)
            .join(&hex[..2])
            .join(hex)
            .join("data")
    }
}

impl Drop for DockerRegistry {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
