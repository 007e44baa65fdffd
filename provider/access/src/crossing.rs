//! A subject on both sides, as a path to look at.

use std::fmt;

use portcullis_model::Subject;

/// A subject on both sides of a split, with the shortest path to each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crossing {
    /// From the subject up to the one declared under `deploy`.
    pub deploy: Vec<Subject>,
    /// From the subject up to the one declared under `runtime`, or to the workload's own identity.
    pub runtime: Vec<Subject>,
    /// How many further subjects are on both sides.
    pub others: usize,
}

impl Crossing {
    /// Each single change that cuts this path, in words.
    #[must_use]
    pub fn cuts(&self) -> Vec<String> {
        let mut cuts = Vec::new();
        for (path, side) in self.sides() {
            for edge in path.windows(2) {
                if let [member, group @ Subject::Group(_)] = edge {
                    cuts.push(format!("take `{member}` out of `{group}`"));
                }
            }
            if let Some(declared) = path.last() {
                cuts.push(format!("take `{declared}` off the {side} side"));
            }
        }
        cuts.dedup();
        cuts
    }

    fn sides(&self) -> [(&[Subject], &'static str); 2] {
        [(&self.deploy, "deploy"), (&self.runtime, "runtime")]
    }
}

/// One indented line a side, which a terminal leaves unwrapped.
impl fmt::Display for Crossing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, (path, side)) in self.sides().into_iter().enumerate() {
            f.write_str(if position == 0 { "  " } else { "\n  " })?;
            for subject in path {
                match subject {
                    Subject::Ci { selector: None, .. } if path.first() != Some(subject) => {
                        write!(f, " --is a run of--> {subject}")?;
                    }
                    _ if path.first() == Some(subject) => write!(f, "{subject}")?,
                    _ => write!(f, " --member of--> {subject}")?,
                }
            }
            write!(f, " --declared under--> {side}")?;
        }
        Ok(())
    }
}
