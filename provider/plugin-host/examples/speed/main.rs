//! What calls of plugins cost, one figure a line: `<name> <value> <unit>`.
//!
//! ```text
//! cargo run --release -p portcullis-plugin-host --example speed -- <component>...
//! ```
//! Each component is compiled, loaded from the cache and made; a check is also run on an empty plan. The device records
//! come from a component of this program's own that only hands them over.
#![allow(
    clippy::print_stdout,
    reason = "the output is what this program is for"
)]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use portcullis_plugin_host::{Grants, Host, HostConfig, Lock, Manifest, PluginRef, World};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Builder;

mod devices;

const CALLS: usize = 2_000;
const LOADS: usize = 20;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

fn main() -> Outcome {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    for path in std::env::args_os().skip(1).map(PathBuf::from) {
        runtime.block_on(component(&path))?;
    }
    runtime.block_on(records(10_000))
}

fn say(what: &str, name: &str, values: &mut [Duration]) {
    values.sort_unstable();
    let micros = values
        .get(values.len() / 2)
        .map_or(0.0, |value| value.as_secs_f64() * 1e6);
    println!("{name}.{what} {micros:.2} us");
}

/// Repeats and keeps each time.
async fn timed<T>(
    count: usize,
    mut once: impl AsyncFnMut() -> Outcome<T>,
) -> Outcome<Vec<Duration>> {
    let mut times = Vec::with_capacity(count);
    for _ in 0..count {
        let start = Instant::now();
        let made = once().await?;
        times.push(start.elapsed());
        drop(made);
    }
    Ok(times)
}

fn host(dir: &Path) -> Host {
    Host::new(HostConfig {
        cache_dir: Some(dir.join("cache")),
        ..HostConfig::new(Arc::new(|| 1_795_392_000))
    })
}

/// Copies a component into a folder of its own and pins it.
fn pinned(dir: &Path, component: &[u8]) -> Outcome<PluginRef> {
    let path = dir.join("plugin.wasm");
    std::fs::write(&path, component)?;
    let mut lock = Lock::read(&dir.join("portcullis.lock"))?;
    let name = lock.pin(&path, u64::MAX)?.after.name;
    Ok(lock.plugin(&name)?)
}

async fn component(path: &Path) -> Outcome {
    let dir = TempDir::new()?;
    let plugin = pinned(dir.path(), &std::fs::read(path)?)?;
    let name = plugin.entry.name.clone();
    let mut cold = timed(1, async || Ok(host(dir.path()).prepare(&plugin).await?)).await?;
    say("compile_cold", &name, &mut cold);
    let mut loads = timed(LOADS, async || {
        let host = host(dir.path());
        host.prepare(&plugin).await?;
        Ok(host)
    })
    .await?;
    say("engine_and_load_from_cache", &name, &mut loads);
    let host = host(dir.path());
    let (mut made, mut first, mut both, mut warm) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..CALLS {
        let timing = host.time(&plugin).await?;
        made.push(timing.instantiate);
        first.push(timing.first_call);
        both.push(timing.instantiate + timing.first_call);
        warm.push(timing.warm_call);
    }
    say("instantiate", &name, &mut made);
    say("first_call", &name, &mut first);
    say("instantiate_and_first_call", &name, &mut both);
    say("warm_call", &name, &mut warm);
    if Manifest::read(path, u64::MAX)?.world == World::Check {
        let check = host.check(&plugin, json!({}));
        let plan = r#"{"schema":1,"resources":[]}"#;
        let mut runs = timed(CALLS, async || Ok(check.run(plan).await)).await?;
        say("run_on_an_empty_plan", &name, &mut runs);
        let plan = megabyte();
        let mut runs = timed(LOADS, async || Ok(check.run(&plan).await?)).await?;
        say("run_on_a_megabyte", &name, &mut runs);
    }
    Ok(())
}

/// A plan document of a million bytes: pools that are created, as the provider writes them.
fn megabyte() -> String {
    let mut plan = String::from(r#"{"schema":1,"resources":["#);
    for pool in 0.. {
        if plan.len() >= 1_000_000 {
            break;
        }
        if pool > 0 {
            plan.push(',');
        }
        let planned = json!({
            "gpu": {"gpus_per_replica": 4, "memory_mib_min": null, "models": ["H200"], "replicas": 2, "same_node": true},
            "gpus": 8, "id": format!("pool-{pool}"), "minimum_grade": null, "name": format!("pool-{pool}"),
            "on_shortfall": null, "owner": format!("team:t{}", pool % 100), "sources": null, "workload": null,
        });
        let resource = json!({
            "address": format!("portcullis_gpu_pool.pool-{pool}"), "type": "portcullis_gpu_pool", "change": "create",
            "prior": null, "planned": planned, "unknown": [],
        });
        plan.push_str(&resource.to_string());
    }
    plan + r#"],"inventory":[],"access":{}}"#
}

/// A connector that has that many records ready.
async fn records(count: u32) -> Outcome {
    let dir = TempDir::new()?;
    let plugin = pinned(dir.path(), &devices::component(count)?)?;
    let host = host(dir.path());
    host.prepare(&plugin).await?;
    let connector = host.connector(&plugin, Value::Null, Grants::none());
    let mut times = timed(50, async || {
        let devices = connector.list_inventory(Duration::from_secs(60)).await?;
        if devices.len() != usize::try_from(count)? {
            return Err("records are missing".into());
        }
        Ok(devices)
    })
    .await?;
    say(&format!("list_{count}"), "devices", &mut times);
    Ok(())
}
