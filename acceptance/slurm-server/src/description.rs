//! What a cluster shall have.

use serde::Deserialize;

/// What a cluster shall have.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    /// Nodes in their order, all in one partition.
    #[serde(default, rename = "node")]
    pub nodes: Vec<Node>,
    /// Programs of Slurm that are run in this order once the nodes are up, each as a list of words:
    /// `["scontrol", "update", "nodename=a", "state=drain", "reason=fan"]`.
    #[serde(default)]
    pub commands: Vec<Vec<String>>,
}

/// One machine.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// Its GPUs as `slurm.conf` has them, `gpu:h200:8` for example; empty for none.
    #[serde(default)]
    pub gres: String,
    /// Whether its daemon runs.
    #[serde(default = "yes")]
    pub is_up: bool,
}

fn yes() -> bool {
    true
}

impl Node {
    /// A node whose daemon runs.
    #[must_use]
    pub fn up(name: &str, gres: &str) -> Self {
        Self {
            name: name.to_owned(),
            gres: gres.to_owned(),
            is_up: true,
        }
    }

    /// A node that never registers.
    #[must_use]
    pub fn absent(name: &str, gres: &str) -> Self {
        Self {
            is_up: false,
            ..Self::up(name, gres)
        }
    }
}
