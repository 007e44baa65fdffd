//! Masks secrets in everything that goes to a guest, to people or to disk.
//!
//! A guest never sees the bytes of a secret, but a server may send them back, encoded or not. Every form in `forms` is
//! found. What a guest computes from other facts, or a server encrypts, cannot be found by anybody.

mod forms;
mod stream;
mod texts;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use aho_corasick::{AhoCorasick, MatchKind};
use serde::Serialize;

use crate::bindings::imports::types::Failure;
use crate::secret::Secret;
use forms::forms;
pub(crate) use stream::ScrubbedStream;
use texts::texts;

/// Stands where a secret was.
pub(crate) const MASK: &str = "[secret]";

/// The secrets that one connector can come across. Its calls share it, so that what one call kept is masked in the next.
#[derive(Default)]
pub(crate) struct Scrubber {
    known: RwLock<Known>,
    /// A server that reflects secrets is told of once, not at every answer.
    warned: AtomicBool,
}

#[derive(Clone, Default)]
struct Known {
    values: BTreeSet<String>,
    /// None without secrets.
    needles: Option<Arc<Needles>>,
}

/// Every form of every secret, ready to be found.
pub(crate) struct Needles {
    automaton: AhoCorasick,
    forms: Vec<Vec<u8>>,
}

/// What stands where a secret was.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mask {
    /// [`MASK`].
    Word,
    /// As many `*` as it had bytes, where lengths are framed.
    SameLength,
}

impl fmt::Debug for Scrubber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scrubber").finish_non_exhaustive()
    }
}

impl Scrubber {
    /// A scrubber that knows these secrets.
    pub(crate) fn of<'a>(values: impl IntoIterator<Item = &'a str>) -> Self {
        let scrubber = Self::default();
        for value in values {
            scrubber.add(&Secret::new(value.to_owned()));
        }
        scrubber
    }

    /// Learns a secret.
    pub(crate) fn add(&self, secret: &Secret) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if secret.expose().is_empty() || !known.values.insert(secret.expose().to_owned()) {
            return;
        }
        let all: BTreeSet<Vec<u8>> = known.values.iter().flat_map(|value| forms(value)).collect();
        let forms: Vec<Vec<u8>> = all.into_iter().filter(|form| !form.is_empty()).collect();
        let built = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(&forms);
        // Building fails only beyond 2^31 bytes of forms, which a header can never carry.
        if let Ok(automaton) = built {
            known.needles = Some(Arc::new(Needles { automaton, forms }));
        }
    }

    pub(crate) fn needles(&self) -> Option<Arc<Needles>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.needles.clone()
    }

    /// The text without any secret.
    pub(crate) fn text(&self, text: &str) -> String {
        match self.needles() {
            Some(needles) => needles
                .automaton
                .replace_all(text, &vec![MASK; needles.forms.len()]),
            None => text.to_owned(),
        }
    }

    /// Whether the text holds a secret in any form.
    #[cfg(test)]
    pub(crate) fn finds(&self, text: &str) -> bool {
        self.needles()
            .is_some_and(|needles| needles.automaton.is_match(text))
    }

    /// A guest's failure without any secret.
    pub(crate) fn failure(&self, failure: &Failure) -> Failure {
        Failure {
            kind: self.text(&failure.kind),
            message: self.text(&failure.message),
            remedy: self.text(&failure.remedy),
        }
    }

    /// Whether any text of a value that a guest gave holds a secret. A value whose texts cannot be told is taken for one.
    pub(crate) fn finds_in(&self, value: &impl Serialize) -> bool {
        self.needles().is_some_and(|needles| {
            let texts = texts(value);
            !texts.is_ok_and(|texts| !needles.automaton.is_match(&texts))
        })
    }

    /// What a server sent, without any secret; a warning when there was one.
    pub(crate) fn served(&self, bytes: &[u8], mask: Mask, origin: &str) -> Vec<u8> {
        self.masked(bytes, mask, origin)
            .unwrap_or_else(|| bytes.to_vec())
    }

    /// As [`Scrubber::served`], of a whole body: large ones are copied only when there is something to mask.
    pub(crate) fn served_body(&self, body: Vec<u8>, origin: &str) -> Vec<u8> {
        self.masked(&body, Mask::Word, origin).unwrap_or(body)
    }

    /// None when there is no secret in it.
    fn masked(&self, bytes: &[u8], mask: Mask, origin: &str) -> Option<Vec<u8>> {
        let masked = self.needles()?.mask(bytes, mask)?;
        self.warn(origin);
        Some(masked)
    }

    /// Says once that a server sends secrets back.
    fn warn(&self, origin: &str) {
        if !self.warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                origin,
                "the server sent a secret back; it was masked before the plugin saw it"
            );
        }
    }
}

impl Needles {
    /// The bytes with every secret masked; none when there is no secret in them.
    fn mask(&self, bytes: &[u8], mask: Mask) -> Option<Vec<u8>> {
        let mut hits = self.automaton.find_iter(bytes).peekable();
        hits.peek()?;
        let mut out = Vec::with_capacity(bytes.len());
        let mut copied = 0;
        for hit in hits {
            out.extend_from_slice(bytes.get(copied..hit.start()).unwrap_or_default());
            mask.write(&mut out, hit.len());
            copied = hit.end();
        }
        out.extend_from_slice(bytes.get(copied..).unwrap_or_default());
        Some(out)
    }
}

impl Mask {
    fn write(self, out: &mut Vec<u8>, len: usize) {
        match self {
            Self::Word => out.extend_from_slice(MASK.as_bytes()),
            Self::SameLength => out.resize(out.len() + len, b'*'),
        }
    }
}

#[cfg(test)]
mod tests;
