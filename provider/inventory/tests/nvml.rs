//! NVML against the fake library, one process a fleet, and against the real one where it is.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test fails by panicking"
)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use jiff::Timestamp;
use portcullis_inventory::nvml::observe;
use portcullis_model::SnapshotBuilder;
use serde_json::{Value, json};
use tempfile::TempDir;

const LIBRARY: &str = "PORTCULLIS_TEST_NVML";

/// The child's part: one process holds one fleet. Prints what it sees as one line of JSON.
#[test]
fn child() {
    // Among the other tests there is nothing to do.
    let Some(library) = std::env::var_os(LIBRARY).map(PathBuf::from) else {
        return;
    };
    let line = match observe(Some(&library)) {
        Ok(host) => {
            let report = host.report(&"host".parse().unwrap(), Timestamp::UNIX_EPOCH);
            let partial = report.partial.as_ref().map(|reason| reason.found.clone());
            let snapshot = SnapshotBuilder::default()
                .report("here".parse().unwrap(), report)
                .build();
            let whole = snapshot.device(0);
            let place = whole.map(|device| {
                let site = device.site();
                json!([site.driver, site.cuda, device.fabric()])
            });
            let devices: Vec<Value> = snapshot
                .devices()
                .map(|device| {
                    let memory_mib = device.memory_mib();
                    let (model, health) = (device.model(), device.health());
                    json!([
                        device.id(),
                        model,
                        memory_mib,
                        health,
                        device.mig_mode(),
                        device.in_use(),
                        device.mig_profile()
                    ])
                })
                .collect();
            let parts: Vec<Value> = snapshot
                .devices()
                .filter_map(|device| Some(json!([device.id(), device.part_of()?])))
                .collect();
            json!({ "host": host, "devices": devices, "partial": partial, "place": place, "parts": parts })
        }
        Err(fault) => json!({ "fault": fault, "text": fault.to_string() }),
    };
    println!("\nseen: {line}");
}

/// The fake library, built once, under the name that the loader looks for.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_, path) = LIBRARY.get_or_init(|| {
        let build = Command::new(env!("CARGO"))
            .args([
                "build",
                "--quiet",
                "--package",
                "fake-nvml",
                "--message-format",
                "json",
            ])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        assert!(
            build.status.success(),
            "{}",
            String::from_utf8_lossy(&build.stderr)
        );
        let built = String::from_utf8(build.stdout)
            .unwrap()
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .filter(|message| message["target"]["name"] == "nvidia_ml")
            .find_map(|message| message["filenames"][0].as_str().map(PathBuf::from))
            .expect("cargo names the library");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("libnvidia-ml.so.1");
        std::os::unix::fs::symlink(built, &path).unwrap();
        (folder, path)
    });
    path
}

/// What a process sees that has this fleet.
fn seen(library: &Path, fleet: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fleet.toml");
    std::fs::write(&path, fleet).unwrap();
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["child", "--exact", "--nocapture"])
        .env(LIBRARY, library)
        .env("FAKE_NVML_FLEET", path)
        .output()
        .unwrap();
    let text = String::from_utf8(child.stdout).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("seen: "));
    let line = line.unwrap_or_else(|| panic!("{text}\n{}", String::from_utf8_lossy(&child.stderr)));
    serde_json::from_str(line).unwrap()
}

fn fixture() -> String {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../acceptance/fake-nvml/fixtures/host.toml");
    std::fs::read_to_string(path).unwrap()
}

fn uuid(last: u32) -> String {
    format!("GPU-00000000-0000-4000-8000-{last:012}")
}

fn mig(last: u32) -> String {
    uuid(last).replace("GPU-", "MIG-")
}

#[test]
fn a_host_is_read_with_what_is_wrong_on_it() {
    let seen = seen(library(), &fixture());
    assert_eq!(seen["partial"], Value::Null);
    assert_eq!(
        seen["parts"],
        json!([
            [mig(1), { "device": uuid(2), "start": 0 }],
            [mig(2), { "device": uuid(2), "start": 6 }],
        ])
    );
    assert_eq!(
        seen["devices"],
        json!([
            [uuid(0), "H200", 143_771, "healthy", "disabled", false, null],
            [uuid(1), "H200", 143_771, "healthy", "disabled", true, null],
            // The process on it runs in one of its instances.
            [uuid(2), "H200", 143_771, "healthy", "enabled", false, null],
            [
                uuid(3),
                "H200",
                143_771,
                "unhealthy",
                "disabled",
                false,
                null
            ],
            [uuid(4), "H200", null, "lost", "disabled", true, null],
            [
                mig(1),
                "H200",
                71_424,
                "healthy",
                "disabled",
                true,
                "3g.71gb"
            ],
            [
                mig(2),
                "H200",
                16_384,
                "healthy",
                "disabled",
                false,
                "1g.18gb"
            ],
        ])
    );
    let host = &seen["host"];
    assert_eq!(
        (&host["driver"], &host["cuda"]),
        (&json!("570.172.08"), &json!("12.8"))
    );
    let clique = "01020304-0506-0708-090a-0b0c0d0e0f10.7";
    assert_eq!(seen["place"], json!(["570.172.8", "12.8", clique]));
    assert_eq!(host["devices"][1]["fabric"], Value::Null);
    assert_eq!(host["devices"][0]["pci_device_id"], 0x2335_10DE);
    assert_eq!(host["devices"][1]["processes"], json!([4242]));
    assert_eq!(host["devices"][3]["ecc_uncorrected"], 4);
    assert_eq!(host["devices"][3]["rows"]["pending"], true);
    assert_eq!(
        host["devices"][4]["fault"],
        json!({ "fault": "lost_device", "call": "nvmlDeviceGetMemoryInfo_v2" })
    );
}

