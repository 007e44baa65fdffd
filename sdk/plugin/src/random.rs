//! Bytes that look random. Not for keys: a guest has no secrets to keep.

use crate::host;

/// `len` bytes, of which the host gives at most 65,536. The seed is the call: the same function of the same plugin with
/// the same arguments is given the same bytes, so that a call that is repeated chooses the same names.
///
/// ```no_run
/// let suffix = portcullis_plugin::random_bytes(4);
/// ```
#[must_use]
pub fn random_bytes(len: u32) -> Vec<u8> {
    host::random(len)
}

/// A name of 32 hexadecimal digits, for a request id for example.
///
/// ```no_run
/// let id = portcullis_plugin::random_id();
/// ```
#[must_use]
pub fn random_id() -> String {
    use std::fmt::Write as _;
    let mut id = String::with_capacity(32);
    for byte in random_bytes(16) {
        let written = write!(id, "{byte:02x}");
        debug_assert!(written.is_ok(), "writing to a string cannot fail");
    }
    id
}

/// A number from 0 to `most`, every one about as likely.
pub(crate) fn below_or_at(most: u32) -> u32 {
    let mut bytes = [0; 4];
    for (slot, byte) in bytes.iter_mut().zip(random_bytes(4)) {
        *slot = byte;
    }
    let share = u64::from(u32::from_le_bytes(bytes)) * (u64::from(most) + 1);
    u32::try_from(share >> 32).unwrap_or(most)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::below_or_at;
    use crate::native::{Host, with_host};

    struct Every(u8);

    impl Host for Every {
        fn random(&mut self, len: u32) -> Vec<u8> {
            vec![self.0; len as usize]
        }
    }

    #[test]
    fn a_share_reaches_both_ends_and_no_further() {
        for (byte, most, expected) in [
            (0, 200, 0),
            (255, 200, 200),
            (128, 200, 100),
            (255, u32::MAX, u32::MAX),
        ] {
            let host = Rc::new(RefCell::new(Every(byte)));
            assert_eq!(with_host(host, || below_or_at(most)), expected);
        }
    }
}
