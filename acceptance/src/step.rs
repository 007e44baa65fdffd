//! One step of a verification and how it ended.

use std::time::Duration;

use anyhow::Result;
use serde::Serialize;

use crate::screen::Progress;

/// How to carry a step out; `Err` is a failure of the step, told in full.
pub(crate) type Carry = fn(&Context, &Progress) -> Result<Report>;

/// What every step may look at.
#[derive(Debug, Clone, Default)]
pub(crate) struct Context {
    /// Replace expected output by what came out instead of comparing.
    pub(crate) bless: bool,
    /// Take the programs as they are built.
    pub(crate) built: bool,
    /// Only the cases whose name contains this.
    pub(crate) case: Option<String>,
}

/// A named step.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    pub(crate) name: &'static str,
    /// What passing means, in a few words.
    pub(crate) shows: &'static str,
    pub(crate) carry: Carry,
}

/// Something that was not checked.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct NotRun {
    pub(crate) what: String,
    pub(crate) why: String,
    /// The command that mends it.
    pub(crate) mend: String,
}

/// What a step counted.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    pub(crate) passed: u32,
    /// One entry a failure: its name, then what was expected and found.
    pub(crate) failures: Vec<String>,
    pub(crate) not_run: Vec<NotRun>,
}

impl Report {
    /// A step that is one check, and passed.
    pub(crate) fn one_passed() -> Self {
        Self {
            passed: 1,
            ..Self::default()
        }
    }

    /// A step that is one check, and failed.
    pub(crate) fn one_failed(what: impl Into<String>) -> Self {
        Self {
            failures: vec![what.into()],
            ..Self::default()
        }
    }

    /// A step that could not run here.
    pub(crate) fn not_run(what: &str, why: &str, mend: &str) -> Self {
        let mut report = Self::default();
        report.leave_out(what, why, mend);
        report
    }

    /// Records one thing that could not be checked here.
    pub(crate) fn leave_out(&mut self, what: &str, why: &str, mend: &str) {
        self.not_run.push(NotRun {
            what: what.into(),
            why: why.into(),
            mend: mend.into(),
        });
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failures.extend(other.failures);
        self.not_run.extend(other.not_run);
    }
}

/// A step that was carried out.
#[derive(Debug, Serialize)]
pub(crate) struct Ended {
    pub(crate) name: &'static str,
    #[serde(flatten)]
    pub(crate) report: Report,
    pub(crate) seconds: f64,
}

impl Ended {
    pub(crate) fn new(name: &'static str, outcome: Result<Report>, took: Duration) -> Self {
        let report = outcome.unwrap_or_else(|problem| Report::one_failed(format!("{problem:#}")));
        Self {
            name,
            report,
            seconds: took.as_secs_f64(),
        }
    }
}
