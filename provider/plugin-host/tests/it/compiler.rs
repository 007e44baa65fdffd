//! Compiling in a child process: what it gives, and what stops it.

use std::time::{Duration, Instant};

use portcullis_plugin_host::{Compiler, Host, HostConfig, Limits, Network, PluginError};
use serde_json::json;

use crate::guests::check;
use crate::support::{Folder, NOW};

#[tokio::test]
async fn the_child_and_this_process_make_the_same_code() {
    let folder = Folder::new();
    let plugin = folder.plugin("strange", &check("(i32.const 0)"));
    let in_process = Host::new(HostConfig {
        cache_dir: Some(folder.path("in-process")),
        ..HostConfig::new(std::sync::Arc::new(|| NOW))
    });
    in_process.prepare(&plugin).await.unwrap();
    folder.host().prepare(&plugin).await.unwrap();
    let names = |dir: &str| {
        let mut names: Vec<_> = std::fs::read_dir(folder.path(dir))
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .filter(|name| name.to_str().unwrap().ends_with(".cwasm"))
            .collect();
        names.sort();
        names
    };
    // The names hold the digest of the plugin, of the engine's settings, and of the code.
    assert_eq!(names("in-process"), names("cache"));
    assert_eq!(names("cache").len(), 1);
}

#[tokio::test]
async fn a_component_that_is_not_valid_is_refused_in_the_compilers_words() {
    let folder = Folder::new();
    let plugin = folder.plugin(
        "strange",
        &crate::guests::raw("(component (core module (memory i64 1)))", "check"),
    );
    let error = folder.host().prepare(&plugin).await.unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, PluginError::Invalid { .. }), "{text}");
    assert!(
        text.contains("not valid WebAssembly for this sandbox: memory64 must be enabled"),
        "{text}"
    );
}

#[tokio::test]
async fn a_child_that_does_not_start_is_no_fault_of_the_plugin() {
    let folder = Folder::new();
    let plugin = folder.plugin("strange", &check("(i32.const 0)"));
    let mut config = HostConfig::new(std::sync::Arc::new(|| NOW));
    config.compiler = Compiler::Child {
        program: folder.path("nothing"),
        arguments: Vec::new(),
    };
    let error = Host::new(config).prepare(&plugin).await.unwrap_err();
    assert!(matches!(error, PluginError::Sandbox { .. }), "{error}");
    assert!(
        error.to_string().contains("does not start: No such file"),
        "{error}"
    );
}

#[tokio::test]
async fn a_child_that_takes_its_time_is_stopped_in_time() {
    let folder = Folder::new();
    let plugin = folder.plugin("strange", &check("(i32.const 0)"));
    for (name, script) in [
        ("silent", "exec sleep 60"),
        ("closed", "exec >&-; exec sleep 60"),
        ("endless", "exec cat /dev/zero"),
    ] {
        let mut config = HostConfig::new(std::sync::Arc::new(|| NOW));
        config.limits.compile_time = Duration::from_millis(300);
        config.compiler = Compiler::Child {
            program: "/bin/sh".into(),
            arguments: vec!["-c".into(), script.into()],
        };
        let start = Instant::now();
        let error = Host::new(config).prepare(&plugin).await.unwrap_err();
        let text = error.to_string();
        match name {
            "silent" => assert!(text.contains("its time to compile of 0.3 s"), "{text}"),
            "closed" => assert!(text.contains("breaks the compiler (signal: 9"), "{text}"),
            _ => assert!(
                text.contains("time to compile") || text.contains("size of compiled code"),
                "{text}"
            ),
        }
        assert!(start.elapsed() < Duration::from_millis(300 + 700), "{name}");
    }
}

#[tokio::test]
async fn memory_for_compiling_is_limited() {
    let folder = Folder::new();
    let plugin = folder.plugin("strange", &crate::guests::many_functions(200_000));
    let limits = Limits {
        compile_memory_bytes: 192 << 20,
        ..Limits::default()
    };
    let host = folder.host_with(limits, Network::default());
    let text = host.prepare(&plugin).await.unwrap_err().to_string();
    assert!(
        text.contains("memory to compile of 192 MiB") || text.contains("breaks the compiler"),
        "{text}"
    );
    let honest = folder.plugin("strange", &check(crate::guests::NO_FINDINGS));
    let found = folder.host().check(&honest, json!({})).run("{}").await;
    assert_eq!(found.unwrap(), [], "the next call works");
}

#[tokio::test]
async fn one_digest_is_compiled_once_however_many_ask() {
    let folder = Folder::new();
    let plugin = folder.plugin("strange", &check(crate::guests::NO_FINDINGS));
    let count = folder.path("count");
    let mut config = HostConfig::new(std::sync::Arc::new(|| NOW));
    config.compiler = Compiler::Child {
        program: "/bin/sh".into(),
        arguments: vec![
            "-c".into(),
            format!(
                "echo once >> {}; exec {} \"$@\"",
                count.display(),
                env!("CARGO_BIN_EXE_portcullis-compile")
            )
            .into(),
            "sh".into(),
        ],
    };
    let host = Host::new(config);
    // The first caller gives up at once; the compilation goes on and serves the others.
    let first = tokio::time::timeout(Duration::from_millis(1), host.prepare(&plugin)).await;
    assert!(first.is_err());
    let (a, b) = tokio::join!(host.prepare(&plugin), host.prepare(&plugin));
    a.unwrap();
    b.unwrap();
    assert_eq!(std::fs::read_to_string(count).unwrap(), "once\n");
}
