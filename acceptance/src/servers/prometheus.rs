//! A real Prometheus that scrapes a file of DCGM exporter metrics.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use super::exporter::Exporter;
use crate::repository;

/// How long a start may take before it counts as failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running server; ended when dropped.
#[derive(Debug)]
pub(crate) struct Prometheus {
    child: Child,
    port: u16,
    _exporter: Exporter,
    _folder: TempDir,
}

impl Prometheus {
    /// Whether the program is installed.
    pub(crate) fn is_installed() -> bool {
        repository::on_path("prometheus").is_some()
    }

    /// Starts an exporter over `metrics` and a server that scrapes it, and waits for the first sample.
    ///
    /// # Errors
    /// When the server does not come up.
    pub(crate) fn start(metrics: PathBuf) -> Result<Self> {
        let exporter = Exporter::start(metrics)?;
        let folder = tempfile::Builder::new().prefix("prometheus-").tempdir()?;
        let file = folder.path().join("prometheus.yml");
        fs::write(&file, configuration(&exporter))?;
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let log = fs::File::create(folder.path().join("log"))?;
        let child = Command::new("prometheus")
            .arg(format!("--config.file={}", file.display()))
            .arg(format!(
                "--storage.tsdb.path={}",
                folder.path().join("data").display()
            ))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .context("cannot start `prometheus`: install Debian's package of that name")?;
        let server = Self {
            child,
            port,
            _exporter: exporter,
            _folder: folder,
        };
        server.wait()?;
        Ok(server)
    }

    /// Where it answers.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Until a scrape has been stored, a query would find an empty fleet.
    fn wait(&self) -> Result<()> {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            let answer = self.get("/api/v1/query?query=up%7Bjob%3D%22dcgm%22%7D%20%3D%3D%201");
            if answer.is_ok_and(|answer| answer.contains("\"job\":\"dcgm\"")) {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(50));
        }
        bail!(
            "prometheus did not scrape its exporter within {} s",
            PATIENCE.as_secs()
        )
    }

    fn get(&self, path: &str) -> Result<String> {
        let mut connection = TcpStream::connect(("127.0.0.1", self.port))?;
        connection.set_read_timeout(Some(Duration::from_secs(5)))?;
        write!(
            connection,
            "GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n"
        )?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer)?;
        Ok(answer)
    }
}

fn configuration(exporter: &Exporter) -> String {
    format!(
        "global:\n  scrape_interval: 1s\n  scrape_timeout: 1s\nscrape_configs:\n  - job_name: dcgm\n    \
         static_configs:\n      - targets: ['{}']\n",
        exporter.address
    )
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod unit {
    use super::Prometheus;
    use std::fs;

    #[test]
    fn a_metric_of_the_file_can_be_queried() {
        if !Prometheus::is_installed() {
            println!("not run: Prometheus over a file of metrics (needs Debian's prometheus)");
            assert!(!crate::repository::is_ci(), "prometheus is not installed");
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let metrics = folder.path().join("metrics");
        fs::write(&metrics, "DCGM_FI_DEV_FB_FREE{UUID=\"GPU-1\"} 141000\n").unwrap();
        let server = Prometheus::start(metrics).unwrap();
        let answer = server
            .get("/api/v1/query?query=DCGM_FI_DEV_FB_FREE")
            .unwrap();
        assert!(
            answer.contains("\"UUID\":\"GPU-1\"") && answer.contains("141000"),
            "{answer}"
        );
    }
}
