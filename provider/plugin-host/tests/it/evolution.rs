//! Components of another contract than this host's: older ones run, newer ones run unless they use what the host lacks.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use portcullis_plugin_host::{Grants, Part, PluginError, PluginRef, Severity};
use serde_json::json;

use crate::guests::{Core, componentize, raw, section};
use crate::support::Folder;

fn fixture(folder: &Folder, contract: &str, name: &str) -> PluginRef {
    let file = format!("tests/fixtures/contract-{contract}/{name}.wasm");
    let component = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    folder.plugin(name, &component)
}

#[tokio::test]
async fn a_check_of_contract_0_1_0_runs() {
    let folder = Folder::new();
    let plugin = fixture(&folder, "0.1.0", "gpu-budget");
    let surface = folder.host().surface(&plugin).await.unwrap();
    assert_eq!(surface.parts().collect::<Vec<_>>(), [Part::Evaluation]);
    let exports: Vec<_> = surface
        .exports
        .iter()
        .filter_map(|one| one.version())
        .collect();
    assert_eq!(exports, ["0.1.0", "0.1.0"], "it is an old one");
    let check = folder
        .host()
        .check(&plugin, json!({"team:risk-ml": {"production": 16}}));
    let plan = json!({"schema": 1, "resources": [{
        "address": "portcullis_gpu_pool.scoring",
        "type": "portcullis_gpu_pool",
        "change": "create",
        "planned": {
            "owner": "team:risk-ml",
            "environment": "production",
            "gpu": {"replicas": 5, "gpus_per_replica": 4},
        },
    }]});
    let findings = check.run(&plan.to_string()).await.unwrap();
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].code, "gpu-budget-exceeded");
    assert_eq!(findings[0].severity, Severity::Error);
}

#[tokio::test]
async fn a_connector_of_contract_0_1_0_runs() {
    connector_runs("0.1.0").await;
}

#[tokio::test]
async fn a_connector_of_contract_0_1_1_runs() {
    connector_runs("0.1.1").await;
}

#[tokio::test]
async fn a_connector_of_contract_0_1_2_runs() {
    connector_runs("0.1.2").await;
}

async fn connector_runs(contract: &str) {
    let folder = Folder::new();
    let plugin = fixture(&folder, contract, "prometheus");
    let surface = folder.host().surface(&plugin).await.unwrap();
    let versions = surface.exports.iter().filter_map(|one| one.version());
    assert!(
        versions.eq([contract; 2]),
        "it is an old one: {:?}",
        surface.exports
    );
    assert!(surface.has(Part::Inventory) && !surface.has(Part::Access));
    // It asks the clock and HTTP, and says itself that nobody listens there.
    let url = "http://127.0.0.1:1";
    let grants = Grants::none().host(url).unwrap();
    let connector = folder
        .host()
        .connector(&plugin, json!({"url": url, "cluster": "a"}), grants);
    let error = connector
        .list_inventory(Duration::from_secs(60))
        .await
        .unwrap_err();
    assert!(
        matches!(&error, PluginError::Failed { kind, .. } if kind == "unreachable"),
        "{error}"
    );
}

#[tokio::test]
async fn a_connector_is_not_asked_for_what_it_does_not_have() {
    let folder = Folder::new();
    let plugin = fixture(&folder, "0.1.0", "prometheus");
    let connector = folder.host().connector(&plugin, json!({}), Grants::none());
    let error = connector
        .list_access(Duration::from_secs(60))
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains(
            "Plugin `prometheus` has no `list-access`, because it does not export `access`"
        ),
        "{error}"
    );
}

/// The WIT of this repository as another version of itself, with a change to one file.
fn wit(folder: &Folder, version: &str, file: &str, change: impl Fn(&str) -> String) -> PathBuf {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sdk/wit/v0.1");
    let to = folder.path("wit");
    fs::create_dir_all(&to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let text = text.replace(
            "portcullis:plugin@0.1.3;",
            &format!("portcullis:plugin@{version};"),
        );
        let text = if name == file { change(&text) } else { text };
        fs::write(to.join(name), text).unwrap();
    }
    to
}

