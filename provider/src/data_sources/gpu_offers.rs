//! `portcullis_gpu_offers`

use portcullis_model::{GpuModel, Grade, Instant, Name, Offer, Price, Quota, SourceState};
use tfplugin::field::{Computed, Nested, Optional, Text};
use tfplugin::{DataSource, Outcome, Report, Schema};

use super::gpu_inventory::AskedSource;
use crate::config::ProviderBlock;
use crate::configured::Configured;
use crate::offers::{Ranked, Wanted};

/// Offers that are returned when `limit` is left out.
const LIMIT: u32 = 20;

/// GPUs that the connectors offer where devices cannot be told one by one, such as instance types of a cloud, the best
/// first, and the quotas that limit them.
///
/// Ranked: what can be had before what is gone, then by grade, then by price, then by how many there are. An offer is no
/// promise, and nothing of it is reserved.
#[derive(Debug, Clone, Schema)]
pub struct GpuOffers {
    /// Models to look for, such as `H200`; all of them when left out.
    pub models: Optional<Vec<Text<GpuModel>>>,
    /// Connectors to ask; all of them when left out.
    pub sources: Optional<Vec<Text<Name>>>,
    /// The region that an offer must be in, as its connector calls it; any when left out.
    pub region: Optional<String>,
    /// How far an offer must be trusted: `firm`, `counted`, `level` or `listed`, which is also what holds when left out.
    pub minimum_grade: Optional<Text<Grade>>,
    /// Least GPUs of one node.
    pub gpus_per_node_min: Optional<u32>,
    /// Highest price of one GPU for an hour, such as `2.49 USD`. Offers without a price, or with one in another currency,
    /// are left out then.
    pub max_price: Optional<Text<Price>>,
    /// Most offers to return, the best ones; 20 when left out.
    pub limit: Optional<u32>,
    /// The offers, the best first.
    pub offers: Computed<Vec<Nested<RankedOffer>>>,
    /// How many offers there are that match, those beyond `limit` too.
    pub matching: Computed<u64>,
    /// How much of what the connectors have may be used. A quota is not capacity: it may be larger than what there is.
    pub quotas: Computed<Vec<Nested<OfferedQuota>>>,
    /// What became of asking each connector.
    pub asked: Computed<Vec<Nested<AskedSource>>>,
}

/// GPUs of one kind that are offered together.
#[derive(Debug, Clone, Default, Schema)]
pub struct RankedOffer {
    /// The connector.
    pub source: Computed<String>,
    /// The connector's own name for the offer.
    pub name: Computed<String>,
    /// The model, by its canonical name.
    pub model: Computed<String>,
    /// GPUs that one node has.
    pub gpus_per_node: Computed<u32>,
    /// Nodes that could be had now; null when the source gives no number.
    pub nodes_available: Computed<u32>,
    /// Nodes that there are, had or not; null when the source gives no number.
    pub nodes_total: Computed<u32>,
    /// GPUs that could be had now; null when the source gives no number.
    pub gpus_available: Computed<u64>,
    /// How far it can be trusted: `firm`, `counted`, `level` or `listed`.
    pub grade: Computed<String>,
    /// Price of one GPU for an hour, such as `2.49 USD`; null without one.
    pub price: Computed<String>,
    /// The region; null when the source does not tell.
    pub region: Computed<String>,
    /// The zone; null when the source does not tell.
    pub zone: Computed<String>,
    /// The instance type; null when the source does not tell.
    pub instance_type: Computed<String>,
    /// `low`, `medium` or `high` where the source gives no number; null when it does not tell.
    pub level: Computed<String>,
    /// When the source saw it, as an RFC 3339 time.
    pub observed_at: Computed<String>,
}

/// How much of what a connector has may be used.
#[derive(Debug, Clone, Default, Schema)]
pub struct OfferedQuota {
    /// The connector.
    pub source: Computed<String>,
    /// The connector's own name for the quota.
    pub name: Computed<String>,
    /// What it counts: `devices`, `nodes` or `instances`.
    pub unit: Computed<String>,
    /// The model that it is about; null for all.
    pub model: Computed<String>,
    /// The queue that it is of; null when it binds everybody.
    pub queue: Computed<String>,
    /// How many may be used.
    pub limit: Computed<u32>,
    /// How many are.
    pub used: Computed<u32>,
    /// When the source saw it, as an RFC 3339 time.
    pub observed_at: Computed<String>,
}

