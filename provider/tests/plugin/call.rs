//! Calling and timing a plugin without Terraform.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

use serde_json::{Value, json};

use crate::folder::Folder;

const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

fn built(folder: &Folder, project: &str) {
    folder.passes(&[
        "build",
        &format!("{REPOSITORY}/{project}"),
        "--out",
        "plugins",
    ]);
}

/// A pool of eight GPUs, and a budget that gives its owner this many.
fn budget(folder: &Folder, gpus: u32) -> String {
    let plan = json!({"schema": 1, "resources": [{
        "address": "portcullis_gpu_pool.p", "type": "portcullis_gpu_pool", "change": "create", "prior": null,
        "planned": {"owner": "team:a", "environment": "production", "gpu": {"replicas": 2, "gpus_per_replica": 4}},
    }]});
    fs::write(folder.path("plan.json"), plan.to_string()).unwrap();
    json!({"team:a": {"production": gpus}}).to_string()
}

#[test]
fn a_check_is_run_on_a_plan_and_timed() {
    let folder = Folder::new();
    built(&folder, "plugins/checks/gpu-budget");
    let check = "plugins/gpu-budget.wasm";
    let run = |config: &str, more: &[&str]| {
        let words = [
            &["run", check, "--plan", "plan.json", "--config", config],
            more,
        ];
        folder.plugin(&words.concat())
    };
    let within = run(&budget(&folder, 8), &[]);
    assert_eq!((within.code, within.out.as_str()), (0, "No findings\n"));
    let over = run(&budget(&folder, 4), &[]);
    assert_eq!(over.code, 2, "{over:?}");
    for part in ["Error: GPU budget exceeded", "gpu-budget-exceeded"] {
        assert!(over.out.contains(part), "{part}\n{}", over.out);
    }
    let over = run(&budget(&folder, 4), &["--json"]);
    let findings: Value = serde_json::from_str(&over.out).unwrap();
    assert_eq!(findings[0]["code"], "gpu-budget-exceeded");
    assert_eq!(findings[0]["severity"], "error");
    let wrong = run(r#"{"team:a": {"production": "many"}}"#, &[]);
    assert!(
        wrong.code == 1 && wrong.err.ends_with("plugin-config\n"),
        "{wrong:?}"
    );
    let error = folder.refuses(&["run", check]);
    assert!(error.ends_with("plan-unreadable\n"), "{error}");

    let words = [
        "bench",
        check,
        "--plan",
        "plan.json",
        "--config",
        "{}",
        "--calls",
        "3",
        "--json",
    ];
    let figures: Value = serde_json::from_str(&folder.passes(&words)).unwrap();
    let figures = figures.as_array().unwrap();
    assert!(figures.len() >= 5, "{figures:?}");
    for figure in figures {
        assert!(figure["p50_us"].as_f64().unwrap() > 0.0, "{figure}");
    }
}

#[test]
fn a_connector_is_called_with_the_rights_that_are_given_and_no_others() {
    let folder = Folder::new();
    built(&folder, "sdk/testkit/tests/guests/faulty");
    let url = platform();
    let config = json!({"url": url, "bug": "none"}).to_string();
    let run = |more: &[&str]| {
        let words = [&["run", "plugins/faulty.wasm", "--config", &config], more];
        folder.plugin_with(&words.concat(), &[("LAB_TOKEN", "canary-of-the-lab")])
    };
    let token = ["--secret", "PLATFORM_TOKEN=LAB_TOKEN"];
    let listed = run(&[&token[..], &["--allow", &url]].concat());
    assert_eq!(listed.code, 0, "{listed:?}");
    let devices: Value = serde_json::from_str(&listed.out).unwrap();
    assert_eq!(devices[0]["uuid"], "GPU-0", "{devices}");
    let refused = run(&token);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.err.ends_with("plugin-refused\n"), "{}", refused.err);
    let unset = run(&[
        "--allow",
        &url,
        "--secret",
        "PLATFORM_TOKEN=NOT_SET_ANYWHERE",
    ]);
    assert!(
        unset.code == 1 && unset.err.ends_with("plugin-secret-missing\n"),
        "{unset:?}"
    );
    let said = [listed, refused, unset].map(|said| said.out + &said.err);
    assert!(!said.concat().contains("canary"), "{said:?}");
}

/// A platform with one GPU, for whoever shows the token.
fn platform() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 4096];
            let length = stream.read(&mut request).unwrap();
            let request = String::from_utf8_lossy(&request[..length]).to_lowercase();
            let (status, body) = if request.contains("authorization: bearer canary-of-the-lab") {
                (
                    "200 OK",
                    json!({"next": null, "items": [{
                        "id": "GPU-0", "model": "NVIDIA H200", "node": "gpu-0", "memory_mib": 143_771, "busy": false,
                        "healthy": true, "seen_at": 1_795_391_990,
                    }]}),
                )
            } else {
                ("401 Unauthorized", json!({"error": "send a bearer token"}))
            };
            let body = body.to_string();
            let length = body.len();
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
                 connection: close\r\n\r\n{body}"
            );
        }
    });
    url
}
