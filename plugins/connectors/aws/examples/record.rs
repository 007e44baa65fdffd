//! Writes `tests/exchanges.json` anew, from an account with what is in `tests/account.json`:
//!
//! ```console
//! $ cargo run -p moto-server plugins/connectors/aws/tests/account.json
//! export AWS_ENDPOINT=http://127.0.0.1:43210
//! ```
//!
//! and, with this set in another terminal, `cargo run -p aws-connector --example record`.

use std::error::Error;
use std::path::Path;

use portcullis_testkit::conform::Suite;
use portcullis_testkit::{Component, write_exchanges};

fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::var("AWS_ENDPOINT")?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let description = std::fs::read_to_string(folder.join("conform.toml"))?;
    let description = description.replace(
        "exchanges = \"tests/exchanges.json\"",
        &format!("url = \"{url}\""),
    );
    let suite: Suite = description.parse()?;
    let component = Component::build(env!("CARGO_PKG_NAME"), folder)?;
    write_exchanges(
        &folder.join("tests/exchanges.json"),
        &suite.record(&component)?,
    )?;
    Ok(())
}
