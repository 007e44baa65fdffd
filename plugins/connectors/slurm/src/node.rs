//! Nodes as slurmrestd tells them, in the versions that are read.

use serde::{Deserialize, Deserializer};

use crate::standing::{Standing, standing};

/// Answer of `nodes`.
#[derive(Debug, Deserialize)]
pub(crate) struct Nodes {
    pub(crate) nodes: Vec<Node>,
}

/// One node, as far as it is read.
#[derive(Debug, Deserialize)]
pub(crate) struct Node {
    pub(crate) name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) gres: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) gres_used: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) partitions: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    state: Words,
    /// Beside the state until 0.0.39 put them into one list.
    #[serde(default, deserialize_with = "or_default")]
    state_flags: Words,
    #[serde(default, deserialize_with = "or_default")]
    reason: String,
    #[serde(default)]
    sockets: u32,
    /// Of one socket.
    #[serde(default)]
    cores: u32,
    #[serde(default)]
    cpus: u32,
    #[serde(default)]
    alloc_cpus: u32,
}

/// One word, or a list of them.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Words {
    One(String),
    Many(Vec<String>),
}

impl Default for Words {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl Words {
    fn iter(&self) -> impl Iterator<Item = &str> {
        let words = match self {
            Self::One(word) => std::slice::from_ref(word),
            Self::Many(words) => words.as_slice(),
        };
        words.iter().map(String::as_str)
    }
}

impl Node {
    pub(crate) fn standing(&self) -> Standing {
        let words = self.state.iter().chain(self.state_flags.iter());
        standing(words, &self.reason)
    }

    /// Whether Slurm says that a reservation holds the node; which one, it says elsewhere.
    pub(crate) fn is_flagged_reserved(&self) -> bool {
        let mut words = self.state.iter().chain(self.state_flags.iter());
        words.any(|word| word.eq_ignore_ascii_case("RESERVED"))
    }

    /// Whether jobs hold every CPU, so that no other one can come for the GPUs.
    pub(crate) fn has_no_cpu(&self) -> bool {
        self.cpus > 0 && self.alloc_cpus >= self.cpus
    }

    /// Cores of all sockets, by which reservations count.
    pub(crate) fn cores(&self) -> u64 {
        u64::from(self.sockets) * u64::from(self.cores)
    }
}

/// Reads `null` as what is left out.
pub(crate) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::{Node, Standing};
    use serde_json::json;

    #[test]
    fn a_state_is_one_word_or_several() {
        for (state, flags, expected) in [
            (json!("idle"), json!([]), Standing::Open),
            (json!("IDLE"), json!(null), Standing::Open),
            (json!(["IDLE"]), json!(null), Standing::Open),
            (json!(["IDLE", "PLANNED"]), json!(null), Standing::Doubtful),
            (json!(null), json!(null), Standing::Doubtful),
        ] {
            let node: Node =
                serde_json::from_value(json!({"name": "a", "state": state, "state_flags": flags}))
                    .unwrap();
            assert_eq!(node.standing(), expected, "{node:?}");
        }
    }

    #[test]
    fn a_node_whose_cpus_are_all_held_takes_no_job() {
        let node = |cpus: u32, held: u32| -> Node {
            serde_json::from_value(json!({"name": "a", "cpus": cpus, "alloc_cpus": held})).unwrap()
        };
        assert!(node(8, 8).has_no_cpu());
        assert!(!node(8, 7).has_no_cpu());
        assert!(!node(0, 0).has_no_cpu(), "a version that tells no CPUs");
    }
}
