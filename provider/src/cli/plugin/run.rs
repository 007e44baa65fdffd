//! `portcullis plugin run`: call one function of a plugin, without Terraform.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};
use portcullis_plugin_host::{AwsKeys, ConfigSchema, Connector, Finding, Grants, Severity, World};
use serde::Serialize;
use serde_json::Value;

use super::chosen::{Chosen, Component};
use super::screen::Format;
use super::{Exit, Failure, block_on, host, read_config, read_plan};

/// Call one function of a plugin and print what it gives: a connector's inventory, supply, access facts or one object, or
/// a check's findings about a plan.
///
/// It runs in the provider's sandbox, in the phase of planning, with the rights that are allowed here and no others. Exit
/// status 2 when a check finds an error.
#[derive(Debug, Args)]
pub(crate) struct Run {
    #[command(flatten)]
    chosen: Chosen,
    /// What to call on a connector.
    #[arg(value_enum, default_value_t = Function::ListInventory)]
    function: Function,
    /// Its `config`: JSON, or `@` and a file with JSON.
    #[arg(long, value_name = "JSON")]
    config: Option<String>,
    /// A plan document for a check (sdk/plan-document.md).
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,
    /// Allow a connector an origin, as `allow { hosts }` does in HCL. May be given several times.
    #[arg(long, value_name = "URL")]
    allow: Vec<String>,
    /// Trust the authorities in this PEM file, and no others, as `allow { ca_certificate }` does in HCL.
    #[arg(long, value_name = "FILE")]
    ca_certificate: Option<PathBuf>,
    /// Grant a secret of the manifest, with its value in that environment variable. May be given several times.
    #[arg(long, value_name = "NAME=VARIABLE")]
    secret: Vec<String>,
    /// Sign requests to a service of AWS, as `allow { sigv4 }` does in HCL, with the keys in `AWS_ACCESS_KEY_ID`,
    /// `AWS_SECRET_ACCESS_KEY` and, if it is set, `AWS_SESSION_TOKEN`. May be given several times.
    #[arg(long, num_args = 3, value_names = ["URL", "SERVICE", "REGION"])]
    sigv4: Vec<String>,
    /// How long the call may take, in seconds.
    #[arg(long, default_value_t = 60)]
    timeout: u32,
    /// Kind of the object to read: identity, grant or pool.
    #[arg(long, requires = "id")]
    kind: Option<String>,
    /// Id of the object to read.
    #[arg(long, requires = "kind")]
    id: Option<String>,
    /// Print findings as JSON; what connectors give always is.
    #[arg(long)]
    json: bool,
}

/// Functions that only read.
#[derive(Clone, Copy, Debug, ValueEnum, PartialEq, Eq)]
enum Function {
    /// GPUs.
    ListInventory,
    /// Pools and quotas.
    ListSupply,
    /// Subjects, permissions, objects and edges.
    ListAccess,
    /// One object that the connector keeps, by `--kind` and `--id`.
    Read,
}

impl Run {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let component = self.chosen.read()?;
        let config = read_config(self.config.as_deref())?;
        refuse_faults(&component, &config)?;
        match component.manifest.world {
            World::Check => self.check(&component, config),
            World::Connector => self.connector(&component, config),
        }
    }

    fn check(&self, component: &Component, config: Value) -> Result<Exit, Failure> {
        let path = self.plan.as_ref().ok_or_else(|| {
            Failure::Answer(
                "Plan cannot be read\n\nAsked to run a check and no plan document was named.\n\nName one with `--plan`; \
                 `sdk/plan-document.md` says what it holds.\n\nplan-unreadable"
                    .to_owned(),
            )
        })?;
        let check = host().check(&component.plugin, config);
        let findings = block_on(check.run(&read_plan(path)?))?.map_err(Failure::told)?;
        let worst = findings.iter().map(|finding| finding.severity).max();
        Format::new(self.json).write(&findings, print_findings)?;
        Ok(match worst {
            Some(Severity::Error) => Exit::Violation,
            _ => Exit::Pass,
        })
    }

    fn connector(&self, component: &Component, config: Value) -> Result<Exit, Failure> {
        let connector = host().connector(&component.plugin, config, self.grants()?);
        let deadline = Duration::from_secs(self.timeout.into());
        match self.function {
            Function::ListInventory => show(block_on(connector.list_inventory(deadline))?),
            Function::ListSupply => show(block_on(connector.list_supply(deadline))?),
            Function::ListAccess => show(block_on(connector.list_access(deadline))?),
            Function::Read => self.read(&connector, deadline),
        }
    }

    fn read(&self, connector: &Connector, deadline: Duration) -> Result<Exit, Failure> {
        let kind = self.kind.as_deref().unwrap_or_default();
        let id = self.id.as_deref().unwrap_or_default();
        show(block_on(connector.read(kind, id, "", deadline))?)
    }

    fn grants(&self) -> Result<Grants, Failure> {
        let mut grants = Grants::none();
        for url in &self.allow {
            grants = grants.host(url).map_err(Failure::told)?;
        }
        if let Some(path) = &self.ca_certificate {
            let pem = std::fs::read_to_string(path).map_err(|error| unread(path, &error))?;
            grants = grants.authorities(&pem).map_err(Failure::told)?;
        }
        for secret in &self.secret {
            let (name, variable) = secret.split_once('=').unwrap_or((secret, secret));
            let value = std::env::var(variable).map_err(|_| unset(name, variable))?;
            grants = grants.secret(name, &value).map_err(Failure::told)?;
        }
        for signature in self.sigv4.chunks(3) {
            if let [url, service, region] = signature {
                let granted = grants.sigv4(url, service, region, aws_keys()?);
                grants = granted.map_err(Failure::told)?;
            }
        }
        Ok(grants)
    }
}

