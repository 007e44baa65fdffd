//! Fleet files: what they become, and what is said of those that are wrong.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a test fails by panicking"
)]

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use portcullis_inventory::{ColumnMapping, FleetFile};
use portcullis_model::{Health, Snapshot, SnapshotBuilder, SourceReport};
use proptest::prelude::*;

fn now() -> Timestamp {
    "2036-11-23T04:00:00Z".parse().unwrap()
}

fn source(path: &Path, mapping: ColumnMapping) -> FleetFile {
    FleetFile::new("lab".parse().unwrap(), path.to_owned(), mapping)
}

/// The file's report, or its whole diagnostic with the path shortened to the file's name.
fn read(name: &str, content: &[u8], mapping: ColumnMapping) -> Result<SourceReport, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    source(&path, mapping).read(now()).map_err(|fault| {
        fault
            .to_string()
            .replace(&format!("{}/", folder.path().display()), "")
    })
}

fn snapshot(report: SourceReport) -> Snapshot {
    SnapshotBuilder::default()
        .report("lab".parse().unwrap(), report)
        .build()
}

/// Key, model, memory, in use and health of every device.
fn devices(report: SourceReport) -> Vec<String> {
    let describe = |device: portcullis_model::DeviceView<'_>| {
        let memory = device
            .memory_mib()
            .map_or("?".to_owned(), |memory| memory.to_string());
        let used = if device.in_use() { "used" } else { "free" };
        format!(
            "{} {} {memory} {used} {}",
            device.key(),
            device.model(),
            device.health()
        )
    };
    snapshot(report).devices().map(describe).collect()
}

#[test]
fn rows_become_devices_numbered_through_their_node() {
    let csv = "node,gpus,model,memory_mib,used,healthy,rack\n\
               n1,2,NVIDIA H200,143771,1,true,r1\n\
               n1,1,A100,81920,,false,r1\n\
               n0,0,,,,,r2\n";
    let report = read("fleet.csv", csv.as_bytes(), ColumnMapping::default()).unwrap();
    assert_eq!(report.nodes.len(), 2);
    assert_eq!(
        devices(report),
        [
            "lab/n1/0 H200 143771 used healthy",
            "lab/n1/1 H200 143771 free healthy",
            "lab/n1/2 A100-80GB 81920 free unhealthy",
        ]
    );
}

#[test]
fn a_row_with_a_uuid_is_one_device() {
    let csv = "host,serial,kind\n\
               n1,GPU-00000000-0000-4000-8000-000000000001,T4\n\
               n1,,T4\n";
    let mapping =
        ColumnMapping::declared([("node", "host"), ("uuid", "serial"), ("model", "kind")]);
    let report = read("fleet.csv", csv.as_bytes(), mapping.unwrap()).unwrap();
    assert_eq!(
        devices(report),
        [
            "lab/n1/0 T4 ? free unreported",
            "lab/n1/GPU-00000000-0000-4000-8000-000000000001 T4 ? free unreported",
        ]
    );
}

#[test]
fn toml_and_json_say_the_same() {
    let toml = r#"
        observed_at = "2026-11-23T04:00:00Z"

        [[node]]
        name = "n1"
        gpus = 2
        model = "H200"
        memory_mib = 143771
        used = 1

        [[node]]
        name = "n2"
        model = "T4"

        [[node.gpu]]
        uuid = "GPU-00000000-0000-4000-8000-000000000001"
        healthy = false
    "#;
    let json = r#"{
        "observed_at": "2026-11-23T04:00:00Z",
        "node": [
            { "name": "n1", "gpus": 2, "model": "H200", "memory_mib": 143771, "used": 1 },
            { "name": "n2", "model": "T4", "gpu": [
                { "uuid": "GPU-00000000-0000-4000-8000-000000000001", "healthy": false }
            ] }
        ]
    }"#;
    let toml = read("fleet.toml", toml.as_bytes(), ColumnMapping::default()).unwrap();
    let json = read("fleet.json", json.as_bytes(), ColumnMapping::default()).unwrap();
    assert_eq!(toml, json);
    assert_eq!(toml.observed_at.to_string(), "2026-11-23T04:00:00Z");
    assert_eq!(devices(toml).len(), 3);
}

