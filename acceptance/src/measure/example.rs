//! An example of a crate as a measurement: it measures inside the crate and prints JSON.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::figure::{Figure, Target};
use super::paired::median;
use super::row::{Bench, Line};
use crate::process::Process;
use crate::repository;

/// An example, built for release and run several times.
#[derive(Debug)]
pub(super) struct Example {
    pub(super) package: &'static str,
    pub(super) name: &'static str,
    /// A folder or file beside the repository without which it has nothing to measure; empty when it needs none.
    pub(super) needs: &'static str,
    pub(super) fields: &'static [Field],
}

/// One number of an example's output.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    pub(super) what: &'static str,
    pub(super) ours: &'static str,
    /// What ours is held against; empty for none.
    pub(super) theirs: &'static str,
    /// The least that ours can be on this machine; empty where nobody knows it.
    pub(super) floor: &'static str,
    pub(super) unit: &'static str,
    pub(super) target: Target,
}

impl Field {
    /// A number with nothing beside it.
    pub(super) const fn new(
        what: &'static str,
        ours: &'static str,
        unit: &'static str,
        target: Target,
    ) -> Self {
        Self {
            what,
            ours,
            theirs: "",
            floor: "",
            unit,
            target,
        }
    }

    /// Held against this number of the same run.
    pub(super) const fn beside(self, theirs: &'static str) -> Self {
        Self { theirs, ..self }
    }

    /// With this number of the same run as its floor.
    pub(super) const fn over(self, floor: &'static str) -> Self {
        Self { floor, ..self }
    }

    fn figure(&self, example: &str, runs: &[Value]) -> Result<Figure> {
        let middle = |name: &str| -> Result<f64> {
            let found = runs.iter().map(|run| run.get(name).and_then(Value::as_f64));
            let mut found: Vec<f64> = found
                .collect::<Option<_>>()
                .with_context(|| format!("the example `{example}` prints no `{name}`"))?;
            Ok(median(&mut found))
        };
        let other = |name: &str| (!name.is_empty()).then(|| middle(name)).transpose();
        Ok(Figure {
            what: self.what.to_owned(),
            ours: middle(self.ours)?,
            theirs: other(self.theirs)?,
            floor: other(self.floor)?,
            unit: self.unit.to_owned(),
            target: self.target,
            samples: runs.len(),
        })
    }
}

impl Example {
    /// The figures that it prints; one that it no longer prints fails alone.
    ///
    /// # Errors
    /// When it cannot be built or does not run to its end.
    pub(super) fn lines(&self, bench: &Bench<'_>) -> Result<Vec<Line>> {
        if !self.needs.is_empty() {
            let needed = repository::root().join("..").join(self.needs);
            ensure!(
                needed.exists(),
                "needs `{}` beside the repository",
                self.needs
            );
        }
        build(self.package, self.name, bench)?;
        bench.progress.note(self.name);
        let runs = (0..bench.repeats.whole)
            .map(|_| self.run())
            .collect::<Result<Vec<Value>>>()?;
        let line = |field: &Field| {
            field
                .figure(self.name, &runs)
                .map_or_else(|problem| failed(field, &problem), Line::Figure)
        };
        Ok(self.fields.iter().map(line).collect())
    }

    /// The examples write beside their working directory, so that the disk measured is the one built on.
    fn run(&self) -> Result<Value> {
        let program = repository::built("release", "examples").join(self.name);
        let printed = Process::new(&program)
            .dir(Path::new(&repository::target()))
            .stdout()?;
        read(self.name, &printed)
    }
}

fn failed(field: &Field, problem: &anyhow::Error) -> Line {
    Line::Failed {
        what: field.what.to_owned(),
        reason: format!("{problem:#}"),
    }
}

/// Builds an example for release.
///
/// # Errors
/// What cargo says.
pub(super) fn build(package: &str, name: &str, bench: &Bench<'_>) -> Result<()> {
    Process::new("cargo")
        .args(["build", "--release", "--locked", "--package", package])
        .args(["--example", name])
        .dir(repository::root())
        .watched(|line| bench.progress.note(line))?
        .success("cargo build --release --example")
        .map(|_| ())
}

/// What an example printed.
///
/// # Errors
/// When it is no JSON.
pub(super) fn read(name: &str, printed: &[u8]) -> Result<Value> {
    serde_json::from_slice(printed).with_context(|| format!("the example `{name}` printed no JSON"))
}

#[cfg(test)]
mod unit {
    use serde_json::json;

    use super::{Field, Target};

    #[test]
    fn a_field_is_the_median_of_its_runs_beside_what_it_is_held_against() {
        let runs = [3.0, 1.0, 2.0].map(|ms| json!({"ms": ms, "floor_ms": ms / 2.0}));
        let field = Field::new("x", "ms", "ms", Target::AtMost(2.0)).over("floor_ms");
        let figure = field.figure("x", &runs).unwrap();
        assert_eq!(figure.found(), "2.00 ms, 2.00x the floor of 1.00 ms");
        let gone = field.beside("theirs_ms").figure("x", &runs).unwrap_err();
        assert_eq!(gone.to_string(), "the example `x` prints no `theirs_ms`");
    }
}
