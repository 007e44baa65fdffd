//! Hostile MessagePack: the JSON of a type, a line end, and bytes that may or may not be a value of it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tfplugin::value::{Type, msgpack};

fuzz_target!(|input: &[u8]| {
    let (ty, bytes) = match input.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&input[..end], &input[end + 1..]),
        None => (&b"\"dynamic\""[..], input),
    };
    let Ok(ty) = Type::from_json_bytes(ty) else {
        return;
    };
    let Ok(value) = msgpack::decode(bytes, &ty) else {
        return;
    };
    let once = msgpack::encode(&value, &ty).expect("what was read can be written");
    let again = msgpack::decode(&once, &ty).expect("what was written can be read");
    let twice = msgpack::encode(&again, &ty).expect("what was read can be written");
    assert_eq!(once, twice, "one value has one encoding");
});