#[test]
fn a_file_was_true_when_it_was_last_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fleet.csv");
    std::fs::write(&path, "node,gpus,model\n").unwrap();
    let changed = SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000);
    std::fs::File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_modified(changed)
        .unwrap();
    let observed_at = |now| {
        source(&path, ColumnMapping::default())
            .read(now)
            .unwrap()
            .observed_at
    };
    assert_eq!(observed_at(now()).as_second(), 1_790_000_000);
    // A file of the future is as old as now, not younger.
    let earlier = Timestamp::from_second(1_780_000_000).unwrap();
    assert_eq!(observed_at(earlier), earlier);
}

#[test]
fn a_wrong_value_is_shown_with_file_line_and_column() {
    let csv = "node,gpus,model,memory_mib,used\n\
               gpu-a01,8,NVIDIA H200,143771,0\n\
               gpu-a02,eight,NVIDIA H200,143771,3\n";
    assert_eq!(
        read("fleet.csv", csv.as_bytes(), ColumnMapping::default()).unwrap_err(),
        "Fleet file has a wrong value\n\
         Read the fleet file `fleet.csv`, line 3, column 2 (`gpus`). `eight` is not a value of `gpus`. \
         Allowed: a whole number from 0 to 4294967295.\n\n\
         Correct the file at that place.\n\n\
         fleet-file-invalid"
    );
}

fn assert_mistakes(cases: &[(&str, String, &str)]) {
    for (name, content, expected) in cases {
        let text = read(name, content.as_bytes(), ColumnMapping::default()).unwrap_err();
        assert!(text.contains(expected), "{name} {content:.40?}\n{text}");
    }
}

#[test]
fn every_mistake_in_csv_names_its_place() {
    let row = |row: &str| format!("node,gpus,model,used\n{row}\n");
    let text = |text: &str| text.to_owned();
    assert_mistakes(&[
        (
            "a.csv",
            text("gpus,model\n1,T4\n"),
            "line 1. No column is headed `node`; found `gpus`, `model`.",
        ),
        ("a.csv", text(""), "line 1. No column is headed `node`"),
        (
            "a.csv",
            text("node,node\n"),
            "line 1, column 2 (`node`). A second column is headed `node`",
        ),
        (
            "a.csv",
            row("n1,1"),
            "line 2. Found: 2 fields where the headings are 4.",
        ),
        (
            "a.csv",
            row("n1,1,T4,0\nn 2,1,T4,0"),
            "line 3, column 1 (`node`). `n 2` is not a valid node name",
        ),
        (
            "a.csv",
            row("n1,-1,T4,0"),
            "line 2, column 2 (`gpus`). `-1` is not a value of `gpus`",
        ),
        (
            "a.csv",
            row("n1,2,,0"),
            "line 2. Node `n1` has GPUs and no model",
        ),
        (
            "a.csv",
            row("n1,2,T4,3"),
            "line 2. 3 GPUs are in use of 2 on node `n1`",
        ),
        (
            "a.csv",
            row("n1,4000000000,T4,0"),
            "line 2. It lists more than 2000000 GPUs.",
        ),
        (
            "a.csv",
            row("\"n\n1\",1,T4,0"),
            r"line 2, column 1 (`node`). `n\n1` is not a valid node name",
        ),
        ("a.csv", row(",1,T4,0"), "line 2. The row names no node"),
        (
            "a.csv",
            row("n1,1,\u{1b}[31m,0"),
            r"column 3 (`model`). `\u{1b}[31m` is not a valid GPU model",
        ),
        (
            "a.yaml",
            text(""),
            "Its name ends neither in `.csv` nor in `.toml` nor in `.json`.",
        ),
    ]);
    let text = read("a.csv", b"node\nn\xff\n", ColumnMapping::default()).unwrap_err();
    assert!(
        text.contains("`a.csv`, line 2, column 2. The next byte is not UTF-8."),
        "{text}"
    );
}

