//! The GPUs of a large cluster, read from a real API server by the connector as users run it, beside a client that asks
//! for the same pages and does nothing with them.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::example;
use super::figure::{Figure, Target};
use super::row::Bench;
use crate::process::Process;
use crate::repository;

const PACKAGE: &str = "portcullis-plugin-host";
const EXAMPLE: &str = "kubernetes_scale";
/// What of the whole may be ours: all that is over the time in which a bare client has the same bytes.
const SHARE: f64 = 0.2;
/// For filling the cluster and reading it several times.
const LIMIT: Duration = Duration::from_secs(20 * 60);

/// A cluster of so many nodes; in a quick run of a fifth of them.
///
/// # Errors
/// When no server can be started here, the example fails, or it no longer prints a figure.
pub(super) fn figures(bench: &Bench<'_>, nodes: usize) -> Result<Vec<Figure>> {
    ensure!(
        kubernetes_server::is_installed(),
        "kube-apiserver or etcd is not installed: {}",
        kubernetes_server::INSTALL
    );
    let nodes = if bench.repeats.is_quick() {
        nodes / 5
    } else {
        nodes
    };
    example::build(PACKAGE, EXAMPLE, bench)?;
    let program = repository::built("release", "examples").join(EXAMPLE);
    bench.progress.note(&format!("{nodes} nodes"));
    let printed = Process::new(&program)
        .arg(nodes.to_string())
        .limit(LIMIT)
        .dir(repository::root())
        .stdout()?;
    let printed = example::read(EXAMPLE, &printed)?;
    let number = |name: &str| {
        let found = printed.get(name).and_then(Value::as_f64);
        found.with_context(|| format!("the example `{EXAMPLE}` prints no `{name}`"))
    };
    let times = printed.get("times").and_then(Value::as_u64);
    Ok(vec![Figure {
        what: format!("GPUs of {nodes} nodes from a real kube-apiserver"),
        ours: number("list_inventory_ms")?,
        theirs: None,
        floor: Some(number("pages_alone_ms")?),
        unit: "ms".to_owned(),
        target: Target::ShareAtMost(SHARE),
        samples: times
            .and_then(|times| usize::try_from(times).ok())
            .unwrap_or_default(),
    }])
}
