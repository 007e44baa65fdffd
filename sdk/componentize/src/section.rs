//! Custom sections of a WebAssembly binary, module or component.

/// Magic number, version and layer.
const HEADER_LEN: usize = 8;
const CUSTOM: u8 = 0;

/// The contents of the first custom section of that name on the top level.
pub(crate) fn custom<'a>(binary: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let mut rest = binary.get(HEADER_LEN..)?;
    while let [id, tail @ ..] = rest {
        let (len, tail) = read_length(tail)?;
        let (payload, tail) = tail.split_at_checked(len)?;
        if *id == CUSTOM {
            let (name_len, payload) = read_length(payload)?;
            let (found, contents) = payload.split_at_checked(name_len)?;
            if found == name.as_bytes() {
                return Some(contents);
            }
        }
        rest = tail;
    }
    None
}

/// Adds a custom section at the end.
pub(crate) fn append_custom(binary: &mut Vec<u8>, name: &str, contents: &[u8]) {
    let mut payload = Vec::with_capacity(name.len() + contents.len() + 5);
    write_length(&mut payload, name.len());
    payload.extend_from_slice(name.as_bytes());
    payload.extend_from_slice(contents);
    binary.push(CUSTOM);
    write_length(binary, payload.len());
    binary.extend_from_slice(&payload);
}

/// An unsigned LEB128 number of at most 32 bits.
fn read_length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value: u32 = 0;
    let mut rest = bytes;
    for shift in [0, 7, 14, 21, 28] {
        let (byte, tail) = rest.split_first()?;
        rest = tail;
        value |= u32::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some((usize::try_from(value).ok()?, rest));
        }
    }
    None
}

fn write_length(out: &mut Vec<u8>, mut value: usize) {
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        if value == 0 {
            out.push(low & 0x7f);
            return;
        }
        out.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::{append_custom, custom};

    #[test]
    fn what_is_appended_is_found() {
        let mut binary = b"\0asm\x0d\0\x01\0".to_vec();
        append_custom(&mut binary, "a", b"one");
        append_custom(&mut binary, "b", &[7; 70_000]);
        append_custom(&mut binary, "a", b"two");
        assert_eq!(custom(&binary, "a"), Some(&b"one"[..]));
        assert_eq!(custom(&binary, "b").map(<[u8]>::len), Some(70_000));
        assert_eq!(custom(&binary, "c"), None);
    }

    #[test]
    fn a_cut_binary_has_no_section() {
        let mut binary = b"\0asm\x0d\0\x01\0".to_vec();
        append_custom(&mut binary, "a", b"one");
        for len in 0..binary.len() {
            assert_eq!(custom(&binary[..len], "a"), None, "cut at {len}");
        }
    }
}
