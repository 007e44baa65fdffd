//! What the suite found.

use std::fmt;

use serde::Serialize;

/// What the suite found, a line for each case. `Display` is the text, `Serialize` the JSON.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// In the order in which they were tried.
    pub cases: Vec<Case>,
}

/// One case.
#[derive(Clone, Debug, Serialize)]
pub struct Case {
    /// `paging-complete inventory` for example: the same in every report.
    pub name: String,
    /// What came of it.
    #[serde(flatten)]
    pub verdict: Verdict,
}

/// What came of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "kebab-case")]
pub enum Verdict {
    /// As a host relies on.
    Pass,
    /// Otherwise.
    Fail {
        /// What a host relies on.
        expected: String,
        /// What was found.
        found: String,
    },
    /// The case says nothing about this connector.
    NotApplicable {
        /// Why.
        because: String,
    },
}

impl Report {
    /// Whether no case failed.
    #[must_use]
    pub fn has_passed(&self) -> bool {
        self.failed().next().is_none()
    }

    /// Names of the cases that failed.
    pub fn failed(&self) -> impl Iterator<Item = &str> {
        let failed = self
            .cases
            .iter()
            .filter(|case| matches!(case.verdict, Verdict::Fail { .. }));
        failed.map(|case| case.name.as_str())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self
            .cases
            .iter()
            .map(|case| case.name.len())
            .max()
            .unwrap_or_default();
        let (mut passed, mut failed, mut other) = (0, 0, 0);
        for Case { name, verdict } in &self.cases {
            match verdict {
                Verdict::Pass => {
                    passed += 1;
                    writeln!(f, "pass  {name}")?;
                }
                Verdict::Fail { expected, found } => {
                    failed += 1;
                    writeln!(
                        f,
                        "FAIL  {name}\n      expected: {expected}\n      found:    {found}"
                    )?;
                }
                Verdict::NotApplicable { because } => {
                    other += 1;
                    writeln!(f, "n/a   {name:width$}  {because}")?;
                }
            }
        }
        write!(
            f,
            "{passed} passed, {failed} failed, {other} not applicable"
        )
    }
}
