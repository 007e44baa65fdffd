//! Guests that compute without end, in every place where a guest's code runs; and code that is made to compile slowly.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use portcullis_plugin_host::{ConfigSchema, Limits, PluginError};
use serde_json::json;
use wasm_encoder::{BlockType, Module};

use super::trial::{GRACE, trial};
use crate::guests::{Core, NO_FINDINGS, check, functions, holding, many_functions};

const LOOP: &str = "(loop $again (br $again))";

/// Time is what ends it, and not fuel.
fn short() -> Limits {
    Limits {
        check_wall: Duration::from_millis(300),
        check_fuel: u64::MAX,
        ..Limits::default()
    }
}

#[tokio::test]
async fn cpu_01_a_loop_ends_at_the_time_of_the_call() {
    let verdict = trial(&check(&format!("{LOOP} unreachable")), short()).await;
    assert_eq!(verdict.limit(), "time 300 ms");
    assert!(
        verdict.took < short().check_wall + GRACE,
        "{:?}",
        verdict.took
    );
}

#[tokio::test]
async fn cpu_01_a_loop_ends_at_its_fuel_and_the_remedy_names_the_attribute() {
    let limits = Limits {
        check_wall: Duration::from_secs(60),
        check_fuel: 1_000_000,
        ..Limits::default()
    };
    let verdict = trial(&check(&format!("{LOOP} unreachable")), limits).await;
    assert_eq!(
        verdict.limit(),
        "number of instructions 1000000 units of fuel"
    );
    let text = verdict.error();
    assert!(
        text.contains("Raise `limits { fuel }` of this check"),
        "{text}"
    );
}

#[tokio::test]
async fn cpu_02_the_same_time_covers_start_realloc_and_post_return() {
    let cases = [
        Core {
            start: LOOP,
            ..Core::default()
        },
        Core {
            realloc: "(loop $again (br $again)) unreachable",
            ..Core::default()
        },
        Core {
            post: LOOP,
            ..Core::default()
        },
    ];
    for core in cases {
        let verdict = trial(&core.component(), short()).await;
        assert_eq!(verdict.limit(), "time 300 ms");
        assert!(
            verdict.took < short().check_wall + GRACE,
            "{:?}",
            verdict.took
        );
    }
}

#[tokio::test]
async fn cpu_04_recursion_ends_at_the_stack() {
    let locals = "(local i64)".repeat(500);
    for frame in ["", locals.as_str()] {
        let items = format!(
            "(func $deep (param i32) (result i32) {frame}
                (i32.add (i32.const 1) (call $deep (local.get 0))))"
        );
        let core = Core {
            items: &items,
            run: "(call $deep (i32.const 0))",
            ..Core::default()
        };
        let verdict = trial(&core.component(), Limits::default()).await;
        assert_eq!(verdict.limit(), "stack 512 KiB");
    }
}

/// Blocks in blocks, and at the bottom one branch to all of them.
fn branches(functions_of: u32, targets: u32) -> Module {
    functions(functions_of, 1, |body, _| {
        for _ in 0..targets {
            body.block(BlockType::Empty);
        }
        body.local_get(0);
        body.br_table(0..targets, 0);
        for _ in 0..targets {
            body.end();
        }
        body.i32_const(0).end();
    })
}

#[tokio::test]
async fn cpu_06_bombs_for_the_compiler_are_stopped_at_its_limits() {
    let bombs = [
        ("branches", holding(&branches(40, 2_000))),
        (
            "locals",
            holding(&functions(400, 49_000, |body, index| {
                for local in 2..2_000 {
                    body.i64_const(i64::from(local * index));
                    body.local_set(local);
                }
                body.i32_const(0).end();
            })),
        ),
        ("functions", many_functions(900_000)),
    ];
    let limits = Limits {
        compile_time: Duration::from_secs(3),
        ..Limits::default()
    };
    for (name, bomb) in bombs {
        assert!(
            bomb.len() < 32 << 20,
            "{name} would be refused for its size"
        );
        let start = Instant::now();
        let verdict = trial(&bomb, limits.clone()).await;
        // One that compiles after all is refused because it exports nothing.
        match &verdict.result {
            Err(PluginError::Limit { limit, .. }) => {
                assert!(limit.ends_with(" to compile"), "{name}: {limit}")
            }
            Err(PluginError::Contract { .. } | PluginError::Invalid { .. }) => {}
            other => panic!("{name}: {other:?}"),
        }
        // The component is read, hashed and pinned beside the three seconds.
        assert!(
            start.elapsed() < Duration::from_secs(8),
            "{name}: {:?}",
            start.elapsed()
        );
    }
}

#[tokio::test]
async fn cpu_06_what_is_too_large_is_not_compiled_at_all() {
    let mut large = check(NO_FINDINGS);
    let len = u32::try_from((33 << 20) - large.len()).unwrap();
    large.push(0);
    wasm_encoder::Encode::encode(&len, &mut large);
    large.extend(b"\x01x");
    large.resize(large.len() + usize::try_from(len).unwrap() - 2, 0);
    let folder = crate::support::Folder::new();
    let path = folder.path("large.wasm");
    std::fs::write(&path, large).unwrap();
    let max = Limits::default().component_bytes;
    let text = folder.lock().pin(&path, max).unwrap_err().to_string();
    assert!(text.contains("file size of 32 MiB"), "{text}");
}

#[test]
fn cpu_07_patterns_of_plugins_take_linear_time() {
    let start = Instant::now();
    let schema = |pattern: &str| {
        ConfigSchema::parse(&json!({
            "type": "object",
            "properties": {"a": {"type": "string", "pattern": pattern}},
        }))
    };
    let text = format!("{}!", "a".repeat(100_000));
    for pattern in ["^(a+)+$", "^(a|aa)+$", "^(.*a){20}$"] {
        let schema = schema(pattern).unwrap();
        let _ = schema.faults(&json!({"a": text}), &BTreeSet::new());
    }
    assert!(
        schema("(((a{1000}){1000}){1000}){1000}").is_err(),
        "too large to be built"
    );
    assert!(
        start.elapsed() < Duration::from_secs(5),
        "{:?}",
        start.elapsed()
    );
}
