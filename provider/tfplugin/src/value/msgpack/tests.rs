//! Bytes as go-cty writes them, and bytes as nobody should.

use super::*;
use crate::value::{Bound, DecodeProblem, EncodeProblem, Number, Refinement, Type, Typed, Value};

fn ty(json: &str) -> Type {
    Type::from_json_bytes(json.as_bytes()).unwrap()
}

fn number(text: &str) -> Value {
    Value::Number(text.parse().unwrap())
}

#[track_caller]
fn both_ways(ty: &Type, value: &Value, bytes: &[u8]) {
    assert_eq!(encode(value, ty).unwrap(), bytes);
    assert_eq!(&decode(bytes, ty).unwrap(), value);
}

#[test]
fn scalars_are_written_as_go_cty_writes_them() {
    both_ways(&Type::Bool, &Value::Bool(true), &[0xc3]);
    both_ways(&Type::String, &Value::Null, &[0xc0]);
    both_ways(&Type::String, &Value::string("hi"), b"\xa2hi");
    both_ways(&Type::Number, &number("5"), &[0x05]);
    both_ways(&Type::Number, &number("-1"), &[0xff]);
    both_ways(&Type::Number, &number("-200"), &[0xd1, 0xff, 0x38]);
    both_ways(&Type::Number, &number("0.5"), b"\xcb\x3f\xe0\0\0\0\0\0\0");
    both_ways(&Type::Number, &number("0.1"), b"\xa30.1");
    let beyond = number("18446744073709551615");
    both_ways(&Type::Number, &beyond, b"\xb418446744073709551615");
}