/// The keys that AWS's own tools take from the environment.
fn aws_keys() -> Result<AwsKeys, Failure> {
    let value = |name: &str| std::env::var(name).map_err(|_| unset(name, name));
    Ok(AwsKeys {
        access_key_id: value("AWS_ACCESS_KEY_ID")?,
        secret_access_key: value("AWS_SECRET_ACCESS_KEY")?,
        session_token: std::env::var("AWS_SESSION_TOKEN").ok(),
    })
}

/// Judges `config` by the schema of the manifest, as the provider does before it runs anything.
fn refuse_faults(component: &Component, config: &Value) -> Result<(), Failure> {
    let Some(schema) = &component.manifest.config else {
        return Ok(());
    };
    let unusable = |text: String| {
        Failure::Answer(format!(
            "Plugin configuration is not valid\n\n{text}\n\nplugin-config"
        ))
    };
    let schema = ConfigSchema::parse(schema).map_err(unusable)?;
    let faults = schema.faults(config, &std::collections::BTreeSet::new());
    if faults.is_empty() {
        return Ok(());
    }
    let texts: Vec<String> = faults.iter().map(ToString::to_string).collect();
    Err(unusable(texts.join("\n\n")))
}

fn unset(name: &str, variable: &str) -> Failure {
    Failure::Answer(format!(
        "Secret is not in the environment\n\nAsked to grant `{name}` with the value of the variable `{variable}`, which this \
         environment does not have.\n\nSet the variable, or name another one after `=`.\n\nplugin-secret-missing"
    ))
}

fn unread(path: &Path, error: &io::Error) -> Failure {
    Failure::Answer(format!(
        "Certificate cannot be read\n\nAsked to trust the authorities in `{}`; found: {error}.\n\nName a PEM file that this \
         user may read.\n\nca-certificate-unreadable",
        path.display()
    ))
}

fn show<T: Serialize>(
    given: Result<T, portcullis_plugin_host::PluginError>,
) -> Result<Exit, Failure> {
    let given = given.map_err(Failure::told)?;
    Format::Json.write(&given, |_, _| Ok(()))?;
    Ok(Exit::Pass)
}

fn print_findings(out: &mut dyn Write, findings: &Vec<Finding>) -> io::Result<()> {
    if findings.is_empty() {
        return writeln!(out, "No findings");
    }
    for finding in findings {
        let word = match finding.severity {
            Severity::Info => "Note",
            Severity::Warning => "Warning",
            Severity::Error => "Error",
        };
        writeln!(out, "{word}: {}\n", finding.summary)?;
        let place = match finding.attribute.as_str() {
            "" => finding.address.clone(),
            attribute => format!("{} at {attribute}", finding.address),
        };
        writeln!(out, "  {place}\n")?;
        for text in [&finding.detail, &finding.remedy] {
            if !text.is_empty() {
                writeln!(out, "{text}\n")?;
            }
        }
        writeln!(out, "{}\n", finding.code)?;
    }
    Ok(())
}
