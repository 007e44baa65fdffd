//! How every symbol answers: initialised, not failing on purpose, output written.

use std::ffi::{c_char, c_uint};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::fleet::Fleet;

pub(crate) type Code = c_uint;

pub(crate) const SUCCESS: Code = 0;
pub(crate) const UNINITIALIZED: Code = 1;
pub(crate) const INVALID_ARGUMENT: Code = 2;
pub(crate) const NOT_SUPPORTED: Code = 3;
pub(crate) const NOT_FOUND: Code = 6;
pub(crate) const INSUFFICIENT_SIZE: Code = 7;
pub(crate) const DRIVER_NOT_LOADED: Code = 9;
pub(crate) const ARGUMENT_VERSION_MISMATCH: Code = 25;

/// How often the library was initialised and not yet shut down.
pub(crate) static USERS: AtomicUsize = AtomicUsize::new(0);

/// Runs a symbol of an initialised library, unless the fleet makes it fail.
pub(crate) fn answer(symbol: &str, body: impl FnOnce(&'static Fleet) -> Result<(), Code>) -> Code {
    let Some(fleet) = Fleet::get() else {
        return DRIVER_NOT_LOADED;
    };
    if USERS.load(Ordering::SeqCst) == 0 {
        return UNINITIALIZED;
    }
    if let Some(code) = fleet.fail.get(symbol) {
        return *code;
    }
    body(fleet).err().unwrap_or(SUCCESS)
}

/// Writes one output.
///
/// # Safety
/// `out` is null or valid for a write.
pub(crate) unsafe fn put<T>(out: *mut T, value: T) -> Result<(), Code> {
    if out.is_null() {
        return Err(INVALID_ARGUMENT);
    }
    // SAFETY: not null, and the caller promises the rest.
    unsafe { out.write(value) };
    Ok(())
}

/// Writes a text with its closing NUL.
///
/// # Safety
/// `out` is null or valid for `length` bytes.
pub(crate) unsafe fn put_text(out: *mut c_char, length: usize, text: &str) -> Result<(), Code> {
    if out.is_null() {
        return Err(INVALID_ARGUMENT);
    }
    if text.len() >= length {
        return Err(INSUFFICIENT_SIZE);
    }
    for (offset, byte) in text.bytes().chain([0]).enumerate() {
        // SAFETY: `offset` is at most `text.len()`, which is below `length`.
        unsafe { out.add(offset).write(byte.cast_signed()) };
    }
    Ok(())
}

/// Writes a list and its length; with too little room, the length alone.
///
/// # Safety
/// `count` is valid for reads and writes; `out` is null or valid for `*count` values.
pub(crate) unsafe fn put_list<T>(
    out: *mut T,
    count: *mut c_uint,
    values: Vec<T>,
) -> Result<(), Code> {
    if count.is_null() {
        return Err(INVALID_ARGUMENT);
    }
    // SAFETY: not null, and the caller promises the rest.
    let room = unsafe { count.read() } as usize;
    // SAFETY: as above.
    unsafe { count.write(c_uint::try_from(values.len()).unwrap_or(c_uint::MAX)) };
    if values.is_empty() {
        return Ok(());
    }
    if out.is_null() || room < values.len() {
        return Err(INSUFFICIENT_SIZE);
    }
    for (offset, value) in values.into_iter().enumerate() {
        // SAFETY: `offset` is below `room`.
        unsafe { out.add(offset).write(value) };
    }
    Ok(())
}

/// A text in a C array of a structure.
pub(crate) fn text_array<const N: usize>(text: &str) -> [c_char; N] {
    let mut array = [0; N];
    for (slot, byte) in array.iter_mut().take(N - 1).zip(text.bytes()) {
        *slot = byte.cast_signed();
    }
    array
}
