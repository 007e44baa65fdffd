//! What queues may still use, borrowing from their cohorts, as Kueue itself works it out.

use std::collections::BTreeMap;

use portcullis_plugin::Failure;

use super::queue::{ClusterQueue, Terms};

/// GPUs that are in use, and that could still be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) used: u64,
    pub(super) left: u64,
}

/// What one queue has of one flavor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Room<'q> {
    pub(super) queue: &'q str,
    pub(super) flavor: &'q str,
    pub(super) held: Held,
}

/// What the queues of a cohort lend each other of one flavor.
#[derive(Clone, Copy, Debug, Default)]
struct Common {
    lent: u64,
    taken: u64,
}

impl Terms {
    /// What nobody else may borrow.
    fn own(&self) -> u64 {
        let lent = self.lending.unwrap_or(self.nominal).min(self.nominal);
        self.nominal - lent
    }

    /// What it takes of what is lent.
    fn taken(&self) -> u64 {
        self.used.saturating_sub(self.own())
    }

    /// What it could use more, given what its cohort has; none without a cohort.
    fn left(&self, common: Option<Common>) -> u64 {
        let Some(common) = common else {
            return self.nominal.saturating_sub(self.used);
        };
        let lent = self.nominal - self.own();
        let there = common.lent.saturating_sub(common.taken);
        let there = match self.borrowing {
            None => there,
            Some(limit) => there.min(lent.saturating_add(limit).saturating_sub(self.taken())),
        };
        self.own().saturating_sub(self.used).saturating_add(there)
    }
}

/// What every queue has of every flavor. A cohort inside a cohort lends nothing here: what its queues could borrow from
/// further away is not counted.
///
/// # Errors
/// When an amount of a queue is no whole number.
pub(super) fn rooms(queues: &[ClusterQueue]) -> Result<Vec<Room<'_>>, Failure> {
    let mut all = Vec::new();
    for queue in queues {
        let terms = queue.terms()?;
        all.extend(
            terms
                .into_iter()
                .map(|(flavor, terms)| (queue, flavor, terms)),
        );
    }
    let mut cohorts: BTreeMap<(&str, &str), Common> = BTreeMap::new();
    for (queue, flavor, terms) in &all {
        if let Some(cohort) = cohort(queue) {
            let common = cohorts.entry((cohort, flavor)).or_default();
            common.lent = common.lent.saturating_add(terms.nominal - terms.own());
            common.taken = common.taken.saturating_add(terms.taken());
        }
    }
    let room = |(queue, flavor, terms): (&'_ ClusterQueue, &'_ str, Terms)| {
        let common = cohort(queue).and_then(|cohort| cohorts.get(&(cohort, flavor)).copied());
        Held {
            used: terms.used,
            left: terms.left(common),
        }
    };
    Ok(all
        .into_iter()
        .map(|(queue, flavor, terms)| Room {
            queue: &queue.metadata.name,
            flavor,
            held: room((queue, flavor, terms)),
        })
        .collect())
}

fn cohort(queue: &ClusterQueue) -> Option<&str> {
    queue
        .spec
        .cohort
        .as_deref()
        .filter(|cohort| !cohort.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{Common, Terms};

    fn terms(nominal: u64, borrowing: Option<u64>, lending: Option<u64>, used: u64) -> Terms {
        Terms {
            nominal,
            borrowing,
            lending,
            used,
        }
    }

    /// What each of these could use more when they share a cohort.
    fn left(of: &[Terms]) -> Vec<u64> {
        let common = of.iter().fold(Common::default(), |sum, terms| Common {
            lent: sum.lent + terms.nominal - terms.own(),
            taken: sum.taken + terms.taken(),
        });
        of.iter().map(|terms| terms.left(Some(common))).collect()
    }

    #[test]
    fn a_queue_borrows_what_others_lend_and_do_not_use() {
        assert_eq!(terms(8, None, None, 3).left(None), 5);
        assert_eq!(terms(8, None, None, 9).left(None), 0);
        // Without limits all is for all.
        assert_eq!(
            left(&[terms(8, None, None, 2), terms(4, None, None, 1)]),
            [9, 9]
        );
        // What is borrowed is missing to the lender.
        assert_eq!(
            left(&[terms(8, None, None, 0), terms(0, None, None, 6)]),
            [2, 2]
        );
        // A borrowing limit is above the own quota, a lending limit keeps the rest back.
        assert_eq!(
            left(&[terms(8, Some(1), None, 2), terms(4, None, None, 0)]),
            [7, 10]
        );
        assert_eq!(
            left(&[terms(8, None, Some(3), 0), terms(4, None, None, 0)]),
            [12, 7]
        );
        assert_eq!(
            left(&[terms(8, Some(0), Some(0), 2), terms(0, None, None, 0)]),
            [6, 0]
        );
    }
}
