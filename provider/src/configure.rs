//! From the provider block to the configured provider. Nothing is opened, asked or loaded here, so starts are cheap.

use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use portcullis_inventory::Inventory;
use portcullis_ledger::{Author, LedgerUrl};
use portcullis_model::{Name, Ttl};
use portcullis_plugin_host::{Host, HostConfig, Lock};
use tfplugin::provider::Configure;
use tfplugin::{Outcome, Path, Provider, Report};
use tokio::sync::OnceCell;

use crate::board::Board;
use crate::checks::{Checks, ConfiguredCheck};
use crate::clock::Clock;
use crate::config::ProviderBlock;
use crate::configured::{Configured, Policies};
use crate::policy::OnProblem;
use crate::said::said;
use crate::seen::SeenRecords;
use crate::sources::{self, Plugins};

/// Where the ledger is when the provider block does not say.
const LEDGER_URL: &str = "sqlite:.portcullis/ledger.db";
/// Where compiled plugins are kept.
pub(crate) const CACHE_DIR: &str = ".portcullis/cache";
/// What pins plugins.
pub(crate) const LOCK_FILE: &str = "portcullis.lock";
/// How long a connector may take when the provider block does not say.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Longest `max_ttl` of an identity when the provider block does not say.
const TTL_CEILING: &str = "1h";

impl Provider for ProviderBlock {
    const NAME: &'static str = "portcullis";

    type State = Configured;

    fn validate(&self, _: &mut Report) -> Outcome {
        for (label, _) in self.connector.get()? {
            let at = Path::root().attribute("connector").key(label);
            label.parse::<Name>().map_err(|error| said(error).at(at))?;
        }
        Ok(())
    }

    async fn configure(&self, _: &mut Configure) -> Outcome<Arc<Configured>> {
        let plugins = Plugins {
            lock: Lock::read(FilePath::new(LOCK_FILE)).map_err(said)?,
            host: host(),
        };
        let (inventory, max_age, policies) = inventory(self, &plugins)?;
        Ok(Arc::new(Configured {
            trust_domain: self.trust_domain.get()?.value().clone(),
            ttl_ceiling: ttl_ceiling(self)?,
            ledger: portcullis_ledger::open(&ledger_url(self)?, author()),
            board: Board::default(),
            checks: Checks::new(checks(self, &plugins)?),
            seen: SeenRecords::default(),
            clock: Clock,
            policies,
            inventory,
            max_age,
            snapshot: OnceCell::new(),
            promised: OnceCell::new(),
            placing: OnceCell::new(),
        }))
    }
}

fn ledger_url(block: &ProviderBlock) -> Outcome<LedgerUrl> {
    if let Some(ledger) = block.ledger.get()?
        && let Some(url) = ledger.url.get()?
    {
        return Ok(url.value().clone());
    }
    Ok(LEDGER_URL.parse().map_err(said)?)
}

fn ttl_ceiling(block: &ProviderBlock) -> Outcome<Ttl> {
    if let Some(credentials) = block.credentials.get()?
        && let Some(ceiling) = credentials.ttl_ceiling.get()?
    {
        return Ok(*ceiling.value());
    }
    Ok(TTL_CEILING.parse().map_err(said)?)
}

fn host() -> Host {
    let clock = Arc::new(|| u32::try_from(Clock.now().as_second()).unwrap_or(u32::MAX));
    Host::new(HostConfig {
        cache_dir: Some(PathBuf::from(CACHE_DIR)),
        ..HostConfig::new(clock)
    })
}

/// Who the ledger's events name. The run tells this process from every other.
fn author() -> Author {
    let name = [
        "PORTCULLIS_ACTOR",
        "GITHUB_WORKFLOW_REF",
        "CI_JOB_URL",
        "USER",
    ];
    let actor = name
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|text| !text.is_empty()));
    let run = format!(
        "{}-{}",
        Clock.now().strftime("%Y%m%dT%H%M%S%.9fZ"),
        std::process::id()
    );
    Author {
        actor: actor.unwrap_or_else(|| "unknown".to_owned()),
        run,
    }
}

fn inventory(
    block: &ProviderBlock,
    plugins: &Plugins,
) -> Outcome<(Inventory, Option<SignedDuration>, Policies)> {
    let (mut max_age, mut timeout, mut policies) = (None, TIMEOUT, Policies::default());
    if let Some(inventory) = block.inventory.get()? {
        max_age = inventory.max_age.get()?.map(|age| age.duration());
        if let Some(limit) = inventory.timeout.get()? {
            timeout = Duration::from_secs(limit.seconds());
        }
        policies.on_stale = policy(inventory.on_stale.get()?.map(|text| *text.value()));
        policies.on_unavailable = policy(inventory.on_unavailable.get()?.map(|text| *text.value()));
    }
    let connectors = block.connector.get()?;
    let sources =
        connectors.map(|(label, connector)| sources::source(label, connector, plugins, timeout));
    let mut inventory = Inventory::default();
    for source in sources {
        inventory = inventory.with(source?, timeout);
    }
    Ok((inventory, max_age, policies))
}

fn policy(given: Option<OnProblem>) -> OnProblem {
    given.unwrap_or_default()
}

fn checks(block: &ProviderBlock, plugins: &Plugins) -> Outcome<Vec<ConfiguredCheck>> {
    let checks = block.check.get()?.map(|(label, check)| {
        let at = Path::root()
            .attribute("check")
            .key(label)
            .attribute("plugin");
        let plugin = plugins.lock.plugin(check.plugin.get()?);
        let plugin = plugin.map_err(|error| said(error).at(at))?;
        let config = check
            .config
            .get()?
            .map_or(serde_json::Value::Null, |config| config.to_json());
        Ok(ConfiguredCheck {
            label: label.to_owned(),
            check: plugins.host.check(&plugin, config),
            on_finding: policy(check.on_finding.get()?.map(|text| *text.value())),
        })
    });
    checks.collect()
}