#[test]
fn every_encoding_of_a_number_is_read() {
    let table: [(&[u8], &str); 8] = [
        (
            &[0xcf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            "18446744073709551615",
        ),
        (
            &[0xd3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            "-1",
        ),
        (&[0xca, 0x3f, 0x00, 0x00, 0x00], "0.5"),
        (b"\xa51e+03", "1000"),
        (b"\xc4\x031.0", "1"),
        (&[0xcd, 0x01, 0x00], "256"),
        (&[0xd0, 0x80], "-128"),
        (&[0xcc, 0x80], "128"),
    ];
    for (bytes, text) in table {
        assert_eq!(
            decode(bytes, &Type::Number).unwrap(),
            number(text),
            "{text}"
        );
    }
    for bytes in [
        &b"\xa3abc"[..],
        b"\xab1e999999999",
        &[0xcb, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0],
    ] {
        let error = decode(bytes, &Type::Number).unwrap_err();
        assert!(matches!(error.problem, DecodeProblem::Number(_)), "{error}");
    }
}

#[test]
fn objects_carry_exactly_their_attributes() {
    let ty = ty(r#"["object",{"a":"string","b":["list","bool"]}]"#);
    let value = Value::Map([("a".into(), Value::Null), ("b".into(), Value::List(vec![]))].into());
    both_ways(&ty, &value, b"\x82\xa1a\xc0\xa1b\x90");
    let table: [(&[u8], DecodeProblem); 4] = [
        (
            b"\x81\xa1a\xc0",
            DecodeProblem::Count {
                expected: 2,
                found: 1,
            },
        ),
        (
            b"\x82\xa1a\xc0\xa1c\xc0",
            DecodeProblem::Unsupported("c".into()),
        ),
        (
            b"\x82\xa1a\xc0\xa1a\xc0",
            DecodeProblem::Duplicate("a".into()),
        ),
        (b"\x82\xa1a\xc0\xa1b\x90\xc0", DecodeProblem::Trailing(1)),
    ];
    for (bytes, problem) in table {
        assert_eq!(decode(bytes, &ty).unwrap_err().problem, problem);
    }
    let lacking = Value::Map([("a".into(), Value::Null)].into());
    let problem = encode(&lacking, &ty).unwrap_err().problem;
    assert_eq!(problem, EncodeProblem::Missing("b".into()));
}

#[test]
fn dynamic_values_are_a_pair_of_type_and_value() {
    let object = ty(r#"["object",{"config":"dynamic","on":"bool"}]"#);
    let attributes = [
        ("config".into(), Value::Null),
        ("on".into(), Value::Bool(true)),
    ];
    let value = Value::Dynamic(Box::new(Typed {
        ty: object,
        value: Value::Map(attributes.into()),
    }));
    let json = br#"["object",{"config":"dynamic","on":"bool"}]"#;
    let size = u8::try_from(json.len()).unwrap();
    let bytes = [
        &[0x92, 0xc4, size][..],
        json,
        b"\x82\xa6config\xc0\xa2on\xc3",
    ]
    .concat();
    both_ways(&Type::Dynamic, &value, &bytes);
    both_ways(&Type::Dynamic, &Value::Null, &[0xc0]);
    both_ways(&Type::Dynamic, &Value::unknown(), &[0xd4, 0, 0]);
    let untyped = encode(&Value::Bool(true), &Type::Dynamic).unwrap_err();
    assert_eq!(untyped.problem, EncodeProblem::Untyped);
}

#[test]
fn refinements_are_those_of_go_cty() {
    let number_bound = |text: &str, inclusive| {
        let number: Number = text.parse().unwrap();
        Some(Bound { number, inclusive })
    };
    let string = Value::Unknown(Refinement::prefix("pool-"));
    both_ways(
        &Type::String,
        &string,
        b"\xc7\x0a\x0c\x82\x01\xc2\x02\xa5pool-",
    );
    let bool_ = Value::Unknown(Refinement::not_null());
    both_ways(&Type::Bool, &bool_, &[0xc7, 0x03, 0x0c, 0x81, 0x01, 0xc2]);
    let range = Value::Unknown(Refinement {
        lower: number_bound("1", true),
        upper: number_bound("0.1e3", false),
        ..Refinement::default()
    });
    let bytes = b"\xc7\x09\x0c\x82\x03\x92\x01\xc3\x04\x92\x64\xc2";
    both_ways(&Type::Number, &range, bytes);
    let lengths = Value::Unknown(Refinement {
        length_min: Some(2),
        length_max: Some(200),
        ..Refinement::default()
    });
    let list = ty(r#"["list","string"]"#);
    both_ways(&list, &lengths, b"\xc7\x06\x0c\x82\x05\x02\x06\xcc\xc8");
    // A promise without meaning for the type is not sent: core refuses it.
    assert_eq!(encode(&range, &Type::String).unwrap(), [0xd4, 0, 0]);
    assert_eq!(encode(&string, &Type::Dynamic).unwrap(), [0xd4, 0, 0]);
}

#[test]
fn any_extension_is_an_unknown_value() {
    for bytes in [
        &[0xd4, 0, 0][..],
        &[0xd5, 99, 1, 2],
        &[0xc7, 0, 12],
        &[0xd4, 12, 0x80],
    ] {
        assert_eq!(decode(bytes, &Type::String).unwrap(), Value::unknown());
    }
    // A later protocol's promise is passed over, a promised null is null.
    let later = b"\xc7\x08\x0c\x82\x0f\x92\x01\x80\x02\xa1p";
    let prefix = Value::Unknown(Refinement {
        prefix: Some("p".into()),
        ..Refinement::default()
    });
    assert_eq!(decode(later, &Type::String).unwrap(), prefix);
    assert_eq!(
        decode(b"\xc7\x03\x0c\x81\x01\xc3", &Type::String).unwrap(),
        Value::Null
    );
    for bytes in [
        &b"\xc7\x03\x0c\x81\x02\xc2"[..],
        b"\xc7\x03\x0c\x81\x05\xff",
        b"\xd5\x0c\x81\x01",
    ] {
        assert!(
            decode(bytes, &ty(r#"["list","bool"]"#)).is_err(),
            "{bytes:?}"
        );
    }
}

#[test]
fn a_refinement_that_no_value_keeps_is_never_sent() {
    let lengths = Value::Unknown(Refinement {
        length_min: Some(3),
        length_max: Some(2),
        ..Refinement::default()
    });
    let error = encode(&lengths, &ty(r#"["set","bool"]"#)).unwrap_err();
    assert_eq!(error.problem, EncodeProblem::Contradiction);
}

#[test]
fn hostile_lengths_and_depths_are_refused_early() {
    let list = ty(r#"["list","string"]"#);
    let announced = [0xdd, 0xff, 0xff, 0xff, 0xff];
    assert_eq!(
        decode(&announced, &list).unwrap_err().problem,
        DecodeProblem::Truncated
    );
    let text = [0xdb, 0xff, 0xff, 0xff, 0xff, b'a'];
    assert_eq!(
        decode(&text, &Type::String).unwrap_err().problem,
        DecodeProblem::Truncated
    );
    let nested = b"\x92\xc4\x09\"dynamic\"".repeat(10_000);
    let problem = decode(&nested, &Type::Dynamic).unwrap_err().problem;
    assert_eq!(problem, DecodeProblem::TooDeep);
    assert_eq!(
        decode(&[0xc1], &Type::Bool).unwrap_err().problem,
        DecodeProblem::Marker(0xc1)
    );
    assert_eq!(
        decode(b"\xa1\xff", &Type::String).unwrap_err().problem,
        DecodeProblem::Utf8
    );
}

#[test]
fn errors_say_where() {
    let ty = ty(r#"["object",{"m":["map",["tuple",["bool","number"]]]}]"#);
    let error = decode(b"\x81\xa1m\x81\xa1k\x92\xc3\xc3", &ty).unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"m["k"][1]: a number expected, a bool found"#
    );
}
