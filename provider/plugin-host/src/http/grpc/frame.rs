//! Messages on the wire: one byte of flags, four of length, the message.

/// Bytes before a message.
const HEAD: usize = 5;

/// A message with its frame, never compressed.
pub(super) fn framed(message: &[u8]) -> Option<Vec<u8>> {
    let len = u32::try_from(message.len()).ok()?;
    let mut frame = Vec::with_capacity(HEAD + message.len());
    frame.push(0);
    frame.extend_from_slice(&len.to_be_bytes());
    frame.extend_from_slice(message);
    Some(frame)
}

/// Finds messages in what comes in pieces.
#[derive(Debug)]
pub(super) struct Frames {
    buffer: Vec<u8>,
    max_message: usize,
}

/// Why bytes are no messages that may be handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Misframed {
    /// The first byte says that the message is compressed, which nobody asked for.
    Compressed,
    /// The first byte has bits that mean nothing.
    Flags,
    /// The message is longer than allowed.
    TooLarge,
}

impl Frames {
    pub(super) fn new(max_message: usize) -> Self {
        Self {
            buffer: Vec::new(),
            max_message,
        }
    }

    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole message. A length that is too large is refused before its bytes are waited for.
    pub(super) fn next(&mut self) -> Result<Option<Vec<u8>>, Misframed> {
        let [flags, a, b, c, d, ..] = *self.buffer.as_slice() else {
            return Ok(None);
        };
        match flags {
            0 => {}
            1 => return Err(Misframed::Compressed),
            _ => return Err(Misframed::Flags),
        }
        let len = usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap_or(usize::MAX);
        if len > self.max_message {
            return Err(Misframed::TooLarge);
        }
        if self.buffer.len() < HEAD + len {
            return Ok(None);
        }
        let rest = self.buffer.split_off(HEAD + len);
        let mut frame = std::mem::replace(&mut self.buffer, rest);
        Ok(Some(frame.split_off(HEAD)))
    }

    /// Whether a message is cut short.
    pub(super) fn is_cut(&self) -> bool {
        !self.buffer.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::{Frames, Misframed, framed};

    #[test]
    fn messages_are_found_however_they_are_cut() {
        let mut wire = framed(b"one").unwrap();
        wire.extend(framed(b"").unwrap());
        wire.extend(framed(b"three").unwrap());
        for size in 1..=wire.len() {
            let mut frames = Frames::new(5);
            let mut found = Vec::new();
            for piece in wire.chunks(size) {
                frames.add(piece);
                while let Some(message) = frames.next().unwrap() {
                    found.push(message);
                }
            }
            assert_eq!(found, [&b"one"[..], b"", b"three"]);
            assert!(!frames.is_cut());
        }
    }

    #[test]
    fn what_is_not_understood_is_refused_at_its_first_bytes() {
        for (wire, reason) in [
            (&[1, 0, 0, 0, 1][..], Misframed::Compressed),
            (&[2, 0, 0, 0, 1], Misframed::Flags),
            (&[0, 0xff, 0xff, 0xff, 0xff], Misframed::TooLarge),
            (&[0, 0, 0, 0, 6], Misframed::TooLarge),
        ] {
            let mut frames = Frames::new(5);
            frames.add(wire);
            assert_eq!(frames.next(), Err(reason));
        }
        let mut cut = Frames::new(5);
        cut.add(&[0, 0, 0, 0, 2, b'x']);
        assert_eq!(cut.next(), Ok(None));
        assert!(cut.is_cut());
    }
}
