//! Every place, software and price once.

use std::collections::BTreeMap;

use crate::Site;

/// Every site that devices have, once; merging reports of one device may add sites.
pub(super) struct Sites {
    all: Vec<Site>,
    /// What two sites agree on, by their positions, the lesser first.
    merged: BTreeMap<(u32, u32), u32>,
}

impl Sites {
    /// The sites, sorted, each once.
    pub(super) fn new(mut all: Vec<Site>) -> Self {
        all.sort_unstable();
        all.dedup();
        Self {
            all,
            merged: BTreeMap::new(),
        }
    }

    /// The position of a site that was there from the beginning.
    pub(super) fn position(&self, site: &Site) -> Option<u32> {
        u32::try_from(self.all.binary_search(site).ok()?).ok()
    }

    /// The position of what two sites agree on.
    pub(super) fn merge(&mut self, one: u32, other: u32) -> u32 {
        let pair = (one.min(other), one.max(other));
        if one == other {
            return one;
        }
        if let Some(known) = self.merged.get(&pair) {
            return *known;
        }
        let at = |position: u32| self.all.get(position as usize);
        let Some(agreed) = at(pair.0).zip(at(pair.1)).map(|(a, b)| a.agreed(b)) else {
            return one;
        };
        let found = self.all.iter().position(|site| *site == agreed);
        let position = found.unwrap_or_else(|| {
            self.all.push(agreed);
            self.all.len() - 1
        });
        let position = u32::try_from(position).unwrap_or(one);
        self.merged.insert(pair, position);
        position
    }

    pub(super) fn into_all(self) -> Vec<Site> {
        self.all
    }
}
