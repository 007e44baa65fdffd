//! A metrics endpoint: what Prometheus scrapes, taken from a file each time.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use anyhow::Result;

/// Serves one file over HTTP until dropped. The file may change meanwhile; without it the answer is 503.
#[derive(Debug)]
pub(crate) struct Exporter {
    pub(crate) address: SocketAddr,
    ended: Arc<AtomicBool>,
    serving: Option<JoinHandle<()>>,
}

impl Exporter {
    /// # Errors
    /// When no port is free.
    pub(crate) fn start(metrics: PathBuf) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let ended = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&ended);
        let serving = thread::spawn(move || {
            for connection in listener.incoming() {
                if seen.load(Ordering::Relaxed) {
                    return;
                }
                // A scraper that went away is its own affair.
                let _ = connection.and_then(|connection| answer(&connection, &metrics));
            }
        });
        Ok(Self {
            address,
            ended,
            serving: Some(serving),
        })
    }
}

fn answer(mut connection: &TcpStream, metrics: &Path) -> std::io::Result<()> {
    for line in BufReader::new(connection).lines() {
        if line?.is_empty() {
            break;
        }
    }
    let (status, body) = match fs::read(metrics) {
        Ok(body) => ("200 OK", body),
        Err(_) => ("503 Service Unavailable", Vec::new()),
    };
    write!(
        connection,
        "HTTP/1.1 {status}\r\ncontent-type: text/plain; version=0.0.4\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    )?;
    connection.write_all(&body)
}

impl Drop for Exporter {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        // Wakes the thread from its wait for a connection.
        let _ = TcpStream::connect(self.address);
        if let Some(serving) = self.serving.take() {
            let _ = serving.join();
        }
    }
}
