//! `portcullis plugin`: write, test, pin and trust WebAssembly plugins. One file a verb.

mod bench;
mod build;
mod chosen;
mod conform;
mod doctor;
mod inspect;
mod lock;
mod new;
mod pull;
mod push;
mod registry;
mod run;
mod screen;
mod sign;
mod signing_key;
mod test;
mod verify;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand};
use portcullis_plugin_host::{Clock, Compiler, Host, HostConfig};
use serde_json::Value;

use super::{Exit, Failure, block_on};
use crate::configure::{CACHE_DIR, LOCK_FILE};
use lock::failed_file;
pub(crate) use signing_key::SigningKey;

/// Write, test, pin and trust WebAssembly plugins.
#[derive(Debug, Args)]
pub(crate) struct Plugin {
    #[command(subcommand)]
    verb: Verb,
}

/// Each verb is documented where it is written.
#[derive(Debug, Subcommand)]
enum Verb {
    New(new::New),
    Build(build::Build),
    Test(test::Test),
    Conform(conform::Conform),
    Run(run::Run),
    Inspect(inspect::Inspect),
    Bench(bench::Bench),
    Doctor(doctor::Doctor),
    Lock(lock::Lock),
    Sign(sign::Sign),
    Verify(verify::Verify),
    Push(push::Push),
    Pull(pull::Pull),
}

impl Plugin {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        match self.verb {
            Verb::New(verb) => verb.run(),
            Verb::Build(verb) => verb.run(),
            Verb::Test(verb) => verb.run(),
            Verb::Conform(verb) => verb.run(),
            Verb::Run(verb) => verb.run(),
            Verb::Inspect(verb) => verb.run(),
            Verb::Bench(verb) => verb.run(),
            Verb::Doctor(verb) => verb.run(),
            Verb::Lock(verb) => verb.run(),
            Verb::Sign(verb) => verb.run(),
            Verb::Verify(verb) => verb.run(),
            Verb::Push(verb) => verb.run(),
            Verb::Pull(verb) => verb.run(),
        }
    }
}

/// A host with the cache that the provider uses, so that what is compiled here is not compiled while planning.
fn host() -> Host {
    Host::new(HostConfig {
        cache_dir: Some(PathBuf::from(CACHE_DIR)),
        compiler: Compiler::this_program(),
        ..HostConfig::new(clock())
    })
}

/// The clock that guests see.
fn clock() -> Clock {
    Arc::new(|| u32::try_from(crate::clock::Clock.now().as_second()).unwrap_or(u32::MAX))
}

/// A plugin's `config` as an argument gives it: JSON, or `@` and a file with JSON; nothing is an empty object.
fn read_config(given: Option<&str>) -> Result<Value, Failure> {
    let text = match given {
        None => return Ok(Value::Object(serde_json::Map::new())),
        Some(text) => match text.strip_prefix('@') {
            Some(path) => {
                fs::read_to_string(path).map_err(|error| failed_file(Path::new(path), &error))?
            }
            None => text.to_owned(),
        },
    };
    serde_json::from_str(&text).map_err(|error| {
        Failure::Answer(format!(
            "Plugin configuration is not valid\n\n`--config` is no JSON: {error}.\n\nWrite an object, such as \
             `{{\"url\": \"http://127.0.0.1:9090\"}}`, or `@` and a file.\n\nplugin-config"
        ))
    })
}

/// A plan document for a check.
fn read_plan(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| {
        Failure::Answer(format!(
            "Plan cannot be read\n\n`{}`: {error}.\n\nName a plan document; `sdk/plan-document.md` says what it \
             holds.\n\nplan-unreadable",
            path.display()
        ))
    })
}
