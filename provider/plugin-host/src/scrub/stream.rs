//! Masking what comes in pieces: a secret that is cut in two is still one secret.

use std::sync::Arc;

use super::{MASK, Mask, Needles, Scrubber};

/// The bytes of one response body on their way to a guest.
#[derive(Debug)]
pub(crate) struct ScrubbedStream {
    scrubber: Arc<Scrubber>,
    origin: String,
    /// Came in and may be the beginning of a secret.
    held: Vec<u8>,
}

impl ScrubbedStream {
    pub(crate) fn new(scrubber: Arc<Scrubber>, origin: String) -> Self {
        Self {
            scrubber,
            origin,
            held: Vec::new(),
        }
    }

    /// Masks something that is whole, a header for example.
    pub(crate) fn aside(&self, bytes: &[u8], mask: Mask) -> Vec<u8> {
        self.scrubber.served(bytes, mask, &self.origin)
    }

    /// Takes a piece and gives what is safe by now. Held back is no more than what may still become a secret.
    pub(crate) fn piece(&mut self, bytes: &[u8]) -> Vec<u8> {
        let Some(needles) = self.scrubber.needles() else {
            return bytes.to_vec();
        };
        self.held.extend_from_slice(bytes);
        let keep_from = self.held.len() - needles.begun(&self.held);
        self.take(&needles, keep_from)
    }

    /// Takes all that is left and gives it with what was held back.
    pub(crate) fn rest(&mut self, body: Vec<u8>) -> Vec<u8> {
        if self.held.is_empty() {
            return self.scrubber.served_body(body, &self.origin);
        }
        self.held.extend(body);
        self.end()
    }

    /// What was held back, when nothing follows.
    pub(crate) fn end(&mut self) -> Vec<u8> {
        match self.scrubber.needles() {
            Some(needles) => self.take(&needles, self.held.len()),
            None => std::mem::take(&mut self.held),
        }
    }

    /// Everything up to `until` with its secrets masked. A secret that begins before `until` is taken whole.
    fn take(&mut self, needles: &Needles, until: usize) -> Vec<u8> {
        let mut out = Vec::with_capacity(until);
        let mut copied = 0;
        let mut found = false;
        for hit in needles.automaton.find_iter(&self.held) {
            if hit.start() >= until {
                break;
            }
            out.extend_from_slice(self.held.get(copied..hit.start()).unwrap_or_default());
            out.extend_from_slice(MASK.as_bytes());
            copied = hit.end();
            found = true;
        }
        let end = until.max(copied);
        out.extend_from_slice(self.held.get(copied..end).unwrap_or_default());
        self.held.drain(..end);
        if found {
            self.scrubber.warn(&self.origin);
        }
        out
    }
}

impl Needles {
    /// Length of the longest end of `bytes` with which a form begins and is not yet whole.
    fn begun(&self, bytes: &[u8]) -> usize {
        let begun = |form: &Vec<u8>| {
            let most = bytes.len().min(form.len() - 1);
            let tail = bytes.get(bytes.len() - most..).unwrap_or_default();
            longest_border(form, tail)
        };
        self.forms.iter().map(begun).max().unwrap_or(0)
    }
}

/// Length of the longest beginning of `form` that is an end of `tail` (Knuth, Morris, Pratt).
fn longest_border(form: &[u8], tail: &[u8]) -> usize {
    let borders = borders(form);
    let step = |mut matched: usize, byte: &u8| {
        while matched > 0 && form.get(matched) != Some(byte) {
            matched = borders.get(matched - 1).copied().unwrap_or(0);
        }
        matched + usize::from(form.get(matched) == Some(byte))
    };
    tail.iter().fold(0, step)
}

/// For every beginning of `form`: the length of its longest proper beginning that is also its end.
fn borders(form: &[u8]) -> Vec<usize> {
    let mut borders = Vec::with_capacity(form.len());
    let mut matched = 0_usize;
    for (at, byte) in form.iter().enumerate() {
        if at > 0 {
            while matched > 0 && form.get(matched) != Some(byte) {
                matched = borders.get(matched - 1).copied().unwrap_or(0);
            }
            matched += usize::from(form.get(matched) == Some(byte));
        }
        borders.push(matched);
    }
    borders
}
