//! 100,000 hostile inputs through each decoder: none panics, none takes memory out of proportion, and whatever is read
//! can be written and read again. The inputs are seeded, so a failure happens again.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    missing_docs,
    reason = "a test fails by panicking"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use tfplugin::value::{Bound, Refinement, Type, Typed, Value, json, msgpack};

/// The system's allocator, counting. This file holds one test, so nothing else allocates meanwhile.
struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

#[allow(
    unsafe_code,
    reason = "an allocator is unsafe by its nature; this one only counts"
)]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let live = LIVE.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(live, Ordering::Relaxed);
        // SAFETY: passed on as it came.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: passed on as it came.
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Most bytes that decoding `work` had allocated at once.
fn peak<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = LIVE.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let result = work();
    (result, PEAK.load(Ordering::Relaxed) - before)
}

/// A small generator of numbers (xorshift), the same on every machine.
struct Seeded(u64);

impl Seeded {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    fn byte(&mut self) -> u8 {
        self.next() as u8
    }

    /// Damages `bytes` in one to four places: changed, added, removed, repeated or cut off.
    fn mutate(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len());
            match self.below(6) {
                _ if bytes.is_empty() => bytes.push(self.byte()),
                0 => bytes[at] = self.byte(),
                1 => bytes[at] ^= 1 << self.below(8),
                2 => bytes.insert(at, self.byte()),
                3 => drop(bytes.remove(at)),
                4 => bytes.truncate(at),
                _ => {
                    let part = bytes[at..(at + self.below(16)).min(bytes.len())].to_vec();
                    bytes.splice(at..at, part);
                }
            }
        }
    }
}

/// Types with a value of each, which are damaged on purpose.
fn samples() -> Vec<(Type, Value)> {
    let number = |text: &str| Value::Number(text.parse().unwrap());
    let refined = Refinement {
        length_min: Some(1),
        length_max: Some(9),
        ..Refinement::not_null()
    };
    let range = Refinement {
        lower: Some(Bound {
            number: "0.1".parse().unwrap(),
            inclusive: true,
        }),
        ..Refinement::not_null()
    };
    let typed = Typed {
        ty: read(r#"["tuple",["string",["set","bool"]]]"#),
        value: Value::List(vec![
            Value::string("x"),
            Value::List(vec![Value::Bool(true)]),
        ]),
    };
    let entries = [
        ("a".into(), Value::Unknown(range)),
        ("b".into(), number("0.1")),
    ];
    let object = [
        ("list".into(), Value::Unknown(refined)),
        ("map".into(), Value::Map(entries.into())),
        ("text".into(), Value::Unknown(Refinement::prefix("pool-"))),
        ("any".into(), Value::Dynamic(Box::new(typed.clone()))),
    ];
    let object_type = r#"["object",{"list":["list","bool"],"map":["map","number"],"text":"string","any":"dynamic"}]"#;
    vec![
        (Type::Number, number("-1234567890.5")),
        (
            Type::Number,
            number("340282366920938463463374607431768211456"),
        ),
        (Type::String, Value::string("naïve")),
        (Type::Dynamic, Value::Dynamic(Box::new(typed))),
        (read(object_type), Value::Map(object.into())),
    ]
}

fn read(ty: &str) -> Type {
    Type::from_json_bytes(ty.as_bytes()).unwrap()
}

/// What is known in `value`, for state cannot hold anything else.
fn known(value: &Value) -> Value {
    match value {
        Value::Unknown(_) => Value::Null,
        Value::List(items) => Value::List(items.iter().map(known).collect()),
        Value::Map(entries) => Value::Map(
            entries
                .iter()
                .map(|(key, item)| (key.clone(), known(item)))
                .collect(),
        ),
        Value::Dynamic(typed) => Value::Dynamic(Box::new(Typed {
            ty: typed.ty.clone(),
            value: known(&typed.value),
        })),
        other => other.clone(),
    }
}

/// A value takes up to 128 bytes where its encoding takes one, and a growing list holds itself twice.
fn in_proportion(input: &[u8], taken: usize) {
    let limit = 16_384 + 1_024 * input.len();
    assert!(
        taken <= limit,
        "{} bytes of input took {taken}: {input:?}",
        input.len()
    );
}

/// Decodes as MessagePack; true when the input was a value.
fn as_msgpack(input: &[u8], ty: &Type) -> bool {
    let (decoded, taken) = peak(|| msgpack::decode(input, ty));
    in_proportion(input, taken);
    let Ok(value) = decoded else { return false };
    let once = msgpack::encode(&value, ty).unwrap();
    let again = msgpack::decode(&once, ty).unwrap();
    assert_eq!(msgpack::encode(&again, ty).unwrap(), once, "{input:?}");
    true
}

/// Decodes as state JSON; true when the input was a value.
fn as_json(input: &[u8], ty: &Type) -> bool {
    let (decoded, taken) = peak(|| json::decode(input, ty));
    in_proportion(input, taken);
    let Ok(value) = decoded else { return false };
    let text = json::encode(&value, ty).unwrap();
    assert_eq!(json::decode(&text, ty).unwrap(), value, "{input:?}");
    true
}

/// Puts every marker at every place, announcing as much as its length field can.
fn announced_at_every_byte(packed: &[u8], ty: &Type) {
    for at in 0..packed.len() {
        for marker in 0..=u8::MAX {
            let mut damaged = packed.to_vec();
            damaged.splice(at..=at, [marker, 0x7f, 0xff, 0xff, 0xff]);
            as_msgpack(&damaged, ty);
        }
    }
}

#[test]
fn no_input_does_harm() {
    let samples = samples();
    let encoded = samples.iter().map(|(ty, value)| {
        (
            msgpack::encode(value, ty).unwrap(),
            json::encode(&known(value), ty).unwrap(),
        )
    });
    let encoded: Vec<_> = encoded.collect();
    for ((ty, _), (packed, _)) in samples.iter().zip(&encoded) {
        announced_at_every_byte(packed, ty);
    }
    let mut seeded = Seeded(0x9e37_79b9_7f4a_7c15);
    let mut values = [0_u32; 2];
    for round in 0..100_000 {
        let which = seeded.below(samples.len());
        let ty = &samples[which].0;
        let (mut packed, mut text) = encoded[which].clone();
        if round % 5 == 0 {
            packed = (0..seeded.below(64)).map(|_| seeded.byte()).collect();
            text = packed
                .iter()
                .map(|byte| br#"[]{}",:0-1e.tfn \typevalu"#[usize::from(*byte) % 25])
                .collect();
        } else {
            seeded.mutate(&mut packed);
            seeded.mutate(&mut text);
        }
        values[0] += u32::from(as_msgpack(&packed, ty));
        values[1] += u32::from(as_json(&text, ty));
    }
    // Were nothing or everything read, the inputs would prove little.
    for read in values {
        assert!(
            (2_000..80_000).contains(&read),
            "{read} of 100,000 inputs were values"
        );
    }
}
