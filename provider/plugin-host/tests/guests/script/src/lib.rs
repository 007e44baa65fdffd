//! A connector whose `config` is a script: a list of acts, each a call of an import, whose results it hands back. It is
//! bound to the contract itself, so that it can do what no SDK would let it do.
#![allow(
    clippy::indexing_slicing,
    missing_debug_implementations,
    missing_docs,
    unreachable_pub,
    unsafe_code,
    reason = "bindings are generated from the documented WIT, and a script that is wrong fails by a trap"
)]

mod act;

use act::{Act, Script};
use bindings::exports::portcullis::plugin::{credentials, inventory, manifest, objects};
use bindings::portcullis::plugin::{clock, types};
use serde_json::{Value, json};

mod bindings {
    wit_bindgen::generate!({
        path: "../../../../../sdk/wit/v0.1",
        inline: "
            package portcullis:script;
            world script {
                include portcullis:plugin/connector-host@0.1.3;
                export portcullis:plugin/manifest@0.1.3;
                export portcullis:plugin/inventory@0.1.3;
                export portcullis:plugin/objects@0.1.3;
                export portcullis:plugin/credentials@0.1.3;
            }
        ",
        generate_all,
    });
}

/// Asks for everything that a test may want to be refused.
const MANIFEST: &str = include_str!("manifest.json");

#[used]
#[unsafe(link_section = "portcullis:manifest")]
static SECTION: [u8; MANIFEST.len()] = {
    let mut bytes = [0; MANIFEST.len()];
    bytes.copy_from_slice(MANIFEST.as_bytes());
    bytes
};

struct Component;

impl manifest::Guest for Component {
    fn describe() -> String {
        MANIFEST.to_owned()
    }
}

/// Runs the script and gives its results, and a failure when an act asks to fail.
fn run(config: &str) -> Result<(Script, Vec<Value>), types::Failure> {
    let mut script = Script::default();
    let acts: Value = serde_json::from_str(config).map_err(|error| internal(&error.to_string()))?;
    let acts: Vec<Act> = serde_json::from_value(acts["acts"].clone())
        .map_err(|error| internal(&error.to_string()))?;
    let results = acts.into_iter().map(|act| script.perform(act));
    let results = results.collect::<Result<Vec<Value>, types::Failure>>()?;
    Ok((script, results))
}

fn internal(message: &str) -> types::Failure {
    types::Failure {
        kind: "internal".to_owned(),
        message: message.to_owned(),
        remedy: String::new(),
    }
}

impl inventory::Guest for Component {
    fn list_inventory(
        config: String,
        _: Option<String>,
    ) -> Result<inventory::DevicePage, types::Failure> {
        let (_, results) = run(&config)?;
        Ok(inventory::DevicePage {
            devices: results.iter().map(device).collect(),
            next: None,
        })
    }
}

/// A result where a test can read it.
fn device(result: &Value) -> inventory::Device {
    inventory::Device {
        uuid: result.as_str().map_or(result.to_string(), str::to_owned),
        model: String::new(),
        node: clock::now().to_string(),
        index: None,
        mig_profile: None,
        memory_mib: None,
        memory_used_mib: None,
        allocation: "lent".to_owned(),
        health: "healthy".to_owned(),
        health_reason: String::new(),
        grade: "certain".to_owned(),
        observed_at: 0,
        labels: Vec::new(),
    }
}

impl objects::Guest for Component {
    fn read(
        config: String,
        kind: String,
        id: String,
        name: String,
    ) -> Result<Option<objects::Managed>, types::Failure> {
        let (_, results) = run(&config)?;
        Ok(Some(managed(kind, id, name, &results)))
    }

    fn plan(
        _: String,
        _: Option<objects::Managed>,
        _: objects::Desired,
    ) -> Result<objects::Change, types::Failure> {
        Err(internal("this guest plans nothing"))
    }

    fn apply(
        config: String,
        _: Option<objects::Managed>,
        change: objects::Change,
        _: objects::Stamp,
    ) -> Result<objects::Managed, types::Failure> {
        let (_, results) = run(&config)?;
        Ok(managed(change.kind, "1".to_owned(), change.name, &results))
    }

    fn delete(
        config: String,
        _: objects::Managed,
        _: objects::Stamp,
    ) -> Result<(), types::Failure> {
        run(&config).map(drop)
    }
}

fn managed(kind: String, id: String, name: String, results: &[Value]) -> objects::Managed {
    objects::Managed {
        kind,
        id,
        name,
        attributes: json!({ "results": results }).to_string(),
        revision: String::new(),
    }
}

impl credentials::Guest for Component {
    fn issue(
        config: String,
        _: credentials::Application,
        _: credentials::Stamp,
    ) -> Result<credentials::Credential, types::Failure> {
        let (script, _) = run(&config)?;
        Ok(credentials::Credential {
            id: "credential-1".to_owned(),
            handle: script.last_handle().unwrap_or("none").to_owned(),
            expires_at: clock::now(),
        })
    }

    fn revoke(config: String, _: String, _: credentials::Stamp) -> Result<(), types::Failure> {
        run(&config).map(drop)
    }
}

bindings::export!(Component with_types_in bindings);
