//! The body of a response on its way in. The host reads it while the guest does something else, so that a guest may ask
//! for the next page and read the last one meanwhile.

use http_body_util::BodyExt as _;
use hyper::body::{Bytes, Incoming};
use tokio::sync::mpsc;

use crate::http::connection::cause;

/// What was read of a body and not yet asked for.
#[derive(Debug)]
pub(super) struct Arriving(mpsc::UnboundedReceiver<Piece>);

/// Where a body is put as it is read.
#[derive(Debug)]
pub(super) struct Ahead(mpsc::UnboundedSender<Piece>);

/// A piece of a body, its end, or why there is neither.
type Piece = Result<Option<Bytes>, String>;

/// Both ends of a body that is read ahead.
pub(super) fn arriving() -> (Ahead, Arriving) {
    let (ahead, arriving) = mpsc::unbounded_channel();
    (Ahead(ahead), Arriving(arriving))
}

impl Ahead {
    /// Reads to the end, or until there are more than `most` bytes: nobody is given those, and no more need to lie here.
    pub(super) async fn read(self, mut body: Incoming, most: usize) {
        let mut read = 0;
        while read <= most {
            let piece = match body.frame().await.transpose() {
                Ok(Some(frame)) => match frame.into_data() {
                    Ok(bytes) => Ok(Some(bytes)),
                    // Trailers, the other kind of frame, mean nothing here.
                    Err(_) => continue,
                },
                Ok(None) => Ok(None),
                Err(error) => Err(cause(&error)),
            };
            read += piece.iter().flatten().map(Bytes::len).sum::<usize>();
            let is_last = !matches!(piece, Ok(Some(_)));
            if self.0.send(piece).is_err() || is_last {
                return;
            }
        }
    }
}

impl Arriving {
    /// The next piece, none at the end. The error is a clause.
    pub(super) async fn next(&mut self) -> Piece {
        let piece = self.0.recv().await;
        // Whoever read it ahead is gone and has not said that this is the end.
        piece.unwrap_or_else(|| Err("the connection was closed".to_owned()))
    }
}
