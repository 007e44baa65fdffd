//! The server behind plain HTTP, for what has to read or change what passes by.

use std::io::{BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use anyhow::{Context, Result};

use crate::client::{Answer, Client};
use crate::message::Message;

/// Sees each request, as method and target, before it is passed on.
pub type Passing = dyn Fn(&str, &str) + Send + Sync;

/// Passes requests over HTTP on to the server over TLS, until dropped.
#[derive(Debug)]
pub struct Front {
    address: SocketAddr,
    ended: Arc<AtomicBool>,
}

impl Front {
    pub(crate) fn start(client: Client, passing: Arc<Passing>) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let ended = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&ended);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if seen.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let (client, passing) = (client.clone(), Arc::clone(&passing));
                // Whoever asked and went away needs no answer.
                thread::spawn(move || serve(&stream, &client, passing.as_ref()));
            }
        });
        Ok(Self { address, ended })
    }

    /// Where it answers.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        // Wakes the thread that accepts, which then sees that it is over.
        let _ = TcpStream::connect(self.address);
    }
}

fn serve(stream: &TcpStream, client: &Client, passing: &Passing) -> Result<()> {
    let request = Message::read(&mut BufReader::new(stream))?.context("no request")?;
    let (method, target) = request.asked()?;
    passing(method, target);
    let hop = [
        "host",
        "connection",
        "content-length",
        "transfer-encoding",
        "accept-encoding",
    ];
    let headers: Vec<(&str, &str)> = request
        .headers
        .iter()
        .filter(|(name, _)| !hop.contains(&name.as_str()))
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    // A connection of its own: those of this server answer one request each.
    let answer = client
        .with_token(None)
        .send(method, target, &headers, &request.body)?;
    give(stream, &answer)
}

fn give(mut stream: &TcpStream, answer: &Answer) -> Result<()> {
    let mut head = format!("HTTP/1.1 {} From the server\r\n", answer.status);
    let hop = ["connection", "content-length", "transfer-encoding"];
    for (name, value) in &answer.headers {
        if !hop.contains(&name.as_str()) {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
    }
    head.push_str(&format!(
        "connection: close\r\ncontent-length: {}\r\n\r\n",
        answer.body.len()
    ));
    stream.write_all(head.as_bytes())?;
    stream.write_all(&answer.body)?;
    Ok(stream.flush()?)
}
