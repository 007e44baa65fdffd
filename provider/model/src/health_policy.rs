//! How well a device must work.

use crate::Health;

closed_set! {
    /// How well a device must work to count; ordered, the strictest first.
    pub enum HealthPolicy, "health policy", "invalid-health-policy", "`healthy`, `usable` or `degraded`" {
        /// Its source says that nothing is wrong with it.
        Healthy = "healthy",
        /// Its source says nothing bad of it.
        Usable = "usable",
        /// It works, and may be worse than it should.
        Degraded = "degraded",
    }
}

impl HealthPolicy {
    /// Whether a device of this health counts; `None` where that depends on what its source does not tell.
    #[must_use]
    pub fn accepts(self, health: Health) -> Option<bool> {
        match (health, self) {
            (Health::Healthy, _) => Some(true),
            (Health::Unreported, Self::Healthy) => None,
            (Health::Unreported, Self::Usable | Self::Degraded) => Some(true),
            (Health::Degraded, policy) => Some(policy == Self::Degraded),
            (Health::Unhealthy | Health::Lost, _) => Some(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_looser_policy_accepts_what_a_stricter_one_does() {
        for health in Health::ALL {
            let accepts = HealthPolicy::ALL
                .iter()
                .map(|policy| policy.accepts(*health));
            let accepts: Vec<Option<bool>> = accepts.collect();
            assert!(
                accepts.is_sorted_by_key(|accept| *accept == Some(true)),
                "{health}"
            );
        }
        assert_eq!(HealthPolicy::Healthy.accepts(Health::Unreported), None);
    }
}
