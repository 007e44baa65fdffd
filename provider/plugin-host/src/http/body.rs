//! The body of a request on its way out.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::sync::mpsc;

/// A body that is whole, or one that comes piece by piece.
#[derive(Debug)]
pub(super) enum Outgoing {
    /// None once it was taken.
    Whole(Option<Bytes>),
    Pieces(mpsc::Receiver<Piece>),
    Ended,
}

/// A piece of a body.
#[derive(Debug)]
pub(super) enum Piece {
    Bytes(Bytes),
    /// Nothing follows. A sender that goes away without it breaks the request off, so that no server takes half a body
    /// for a whole one.
    End,
}

impl Outgoing {
    pub(super) fn whole(bytes: Vec<u8>) -> Self {
        match bytes.is_empty() {
            true => Self::Ended,
            false => Self::Whole(Some(Bytes::from(bytes))),
        }
    }

    pub(super) fn pieces() -> (mpsc::Sender<Piece>, Self) {
        let (sender, receiver) = mpsc::channel(1);
        (sender, Self::Pieces(receiver))
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let this = self.get_mut();
        match this {
            Self::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Ended => Poll::Ready(None),
            Self::Pieces(receiver) => receiver.poll_recv(context).map(|piece| match piece {
                Some(Piece::Bytes(bytes)) => Some(Ok(Frame::data(bytes))),
                Some(Piece::End) => {
                    *this = Self::Ended;
                    None
                }
                None => Some(Err(io::Error::other("the request was given up"))),
            }),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(None) | Self::Ended)
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(Some(bytes)) => {
                SizeHint::with_exact(u64::try_from(bytes.len()).unwrap_or(u64::MAX))
            }
            Self::Whole(None) | Self::Ended => SizeHint::with_exact(0),
            Self::Pieces(_) => SizeHint::default(),
        }
    }
}
