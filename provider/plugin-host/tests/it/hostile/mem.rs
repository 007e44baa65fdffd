//! Guests that hoard: memory, tables, instances, handles, results.

use portcullis_plugin_host::{Limits, PluginError, Severity};

use super::image::{Image, finding};
use super::trial::{refusal, trial};
use crate::guests::{Core, NO_FINDINGS, check, raw, section, wit, with_items};

const MIB: u64 = 1 << 20;

/// Grows page by page to the end, and writes into each page when `touch` says so.
fn grow(touch: &str) -> String {
    format!("(loop $again (drop (memory.grow (i32.const 16))) {touch} (br $again)) unreachable")
}

#[tokio::test]
async fn mem_01_memory_that_only_grows_is_denied_and_costs_the_host_nothing() {
    let verdict = trial(&check(&grow("")), Limits::default()).await;
    assert_eq!(verdict.limit(), "memory 256 MiB");
    assert!(verdict.rise < 100 * MIB, "{} MiB", verdict.rise / MIB);
    let declared = Core {
        memory: "65536",
        ..Core::default()
    };
    let verdict = trial(&declared.component(), Limits::default()).await;
    assert_eq!(verdict.limit(), "memory 256 MiB");
    assert!(verdict.rise < 100 * MIB, "{} MiB", verdict.rise / MIB);
}

#[tokio::test]
async fn mem_01_memory_that_is_used_stays_within_the_limit() {
    let fill = "(memory.fill
        (i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const 1048576))
        (i32.const 1) (i32.const 1048576))";
    let verdict = trial(&check(&grow(fill)), Limits::default()).await;
    assert_eq!(verdict.limit(), "memory 256 MiB");
    assert!(
        verdict.rise > 200 * MIB,
        "it was used: {} MiB",
        verdict.rise / MIB
    );
}

#[tokio::test]
async fn mem_01_several_memories_share_one_limit() {
    let more = "(core module $more (memory 2000))
        (core instance (instantiate $more)) (core instance (instantiate $more))";
    let component = with_items(&Core::default().bare(), more);
    let verdict = trial(&section(component, "strange", "check"), Limits::default()).await;
    assert_eq!(verdict.limit(), "memory 256 MiB");
}

#[tokio::test]
async fn mem_02_memory_of_64_bits_is_refused_at_load() {
    let component = raw("(component (core module (memory i64 16777216)))", "check");
    let text = trial(&component, Limits::default()).await.error();
    assert!(text.contains("memory64 must be enabled"), "{text}");
}

#[tokio::test]
async fn mem_03_tables_are_limited() {
    for items in [
        "(table 20000 funcref)",
        "(table $t 1 funcref) (func $grow (drop (table.grow $t (ref.null func) (i32.const 1000000))))",
    ] {
        let core = Core {
            items,
            start: if items.contains("$grow") {
                "(call $grow)"
            } else {
                ""
            },
            ..Core::default()
        };
        let verdict = trial(&core.component(), Limits::default()).await;
        assert_eq!(verdict.limit(), "table size 10000 elements");
    }
    let declared = Core {
        items: "(table 2147483648 funcref)",
        ..Core::default()
    };
    let text = refusal(&declared).await;
    assert!(text.contains("table"), "{text}");
}

#[tokio::test]
async fn mem_04_instances_memories_and_tables_are_counted() {
    let with = |items: &str| {
        let component = with_items(&Core::default().bare(), items);
        section(component, "strange", "check")
    };
    let instances = format!(
        "(core module $m) {}",
        "(core instance (instantiate $m))".repeat(900)
    );
    let nested = "(component $c (core module $m (memory 1)) (core instance (instantiate $m)))"
        .to_owned()
        + &"(instance (instantiate $c))".repeat(900);
    let tables = "(core module $t (table 1 funcref) (table 1 funcref) (table 1 funcref) (table 1 funcref)
        (table 1 funcref) (table 1 funcref)) (core instance (instantiate $t)) (core instance (instantiate $t))
        (core instance (instantiate $t))";
    let too_many = "(core instance (instantiate $m))".repeat(10_000);
    let verdict = trial(
        &with(&format!("(core module $m) {too_many}")),
        Limits::default(),
    )
    .await;
    assert!(
        verdict
            .error()
            .contains("instances count exceeds limit of 1000"),
        "{}",
        verdict.error()
    );
    for items in [instances.as_str(), &nested, tables] {
        let verdict = trial(&with(items), Limits::default()).await;
        assert_eq!(
            verdict.limit(),
            "number of instances, tables and memories 64, 16 and 4"
        );
    }
}

#[tokio::test]
async fn mem_05_handles_are_counted() {
    let world = "include portcullis:plugin/check@0.1.3;
        export things: interface { resource thing { constructor(); } }";
    let core = Core {
        imports: r#"(import "[export]things" "[resource-new]thing" (func $new (param i32) (result i32)))"#,
        items: r#"(func (export "things#[constructor]thing") (result i32) unreachable)"#,
        run: "(loop $again (drop (call $new (i32.const 1))) (br $again)) unreachable",
        ..Core::default()
    };
    let module = wat::parse_str(core.module()).unwrap();
    let component = crate::guests::componentize(&module, &wit(), world);
    let verdict = trial(&section(component, "strange", "check"), Limits::default()).await;
    assert_eq!(verdict.limit(), "number of handles 1024");
}

#[tokio::test]
async fn mem_06_results_are_measured_before_they_are_read() {
    // One text of 100 MiB that really lies there, and texts and lists whose length is a lie.
    let text = Core {
        memory: "2000",
        ..Image::default().text(0, 65_536, 100 << 20).core()
    };
    let verdict = trial(&text.component(), Limits::default()).await;
    assert_eq!(verdict.limit(), "output 8 MiB");
    assert!(verdict.rise < 100 * MIB, "{} MiB", verdict.rise / MIB);
    for image in [
        Image::default().text(0, 65_536, 1 << 30),
        Image::default().text(0, 65_536, u32::MAX),
        Image::default().list(2048, 1 << 30),
        Image::default().list(2048, u32::MAX),
    ] {
        let verdict = trial(&image.core().component(), Limits::default()).await;
        assert!(
            matches!(
                verdict.result,
                Err(PluginError::Limit { .. } | PluginError::Crashed { .. })
            ),
            "{:?}",
            verdict.result
        );
        assert!(verdict.rise < 100 * MIB, "{} MiB", verdict.rise / MIB);
    }
}

#[tokio::test]
async fn mem_08_a_hundred_findings_are_kept_and_the_rest_is_counted() {
    let mut image = Image::default();
    image.findings = vec![finding("warning"); 20_000];
    image.findings[19_999] = finding("error");
    let core = Core {
        memory: "100",
        ..image.core()
    };
    let verdict = trial(&core.component(), Limits::default()).await;
    let findings = verdict.result.unwrap();
    assert_eq!(findings.len(), 101);
    assert!(
        findings[100]
            .detail
            .contains("20000 findings, 100 are shown")
    );
    assert_eq!(
        findings[100].severity,
        Severity::Error,
        "a dropped error stays one"
    );
}

#[tokio::test]
async fn mem_08_a_million_findings_are_too_much_output() {
    let core = Core {
        memory: "1000",
        ..Image::default().list(65_536, 1_000_000).core()
    };
    let verdict = trial(&core.component(), Limits::default()).await;
    assert_eq!(verdict.limit(), "output 8 MiB");
    let honest = trial(&check(NO_FINDINGS), Limits::default()).await;
    assert_eq!(honest.result.unwrap(), []);
}
