//! Writes `tests/exchanges.json` anew, from a cluster as `tests/cluster.toml` describes it:
//!
//! ```console
//! $ cargo run -p slurm-server plugins/connectors/slurm/tests/cluster.toml
//! export SLURM_URL=http://127.0.0.1:43210
//! export SLURM_USER=...
//! export SLURM_JWT=...
//! ```
//!
//! and, with these set in another terminal, `cargo run -p slurm-connector --example record`.

use std::error::Error;
use std::path::Path;

use portcullis_testkit::conform::Suite;
use portcullis_testkit::{Component, write_exchanges};
use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    let variable = std::env::var;
    let (url, user, token) = (
        variable("SLURM_URL")?,
        variable("SLURM_USER")?,
        variable("SLURM_JWT")?,
    );
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let description = std::fs::read_to_string(folder.join("conform.toml"))?;
    let description = description
        .replace(
            "exchanges = \"tests/exchanges.json\"",
            &format!("url = \"{url}\""),
        )
        .replace("user = \"portcullis\"", &format!("user = \"{user}\""))
        .replace("canary-of-the-conformance-suite", &token);
    let suite: Suite = description.parse()?;
    let component = Component::build(env!("CARGO_PKG_NAME"), folder)?;
    let mut exchanges = suite.record(&component)?;
    for exchange in &mut exchanges {
        without_documentation(&mut exchange.response.body);
    }
    write_exchanges(&folder.join("tests/exchanges.json"), &exchanges)?;
    Ok(())
}

/// Of the description of the API only the paths are read; the rest is 150 kB.
fn without_documentation(body: &mut Value) {
    let paths = body.get_mut("paths").and_then(Value::as_object_mut);
    if let Some(paths) = paths {
        paths
            .values_mut()
            .for_each(|path| *path = Value::Object(serde_json::Map::new()));
        *body = serde_json::json!({"paths": paths});
    }
}
