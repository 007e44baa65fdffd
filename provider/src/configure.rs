//! From the provider block to the configured provider. Nothing is opened, asked or loaded here, so starts are cheap.

use std::collections::BTreeMap;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use portcullis_inventory::Inventory;
use portcullis_ledger::{Author, LedgerUrl};
use portcullis_model::{Name, Ttl};
use portcullis_plugin_host::{Compiler, Host, HostConfig, Lock};
use tfplugin::provider::Configure;
use tfplugin::{Outcome, Provider, Report};
use tokio::sync::OnceCell;

use crate::audit::{Audit, Installed};
use crate::board::Board;
use crate::checks::{self, Checks, ConfiguredCheck};
use crate::clock::Clock;
use crate::config::ProviderBlock;
use crate::configured::{Configured, Policies};
use crate::leases::Leases;
use crate::policy::OnProblem;
use crate::realize::Platform;
use crate::said::said;
use crate::seen::SeenRecords;
use crate::snapshot_cache::snapshot_cache;
use crate::sources::{self, AccessSource, Plugins};
use crate::world::World;

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

    fn validate(&self, report: &mut Report) -> Outcome {
        let lock = Lock::read(FilePath::new(LOCK_FILE)).map_err(said)?;
        for (label, connector) in self.connector.get()? {
            report.absorb(sources::validate(label, connector, &lock));
        }
        for (label, check) in self.check.get()? {
            report.absorb(checks::validate(label, check, &lock));
        }
        Ok(())
    }

    async fn configure(&self, configure: &mut Configure) -> Outcome<Arc<Configured>> {
        let audit = Audit::default();
        let plugins = Plugins {
            lock: Lock::read(FilePath::new(LOCK_FILE)).map_err(said)?,
            host: host(&audit),
        };
        let Sources {
            inventory,
            access_sources,
            platforms,
            max_age,
            policies,
            mut installed,
        } = inventory(self, &plugins)?;
        let cache = snapshot_cache(self, &plugins)?;
        let checks = checks(self, &plugins)?;
        installed.extend(checks.iter().map(|check| check.installed.clone()));
        let installed = Installed::by_plugin(installed);
        let ledger = portcullis_ledger::open(&ledger_url(self)?, author());
        for plugin in &installed {
            configure.report.extend(plugin.change(&*ledger).await);
        }
        Ok(Arc::new(Configured {
            trust_domain: self.trust_domain.get()?.value().clone(),
            ttl_ceiling: ttl_ceiling(self)?,
            ledger,
            plan_notes: plan_notes(self)?,
            board: Board::default(),
            audit,
            installed,
            plugins: plugins.host,
            checks: Checks::new(checks),
            seen: SeenRecords::default(),
            leases: Leases::default(),
            clock: Clock,
            policies,
            world: World::new(inventory, max_age, cache),
            access_sources,
            platforms,
            access: OnceCell::new(),
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

fn plan_notes(block: &ProviderBlock) -> Outcome<Option<Duration>> {
    let Some(ledger) = block.ledger.get()? else {
        return Ok(None);
    };
    let kept = ledger.plan_notes.get()?;
    Ok(kept.map(|kept| Duration::from_secs(kept.seconds())))
}

fn ttl_ceiling(block: &ProviderBlock) -> Outcome<Ttl> {
    if let Some(credentials) = block.credentials.get()?
        && let Some(ceiling) = credentials.ttl_ceiling.get()?
    {
        return Ok(*ceiling.value());
    }
    Ok(TTL_CEILING.parse().map_err(said)?)
}

fn host(audit: &Audit) -> Host {
    let audit = audit.clone();
    let clock = Arc::new(|| u32::try_from(Clock.now().as_second()).unwrap_or(u32::MAX));
    Host::new(HostConfig {
        cache_dir: Some(PathBuf::from(CACHE_DIR)),
        audit: Some(Arc::new(move |call| audit.call(&call))),
        compiler: Compiler::this_program(),
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

/// What the connectors come to.
struct Sources {
    inventory: Inventory,
    access_sources: Vec<AccessSource>,
    platforms: BTreeMap<Name, Platform>,
    max_age: Option<SignedDuration>,
    policies: Policies,
    installed: Vec<Installed>,
}

fn inventory(block: &ProviderBlock, plugins: &Plugins) -> Outcome<Sources> {
    let (mut max_age, mut timeout, mut policies) = (None, TIMEOUT, Policies::default());
    if let Some(inventory) = block.inventory.get()? {
        max_age = inventory.max_age.get()?.map(|age| age.duration());
        if let Some(limit) = inventory.timeout.get()? {
            timeout = Duration::from_secs(limit.seconds());
        }
        policies.on_shortfall = policy(inventory.on_shortfall.get()?.map(|text| *text.value()));
        policies.on_unknown = policy(inventory.on_unknown.get()?.map(|text| *text.value()));
        policies.on_stale = policy(inventory.on_stale.get()?.map(|text| *text.value()));
        policies.on_unavailable = policy(inventory.on_unavailable.get()?.map(|text| *text.value()));
    }
    for (label, connector) in block.connector.get()? {
        if let (Ok(name), Some(own)) = (label.parse(), connector.on_failure.get()?) {
            policies.on_failure.insert(name, *own.value());
        }
    }
    let (mut inventory, mut installed) = (Inventory::default(), Vec::new());
    let (mut access_sources, mut platforms) = (Vec::new(), BTreeMap::new());
    for (label, connector) in block.connector.get()? {
        let made = sources::source(label, connector, plugins, timeout)?;
        if let Some(devices) = made.devices {
            inventory = match connector.confidential.get()? {
                Some(true) => inventory.with_confidential(devices, timeout),
                Some(false) | None => inventory.with(devices, timeout),
            };
        }
        access_sources.extend(made.access);
        platforms.extend(made.platform.map(|one| (one.name().clone(), one)));
        installed.extend(made.installed);
    }
    Ok(Sources {
        inventory,
        access_sources,
        platforms,
        max_age,
        policies,
        installed,
    })
}

fn policy(given: Option<OnProblem>) -> OnProblem {
    given.unwrap_or_default()
}

fn checks(block: &ProviderBlock, plugins: &Plugins) -> Outcome<Vec<ConfiguredCheck>> {
    let checks = block.check.get()?;
    checks
        .map(|(label, check)| checks::check(label, check, plugins))
        .collect()
}
