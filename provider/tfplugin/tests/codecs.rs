//! What is written is read back as it was; what is not a value is refused, and nothing worse.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

mod arbitrary;

use arbitrary::{any_number, any_type, value_of};
use proptest::prelude::*;
use tfplugin::value::{Number, Type, Value, json, msgpack};

fn typed_value(unknowns: bool) -> impl Strategy<Value = (Type, Value)> {
    any_type().prop_flat_map(move |ty| {
        let value = value_of(&ty, unknowns);
        (Just(ty), value)
    })
}

proptest! {
    #[test]
    fn msgpack_is_read_as_it_was_written((ty, value) in typed_value(true)) {
        let bytes = msgpack::encode(&value, &ty).unwrap();
        prop_assert_eq!(msgpack::decode(&bytes, &ty).unwrap(), value);
    }

    #[test]
    fn json_is_read_as_it_was_written((ty, value) in typed_value(false)) {
        let bytes = json::encode(&value, &ty).unwrap();
        prop_assert_eq!(json::decode(&bytes, &ty).unwrap(), value);
    }

    #[test]
    fn types_are_read_as_they_were_written(ty in any_type()) {
        prop_assert_eq!(Type::from_json_bytes(&ty.to_json_bytes()).unwrap(), ty);
    }

    #[test]
    fn a_value_cut_short_is_refused((ty, value) in typed_value(true), part in 0.0..1.0_f64) {
        let bytes = msgpack::encode(&value, &ty).unwrap();
        let cut = (0..bytes.len()).rev().find(|cut| (*cut as f64) <= part * bytes.len() as f64);
        let kept = &bytes[..cut.unwrap_or(0).min(bytes.len() - 1)];
        prop_assert!(msgpack::decode(kept, &ty).is_err());
    }

    #[test]
    fn numbers_order_as_numbers_do(a in any_number(), b in any_number()) {
        let back: Number = a.as_str().parse().unwrap();
        prop_assert_eq!(&back, &a);
        if a.to_f64() < b.to_f64() {
            prop_assert!(a < b);
        }
        prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
    }
}