#[test]
fn every_mistake_in_toml_and_json_names_its_place() {
    let text = |text: &str| text.to_owned();
    assert_mistakes(&[
        (
            "a.toml",
            text("[[device]]\nnode = \"a\"\n"),
            "line 1, column 3. Found: unknown field `device`",
        ),
        (
            "a.toml",
            text("[[node]]\nname = \n"),
            "line 2, column 8. Found: ",
        ),
        (
            "a.toml",
            text("[[node]]\nname = \"n\"\ngpus = 1\n"),
            "line 1, column 1. Found: node `n` has GPUs and no model.",
        ),
        (
            "a.toml",
            text("[[node]]\nname = \"n 1\"\n"),
            "line 2, column 8. Found: `n 1` is not a valid node name",
        ),
        (
            "a.json",
            text("{\"node\": [\n {\"name\": \"n\",}\n]}"),
            "line 2, column 15. Found: trailing comma.",
        ),
        (
            "a.json",
            text("{\"node\": [{\"name\": \"n\", \"gpus\": -1}]}"),
            "line 1, column 34. Found: invalid value",
        ),
        ("a.json", "[".repeat(100_000), "line 1, column 1. Found: "),
    ]);
}

#[test]
fn a_path_that_is_no_file_is_said_to_be_that() {
    let folder = tempfile::tempdir().unwrap();
    let at = |path: PathBuf| {
        source(&path, ColumnMapping::default())
            .read(now())
            .unwrap_err()
            .reason()
    };
    assert_eq!(
        at(folder.path().join("absent.csv")).found,
        "There is no such file."
    );
    std::fs::create_dir(folder.path().join("folder.csv")).unwrap();
    assert_eq!(
        at(folder.path().join("folder.csv")).found,
        "It is not a regular file."
    );
    let large = folder.path().join("large.csv");
    std::fs::File::create(&large)
        .unwrap()
        .set_len(65 * 1024 * 1024)
        .unwrap();
    assert_eq!(at(large).code, "fleet-file-too-large");
}

#[test]
fn an_unknown_column_in_the_mapping_gets_a_suggestion() {
    let error = ColumnMapping::declared([("nodes", "sn")]).unwrap_err();
    assert_eq!(error.suggestion(), Some("node"));
}

#[test]
fn the_cluster_of_1523_nodes_loads() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let path = root.join("shared/data/gpu/openb_node_list_all_node.csv");
    if !path.exists() {
        assert!(
            std::env::var("CI").as_deref() != Ok("true"),
            "the cluster's node list is missing"
        );
        println!("not run: the 1,523-node cluster (needs ../shared/data/gpu)");
        return;
    }
    let mapping =
        ColumnMapping::declared([("node", "sn"), ("gpus", "gpu"), ("model", "model")]).unwrap();
    let snapshot = snapshot(source(&path, mapping).read(now()).unwrap());
    assert_eq!(
        (snapshot.node_count(), snapshot.devices().len()),
        (1_523, 6_212)
    );
    let models: Vec<String> = snapshot.models().iter().map(ToString::to_string).collect();
    assert_eq!(
        models,
        ["A10", "P100", "T4", "V100-16GB", "V100-32GB", "G2", "G3"]
    );
    assert!(
        snapshot
            .devices()
            .all(|device| device.health() == Health::Unreported)
    );
    let t4 = snapshot
        .devices()
        .filter(|device| device.model().to_string() == "T4")
        .count();
    assert_eq!(t4, 842);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_content_makes_it_panic(
        content in prop::collection::vec(any::<u8>(), 0..400),
        name in prop::sample::select(vec!["a.csv", "a.toml", "a.json"]),
    ) {
        if let Err(text) = read(name, &content, ColumnMapping::default()) {
            prop_assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
        }
    }

    #[test]
    fn nearly_right_content_does_not_either(
        rows in "(node|n1|gpus|,|\"|\n|8|H200|=|\\[|\\]|\\{|\\}|:|-1|true){0,60}",
        name in prop::sample::select(vec!["a.csv", "a.toml", "a.json"]),
    ) {
        let content = if name == "a.csv" { format!("node,gpus,model,used,healthy\n{rows}") } else { rows };
        if let Err(text) = read(name, content.as_bytes(), ColumnMapping::default()) {
            prop_assert!(text.lines().last().is_some_and(|code| code.starts_with("fleet-file-")), "{text}");
        }
    }
}
