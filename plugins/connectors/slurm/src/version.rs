//! Versions of the REST API, of which a server has several at once.

use std::collections::BTreeMap;

use portcullis_plugin::Failure;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// The versions that are read, 22.05 to 25.11 of Slurm, as the last number of `v0.0.38`.
const OLDEST: u32 = 38;
const NEWEST: u32 = 44;

/// What `/openapi/v3` describes, as far as it is read.
#[derive(Debug, Deserialize)]
pub(crate) struct Description {
    paths: BTreeMap<String, IgnoredAny>,
}

/// The newest version that both sides know, `v0.0.40` for example.
///
/// # Errors
/// When there is none.
pub(crate) fn negotiate(description: &Description, url: &str) -> Result<String, Failure> {
    let mut served: Vec<u32> = description
        .paths
        .keys()
        .filter_map(|path| nodes_of(path))
        .collect();
    served.sort_unstable();
    let known = served
        .iter()
        .rev()
        .find(|version| (OLDEST..=NEWEST).contains(*version));
    if let Some(version) = known {
        return Ok(format!("v0.0.{version}"));
    }
    let served: Vec<String> = served
        .iter()
        .map(|version| format!("`v0.0.{version}`"))
        .collect();
    let served = match served.as_slice() {
        [] => "none that tells of nodes".to_owned(),
        some => format!("{} alone", some.join(", ")),
    };
    Err(Failure::malformed(format!(
        "slurmrestd at `{url}` serves {served} of its API's versions, and this connector reads `v0.0.{OLDEST}` to \
         `v0.0.{NEWEST}`."
    ))
    .remedy(format!(
        "Load one of these in slurmrestd (`-s openapi/v0.0.{OLDEST}`, or `-d v0.0.40` since 23.11)."
    )))
}

/// The version of a path that lists nodes; the path ends with a slash in newer ones.
fn nodes_of(path: &str) -> Option<u32> {
    let version = path.strip_prefix("/slurm/v0.0.")?;
    version
        .trim_end_matches('/')
        .strip_suffix("/nodes")?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::{Description, negotiate};

    fn chosen(paths: &[&str]) -> Result<String, String> {
        let paths: Vec<String> = paths
            .iter()
            .map(|path| format!("\"{path}\":{{}}"))
            .collect();
        let text = format!(
            "{{\"openapi\":\"3.0.2\",\"paths\":{{{}}}}}",
            paths.join(",")
        );
        let description: Description = serde_json::from_str(&text).unwrap();
        negotiate(&description, "http://a").map_err(|failure| failure.message)
    }

    #[test]
    fn the_newest_that_both_know_is_chosen() {
        let old = [
            "/slurm/v0.0.37/nodes",
            "/slurm/v0.0.38/nodes",
            "/slurm/v0.0.38/node/{node_name}",
        ];
        assert_eq!(chosen(&old).unwrap(), "v0.0.38");
        let new = [
            "/slurm/v0.0.40/nodes/",
            "/slurm/v0.0.41/nodes/",
            "/slurm/v0.0.99/nodes/",
        ];
        assert_eq!(chosen(&new).unwrap(), "v0.0.41");
        let ten = [
            "/slurm/v0.0.39/nodes",
            "/slurm/v0.0.4/nodes",
            "/slurm/v0.0.40/jobs/",
        ];
        assert_eq!(chosen(&ten).unwrap(), "v0.0.39");
    }

    #[test]
    fn without_one_the_versions_are_named() {
        let none = chosen(&["/slurmdb/v0.0.38/jobs", "/openapi"]).unwrap_err();
        assert!(none.contains("none that tells of nodes"), "{none}");
        let old = chosen(&["/slurm/v0.0.36/nodes", "/slurm/v0.0.37/nodes"]).unwrap_err();
        assert!(old.contains("`v0.0.36`, `v0.0.37` alone"), "{old}");
    }
}
