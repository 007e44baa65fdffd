//! One figure: what was measured, beside what it should be.

/// The bound that a figure should keep.
#[derive(Debug, Clone, Copy)]
pub(super) enum Target {
    /// Ours divided by the other's.
    RatioAtMost(f64),
    AtMost(f64),
    /// So much, or no less than what ours is held against: what the machine itself can do.
    AtLeastOrAsTheirs(f64),
}

/// One row of the page.
#[derive(Debug, Clone)]
pub(super) struct Figure {
    pub(super) what: String,
    pub(super) ours: f64,
    /// The other side of a pair, measured in turn with ours.
    pub(super) theirs: Option<f64>,
    pub(super) unit: String,
    pub(super) target: Target,
    /// How many times each side was measured; the figure is the median.
    pub(super) samples: usize,
}

impl Figure {
    pub(super) fn ratio(&self) -> Option<f64> {
        self.theirs.map(|theirs| self.ours / theirs)
    }

    pub(super) fn met(&self) -> bool {
        match self.target {
            Target::RatioAtMost(most) => self.ratio().is_some_and(|ratio| ratio <= most),
            Target::AtMost(most) => self.ours <= most,
            Target::AtLeastOrAsTheirs(least) => {
                self.ours >= least || self.ratio().is_some_and(|ratio| ratio >= 1.0)
            }
        }
    }

    /// The figure in words, for instance `0.7 / 14.1 ms = 0.05x`.
    pub(super) fn found(&self) -> String {
        match (self.theirs, self.ratio()) {
            (Some(theirs), Some(ratio)) => {
                format!(
                    "{} / {} {} = {ratio:.2}x",
                    short(self.ours),
                    short(theirs),
                    self.unit
                )
            }
            _ => format!("{} {}", short(self.ours), self.unit),
        }
    }

    pub(super) fn target(&self) -> String {
        match self.target {
            Target::RatioAtMost(most) => format!("<= {most}x"),
            Target::AtMost(most) => format!("<= {most} {}", self.unit),
            Target::AtLeastOrAsTheirs(least) => format!(">= {least} {} or 1x", self.unit),
        }
    }
}

/// Three digits that matter.
pub(super) fn short(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 0.1 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    }
}

#[cfg(test)]
mod unit {
    use super::{Figure, Target};

    #[test]
    fn a_ratio_is_ours_over_theirs() {
        let figure = Figure {
            what: String::new(),
            ours: 7.0,
            theirs: Some(14.0),
            unit: "ms".into(),
            target: Target::RatioAtMost(0.4),
            samples: 1,
        };
        assert_eq!(figure.found(), "7.00 / 14.0 ms = 0.50x");
        assert!(!figure.met());
    }
}
