//! A server that answers whatever bytes a test wants, and tells what it heard.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

/// One request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    pub(crate) head: String,
    /// With its framing.
    pub(crate) body: String,
}

/// What to answer.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// These bytes, then the end of the connection.
    Bytes(Vec<u8>),
    /// These bytes, each after a pause.
    Pieces(Vec<(Duration, Vec<u8>)>),
    /// The same byte with this pause, for ever, after these bytes.
    Drip(Vec<u8>, Duration),
    /// Nothing, for ever.
    Hang,
    /// The connection is reset.
    Reset,
}

/// What a peer has seen so far.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    heard: Mutex<Vec<Heard>>,
    now: AtomicUsize,
    most: AtomicUsize,
    closed: AtomicUsize,
}

pub(crate) struct Peer {
    address: SocketAddr,
    seen: Arc<Seen>,
}

impl Peer {
    /// A server that answers every request by what `answer` makes of it.
    pub(crate) async fn start(
        answer: impl Fn(&Heard, &Seen) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::<Seen>::default();
        let (answer, all) = (Arc::new(answer), Arc::clone(&seen));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (answer, seen) = (Arc::clone(&answer), Arc::clone(&all));
                tokio::spawn(async move {
                    let now = seen.now.fetch_add(1, Ordering::SeqCst) + 1;
                    seen.most.fetch_max(now, Ordering::SeqCst);
                    serve(stream, &*answer, &seen).await;
                    seen.closed.fetch_add(1, Ordering::SeqCst);
                });
            }
        });
        Self { address, seen }
    }

    /// A server that gives the same answer to every request.
    pub(crate) async fn saying(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        Self::start(move |_, _| Answer::Bytes(bytes.clone())).await
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.seen.heard.lock().unwrap().clone()
    }

    /// Connections that were answered to the end or given up.
    pub(crate) fn closed(&self) -> usize {
        self.seen.closed()
    }

    /// The most requests that were without an answer at once.
    pub(crate) fn most(&self) -> usize {
        self.seen.most.load(Ordering::SeqCst)
    }
}

impl Seen {
    /// A request was answered, or will never be.
    fn done(&self) {
        self.now.fetch_sub(1, Ordering::SeqCst);
    }

    /// Connections that are gone.
    pub(crate) fn closed(&self) -> usize {
        self.closed.load(Ordering::SeqCst)
    }
}

/// 200 with that body.
pub(crate) fn ok(body: &str) -> Vec<u8> {
    with_headers("", body)
}

pub(crate) fn with_headers(headers: &str, body: &str) -> Vec<u8> {
    let len = body.len();
    format!("HTTP/1.1 200 OK\r\n{headers}content-length: {len}\r\n\r\n{body}").into_bytes()
}

async fn serve(
    mut stream: TcpStream,
    answer: &(dyn Fn(&Heard, &Seen) -> Answer + Sync),
    seen: &Seen,
) {
    let Some(heard) = listen(&mut stream).await else {
        return seen.done();
    };
    seen.heard.lock().unwrap().push(heard.clone());
    // A client that gave up closes the connection; that is its right.
    match answer(&heard, seen) {
        Answer::Bytes(bytes) => {
            let _ = stream.write_all(&bytes).await;
            seen.done();
            let _ = stream.shutdown().await;
        }
        Answer::Pieces(pieces) => {
            for (pause, piece) in pieces {
                sleep(pause).await;
                let _ = stream.write_all(&piece).await;
            }
            seen.done();
            gone(&mut stream).await;
        }
        Answer::Drip(bytes, pause) => {
            let _ = stream.write_all(&bytes).await;
            while stream.write_all(b"x").await.is_ok() {
                sleep(pause).await;
            }
            seen.done();
        }
        Answer::Hang => {
            gone(&mut stream).await;
            seen.done();
        }
        Answer::Reset => {
            stream.set_zero_linger().unwrap();
            seen.done();
        }
    }
}

/// Waits until the client has closed its side.
async fn gone(stream: &mut TcpStream) {
    while matches!(stream.read(&mut [0; 4096]).await, Ok(1..)) {}
}

/// Head and body of a request; none when the connection ends before.
async fn listen(stream: &mut TcpStream) -> Option<Heard> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n")
            && is_whole(head, body)
        {
            return Some(Heard {
                head: head.to_owned(),
                body: body.to_owned(),
            });
        }
        let mut piece = [0; 65536];
        match stream.read(&mut piece).await {
            Ok(len @ 1..) => bytes.extend_from_slice(&piece[..len]),
            _ => return None,
        }
    }
}

fn is_whole(head: &str, body: &str) -> bool {
    let field = |name: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        lines
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    };
    if field("transfer-encoding").is_some() {
        return body.ends_with("0\r\n\r\n");
    }
    let len = field("content-length").map_or(0, |len| len.parse().unwrap());
    body.len() >= len
}
