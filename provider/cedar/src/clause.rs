//! Who holds a clause of a split in Cedar.

use std::fmt;

use crate::Split;

/// A clause of a split, and how well Cedar holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// `deploy may rollout`, as connectors write it.
    pub clause: String,
    /// How well it is held.
    pub enforcement: Enforcement,
    /// Why it is no more than that.
    pub reason: &'static str,
}

/// How well a clause is held. Cedar itself enforces nothing: somebody has to ask it, so that no clause is more than mediated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enforcement {
    /// It holds where whoever serves the request asks Cedar.
    Mediated,
    /// Nobody asks Cedar about it.
    Advisory,
}

impl fmt::Display for Enforcement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mediated => "mediated",
            Self::Advisory => "advisory",
        })
    }
}

/// Who asks.
const ASKED: &str =
    "holds where whoever serves the request asks an authorizer that has these policies";

impl Clause {
    /// Every clause of a split, once, in the order in which people read it.
    pub(crate) fn all(split: &Split) -> Vec<Self> {
        let mediated = |clause: String, reason| Self {
            clause,
            enforcement: Enforcement::Mediated,
            reason,
        };
        let mut clauses: Vec<Self> = split
            .may
            .iter()
            .map(|verb| mediated(format!("deploy may {verb}"), ASKED))
            .collect();
        clauses.push(mediated(
            "deploy stays out of runtime".to_owned(),
            "holds for the groups that the service tells with a request; what platforms let somebody become, it does not see",
        ));
        clauses.extend(split.permissions.iter().map(|(operation, object)| {
            let clause = format!("runtime {operation} {object}");
            match operation.as_str() {
                "use" => Self {
                    clause,
                    enforcement: Enforcement::Advisory,
                    reason: "no scheduler asks Cedar, and Cedar counts no GPUs; the ledger does",
                },
                _ => mediated(clause, ASKED),
            }
        }));
        let acting = split.acting.iter();
        clauses.extend(acting.map(|who| mediated(format!("runtime act as {who}"), ASKED)));
        clauses
    }
}
