//! One step of a path, as a witness shows it.

use std::fmt;
use std::str::FromStr;

/// One step of a path, as a witness shows it: `<from> --<does>--> <to>`. The texts are compared as they stand: there are no
/// patterns, so that a step is one step.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step {
    /// Who takes it, `sa:cluster/infer/fraud-deploy` for example.
    pub from: String,
    /// What is done, `creates deployments in infer` for example.
    pub does: String,
    /// Where it leads, `any service account in infer` for example.
    pub to: String,
}

impl FromStr for Step {
    type Err = NoStep;

    fn from_str(text: &str) -> Result<Self, NoStep> {
        let (from, rest) = text.split_once(" --").ok_or(NoStep)?;
        let (does, to) = rest.split_once("--> ").ok_or(NoStep)?;
        let parts = [from, does, to].map(str::trim);
        let is_one = |part: &&str| {
            !part.is_empty() && !part.contains("--> ") && !part.contains(char::is_control)
        };
        if !parts.iter().all(is_one) {
            return Err(NoStep);
        }
        let [from, does, to] = parts.map(str::to_owned);
        Ok(Self { from, does, to })
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} --{}--> {}", self.from, self.does, self.to)
    }
}

/// A text that is not one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoStep;

impl fmt::Display for NoStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "it is not one step of a path, `<from> --<does>--> <to>`, as a diagnostic prints it",
        )
    }
}

impl std::error::Error for NoStep {}

#[cfg(test)]
mod tests {
    use super::Step;

    #[test]
    fn a_step_is_read_as_a_witness_writes_it() {
        let text = "sa:c/infer/a --creates deployments in infer--> any service account in infer";
        let step: Step = text.parse().unwrap();
        assert_eq!(step.to_string(), text);
        assert_eq!(step.does, "creates deployments in infer");
        for bad in [
            "",
            "a",
            "a --> b",
            "a --does-->b",
            " --does--> b",
            "a --does--> ",
            "a ----> b",
            "a --does--> b --does--> c",
            "a --do\u{1b}es--> b",
        ] {
            assert!(bad.parse::<Step>().is_err(), "{bad:?}");
        }
    }
}
