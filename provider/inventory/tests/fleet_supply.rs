//! Offers and quotas in fleet files.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "a test fails by panicking"
)]

use portcullis_inventory::{ColumnMapping, FleetFile};
use portcullis_model::SourceReport;

fn read(text: &str) -> Result<SourceReport, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fleet.toml");
    std::fs::write(&path, text).unwrap();
    let file = FleetFile::new("lab".parse().unwrap(), path, ColumnMapping::default());
    let now = "2036-11-23T04:00:00Z".parse().unwrap();
    file.read(now).map_err(|fault| fault.to_string())
}

#[test]
fn offers_and_quotas_stand_beside_the_nodes() {
    let text = r#"
        observed_at = "2026-11-23T04:00:00Z"

        [[offer]]
        name = "cr-0a1"
        model = "NVIDIA H200"
        gpus_per_node = 8
        nodes_available = 2
        grade = "firm"
        price = "2.49 USD"
        labels = { region = "eu-west-1", instance_type = "p5en.48xlarge" }

        [[quota]]
        name = "team-a"
        limit = 16
        used = 4
        labels = { queue = "team-a" }
    "#;
    let report = read(text).unwrap();
    let [offer] = report.supply.offers.as_slice() else {
        panic!("{report:?}")
    };
    assert_eq!(offer.gpus_available(), Some(16));
    assert_eq!(offer.price.unwrap().to_string(), "2.49 USD");
    assert_eq!(offer.label("region"), Some("eu-west-1"));
    assert_eq!(offer.observed_at, report.observed_at);
    let [quota] = report.supply.quotas.as_slice() else {
        panic!("{report:?}")
    };
    assert_eq!((quota.left(), quota.queue()), (12, Some("team-a")));
    let message = read(&text.replace("limit = 16", "limit = -16")).unwrap_err();
    assert!(message.ends_with("fleet-file-invalid"), "{message}");
    assert!(message.contains("line 15"), "{message}");
}
