//! The provider, configured: what every request works with.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use portcullis_capacity::Reservations;
use portcullis_inventory::Seen;
use portcullis_ledger::{Kind, Ledger};
use portcullis_model::{DeviceKey, Name, Snapshot, SourceState, SourceStatus, TrustDomain, Ttl};
use portcullis_plugin_host::Host;
use tfplugin::{Diagnostic, Outcome};
use tokio::sync::{Mutex, MutexGuard, OnceCell};

use crate::audit::{Audit, Installed};
use crate::board::Board;
use crate::checks::Checks;
use crate::clock::Clock;
use crate::judge::confidential;
use crate::leases::Leases;
use crate::lifecycle::decode_body;
use crate::placing::Placing;
use crate::policy::OnProblem;
use crate::promised::{Promised, holders};
use crate::realize::Platform;
use crate::said::said;
use crate::seen::SeenRecords;
use crate::sources::{AccessSource, LiveAccess};
use crate::standing::Standing;
use crate::world::World;

/// The provider, configured. Everything that is read from outside is read at most once per run, when first needed.
#[derive(Debug)]
pub struct Configured {
    /// The trust domain of every identity.
    pub trust_domain: TrustDomain,
    /// Longest `max_ttl` that an identity may declare.
    pub ttl_ceiling: Ttl,
    /// Where promises are recorded.
    pub ledger: Arc<dyn Ledger>,
    /// How long the ledger keeps what a plan notes; `None` for plans that note nothing.
    pub plan_notes: Option<Duration>,
    /// What the resources of this plan declare.
    pub board: Board,
    /// What plugins did in this run.
    pub audit: Audit,
    /// The plugins of the provider block, with their rights.
    pub installed: Vec<Installed>,
    /// What runs them.
    pub plugins: Host,
    /// The checks that judge them.
    pub checks: Checks,
    /// Which records Terraform is known to have.
    pub seen: SeenRecords,
    /// What this run reserved, kept while it runs.
    pub leases: Leases,
    /// The time.
    pub clock: Clock,
    /// What problems with the inventory do to a plan.
    pub policies: Policies,
    /// The GPUs of the world.
    pub(crate) world: World,
    /// Who may know who may do what.
    pub(crate) access_sources: Vec<AccessSource>,
    pub(crate) access: OnceCell<Arc<LiveAccess>>,
    /// Who keeps objects on platforms, by label.
    pub(crate) platforms: BTreeMap<Name, Platform>,
    pub(crate) promised: OnceCell<Arc<Promised>>,
    pub(crate) placing: OnceCell<Mutex<Placing>>,
}

/// What problems with the inventory do to a plan.
#[derive(Debug, Clone, Default)]
pub struct Policies {
    /// A pool does not fit.
    pub on_shortfall: OnProblem,
    /// Whether a pool fits depends on what sources do not report, or the search for room gave up.
    pub on_unknown: OnProblem,
    /// An observation is older than allowed.
    pub on_stale: OnProblem,
    /// A connector cannot answer, and says nothing of its own.
    pub on_unavailable: OnProblem,
    /// What the connectors that say something of their own say.
    pub on_failure: BTreeMap<Name, OnProblem>,
}

impl Policies {
    /// What a connector that gives no answer does to a run.
    #[must_use]
    pub fn on_unanswered(&self, name: &str) -> OnProblem {
        let own = self.on_failure.iter().find(|(own, _)| own.as_str() == name);
        own.map_or(self.on_unavailable, |(_, own)| *own)
    }

    /// What a source that did not tell everything does to a plan; `None` for one that did.
    #[must_use]
    pub fn of(&self, source: &SourceState) -> Option<OnProblem> {
        match &source.status {
            SourceStatus::Complete => None,
            SourceStatus::Stale { .. } => Some(self.on_stale),
            SourceStatus::Partial(_) | SourceStatus::Unavailable(_) => {
                let own = self.on_failure.get(&source.name).copied();
                Some(own.unwrap_or(self.on_unavailable))
            }
        }
    }
}

impl Configured {
    /// What the ledger held when this run first asked.
    ///
    /// # Errors
    /// When the ledger cannot be read, or holds what this version does not understand.
    pub async fn promised(&self) -> Outcome<Arc<Promised>> {
        let read = || async { Promised::read(&*self.ledger).await.map(Arc::new) };
        self.promised.get_or_try_init(read).await.cloned()
    }

