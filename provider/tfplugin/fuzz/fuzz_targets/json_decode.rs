//! Hostile state JSON: the JSON of a type, a line end, and text that may or may not be a value of it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tfplugin::value::{Type, json};

fuzz_target!(|input: &[u8]| {
    let (ty, text) = match input.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&input[..end], &input[end + 1..]),
        None => (&b"\"dynamic\""[..], input),
    };
    let Ok(ty) = Type::from_json_bytes(ty) else {
        return;
    };
    let Ok(value) = json::decode(text, &ty) else {
        return;
    };
    let once = json::encode(&value, &ty).expect("what was read can be written");
    let again = json::decode(&once, &ty).expect("what was written can be read");
    assert_eq!(value, again, "what was read is what is written");
});
