//! The first-party check, as a component in the sandbox.

use std::{env, fs};

use portcullis_plugin_host::{Limits, Network, PluginError, Severity};
use serde_json::json;

use crate::support::Folder;

fn plan(replicas: u32) -> String {
    json!({"schema": 1, "resources": [{
        "address": "portcullis_gpu_pool.scoring",
        "type": "portcullis_gpu_pool",
        "change": "create",
        "planned": {
            "owner": "team:risk-ml",
            "environment": "production",
            "gpu": {"replicas": replicas, "gpus_per_replica": 4},
        },
    }]})
    .to_string()
}

#[tokio::test]
async fn budget_exceeded_is_a_finding_at_the_gpu_block() {
    let folder = Folder::new();
    let plugin = folder.workspace_plugin("gpu-budget-check");
    let check = folder
        .host()
        .check(&plugin, json!({"team:risk-ml": {"production": 16}}));
    assert_eq!(check.run(&plan(4)).await.unwrap(), []);
    let findings = check.run(&plan(5)).await.unwrap();
    let [finding] = findings.as_slice() else {
        panic!("{findings:?}")
    };
    assert_eq!(finding.severity, Severity::Error);
    assert_eq!(finding.code, "gpu-budget-exceeded");
    assert_eq!(
        (finding.address.as_str(), finding.attribute.as_str()),
        ("portcullis_gpu_pool.scoring", "gpu")
    );
    assert!(
        finding.detail.contains("asks for 20 GPUs in `production`"),
        "{}",
        finding.detail
    );
    assert!(
        finding.remedy.contains("by 4 GPUs in total"),
        "{}",
        finding.remedy
    );
}

#[test]
fn a_component_names_no_path_of_the_machine_that_built_it() {
    let folder = Folder::new();
    let component = fs::read(folder.workspace_plugin("gpu-budget-check").file).unwrap();
    let home = env::home_dir().unwrap();
    for path in [env!("CARGO_MANIFEST_DIR"), home.to_str().unwrap()] {
        let named = component
            .windows(path.len())
            .any(|bytes| bytes == path.as_bytes());
        assert!(!named, "{path}");
    }
}

#[tokio::test]
async fn a_typo_in_the_configuration_is_said_to_be_one() {
    let folder = Folder::new();
    let plugin = folder.workspace_plugin("gpu-budget-check");
    let check = folder
        .host()
        .check(&plugin, json!({"team:risk-ml": {"production": "many"}}));
    let error = check.run(&plan(1)).await.unwrap_err();
    assert!(
        matches!(&error, PluginError::Failed { kind, .. } if kind == "config"),
        "{error}"
    );
    let text = error.to_string();
    assert_eq!(
        text.lines().next(),
        Some("Plugin configuration is not valid")
    );
    assert_eq!(text.lines().last(), Some("plugin-config"));
}

#[tokio::test]
async fn a_plan_of_a_megabyte_needs_an_eighth_of_the_fuel() {
    let folder = Folder::new();
    let plugin = folder.workspace_plugin("gpu-budget-check");
    let limits = Limits {
        check_fuel: Limits::default().check_fuel / 8,
        ..Limits::default()
    };
    let host = folder.host_with(limits, Network::default());
    let check = host.check(&plugin, json!({"team:risk-ml": {"production": 100_000}}));
    let one: serde_json::Value = serde_json::from_str(&plan(4)).unwrap();
    let mut large = one.clone();
    let pools = large["resources"].as_array_mut().unwrap();
    while pools.len() * one["resources"][0].to_string().len() < 1 << 20 {
        pools.push(one["resources"][0].clone());
    }
    assert_eq!(check.run(&large.to_string()).await.unwrap(), []);
}

#[tokio::test]
async fn calls_run_side_by_side_and_outside_of_this_thread() {
    let folder = Folder::new();
    let plugin = folder.workspace_plugin("gpu-budget-check");
    let check = folder
        .host()
        .check(&plugin, json!({"team:risk-ml": {"production": 16}}));
    let calls: Vec<_> = (0..16)
        .map(|replicas| {
            let check = check.clone();
            tokio::spawn(async move { check.run(&plan(replicas)).await.unwrap().len() })
        })
        .collect();
    for (replicas, call) in calls.into_iter().enumerate() {
        assert_eq!(
            call.await.unwrap(),
            usize::from(replicas > 4),
            "{replicas} replicas"
        );
    }
}