    /// The GPUs of the world, fetched and judged by age once per run however many resources ask.
    pub async fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.seen().await.all)
    }

    /// Those of them that may be shown: all but those of confidential connectors.
    pub async fn shown(&self) -> Arc<Snapshot> {
        Arc::clone(&self.seen().await.open)
    }

    /// The connectors whose numbers nobody is shown.
    pub(crate) fn confidential(&self) -> impl Iterator<Item = &Name> {
        self.world.confidential()
    }

    async fn seen(&self) -> &Seen {
        self.world.seen(self.clock.now()).await
    }

    /// Who may do what on the platforms, read once per run however many splits ask.
    pub async fn access(&self) -> Arc<LiveAccess> {
        let read = || async {
            let now = self.clock.now();
            Arc::new(AccessSource::read(&self.access_sources, now).await)
        };
        Arc::clone(self.access.get_or_init(read).await)
    }

    /// The connector of that label, as a keeper of objects.
    ///
    /// # Errors
    /// When the provider block has no such connector, or one that is built in and keeps nothing.
    pub fn platform(&self, label: &str) -> Result<&Platform, Diagnostic> {
        let found = self
            .platforms
            .iter()
            .find(|(name, _)| name.as_str() == label);
        found.map(|(_, platform)| platform).ok_or_else(|| {
            let labels: Vec<String> = self.platforms.keys().map(|name| format!("`{name}`")).collect();
            let there = if labels.is_empty() {
                "no connector that is a plugin".to_owned()
            } else {
                labels.join(", ")
            };
            let detail = format!(
                "Asked connector `{}` to keep an object on its platform; the provider block has {there}.\n\n\
                 Add `connector \"...\" {{}}` of that label to the provider block, or correct the label of the target.\n\n\
                 target-not-configured",
                label.escape_debug()
            );
            Diagnostic::error("Target is not configured", detail)
        })
    }

    /// Where the pools of this run would go. Held for one question, never across an await.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn placing(&self) -> Outcome<MutexGuard<'_, Placing>> {
        let begin = || async {
            let standing = self.standing().await?;
            Ok::<_, tfplugin::Stop>(Mutex::new(Placing::new(&self.snapshot().await, standing)))
        };
        let mut placing = self.placing.get_or_try_init(begin).await?.lock().await;
        placing.look_at(&self.snapshot().await);
        Ok(placing)
    }

    /// Who holds which device, as the ledger tells now.
    ///
    /// # Errors
    /// When the ledger cannot be read, or holds what this version does not understand.
    pub async fn holders(&self) -> Outcome<Reservations> {
        holders(&self.ledger.reservations().await.map_err(said)?)
    }

    /// What pools compete with, as the ledger tells now.
    ///
    /// # Errors
    /// When the ledger cannot be read, or holds what this version does not understand.
    async fn standing(&self) -> Outcome<Standing> {
        let reservations = self.ledger.reservations().await.map_err(said)?;
        let records = self.ledger.list(Kind::Pool).await.map_err(said)?;
        let pools = records
            .into_iter()
            .map(|record| Ok((record.key.clone(), decode_body(&record)?)));
        Standing::of(&reservations, &pools.collect::<Outcome<_>>()?)
    }

    /// Takes note that this very run removed a pool: what it held is free for pools that are planned from here on, as
    /// when a pool is replaced under another name.
    ///
    /// # Errors
    /// When the ledger holds what this version does not understand.
    pub async fn pool_removed(&self, pool: &str) -> Outcome {
        if let (Some(promised), Some(placing)) = (self.promised.get(), self.placing.get()) {
            let released: Vec<DeviceKey> = holders(promised.held_by(pool))?.into_keys().collect();
            let mut placing = placing.lock().await;
            placing.release(&released);
            if let Ok(pool) = pool.parse() {
                placing.forget_burst(&pool);
            }
        }
        Ok(())
    }

    /// What to say of files of the cache that were damaged. Said once: they are mended by now.
    #[must_use]
    pub fn rebuilt(&self) -> Vec<Diagnostic> {
        let rebuilt = self.plugins.take_rebuilt();
        let said = rebuilt.into_iter().map(|found| {
            let detail = format!(
                "Asked for the compiled code of a plugin in `{}`; found that {}. It was compiled anew from the pinned \
                 file, and nothing else of it was used.\n\n\
                 A full disk or a killed machine leaves such a file. If neither happened, find out who can write to that \
                 folder.\n\n\
                 plugin-cache-rebuilt",
                found.entry.display(),
                found.reason,
            );
            Diagnostic::warning("Compiled plugin was damaged", detail)
        });
        let ignored = self.world.take_damaged();
        let ignored = ignored.map(|reason| Diagnostic::warning(&reason.summary, reason.detail()));
        said.chain(ignored).collect()
    }

    /// What to say of a source that did not tell everything.
    #[must_use]
    pub fn incomplete(&self, source: &SourceState) -> Option<Diagnostic> {
        let policy = self.policies.of(source)?;
        if self.world.is_confidential(&source.name) {
            let reason = confidential::incomplete(source)?;
            return Some(policy.diagnostic(&reason.summary, reason.detail()));
        }
        match &source.status {
            SourceStatus::Complete => None,
            SourceStatus::Partial(reason) | SourceStatus::Unavailable(reason) => {
                Some(policy.diagnostic(&reason.summary, reason.detail()))
            }
            SourceStatus::Stale { .. } => self.stale(source),
        }
    }

    fn stale(&self, source: &SourceState) -> Option<Diagnostic> {
        let SourceStatus::Stale { age, max_age } = &source.status else {
            return None;
        };
        let detail = format!(
            "Asked for an inventory that is at most {max_age:#} old; connector `{}` last saw its GPUs at {}, {age:#} \
             ago.\n\n\
             Refresh what the connector reads, or raise `max_age` in the provider's `inventory` block.\n\n\
             inventory-stale",
            source.name,
            source.observed_at.strftime("%F %T UTC"),
        );
        Some(
            self.policies
                .on_stale
                .diagnostic("Inventory is stale", detail),
        )
    }
}
