//! Custom sections of a component, read without running it.

/// Magic number, then version 13 on layer 1: a component. A core module has version 1 on layer 0.
const COMPONENT_HEADER: &[u8] = b"\0asm\x0d\0\x01\0";
const CUSTOM: u8 = 0;

/// Whether the bytes claim to be a component.
pub(crate) fn is_component(binary: &[u8]) -> bool {
    binary.starts_with(COMPONENT_HEADER)
}

/// The contents of the custom section of that name; none when there is no such section or more than one.
pub(crate) fn unique_custom<'a>(binary: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let mut rest = binary.get(COMPONENT_HEADER.len()..)?;
    let mut found = None;
    while let [id, tail @ ..] = rest {
        let (len, tail) = length(tail)?;
        let (payload, tail) = tail.split_at_checked(len)?;
        if *id == CUSTOM {
            let (name_len, payload) = length(payload)?;
            let (its_name, contents) = payload.split_at_checked(name_len)?;
            if its_name == name.as_bytes() && found.replace(contents).is_some() {
                return None;
            }
        }
        rest = tail;
    }
    found
}

/// An unsigned LEB128 number of at most 32 bits.
fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0_u32;
    let mut rest = bytes;
    for shift in [0, 7, 14, 21, 28] {
        let (byte, tail) = rest.split_first()?;
        rest = tail;
        value |= u32::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some((usize::try_from(value).ok()?, rest));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{COMPONENT_HEADER, is_component, unique_custom};

    fn component(sections: &[(&str, &str)]) -> Vec<u8> {
        let mut binary = COMPONENT_HEADER.to_vec();
        for (name, contents) in sections {
            let len = u8::try_from(1 + name.len() + contents.len()).unwrap();
            binary.extend([0, len, u8::try_from(name.len()).unwrap()]);
            binary.extend(name.bytes().chain(contents.bytes()));
        }
        binary
    }

    #[test]
    fn one_section_is_found_and_two_are_ambiguous() {
        let one = component(&[("other", "x"), ("m", "contents")]);
        assert_eq!(unique_custom(&one, "m"), Some(&b"contents"[..]));
        assert_eq!(
            unique_custom(&component(&[("m", "1"), ("m", "2")]), "m"),
            None
        );
        assert_eq!(unique_custom(&one, "n"), None);
    }

    #[test]
    fn cut_and_garbage_bytes_have_no_section() {
        let whole = component(&[("m", "contents")]);
        for len in 0..whole.len() {
            assert_eq!(unique_custom(&whole[..len], "m"), None, "cut at {len}");
        }
        assert_eq!(
            unique_custom(b"\0asm\x0d\0\x01\0\0\xff\xff\xff\xff\x7f", "m"),
            None
        );
        assert_eq!(
            unique_custom(b"\0asm\x0d\0\x01\0\0\x80\x80\x80\x80\x80\0", "m"),
            None
        );
    }

    #[test]
    fn a_core_module_is_no_component() {
        assert!(!is_component(b"\0asm\x01\0\0\0"));
        assert!(!is_component(b"\x7fELF"));
        assert!(!is_component(b""));
    }
}
