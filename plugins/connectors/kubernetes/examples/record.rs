//! Writes `tests/exchanges.json` anew, from a cluster with the objects of `tests/cluster.json`:
//!
//! ```console
//! $ cargo run -p kubernetes-server plugins/connectors/kubernetes/tests/cluster.json
//! export KUBERNETES_FRONT=http://127.0.0.1:43210
//! export KUBERNETES_TOKEN=...
//! ```
//!
//! and, with these set in another terminal, `cargo run -p kubernetes-connector --example record`.

use std::error::Error;
use std::path::Path;

use portcullis_testkit::conform::Suite;
use portcullis_testkit::{Component, write_exchanges};
use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::var("KUBERNETES_FRONT")?;
    let token = std::env::var("KUBERNETES_TOKEN")?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let description = std::fs::read_to_string(folder.join("conform.toml"))?;
    let description = description
        .replace(
            "exchanges = \"tests/exchanges.json\"",
            &format!("url = \"{url}\""),
        )
        .replace("canary-of-the-conformance-suite", &token);
    let suite: Suite = description.parse()?;
    let component = Component::build(env!("CARGO_PKG_NAME"), folder)?;
    let mut exchanges = suite.record(&component)?;
    for exchange in &mut exchanges {
        without_managed_fields(&mut exchange.response.body);
    }
    write_exchanges(&folder.join("tests/exchanges.json"), &exchanges)?;
    Ok(())
}

/// Who set which field last is half of the recording, and nobody reads it.
fn without_managed_fields(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(without_managed_fields),
        Value::Object(members) => {
            members.shift_remove("managedFields");
            members.values_mut().for_each(without_managed_fields);
        }
        _ => {}
    }
}