impl DataSource for GpuOffers {
    type Provider = ProviderBlock;

    const NAME: &'static str = "gpu_offers";

    async fn read(&mut self, report: &mut Report, provider: &Configured) -> Outcome {
        let snapshot = provider.shown().await;
        let wanted = self.wanted()?;
        let ranked = Ranked::of(&snapshot, &wanted);
        let limit = self.limit.get()?.copied().unwrap_or(LIMIT);
        let best = ranked.offers.iter().take(limit as usize);
        let best = best.map(|(source, offer)| Nested(RankedOffer::of(source, offer)));
        self.offers.set(best.collect::<Vec<_>>());
        self.matching.set(ranked.offers.len() as u64);
        let quotas = ranked.quotas.iter();
        let quotas = quotas.map(|(source, quota)| Nested(OfferedQuota::of(source, quota)));
        self.quotas.set(quotas.collect::<Vec<_>>());
        let mut asked: Vec<Nested<AskedSource>> = Vec::new();
        for state in snapshot.sources() {
            if wanted.asks(&state.name) {
                asked.push(Nested(state.into()));
                report.extend(provider.incomplete(state));
            }
        }
        for name in provider.confidential() {
            if wanted.asks(name) {
                asked.push(Nested(AskedSource::confidential(name)));
            }
        }
        self.asked.set(asked);
        Ok(())
    }
}

impl GpuOffers {
    fn wanted(&self) -> Outcome<Wanted> {
        let models = self.models.get()?.map(Vec::as_slice).unwrap_or_default();
        let sources = self.sources.get()?.map(Vec::as_slice).unwrap_or_default();
        Ok(Wanted {
            models: models.iter().map(|model| model.value().clone()).collect(),
            sources: sources.iter().map(|name| name.value().clone()).collect(),
            region: self.region.get()?.cloned(),
            minimum_grade: self.minimum_grade.get()?.map(|grade| *grade.value()),
            gpus_per_node_min: self.gpus_per_node_min.get()?.copied(),
            max_price: self.max_price.get()?.map(|price| *price.value()),
        })
    }
}

impl RankedOffer {
    fn of(source: &SourceState, offer: &Offer) -> Self {
        let mut told = Self::default();
        told.source.set(source.name.to_string());
        told.name.set(offer.name.clone());
        told.model.set(offer.model.to_string());
        told.gpus_per_node.set(offer.gpus_per_node);
        told.grade.set(offer.grade.as_str());
        if let Some(nodes) = offer.nodes_available {
            told.nodes_available.set(nodes);
        }
        if let Some(nodes) = offer.nodes_total {
            told.nodes_total.set(nodes);
        }
        if let Some(gpus) = offer.gpus_available() {
            told.gpus_available.set(gpus);
        }
        if let Some(price) = offer.price {
            told.price.set(price.to_string());
        }
        let labels = [
            ("region", &mut told.region),
            ("zone", &mut told.zone),
            ("instance_type", &mut told.instance_type),
            ("level", &mut told.level),
        ];
        for (label, attribute) in labels {
            if let Some(text) = offer.label(label) {
                attribute.set(text);
            }
        }
        told.observed_at
            .set(Instant::from(offer.observed_at).to_string());
        told
    }
}

impl OfferedQuota {
    fn of(source: &SourceState, quota: &Quota) -> Self {
        let mut told = Self::default();
        told.source.set(source.name.to_string());
        told.name.set(quota.name.clone());
        told.unit.set(quota.unit.as_str());
        if let Some(model) = &quota.model {
            told.model.set(model.to_string());
        }
        if let Some(queue) = quota.queue() {
            told.queue.set(queue);
        }
        told.limit.set(quota.limit);
        told.used.set(quota.used);
        told.observed_at
            .set(Instant::from(quota.observed_at).to_string());
        told
    }
}
