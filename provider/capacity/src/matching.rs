//! How a kind of device answers a demand.

use std::cmp::Ordering;

use portcullis_model::Site;

use crate::Demand;
use crate::fleet::{Fleet, Kind};

/// How a kind of device answers a demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Match {
    /// It is not what is asked for.
    No,
    /// It would be if its source told these facts, and told what is asked for.
    Perhaps(Facts),
    /// It is.
    Yes,
}

/// A fact that a demand asks for and a source may leave out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fact {
    Memory,
    Driver,
    Cuda,
    Region,
    Zone,
    Fabric,
    Health,
    Price,
    NodeCpu,
    NodeMemory,
    InstancePlace,
}

impl Fact {
    pub(crate) const ALL: [Self; 11] = [
        Self::Memory,
        Self::Driver,
        Self::Cuda,
        Self::Region,
        Self::Zone,
        Self::Fabric,
        Self::Health,
        Self::Price,
        Self::NodeCpu,
        Self::NodeMemory,
        Self::InstancePlace,
    ];

    /// The fact in words.
    pub(crate) const fn noun(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Driver => "driver version",
            Self::Cuda => "CUDA version",
            Self::Region => "region",
            Self::Zone => "zone",
            Self::Fabric => "NVLink domain",
            Self::Health => "health",
            Self::Price => "price in the currency of `price_max`",
            Self::NodeCpu => "free CPU of the node",
            Self::NodeMemory => "free memory of the node",
            Self::InstancePlace => "place of GPU instances on their GPU",
        }
    }

    /// The attribute that asks for it.
    pub(crate) const fn attribute(self) -> &'static str {
        match self {
            Self::Memory => "memory_mib_min",
            Self::Driver => "driver_min",
            Self::Cuda => "cuda_min",
            Self::Region => "regions",
            Self::Zone => "zones",
            Self::Fabric => "same_nvlink_domain",
            Self::Health => "health",
            Self::Price => "price_max",
            Self::NodeCpu => "cpu_milli_per_replica",
            Self::NodeMemory => "memory_mib_per_replica",
            Self::InstancePlace => "mig_divide",
        }
    }
}

/// Some facts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts(u16);

impl Facts {
    pub(crate) fn add(&mut self, fact: Fact) {
        self.0 |= 1 << fact as u16;
    }

    pub(crate) fn join(&mut self, other: Self) {
        self.0 |= other.0;
    }

    pub(crate) fn contains(self, fact: Fact) -> bool {
        self.0 & (1 << fact as u16) != 0
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = Fact> {
        Fact::ALL
            .into_iter()
            .filter(move |fact| self.contains(*fact))
    }
}

/// Answers collected one after the other: one no decides, and what is not told adds up.
#[derive(Default)]
struct Answers {
    refused: bool,
    missing: Facts,
}

impl Answers {
    fn must(&mut self, holds: bool) {
        self.refused |= !holds;
    }

    /// `None` is what the source does not tell.
    fn ask(&mut self, fact: Fact, holds: Option<bool>) {
        match holds {
            Some(holds) => self.must(holds),
            None => self.missing.add(fact),
        }
    }

    /// Asks only where the demand wants something of this sort.
    fn least<T: Ord>(&mut self, fact: Fact, least: Option<&T>, told: Option<&T>) {
        if let Some(least) = least {
            self.ask(fact, told.map(|told| told.cmp(least) != Ordering::Less));
        }
    }

    fn one_of<T: PartialEq>(&mut self, fact: Fact, accepted: &[T], told: Option<&T>) {
        if !accepted.is_empty() {
            self.ask(fact, told.map(|told| accepted.contains(told)));
        }
    }
}

impl Fleet {
    /// How a kind of device answers a demand.
    pub(crate) fn match_of(&self, demand: &Demand, kind: &Kind) -> Match {
        let (Some(model), Some(source)) = (self.model_of(kind), self.source_of(kind)) else {
            return Match::No;
        };
        let mut answers = Answers::default();
        answers.must(demand.mig_profile == kind.mig_profile);
        answers.must(demand.divide || !kind.to_make);
        answers.must(kind.grade >= demand.minimum_grade);
        answers.must(demand.takes_from(&source.name) && demand.too_old(source).is_none());
        if answers.refused {
            return Match::No;
        }
        if !demand.models.is_empty() && !demand.models.iter().any(|asked| asked.accepts(model)) {
            let might = demand.models.iter().any(|asked| asked.might_accept(model));
            answers.ask(Fact::Memory, (!might).then_some(false));
        }
        answers.least(
            Fact::Memory,
            demand.memory_mib_min.as_ref(),
            kind.memory_mib.as_ref(),
        );
        answers.ask(Fact::Health, demand.health.accepts(kind.health));
        if let Some(site) = self.site_of(kind) {
            ask_site(&mut answers, demand, site);
        }
        if answers.refused {
            Match::No
        } else if answers.missing.is_empty() {
            Match::Yes
        } else {
            Match::Perhaps(answers.missing)
        }
    }
}

fn ask_site(answers: &mut Answers, demand: &Demand, site: &Site) {
    answers.least(
        Fact::Driver,
        demand.driver_min.as_ref(),
        site.driver.as_ref(),
    );
    answers.least(Fact::Cuda, demand.cuda_min.as_ref(), site.cuda.as_ref());
    answers.one_of(Fact::Region, &demand.regions, site.region.as_ref());
    answers.one_of(Fact::Zone, &demand.zones, site.zone.as_ref());
    if demand.spread.is_some() {
        answers.ask(Fact::Zone, site.zone.as_ref().map(|_| true));
    }
    if let Some(most) = demand.price_max {
        let price = site.price.and_then(|price| price.at_most(most));
        answers.ask(Fact::Price, price);
    }
}
