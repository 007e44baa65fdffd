//! What is offered, the best first.

use portcullis_model::{
    GpuModel, Grade, Name, Offer, Price, Quota, Snapshot, SourceState, SourceStatus,
};

/// Which offers are looked for; what is empty or `None` lets everything through.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    pub(crate) models: Vec<GpuModel>,
    pub(crate) sources: Vec<Name>,
    pub(crate) region: Option<String>,
    pub(crate) minimum_grade: Option<Grade>,
    pub(crate) gpus_per_node_min: Option<u32>,
    pub(crate) max_price: Option<Price>,
}

/// The offers that are looked for, the best first, and the quotas of the same sources and models.
#[derive(Debug)]
pub(crate) struct Ranked<'a> {
    pub(crate) offers: Vec<(&'a SourceState, &'a Offer)>,
    pub(crate) quotas: Vec<(&'a SourceState, &'a Quota)>,
}

impl<'a> Ranked<'a> {
    pub(crate) fn of(snapshot: &'a Snapshot, wanted: &Wanted) -> Self {
        let counts = |source: &SourceState| {
            // What was offered long ago may be gone.
            let stale = matches!(source.status, SourceStatus::Stale { .. });
            wanted.asks(&source.name) && !stale
        };
        let mut offers: Vec<_> = snapshot
            .offers()
            .filter(|(source, offer)| counts(source) && wanted.accepts(offer))
            .collect();
        // Stable, so that equals stand by source and name.
        offers.sort_by_key(|(_, offer)| offer.rank());
        let quotas = snapshot
            .quotas()
            .filter(|(source, quota)| counts(source) && wanted.is_limited_by(quota));
        Self {
            offers,
            quotas: quotas.collect(),
        }
    }
}

impl Wanted {
    pub(crate) fn asks(&self, source: &Name) -> bool {
        self.sources.is_empty() || self.sources.contains(source)
    }

    fn accepts(&self, offer: &Offer) -> bool {
        let model =
            self.models.is_empty() || self.models.iter().any(|asked| asked.accepts(&offer.model));
        let region = self
            .region
            .as_deref()
            .is_none_or(|region| offer.label("region") == Some(region));
        let price = self.max_price.is_none_or(|most| {
            let within = offer.price.and_then(|price| price.at_most(most));
            within.unwrap_or(false)
        });
        model
            && region
            && price
            && self.minimum_grade.is_none_or(|least| offer.grade >= least)
            && self
                .gpus_per_node_min
                .is_none_or(|least| offer.gpus_per_node >= least)
    }

    fn is_limited_by(&self, quota: &Quota) -> bool {
        let of_model = |model: &GpuModel| self.models.iter().any(|asked| asked.accepts(model));
        self.models.is_empty() || quota.model.as_ref().is_none_or(of_model)
    }
}
