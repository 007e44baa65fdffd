//! `portcullis_gpu_inventory`

use std::collections::BTreeMap;

use portcullis_capacity::positions_there;
use portcullis_model::{GpuModel, Instant, Name, SourceState};
use tfplugin::field::{Computed, Nested, Optional, Text};
use tfplugin::{DataSource, Outcome, Report, Schema};

use crate::config::ProviderBlock;
use crate::configured::Configured;
use crate::count::{ModelCounts, is_free, named};

/// The GPUs that the connectors see, counted by model.
///
/// Counts only: a fleet of a million devices does not belong in state.
#[derive(Debug, Clone, Schema)]
pub struct GpuInventory {
    /// Models to count, such as `H200`; all of them when left out.
    pub models: Optional<Vec<Text<GpuModel>>>,
    /// Connectors to count; all of them when left out.
    pub sources: Optional<Vec<Text<Name>>>,
    /// All GPUs.
    pub total: Computed<u64>,
    /// GPUs that are healthy, whole, unused and not reserved by any pool.
    pub free: Computed<u64>,
    /// Nodes with at least one of these GPUs.
    pub nodes: Computed<u64>,
    /// The same numbers for each model, by its canonical name.
    pub by_model: Computed<BTreeMap<String, Nested<ModelCount>>>,
    /// The same numbers for the GPU instances of divided GPUs (MIG), which are not counted otherwise, by model and profile,
    /// such as `H200 1g.18gb`.
    pub by_mig_profile: Computed<BTreeMap<String, Nested<ModelCount>>>,
    /// What became of asking each connector.
    pub asked: Computed<Vec<Nested<AskedSource>>>,
    /// SHA-256 over what was seen, times left out: two looks at an unchanged world have one digest.
    pub digest: Computed<String>,
}

/// The GPUs of one model.
#[derive(Debug, Clone, Default, Schema)]
pub struct ModelCount {
    /// All of them.
    pub total: Computed<u64>,
    /// Those that are free.
    pub free: Computed<u64>,
    /// Nodes with at least one.
    pub nodes: Computed<u64>,
    /// Most free ones in one node.
    pub largest_gang: Computed<u64>,
}

/// What became of asking one connector.
#[derive(Debug, Clone, Default, Schema)]
pub struct AskedSource {
    /// The connector.
    pub name: Computed<String>,
    /// `complete`, `partial`, `stale`, `unavailable`, or `confidential` for one whose numbers are not shown.
    pub status: Computed<String>,
    /// How far its numbers can be trusted: `firm`, `counted`, `level` or `listed`; null when it is confidential.
    pub grade: Computed<String>,
    /// When it saw what it tells, as an RFC 3339 time; null when it is confidential.
    pub observed_at: Computed<String>,
}

impl DataSource for GpuInventory {
    type Provider = ProviderBlock;

    const NAME: &'static str = "gpu_inventory";

    async fn read(&mut self, report: &mut Report, provider: &Configured) -> Outcome {
        let snapshot = provider.shown().await;
        let holders = provider.holders().await?;
        let held = positions_there(&snapshot, holders.keys());
        let mut all = ModelCounts::default();
        let mut by_model: BTreeMap<String, ModelCounts> = BTreeMap::new();
        let mut by_mig_profile: BTreeMap<String, ModelCounts> = BTreeMap::new();
        for (position, device) in snapshot.devices().enumerate() {
            if self.counts_model(device.model())? && self.counts_source(&device.source().name)? {
                let free = is_free(&device) && !held.contains(&position);
                let counts = match device.mig_profile() {
                    // A part of a device that is counted itself.
                    Some(_) => &mut by_mig_profile,
                    None => {
                        all.add(&device, free);
                        &mut by_model
                    }
                };
                counts.entry(named(&device)).or_default().add(&device, free);
            }
        }
        self.total.set(all.total);
        self.free.set(all.free);
        self.nodes.set(all.nodes());
        let counts = by_model
            .into_iter()
            .map(|(model, count)| (model, Nested(count.into())));
        self.by_model.set(counts.collect::<BTreeMap<_, _>>());
        let counts = by_mig_profile
            .into_iter()
            .map(|(profile, count)| (profile, Nested(count.into())));
        self.by_mig_profile.set(counts.collect::<BTreeMap<_, _>>());
        let mut asked: Vec<Nested<AskedSource>> = Vec::new();
        for state in snapshot.sources() {
            if self.counts_source(&state.name)? {
                asked.push(Nested(state.into()));
                report.extend(provider.incomplete(state));
            }
        }
        for name in provider.confidential() {
            if self.counts_source(name)? {
                asked.push(Nested(AskedSource::confidential(name)));
            }
        }
        self.asked.set(asked);
        self.digest.set(snapshot.digest());
        Ok(())
    }
}

impl GpuInventory {
    fn counts_model(&self, model: &GpuModel) -> Outcome<bool> {
        let asked = self.models.get()?;
        Ok(asked.is_none_or(|models| models.iter().any(|asked| asked.accepts(model))))
    }

    fn counts_source(&self, source: &Name) -> Outcome<bool> {
        let asked = self.sources.get()?;
        Ok(asked.is_none_or(|sources| sources.iter().any(|asked| asked.value() == source)))
    }
}

impl From<ModelCounts> for ModelCount {
    fn from(count: ModelCounts) -> Self {
        let mut model = Self::default();
        model.total.set(count.total);
        model.free.set(count.free);
        model.nodes.set(count.nodes());
        model.largest_gang.set(count.largest_gang());
        model
    }
}

impl AskedSource {
    /// One whose numbers are not shown, which is not the same as having none.
    pub(super) fn confidential(name: &Name) -> Self {
        let mut source = Self::default();
        source.name.set(name.to_string());
        source.status.set("confidential");
        source
    }
}

impl From<&SourceState> for AskedSource {
    fn from(state: &SourceState) -> Self {
        let mut source = Self::default();
        source.name.set(state.name.to_string());
        source.status.set(state.status.as_str());
        source.grade.set(state.grade.as_str());
        source
            .observed_at
            .set(Instant::from(state.observed_at).to_string());
        source
    }
}
