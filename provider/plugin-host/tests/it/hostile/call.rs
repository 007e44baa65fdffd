//! Guests that abuse calls: floods, lies about their memory, values that do not exist.

use std::fmt::Write as _;
use std::time::Duration;

use portcullis_plugin_host::{Limits, Network, PluginError};
use serde_json::json;

use super::image::{Image, finding};
use super::trial::{refusal, trial};
use crate::guests::{Core, NO_FINDINGS, check};
use crate::support::Folder;

#[tokio::test]
async fn call_01_a_flood_of_host_calls_ends_at_their_number() {
    let flood = "(loop $again
        (call $log (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)) (br $again)) unreachable";
    let verdict = trial(&check(flood), Limits::default()).await;
    assert_eq!(verdict.limit(), "number of host calls 1000");
}

#[tokio::test]
async fn call_01_calls_that_hand_over_much_end_at_the_time_of_the_call() {
    let flood = "(loop $again
        (call $log (i32.const 0) (i32.const 0) (i32.const 65536) (i32.const 8000000)) (br $again)) unreachable";
    let core = Core {
        memory: "200",
        run: flood,
        ..Core::default()
    };
    let limits = Limits::default();
    let verdict = trial(&core.component(), limits.clone()).await;
    assert!(verdict.result.is_err());
    assert!(
        verdict.took < limits.check_wall + super::trial::GRACE,
        "{:?}",
        verdict.took
    );
}

/// The guest lies about its memory: nothing outside of it is read and nothing but a refusal comes of it.
#[tokio::test]
async fn call_04_pointers_out_of_range_are_refused() {
    let lies = [
        ("results beyond the memory", check("(i32.const -4)")),
        ("results at its end", check("(i32.const 1048572)")),
        ("results out of line", check("(i32.const 1025)")),
        (
            "a list beyond the memory",
            Image::default().list(0x7fff_0000, 4).core().component(),
        ),
        (
            "a list across its end",
            Image::default().list(1_048_568, 4).core().component(),
        ),
        (
            "a list out of line",
            Image::default().list(2049, 1).core().component(),
        ),
        (
            "a text beyond the memory",
            Image::default().text(3, u32::MAX, 1).core().component(),
        ),
        (
            "a text across its end",
            Image::default().text(3, 1_048_570, 100).core().component(),
        ),
        (
            "memory for arguments beyond the memory",
            Core {
                realloc: "(i32.const -8)",
                ..Core::default()
            }
            .component(),
        ),
        (
            "a log line beyond the memory",
            check(&format!(
                "(call $log (i32.const 0) (i32.const 0) (i32.const -4) (i32.const 8)) {NO_FINDINGS}"
            )),
        ),
    ];
    for (name, component) in lies {
        let verdict = trial(&component, Limits::default()).await;
        assert!(
            matches!(verdict.result, Err(PluginError::Crashed { .. })),
            "{name}: {:?}",
            verdict.result
        );
    }
}

#[tokio::test]
async fn call_04_overlapping_texts_are_only_read() {
    let core = Image::default().text(0, 1024, 4096).core();
    let verdict = trial(&core.component(), Limits::default()).await;
    assert_eq!(verdict.result.unwrap().len(), 1);
}

#[tokio::test]
async fn call_05_text_that_is_not_utf8_is_refused() {
    for bytes in [
        &b"\xff"[..],
        b"\xc3",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xc0\x80",
    ] {
        let mut image = Image::default();
        image.findings = vec![finding("warning")];
        image.findings[0][4] = bytes.to_vec();
        let text = refusal(&image.core()).await;
        assert!(text.contains("utf-8") || text.contains("UTF-8"), "{text}");
    }
    let mut image = Image::default();
    image.findings = vec![finding("warning")];
    image.findings[0][4] = b"a\0b".to_vec();
    let verdict = trial(&image.core().component(), Limits::default()).await;
    assert_eq!(verdict.result.unwrap()[0].summary, "a\\u{0}b");
}

#[tokio::test]
async fn call_06_values_that_do_not_exist_are_refused() {
    for discriminant in [2, 7, 255] {
        let mut image = Image::default();
        image.discriminant = discriminant;
        let text = refusal(&image.core()).await;
        assert!(text.contains("discriminant"), "{text}");
    }
}

#[tokio::test]
async fn call_07_no_argument_of_a_host_function_breaks_the_host() {
    let words: Vec<String> = [
        "",
        "error",
        "WARN",
        "\\00",
        "\\1b[2J",
        "%s%n",
        "{}",
        "\\e2\\80\\ae",
    ]
    .iter()
    .map(|word| (*word).to_owned())
    .chain(["x".repeat(70_000)])
    .collect();
    let mut items = String::new();
    let mut places = Vec::new();
    let mut at = 131_072;
    for word in &words {
        write!(items, "(data (i32.const {at}) \"{word}\")").unwrap();
        places.push((at, text_len(word)));
        at += 80_000;
    }
    let mut run = String::new();
    for (level, level_len) in &places {
        for (message, message_len) in &places {
            write!(
                run,
                "(call $log (i32.const {level}) (i32.const {level_len}) (i32.const {message}) (i32.const {message_len}))"
            )
            .unwrap();
        }
    }
    run.push_str(NO_FINDINGS);
    let core = Core {
        items: &items,
        run: &run,
        ..Core::default()
    };
    let verdict = trial(&core.component(), Limits::default()).await;
    assert_eq!(verdict.result.unwrap(), []);
}

/// Bytes of a text with escapes of two digits.
fn text_len(text: &str) -> usize {
    text.len() - 2 * text.matches('\\').count()
}

#[tokio::test]
async fn call_08_a_store_is_not_used_again_after_a_trap() {
    let folder = Folder::new();
    // The second call of the same memory would give findings instead of trapping.
    let run = "(if (i32.load (i32.const 512)) (then (return (i32.const 1024))))
        (i32.store (i32.const 512) (i32.const 1)) unreachable";
    let plugin = folder.plugin("strange", &check(run));
    let check = folder
        .host_with(Limits::default(), Network::default())
        .check(&plugin, json!({}));
    for _ in 0..3 {
        let error = check.run("{}").await.unwrap_err();
        assert!(matches!(error, PluginError::Crashed { .. }), "{error}");
    }
    let (a, b) = tokio::join!(check.run("{}"), check.run("{}"));
    assert!(a.is_err() && b.is_err());
    tokio::time::sleep(Duration::from_millis(1)).await;
}
