//! What may leave the process as text.

use std::borrow::Cow;
use std::sync::OnceLock;

/// Takes secrets out of a text before it is logged or printed.
///
/// It sees each string as it was before any JSON escaping, so that a secret with a quote or a newline in it is still
/// found.
pub type Scrubber = fn(&str) -> Cow<'_, str>;

/// One for the process, because the panic hook is one for the process.
static SCRUBBER: OnceLock<Scrubber> = OnceLock::new();

/// Sets the scrubber of the process; the first one stays.
pub(super) fn install(scrubber: Scrubber) {
    let _ = SCRUBBER.set(scrubber);
}

pub(super) fn scrub(text: &str) -> Cow<'_, str> {
    SCRUBBER
        .get()
        .map_or(Cow::Borrowed(text), |scrubber| scrubber(text))
}
