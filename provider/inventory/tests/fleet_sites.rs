//! What fleet files tell of devices beyond their state: where they run, under which software, at what price.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test fails by panicking"
)]

use jiff::Timestamp;
use portcullis_inventory::{ColumnMapping, FleetFile};
use portcullis_model::{SnapshotBuilder, SourceReport};

/// The file's report, or its whole diagnostic.
fn read(name: &str, content: &[u8]) -> Result<SourceReport, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    let file = FleetFile::new("lab".parse().unwrap(), path, ColumnMapping::default());
    let now: Timestamp = "2036-11-23T04:00:00Z".parse().unwrap();
    file.read(now).map_err(|fault| fault.to_string())
}

/// What a snapshot tells of the first device beyond its state: site, NVLink domain, and room on its node.
fn surroundings(report: SourceReport) -> String {
    let snapshot = SnapshotBuilder::default()
        .report("lab".parse().unwrap(), report)
        .build();
    let device = snapshot.device(0).unwrap();
    let site = device.site();
    let told = [
        site.region.as_ref().map(ToString::to_string),
        site.zone.as_ref().map(ToString::to_string),
        site.driver.as_ref().map(ToString::to_string),
        site.cuda.as_ref().map(ToString::to_string),
        site.price.as_ref().map(ToString::to_string),
        device.fabric().map(ToString::to_string),
        device.room().cpu_milli.map(|cpu| cpu.to_string()),
        device.room().memory_mib.map(|memory| memory.to_string()),
        Some(device.health().to_string()),
    ];
    told.map(|told| told.unwrap_or_else(|| "?".to_owned()))
        .join(" ")
}

#[test]
fn where_a_device_runs_is_read_from_every_format() {
    let csv = "node,model,region,zone,driver_version,cuda_version,price,fabric,node_cpu_milli,node_memory_mib,health\n\
               n1,H200,eu-west-1,eu-west-1a,570.86.10,12.8,2.49 USD,c.1,64000,512000,degraded\n";
    let toml = "[[node]]\nname = 'n1'\nmodel = 'H200'\nregion = 'eu-west-1'\nzone = 'eu-west-1a'\n\
                driver_version = '570.86.10'\ncuda_version = '12.8'\nprice = '2.49 USD'\nfabric = 'c.1'\n\
                node_cpu_milli = 64000\nnode_memory_mib = 512000\nhealthy = true\n\
                [[node.gpu]]\nuuid = 'GPU-a893886b-3030-584c-91b3-7728f717af39'\nhealth = 'degraded'\n";
    let expected = "eu-west-1 eu-west-1a 570.86.10 12.8 2.49 USD c.1 64000 512000 degraded";
    for (name, text) in [("f.csv", csv), ("f.toml", toml)] {
        let report = read(name, text.as_bytes()).unwrap();
        assert_eq!(surroundings(report), expected, "{name}");
    }
    let bare = read("f.csv", b"node,model\nn1,H200\n").unwrap();
    assert_eq!(surroundings(bare), "? ? ? ? ? ? ? ? unreported");
}

#[test]
fn two_words_on_health_are_refused() {
    let csv = b"node,model,healthy,health\nn1,H200,true,degraded\n";
    let fault = read("f.csv", csv).unwrap_err();
    assert!(fault.contains("Both `healthy` and `health`"), "{fault}");
}