/// A check of that version and world.
fn check(folder: &Folder, version: &str, wit: &Path, world: &str, core: &Core<'_>) -> PluginRef {
    let module = core.module().replace("@0.1.3", &format!("@{version}"));
    let component = componentize(&wat::parse_str(module).unwrap(), wit, world);
    folder.plugin("strange", &section(component, "strange", "check"))
}

#[tokio::test]
async fn a_newer_component_that_uses_only_what_is_here_runs() {
    let folder = Folder::new();
    let wit = wit(&folder, "0.1.99", "host.wit", |text| {
        text.replace("interface log {", "interface log { flush: func();")
    });
    let core = Core {
        run: "(call $log (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)) (i32.const 1024)",
        ..Core::default()
    };
    let plugin = check(
        &folder,
        "0.1.99",
        &wit,
        "include portcullis:plugin/check@0.1.99;",
        &core,
    );
    let found = folder.host().check(&plugin, json!({})).run("{}").await;
    assert_eq!(found.unwrap(), []);
}

async fn refusal(folder: &Folder, plugin: &PluginRef) -> String {
    let error = folder.host().prepare(plugin).await.unwrap_err();
    assert!(matches!(error, PluginError::Contract { .. }), "{error}");
    let text = error.to_string();
    text.lines().nth(1).unwrap().to_owned()
}

#[tokio::test]
async fn a_newer_component_is_refused_by_the_function_that_is_missing() {
    let folder = Folder::new();
    let wit = wit(&folder, "0.1.99", "host.wit", |text| {
        text.replace("interface log {", "interface log { flush: func();")
    });
    let core = Core {
        imports: r#"(import "portcullis:plugin/log@0.1.3" "flush" (func $flush))"#,
        start: "(call $flush)",
        ..Core::default()
    };
    let plugin = check(
        &folder,
        "0.1.99",
        &wit,
        "include portcullis:plugin/check@0.1.99;",
        &core,
    );
    assert_eq!(
        refusal(&folder, &plugin).await,
        "Plugin `strange` needs `portcullis:plugin` 0.1.99 for the function `flush` of `log`, this provider speaks 0.1.3 \
         without that function."
    );
}

#[tokio::test]
async fn a_newer_component_is_refused_by_the_interface_that_is_missing() {
    let folder = Folder::new();
    let wit = wit(&folder, "0.1.99", "host.wit", |text| {
        format!("{text}\ninterface queue {{ push: func(); }}")
    });
    let core = Core {
        imports: r#"(import "portcullis:plugin/queue@0.1.3" "push" (func $push))"#,
        start: "(call $push)",
        ..Core::default()
    };
    let world = "include portcullis:plugin/check@0.1.99; import portcullis:plugin/queue@0.1.99;";
    let plugin = check(&folder, "0.1.99", &wit, world, &core);
    assert_eq!(
        refusal(&folder, &plugin).await,
        "Plugin `strange` needs `portcullis:plugin` 0.1.99 for the function `push` of `queue`, this provider speaks \
         0.1.3 without that interface."
    );
}

#[tokio::test]
async fn a_component_of_another_line_is_refused() {
    let folder = Folder::new();
    let wit = wit(&folder, "0.2.0", "", str::to_owned);
    let core = Core {
        run: "(call $log (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)) (i32.const 1024)",
        ..Core::default()
    };
    let plugin = check(
        &folder,
        "0.2.0",
        &wit,
        "include portcullis:plugin/check@0.2.0;",
        &core,
    );
    assert_eq!(
        refusal(&folder, &plugin).await,
        "Plugin `strange` needs `portcullis:plugin` 0.2.0 for the function `write` of `log`, this provider speaks 0.1.3."
    );
}

#[tokio::test]
async fn a_connector_that_can_do_nothing_is_refused() {
    let folder = Folder::new();
    let text = r#"(component
        (component $c (core module) (type $t (func (result string))))
        (instance $i (instantiate $c))
        (export "portcullis:plugin/manifest@0.1.3" (instance $i)))"#;
    let plugin = folder.plugin("strange", &raw(text, "connector"));
    let found = refusal(&folder, &plugin).await;
    assert!(
        found.contains("exports none of `inventory`, `supply`, `access`, `objects`, `credentials`"),
        "{found}"
    );
}
