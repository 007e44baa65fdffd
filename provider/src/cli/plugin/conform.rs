//! `portcullis plugin conform`: does a plugin hold to what hosts rely on?

use std::path::{Path, PathBuf};

use clap::Args;
use portcullis_componentize::Project;
use portcullis_plugin_host::lock::Unpinned;
use portcullis_plugin_host::{Host, HostConfig, Limits, World};
use portcullis_testkit::conform::{Case, ConformError, Report, Verdict, conform};
use serde_json::json;

use super::build::failed;
use super::screen::{Format, Spinner};
use super::{Exit, Failure, block_on, clock};

/// Plans that say nothing about any resource, one as it is and one from a later host.
const EMPTY: &str = r#"{"schema": 1, "resources": []}"#;
const LATER: &str = r#"{"schema": 1, "resources": [], "tomorrow": {"x": 1}}"#;

/// Try a plugin by the rules that hosts rely on.
///
/// For a connector that is the conformance suite of the testkit: paging, objects, faults of the network, secrecy.
/// `conform.toml` tells it about the platform. A check has to load, to repeat itself, and to bear fields that it does not
/// know. Exit status 2 when a case fails.
#[derive(Debug, Args)]
pub(crate) struct Conform {
    /// The project's folder.
    #[arg(default_value = ".")]
    project: PathBuf,
    /// A component that is built already; without it, the project is built.
    #[arg(long, value_name = "FILE")]
    component: Option<PathBuf>,
    /// What the suite is told about the platform; `conform.toml` of the project when it is not given.
    #[arg(long, value_name = "FILE")]
    description: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Conform {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let report = match &self.component {
            Some(component) => self.tried(component)?,
            None => {
                let folder =
                    std::env::temp_dir().join(format!("portcullis-conform-{}", std::process::id()));
                let tried = self
                    .built(&folder)
                    .and_then(|component| self.tried(&component));
                let _ = std::fs::remove_dir_all(&folder);
                tried?
            }
        };
        let format = Format::new(self.json);
        format.write(&report, |out, report| writeln!(out, "{report}"))?;
        let passed = report.has_passed();
        Ok(if passed { Exit::Pass } else { Exit::Violation })
    }

    fn built(&self, folder: &Path) -> Result<PathBuf, Failure> {
        let _spinner = Spinner::start(format!("building {}", self.project.display()));
        Project::open(&self.project)
            .and_then(|project| project.build(folder))
            .map_err(|error| failed(&error))
    }

    fn tried(&self, component: &Path) -> Result<Report, Failure> {
        let read =
            Unpinned::read(component, Limits::default().component_bytes).map_err(Failure::told)?;
        let _spinner = Spinner::start(format!("trying {}", read.manifest.name));
        if read.manifest.world == World::Check {
            return try_check(&read, component);
        }
        let usual = self.project.join("conform.toml");
        let description = self.description.as_deref().unwrap_or(&usual);
        conform(component, description).map_err(|error| unavailable(&error))
    }
}

/// What every check has to do, whatever it judges.
fn try_check(read: &Unpinned, file: &Path) -> Result<Report, Failure> {
    let host = Host::new(HostConfig::new(clock()));
    let plugin = read.plugin(file);
    let loads = block_on(host.prepare(&plugin))?;
    let judged = |plan: &str| -> Result<String, Failure> {
        let given = block_on(host.check(&plugin, json!({})).run(plan))?;
        Ok(match given {
            Ok(findings) => format!("{findings:?}"),
            Err(error) => error.to_string(),
        })
    };
    let same = |one: String, other: String, expected: &str| match one == other {
        true => Verdict::Pass,
        false => Verdict::Fail {
            expected: format!("{expected}: {one}"),
            found: other,
        },
    };
    let case = |name: &str, verdict| Case {
        name: name.to_owned(),
        verdict,
    };
    let loads = match loads {
        Ok(()) => Verdict::Pass,
        Err(error) => Verdict::Fail {
            expected: "a check that this provider can run".to_owned(),
            found: error.to_string(),
        },
    };
    let repeats = same(judged(EMPTY)?, judged(EMPTY)?, "the same answer twice");
    let tolerates = same(
        judged(EMPTY)?,
        judged(LATER)?,
        "the answer without that field",
    );
    Ok(Report {
        cases: vec![
            case("loads", loads),
            case("repeats itself", repeats),
            case("unknown fields tolerated", tolerates),
        ],
    })
}

/// Why the suite could not be run, with the cause that the error keeps.
fn unavailable(error: &ConformError) -> Failure {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text = format!("{text} {inner}");
        cause = inner.source();
    }
    Failure::Answer(format!(
        "Conformance suite cannot be run\n\n{text}\n\nA connector's project has a `conform.toml` that says where its platform \
         is and what it is given; name another with `--description`.\n\nplugin-conform-unavailable"
    ))
}
