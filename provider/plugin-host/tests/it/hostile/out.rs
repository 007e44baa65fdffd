//! Guests whose results mislead: severities that are none, numbers and nesting without end.

use portcullis_plugin_host::{Grants, Limits, Network, PluginError, Severity};
use serde_json::json;
use std::time::Duration;

use super::image::{Image, finding};
use super::trial::{Watch, trial};
use crate::guests::{componentize, section, wit};
use crate::support::Folder;

#[tokio::test]
async fn out_05_a_severity_that_is_none_is_an_error() {
    for word in ["ok", "", "pass", "ERROR", "none", "warning ", "info\\0"] {
        let mut image = Image::default();
        image.findings = vec![finding(word)];
        let verdict = trial(&image.core().component(), Limits::default()).await;
        assert_eq!(
            verdict.result.unwrap()[0].severity,
            Severity::Error,
            "{word}"
        );
    }
}

#[tokio::test]
async fn out_05_a_check_that_fails_never_passes() {
    // `err` with three empty texts: the words are the plugin's, the verdict is not.
    let mut image = Image::default();
    image.discriminant = 1;
    let verdict = trial(&image.core().component(), Limits::default()).await;
    let error = verdict.result.unwrap_err();
    assert!(
        matches!(&error, PluginError::Failed { kind, .. } if kind == "internal"),
        "{error}"
    );
}

/// Reads an object from a connector whose attributes are that text, which may be long.
async fn attributes(pages: u32, fill: &str, length: u32) -> PluginError {
    let function = |name: &str, params: &str, body: &str| {
        format!(
            r#"(func (export "portcullis:plugin/{name}") (param {params}) (result i32) {body})"#
        )
    };
    let trap = "unreachable";
    let seven = "i32 ".repeat(8);
    let module = format!(
        r#"(module
            (memory (export "memory") {pages})
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
                (i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const 4096)))
            (func (export "portcullis:plugin/manifest@0.1.3#describe") (result i32) unreachable)
            {}
            (func (export "portcullis:plugin/objects@0.1.3#plan") (param i32) (result i32) unreachable)
            (func (export "portcullis:plugin/objects@0.1.3#apply") (param i32) (result i32) unreachable)
            (func (export "portcullis:plugin/objects@0.1.3#delete")
                (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32) {trap})
        )"#,
        function(
            "objects@0.1.3#read",
            &seven,
            // ok, some, kind `pool`, id and name `x`, attributes at 65536, no revision.
            &format!(
                r#"{fill}
                (i32.store (i32.const 1028) (i32.const 1))
                (i32.store (i32.const 1032) (i32.const 512)) (i32.store (i32.const 1036) (i32.const 4))
                (i32.store (i32.const 512) (i32.const 0x6c6f6f70))
                (i32.store (i32.const 1040) (i32.const 512)) (i32.store (i32.const 1044) (i32.const 1))
                (i32.store (i32.const 1048) (i32.const 512)) (i32.store (i32.const 1052) (i32.const 1))
                (i32.store (i32.const 1056) (i32.const 65536)) (i32.store (i32.const 1060) (i32.const {length}))
                (i32.const 1024)"#
            )
        )
    );
    let world = "include portcullis:plugin/connector-host@0.1.3;
        export portcullis:plugin/manifest@0.1.3; export portcullis:plugin/objects@0.1.3;";
    let component = componentize(&wat::parse_str(module).unwrap(), &wit(), world);
    let folder = Folder::new();
    let plugin = folder.plugin("strange", &section(component, "strange", "connector"));
    let host = folder.host_with(Limits::default(), Network::default());
    host.prepare(&plugin).await.unwrap();
    let watch = Watch::start();
    let connector = host.connector(&plugin, json!({}), Grants::none());
    let read = connector
        .read("pool", "x", "x", Duration::from_secs(60))
        .await;
    assert!(watch.stop() < 64 << 20);
    read.unwrap_err()
}

#[tokio::test]
async fn mem_07_json_is_not_read_deeper_than_64_levels() {
    let fill = "(memory.fill (i32.const 65536) (i32.const 0x5b) (i32.const 1000000))";
    let text = attributes(40, fill, 1_000_000).await.to_string();
    assert!(
        text.contains("its `attributes` is nested more than 64 levels deep"),
        "{text}"
    );
}

#[tokio::test]
async fn out_09_a_number_has_512_digits_at_most() {
    let fill = r#"(memory.fill (i32.const 65536) (i32.const 0x39) (i32.const 4000000))
        (i64.store (i32.const 65536) (i64.const 0x203a2261227b))"#;
    let text = attributes(100, fill, 4_000_000).await.to_string();
    assert!(
        text.contains("its `attributes` has a number of more than 512 digits"),
        "{text}"
    );
}
