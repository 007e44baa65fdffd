//! One row: what is measured together, and what became of it. A row that fails says why and takes no other with it.

use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::{Value, json};

use super::Repeats;
use super::example::Example;
use super::figure::Figure;
use super::machine::Machine;
use crate::screen::Progress;

/// What a measurement may look at.
pub(super) struct Bench<'a> {
    pub(super) repeats: Repeats,
    pub(super) progress: &'a Progress,
}

/// What is measured together.
#[derive(Clone, Copy)]
pub(super) struct Row {
    /// What `--only` calls it.
    pub(super) name: &'static str,
    pub(super) measure: Measure,
}

/// How a row is measured.
#[derive(Clone, Copy)]
pub(super) enum Measure {
    /// By an example of a crate, which prints JSON.
    Example(&'static Example),
    /// By this program.
    Here(fn(&Bench<'_>) -> Result<Vec<Figure>>),
}

/// A figure, or why there is none.
#[derive(Debug)]
pub(super) enum Line {
    Figure(Figure),
    /// It was to be measured, and something went wrong.
    Failed {
        what: String,
        reason: String,
    },
}

/// A row that was carried out.
#[derive(Debug)]
pub(super) struct Measured {
    pub(super) name: &'static str,
    pub(super) lines: Vec<Line>,
    pub(super) took: Duration,
}

impl Row {
    /// Measures, and keeps what goes wrong with this row.
    pub(super) fn carry(&self, bench: &Bench<'_>) -> Measured {
        let started = Instant::now();
        let outcome = match self.measure {
            Measure::Example(example) => example.lines(bench),
            Measure::Here(measure) => {
                measure(bench).map(|figures| figures.into_iter().map(Line::Figure).collect())
            }
        };
        let lines = outcome.unwrap_or_else(|problem| {
            vec![Line::Failed {
                what: self.name.to_owned(),
                reason: format!("{problem:#}"),
            }]
        });
        Measured {
            name: self.name,
            lines,
            took: started.elapsed(),
        }
    }
}

impl Measured {
    pub(super) fn figures(&self) -> impl Iterator<Item = &Figure> {
        self.lines.iter().filter_map(|line| match line {
            Line::Figure(figure) => Some(figure),
            Line::Failed { .. } => None,
        })
    }

    pub(super) fn failed(&self) -> usize {
        self.lines.len() - self.figures().count()
    }

    /// For programs that read.
    pub(super) fn json(&self, machine: &Machine) -> Value {
        let lines = self.lines.iter().map(|line| match line {
            Line::Figure(figure) => figure.json(),
            Line::Failed { what, reason } => json!({"what": what, "failed": reason}),
        });
        json!({
            "name": self.name, "seconds": self.took.as_secs_f64(), "machine": machine.short(),
            "figures": lines.collect::<Vec<Value>>(),
        })
    }
}

#[cfg(test)]
mod unit {
    use anyhow::bail;

    use super::super::figure::{Figure, Target};
    use super::{Bench, Line, Measure, Repeats, Row};
    use crate::screen::Screen;

    #[test]
    fn a_row_that_fails_says_why_and_is_the_only_one() {
        let rows = [
            Row {
                name: "broken",
                measure: Measure::Here(|_| bail!("no such program")),
            },
            Row {
                name: "sound",
                measure: Measure::Here(|_| {
                    Ok(vec![Figure {
                        what: "x".to_owned(),
                        ours: 1.0,
                        theirs: None,
                        floor: None,
                        unit: "ms".to_owned(),
                        target: Target::AtMost(2.0),
                        samples: 1,
                    }])
                }),
            },
        ];
        let bench = Bench {
            repeats: Repeats::QUICK,
            progress: &Screen::silent().progress("x"),
        };
        let [broken, sound] = rows.map(|row| row.carry(&bench));
        assert!(
            matches!(&broken.lines[..], [Line::Failed { reason, .. }] if reason == "no such program")
        );
        assert_eq!((broken.failed(), sound.failed()), (1, 0));
        assert_eq!(sound.figures().count(), 1);
    }
}
