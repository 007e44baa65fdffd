//! One figure: what was measured, beside what it should be.

use serde_json::{Value, json};

/// The bound that a figure should keep.
#[derive(Debug, Clone, Copy)]
pub(super) enum Target {
    /// Ours divided by the other's.
    RatioAtMost(f64),
    AtMost(f64),
    /// So much, or no less than what ours is held against: what the machine itself can do.
    AtLeastOrAsTheirs(f64),
    /// No less than the other's: more is better.
    NoLessThanTheirs,
    /// No more than the other's: less is better.
    NoMoreThanTheirs,
    /// What is over the floor, as a share of the whole from 0 to 1.
    ShareAtMost(f64),
}

/// One row of the page.
#[derive(Debug, Clone)]
pub(super) struct Figure {
    pub(super) what: String,
    pub(super) ours: f64,
    /// The other side of a pair, measured in turn with ours.
    pub(super) theirs: Option<f64>,
    /// The least that it can be on this machine, measured in turn with ours.
    pub(super) floor: Option<f64>,
    pub(super) unit: String,
    pub(super) target: Target,
    /// How many times each side was measured; the figure is the median.
    pub(super) samples: usize,
}

impl Figure {
    pub(super) fn ratio(&self) -> Option<f64> {
        self.theirs.map(|theirs| self.ours / theirs)
    }

    /// How many times the floor it is.
    pub(super) fn times_floor(&self) -> Option<f64> {
        self.floor.map(|floor| self.ours / floor)
    }

    /// The part that is over the floor, as a share of the whole.
    fn share(&self) -> Option<f64> {
        self.floor.map(|floor| (self.ours - floor) / self.ours)
    }

    pub(super) fn met(&self) -> bool {
        match self.target {
            Target::RatioAtMost(most) => self.ratio().is_some_and(|ratio| ratio <= most),
            Target::AtMost(most) => self.ours <= most,
            Target::AtLeastOrAsTheirs(least) => {
                self.ours >= least || self.ratio().is_some_and(|ratio| ratio >= 1.0)
            }
            Target::NoLessThanTheirs => self.theirs.is_some_and(|theirs| self.ours >= theirs),
            Target::NoMoreThanTheirs => self.theirs.is_some_and(|theirs| self.ours <= theirs),
            Target::ShareAtMost(most) => self.share().is_some_and(|share| share <= most),
        }
    }

    /// The figure in words, for instance `0.7 / 14.1 ms = 0.05x`.
    pub(super) fn found(&self) -> String {
        let mut found = match (self.theirs, self.ratio()) {
            (Some(theirs), Some(ratio)) => {
                format!(
                    "{} / {} {} = {ratio:.2}x",
                    short(self.ours),
                    short(theirs),
                    self.unit
                )
            }
            _ => format!("{} {}", short(self.ours), self.unit),
        };
        if let Some(above) = self.above() {
            found.push_str(", ");
            found.push_str(&above);
        }
        found
    }

    /// How far it is from its floor, for instance `1.25x the floor of 800 ms, 20 % over it`.
    pub(super) fn above(&self) -> Option<String> {
        let (floor, times, share) = (self.floor?, self.times_floor()?, self.share()?);
        let over = match self.target {
            Target::ShareAtMost(_) => format!(", {:.0} % of it ours", share * 100.0),
            _ => String::new(),
        };
        let (times, floor) = (short(times), short(floor));
        Some(format!("{times}x the floor of {floor} {}{over}", self.unit))
    }

    pub(super) fn target(&self) -> String {
        match self.target {
            Target::RatioAtMost(most) => format!("<= {most}x"),
            Target::AtMost(most) => format!("<= {most} {}", self.unit),
            Target::AtLeastOrAsTheirs(least) => format!(">= {least} {} or 1x", self.unit),
            Target::NoLessThanTheirs => "no less".to_owned(),
            Target::NoMoreThanTheirs => "no more".to_owned(),
            Target::ShareAtMost(most) => format!("<= {:.0} % ours", most * 100.0),
        }
    }

    /// For programs that read.
    pub(super) fn json(&self) -> Value {
        json!({
            "what": self.what, "ours": self.ours, "theirs": self.theirs, "unit": self.unit,
            "ratio": self.ratio(), "floor": self.floor, "times_floor": self.times_floor(),
            "target": self.target(), "met": self.met(), "samples": self.samples,
        })
    }
}

/// Three digits that matter.
pub(super) fn short(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 0.1 || size == 0.0 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    }
}

#[cfg(test)]
mod unit {
    use super::{Figure, Target};

    fn figure(target: Target) -> Figure {
        Figure {
            what: String::new(),
            ours: 7.0,
            theirs: Some(14.0),
            floor: Some(5.0),
            unit: "ms".into(),
            target,
            samples: 1,
        }
    }

    #[test]
    fn a_ratio_is_ours_over_theirs() {
        let figure = figure(Target::RatioAtMost(0.4));
        assert_eq!(
            figure.found(),
            "7.00 / 14.0 ms = 0.50x, 1.40x the floor of 5.00 ms"
        );
        assert!(!figure.met());
    }

    #[test]
    fn what_is_over_the_floor_is_a_share_of_the_whole() {
        let most = |share| figure(Target::ShareAtMost(share));
        assert_eq!(
            most(0.2).above().as_deref(),
            Some("1.40x the floor of 5.00 ms, 29 % of it ours")
        );
        assert!(!most(0.28).met() && most(0.29).met());
        let alone = Figure {
            floor: None,
            ..most(1.0)
        };
        assert!(!alone.met(), "nothing is known without a floor");
    }

    #[test]
    fn more_and_less_are_judged_by_the_other() {
        assert!(figure(Target::NoMoreThanTheirs).met());
        assert!(!figure(Target::NoLessThanTheirs).met());
        let both = |ours, target| Figure {
            ours,
            theirs: Some(0.0),
            ..figure(target)
        };
        assert!(both(0.0, Target::NoMoreThanTheirs).met());
        assert!(both(0.0, Target::NoLessThanTheirs).met());
        assert!(!both(1.0, Target::NoMoreThanTheirs).met());
    }
}
