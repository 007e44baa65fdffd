use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::{any, prop, prop_assert, prop_assert_eq, proptest};

use super::{MASK, Mask, ScrubbedStream, Scrubber};

const SECRET: &str = "s3cr/t+v&l\"e ü";

/// The secret in every form that a server or a guest may write it in, inside of other text.
fn leaks() -> Vec<(&'static str, String)> {
    let hex = |upper| {
        let digits: String = SECRET.bytes().map(|byte| format!("{byte:02x}")).collect();
        if upper { digits.to_uppercase() } else { digits }
    };
    vec![
        ("raw", format!("key={SECRET};")),
        ("base64 at offset 0", STANDARD.encode(SECRET)),
        (
            "base64 at offset 1",
            STANDARD.encode(format!("u:{SECRET}\n")),
        ),
        (
            "base64 at offset 2",
            STANDARD.encode(format!("{{{{{SECRET}}}}}")),
        ),
        (
            "base64 at offset 3",
            STANDARD.encode(format!("abc{SECRET}x")),
        ),
        (
            "base64 for URLs",
            URL_SAFE_NO_PAD.encode(format!("?{SECRET}")),
        ),
        ("hex", hex(false)),
        ("hex in capitals", hex(true)),
        ("percent", "q=s3cr%2Ft%2Bv%26l%22e%20%C3%BC&".to_owned()),
        (
            "percent in small letters",
            "q=s3cr%2ft%2bv%26l%22e%20%c3%bc&".to_owned(),
        ),
        ("a form", "q=s3cr%2Ft%2Bv%26l%22e+%C3%BC&".to_owned()),
        (
            "percent throughout",
            SECRET.bytes().map(|byte| format!("%{byte:02X}")).collect(),
        ),
        ("JSON", serde_json::json!({"key": SECRET}).to_string()),
        ("JSON with slashes", r#""s3cr\/t+v&l\"e ü""#.to_owned()),
        ("JSON of Go", r#""s3cr/t+v\u0026l\"e ü""#.to_owned()),
        ("JSON of Python", r#""s3cr/t+v&l\"e \u00fc""#.to_owned()),
    ]
}

#[test]
fn sec_04_every_form_is_masked_whole_and_in_pieces() {
    let scrubber = Arc::new(Scrubber::of([SECRET]));
    for (form, leak) in leaks() {
        assert!(scrubber.finds(&leak), "{form}: `{leak}`");
        let text = scrubber.text(&leak);
        assert!(text.contains(MASK), "{form}: `{text}`");
        assert!(!scrubber.finds(&text), "{form}: `{text}`");
        for len in 1..=leak.len() {
            let mut stream = ScrubbedStream::new(Arc::clone(&scrubber), String::new());
            let mut out: Vec<u8> = leak
                .as_bytes()
                .chunks(len)
                .flat_map(|piece| stream.piece(piece))
                .collect();
            out.extend(stream.end());
            assert_eq!(String::from_utf8_lossy(&out), text, "{form} by {len} bytes");
        }
    }
}

#[test]
fn ordinary_text_is_left_alone_and_not_held_back() {
    let scrubber = Arc::new(Scrubber::of([SECRET]));
    let text = "the quick brown fox, 1234567890, s3cr";
    assert_eq!(scrubber.text(text), text);
    let mut stream = ScrubbedStream::new(scrubber, String::new());
    assert_eq!(stream.piece(b"data: tick\n\n"), b"data: tick\n\n");
    assert_eq!(stream.piece(b"data: s3cr"), b"data: ", "it may go on");
    assert_eq!(stream.piece(b"ew\n"), b"s3crew\n", "it did not");
}

#[test]
fn framed_bytes_keep_their_length() {
    let scrubber = Scrubber::of(["s3cr3t-value"]);
    let masked = scrubber.served(b"\x0a\x0cs3cr3t-value\x10\x01", Mask::SameLength, "");
    assert_eq!(masked, b"\x0a\x0c************\x10\x01");
}

#[test]
fn what_is_learned_later_is_masked_too() {
    let scrubber = Scrubber::default();
    assert_eq!(scrubber.text("issued-token"), "issued-token");
    scrubber.add(&crate::secret::Secret::new("issued-token".to_owned()));
    assert_eq!(scrubber.text("issued-token"), MASK);
}

proptest! {
    #[test]
    fn a_stream_gives_what_the_whole_gives(
        secret in "[a-c]{8,12}",
        text in "[a-c]{0,80}",
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let scrubber = Arc::new(Scrubber::of([secret.as_str()]));
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
        cuts.sort_unstable();
        let mut stream = ScrubbedStream::new(Arc::clone(&scrubber), String::new());
        let mut out = Vec::new();
        let mut from = 0;
        for cut in cuts.into_iter().chain([text.len()]) {
            out.extend(stream.piece(&text.as_bytes()[from..cut]));
            from = cut;
        }
        out.extend(stream.end());
        prop_assert_eq!(String::from_utf8(out).unwrap(), scrubber.text(&text));
        prop_assert!(!scrubber.finds(&scrubber.text(&text).replace(MASK, "#")));
    }
}
