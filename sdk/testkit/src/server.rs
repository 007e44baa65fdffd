//! Local servers: one thread accepts, one thread serves each connection, and all of them end with the value.

use std::io::{self, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::message::Message;
use crate::script::Script;

/// After this long a connection on which nothing happens is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// Something that answers requests.
pub(crate) trait Answers: Send + Sync + 'static {
    fn answer(&self, request: &Message) -> Message;

    /// Serves a connection; by default one request, answered whole.
    fn serve(&self, stream: &TcpStream) -> io::Result<()> {
        let request = Message::request(&mut BufReader::new(stream))?;
        match request {
            Some(request) => self.answer(&request).write(&mut &*stream),
            None => Ok(()),
        }
    }
}

impl Answers for Script {
    fn answer(&self, request: &Message) -> Message {
        self.play(request.method(), request.target(), &request.body)
            .to_message()
    }
}

/// A server on a port of this machine.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    ended: Arc<AtomicBool>,
}

impl Server {
    pub(crate) fn start(answers: Arc<impl Answers>) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let ended = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&ended);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let answers = Arc::clone(&answers);
                // A client that goes away in the middle is no concern of the server.
                thread::spawn(move || {
                    let timed = stream.set_read_timeout(Some(PATIENCE));
                    timed.and_then(|()| answers.serve(&stream))
                });
            }
        });
        Ok(Self { address, ended })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        // Wakes the thread that accepts, which then sees that it is over.
        let _ = TcpStream::connect(self.address);
    }
}
