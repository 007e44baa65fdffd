//! The GPUs of a large cluster, read from a real API server by the connector as users run it, beside a client that asks
//! for the same pages and does nothing with them.

use anyhow::{Context, Result};
use serde_json::Value;

use super::figure::{Figure, Target};
use crate::process::Process;
use crate::repository;
use crate::screen::Progress;

const PACKAGE: &str = "portcullis-plugin-host";
const EXAMPLE: &str = "kubernetes_scale";
/// A fifth of the time is ours: four fifths are a quarter less than the whole.
const RATIO: f64 = 1.25;

/// One figure for each number of nodes; none where no server can be started.
///
/// # Errors
/// When the example fails or no longer prints a figure.
pub(super) fn figures(nodes: &[usize], progress: &Progress) -> Result<Vec<Figure>> {
    if !kubernetes_server::is_installed() {
        return Ok(Vec::new());
    }
    Process::new("cargo")
        .args(["build", "--release", "--locked", "--package", PACKAGE])
        .args(["--example", EXAMPLE])
        .dir(repository::root())
        .watched(|line| progress.note(line))?
        .success("cargo build --release --example")?;
    let program = repository::built("release", "examples").join(EXAMPLE);
    let figure = |nodes: &usize| {
        progress.note(&format!("{nodes} nodes"));
        let process = Process::new(&program).args([nodes.to_string()]);
        let printed = process.dir(repository::root()).stdout()?;
        let printed: Value = serde_json::from_slice(&printed)
            .with_context(|| format!("the example `{EXAMPLE}` printed no JSON"))?;
        let number = |name: &str| {
            let found = printed.get(name).and_then(Value::as_f64);
            found.with_context(|| format!("the example `{EXAMPLE}` prints no `{name}`"))
        };
        Ok(Figure {
            what: format!("GPUs of {nodes} nodes from kube-apiserver, beside its pages alone"),
            ours: number("list_inventory_ms")?,
            theirs: Some(number("pages_alone_ms")?),
            unit: "ms".to_owned(),
            target: Target::RatioAtMost(RATIO),
            samples: printed
                .get("times")
                .and_then(Value::as_u64)
                .map_or(0, |times| usize::try_from(times).unwrap_or(0)),
        })
    };
    nodes.iter().map(figure).collect()
}
