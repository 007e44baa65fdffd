//! Words of a guest that would steer a terminal, a reader or a CI system: cases `out-01` to `out-03`.

use portcullis_plugin_host::PluginError;
use serde_json::json;

use crate::captured::captured;
use crate::stage::{MINUTE, Stage, attempt, granted};

/// The text as it comes out of a log line, a failure and a record.
async fn shown(stage: &Stage, text: &str) -> [String; 3] {
    let url = "http://127.0.0.1:9";
    let logs = stage.connector(url, granted(url), &json!([{"log": text}]));
    let (result, log) = captured(attempt(&logs)).await;
    result.unwrap();
    let line = log
        .lines()
        .filter(|line| line.contains("plugin=\"script-connector\""));
    let line: Vec<&str> = line.collect();
    assert_eq!(line.len(), 1, "one line of a guest is one line: {log}");
    let fails = stage.connector(url, granted(url), &json!([{"fail": text}]));
    let error = attempt(&fails).await.unwrap_err();
    let PluginError::Failed { message, .. } = error else {
        panic!("{error}")
    };
    let returns = stage.connector(url, granted(url), &json!([{"return": text}]));
    let devices = returns.list_inventory(MINUTE).await.unwrap();
    [line[0].to_owned(), message, devices[0].uuid.clone()]
}

#[tokio::test]
async fn out_01_ansi() {
    let stage = Stage::new();
    for text in [
        "\u{1b}[2J",
        "\u{1b}]52;c;cm0gLXJm\u{7}",
        "\u{1b}]8;;https://evil.example\u{1b}\\link\u{1b}]8;;\u{1b}\\",
        "\u{1b}P$q\"p\u{1b}\\",
        "\u{9b}31m",
        "\u{90}x\u{9c}",
        "a\u{8}\u{8}b\u{7f}",
        "\0",
    ] {
        for shown in shown(&stage, text).await {
            assert!(!shown.chars().any(char::is_control), "{shown:?}");
            assert!(shown.contains("\\u{"), "{shown:?}");
        }
    }
}

#[tokio::test]
async fn out_02_bidi() {
    let stage = Stage::new();
    for text in [
        "a\u{202e}b",
        "a\u{2066}b",
        "a\u{200b}b",
        "a\u{feff}b",
        "a\u{e0041}b",
        "a\u{ad}b",
        "a\u{2028}b",
    ] {
        let hidden = text.chars().nth(1).unwrap();
        for shown in shown(&stage, text).await {
            assert!(!shown.contains(hidden), "{shown:?}");
            assert!(shown.contains("\\u{"), "{shown:?}");
        }
    }
}

#[tokio::test]
async fn out_03_fake_lines() {
    let stage = Stage::new();
    for (text, broken) in [
        ("ok\nApply complete! Resources: 0 added", "\nApply"),
        ("ok\r\nApply complete!", "\r"),
        ("::set-output name=x::y", " ::set-output"),
        ("ok\n::add-mask::x", "\n::"),
        ("##vso[task.setvariable]x", " ##vso["),
        ("done ##vso[task.complete]x", "##vso["),
        ("done ##[command]x", "##["),
        ("##teamcity[buildStop]", " ##teamcity["),
    ] {
        for shown in shown(&stage, text).await {
            assert!(!shown.contains(broken), "{shown:?}");
            let start = broken.trim_start();
            assert!(start.is_empty() || !shown.starts_with(start), "{shown:?}");
        }
    }
}
