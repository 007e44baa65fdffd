//! `portcullis plugin inspect`: everything that can be known of a component without running it.

use std::io::{self, Write};
use std::time::Instant;

use clap::Args;
use portcullis_plugin_host::trust::said_by;
use portcullis_plugin_host::{Compiler, ConfigSchema, Host, HostConfig, Interface};
use serde::Serialize;
use serde_json::Value;

use super::chosen::{Chosen, Component};
use super::lock::failed_file;
use super::screen::{Format, Spinner};
use super::{Exit, Failure, block_on, clock};

/// Print what a component is and asks for: imports, exports, rights, configuration, digest, signer, size, compile time.
///
/// It is compiled and not run. Exit status 2 when this provider would refuse to run it.
#[derive(Debug, Args)]
pub(crate) struct Inspect {
    #[command(flatten)]
    chosen: Chosen,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Report {
    name: String,
    version: String,
    world: &'static str,
    summary: String,
    sha256: String,
    bytes: usize,
    signature: Signature,
    /// Everything that it asks for.
    rights: Vec<String>,
    /// The JSON Schema of `config`.
    config: Option<Value>,
    imports: Vec<Interface>,
    exports: Vec<Interface>,
    /// Without the cache.
    compile_ms: Option<f64>,
    /// Why this provider would not run it.
    refused: Option<String>,
}

/// Who signed it. Only a trusted key says anything: whose it is otherwise, nobody knows.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
enum Signature {
    None,
    Trusted {
        by: String,
        key: String,
    },
    /// There is a signature, and the lock trusts no key at all.
    NotVerified {
        key: String,
    },
    Refused {
        reason: String,
    },
}

impl Inspect {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let component = self.chosen.read()?;
        let report = self.report(&component)?;
        Format::new(self.json).write(&report, print)?;
        let fine = report.refused.is_none();
        Ok(if fine { Exit::Pass } else { Exit::Violation })
    }

    fn report(&self, component: &Component) -> Result<Report, Failure> {
        let Component {
            plugin,
            manifest,
            bytes,
            ..
        } = component;
        // No cache, so that the time is that of compiling, and nothing that was only looked at is kept.
        let host = Host::new(HostConfig {
            compiler: Compiler::this_program(),
            ..HostConfig::new(clock())
        });
        let started = Instant::now();
        let surface = {
            let _spinner = Spinner::start(format!("compiling {}", manifest.name));
            block_on(host.surface(plugin))?
        };
        let took = started.elapsed();
        let (imports, exports, mut refused) = match surface {
            Ok(found) => (found.imports.clone(), found.exports.clone(), None),
            Err(error) => (Vec::new(), Vec::new(), Some(error.to_string())),
        };
        if let Some(Err(reason)) = manifest.config.as_ref().map(ConfigSchema::parse) {
            refused = refused.or(Some(format!("The `config` of its manifest: {reason}")));
        }
        Ok(Report {
            name: manifest.name.clone(),
            version: manifest.version.clone(),
            world: manifest.world.name(),
            summary: manifest.summary.clone(),
            sha256: plugin.entry.sha256.clone(),
            bytes: *bytes,
            signature: self.signature(component)?,
            rights: plugin.entry.rights(),
            config: manifest.config.clone(),
            compile_ms: refused.is_none().then_some(took.as_secs_f64() * 1000.0),
            imports,
            exports,
            refused,
        })
    }

    fn signature(&self, component: &Component) -> Result<Signature, Failure> {
        let Some(text) = &component.signature else {
            return Ok(Signature::None);
        };
        let trust = self.chosen.lock()?.trust().clone();
        let file = &component.plugin.file;
        let binary = std::fs::read(file).map_err(|error| failed_file(file, &error))?;
        let verified = trust.verify(&binary, &component.plugin.entry.claims(), Some(text));
        Ok(match verified {
            Ok(Some(id)) => Signature::Trusted {
                by: trust.name_of(&id).unwrap_or_default().to_owned(),
                key: id.to_string(),
            },
            Ok(None) => Signature::NotVerified {
                key: said_by(text).map_or_else(|| "none".to_owned(), |(id, _)| id.to_string()),
            },
            Err(error) => Signature::Refused {
                reason: error
                    .to_string()
                    .lines()
                    .take(2)
                    .collect::<Vec<_>>()
                    .join(": "),
            },
        })
    }
}

fn print(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let Report {
        name,
        version,
        world,
        summary,
        sha256,
        bytes,
        ..
    } = report;
    writeln!(out, "{name} {version}, a {world}: {summary}\n")?;
    writeln!(out, "sha256     {sha256}")?;
    writeln!(out, "size       {} KB", bytes.div_ceil(1000))?;
    match &report.signature {
        Signature::None => writeln!(out, "signed by  nobody")?,
        Signature::Trusted { by, key } => writeln!(out, "signed by  {by} ({key})")?,
        Signature::NotVerified { key } => writeln!(
            out,
            "signed by  the key {key}, it says; the lock trusts no key, so this was not verified"
        )?,
        Signature::Refused { reason } => {
            writeln!(out, "signed by  nobody to be trusted: {reason}")?
        }
    }
    if let Some(ms) = report.compile_ms {
        writeln!(out, "compiles   in {ms:.0} ms")?;
    }
    let none = |empty: bool| if empty { " nothing" } else { "" };
    writeln!(out, "\nasks for{}", none(report.rights.is_empty()))?;
    for right in &report.rights {
        writeln!(out, "  {right}")?;
    }
    for (word, interfaces) in [("imports", &report.imports), ("exports", &report.exports)] {
        writeln!(out, "\n{word}{}", none(interfaces.is_empty()))?;
        for interface in interfaces {
            writeln!(
                out,
                "  {} {}",
                interface.name,
                interface.functions.join(", ")
            )?;
        }
    }
    match &report.config {
        None => writeln!(out, "\nconfig is not described: any is handed over")?,
        Some(schema) => writeln!(out, "\nconfig\n{}", indented(schema))?,
    }
    if let Some(reason) = &report.refused {
        writeln!(out, "\nThis provider would not run it\n\n{reason}")?;
    }
    Ok(())
}

fn indented(schema: &Value) -> String {
    let text = serde_json::to_string_pretty(schema).unwrap_or_default();
    let lines: Vec<String> = text.lines().map(|line| format!("  {line}")).collect();
    lines.join("\n")
}