#[test]
fn mig_placements_come_from_the_raw_symbol() {
    let seen = seen(library(), &fixture());
    let told = &seen["host"]["devices"][2]["mig"];
    assert_eq!(told["profiles"][1]["profile"], "3g.71gb");
    assert_eq!(told["profiles"][1]["memory_mib"], 71_424);
    assert_eq!(
        told["profiles"][1]["placements"],
        json!([{ "start": 0, "size": 4 }, { "start": 4, "size": 4 }])
    );
    assert_eq!(
        told["instances"],
        json!([
            {
                "id": 1,
                "profile_id": 9,
                "placement": { "start": 0, "size": 4 },
                "devices": [{ "uuid": mig(1), "processes": [4343] }],
            },
            {
                "id": 2,
                "profile_id": 19,
                "placement": { "start": 6, "size": 1 },
                "devices": [{ "uuid": mig(2), "processes": [] }],
            },
        ])
    );
}

#[test]
fn each_way_of_not_answering_has_its_own_words() {
    let with = |fault: &str| format!("fail = {{ {fault} }}\n{}", fixture());
    for (fleet, code) in [
        (with("nvmlInit_v2 = 9"), "nvml-driver-not-loaded"),
        (with("nvmlInit_v2 = 18"), "nvml-version-mismatch"),
        (with("nvmlInit_v2 = 4"), "nvml-no-permission"),
        (with("nvmlDeviceGetCount_v2 = 999"), "nvml-call-failed"),
    ] {
        let seen = seen(library(), &fleet);
        let text = seen["text"].as_str().unwrap_or_else(|| panic!("{seen}"));
        assert_eq!(text.lines().last(), Some(code), "{text}");
    }
    let seen = seen(Path::new("/nowhere/libnvidia-ml.so.1"), &fixture());
    let text = seen["text"].as_str().unwrap();
    assert!(
        text.starts_with("NVML library cannot be loaded\n"),
        "{text}"
    );
    assert!(
        text.contains("`/nowhere/libnvidia-ml.so.1` cannot be loaded"),
        "{text}"
    );
}

#[test]
fn a_device_that_may_not_be_read_makes_the_report_partial() {
    let fleet = fixture().replace(
        "nvmlDeviceGetMemoryInfo_v2 = 15",
        "nvmlDeviceGetMemoryInfo_v2 = 4",
    );
    let seen = seen(library(), &fleet);
    assert_eq!(
        seen["partial"],
        "GPU 4 could not be read: `nvmlDeviceGetMemoryInfo_v2` was refused."
    );
    assert_eq!(seen["devices"][4][3], "unhealthy");
    assert_eq!(seen["devices"][0][3], "healthy", "the others go on");
}

#[test]
fn processes_that_may_not_be_listed_may_be_anybodys() {
    let fleet = format!(
        "fail = {{ nvmlDeviceGetComputeRunningProcesses_v3 = 4 }}\n{}",
        fixture()
    );
    let seen = seen(library(), &fleet);
    assert_eq!(seen["devices"][0][5], true);
    assert_eq!(seen["devices"][0][3], "healthy");
}

/// The library under names of which one is spelt differently, so that the loader does not find it.
fn without(symbol: &str) -> (TempDir, PathBuf) {
    let mut bytes = std::fs::read(library()).unwrap();
    let name = format!("\0{symbol}\0").into_bytes();
    let mut renamed = 0;
    for start in 0..bytes.len() - name.len() {
        if bytes[start..start + name.len()] == name {
            bytes[start + name.len() - 2] = b'_';
            renamed += 1;
        }
    }
    assert!(renamed > 0, "{symbol} is exported");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("libnvidia-ml.so.1");
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

#[test]
fn an_old_library_lacks_symbols() {
    let (_folder, offered) = without("nvmlDeviceGetRemappedRows");
    let lacking = seen(&offered, &fixture());
    assert_eq!(lacking["host"]["devices"][3]["rows"], Value::Null);
    assert_eq!(lacking["devices"][0][3], "healthy");

    let (_folder, needed) = without("nvmlDeviceGetCount_v2");
    let lacking = seen(&needed, &fixture());
    assert_eq!(
        lacking["text"].as_str().unwrap().lines().last(),
        Some("nvml-too-old")
    );

    // Ending is the library's last call; dropping the handle without it would panic.
    let (_folder, endless) = without("nvmlShutdown");
    assert_eq!(seen(&endless, &fixture())["devices"][0][0], json!(uuid(0)));
}

#[test]
fn the_real_library_where_there_is_one() {
    match observe(None) {
        Ok(host) => {
            assert!(!host.driver.is_empty());
            assert!(
                host.devices.iter().all(|device| device.uuid.is_some()),
                "{host:?}"
            );
        }
        Err(fault) => {
            println!("no device here: {}", fault.reason().summary);
            assert!(
                fault
                    .to_string()
                    .lines()
                    .last()
                    .unwrap()
                    .starts_with("nvml-")
            );
        }
    }
}
