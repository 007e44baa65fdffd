//! What portcullis says of the same cluster.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::Timestamp;
use kubernetes_server::Cluster;
use portcullis::sources::source_facts;
use portcullis_access::{
    Access, Facts, Holders, Memberships, Separation, SourceFacts, Split, separate,
};
use portcullis_model::Through;
use portcullis_plugin_host::AccessFacts;
use serde_json::json;
use tempfile::TempDir;

use crate::Reached;
use crate::role_set::{Account, RoleSet};

const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// What the connector told, and what follows from it.
pub(crate) struct Told {
    access: Access,
    nothing: Memberships,
    all_read: BTreeMap<portcullis_model::Name, String>,
}

impl Told {
    /// Builds the connector and has the command run it on each cluster, under the name that it is given.
    pub(crate) fn of(clusters: &[(&str, &Cluster)]) -> Self {
        let folder = TempDir::new().unwrap();
        let project = format!("{REPOSITORY}/plugins/connectors/kubernetes");
        let build = ["plugin", "build", &project, "--out", "plugins"];
        command(folder.path(), &build, None);
        let told = clusters
            .iter()
            .map(|(name, cluster)| read(folder.path(), name, cluster));
        Self {
            access: Access::derive(&told.collect::<Vec<SourceFacts>>()),
            nothing: Memberships::new(),
            all_read: BTreeMap::new(),
        }
    }

    fn facts(&self) -> Facts<'_> {
        Facts {
            configuration: &self.nothing,
            ledger: &self.nothing,
            grants: &[],
            access: &self.access,
            unread: &self.all_read,
        }
    }

    /// Who of a set can come to act as whom of it.
    pub(crate) fn reached(&self, set: &RoleSet) -> Reached {
        let mut reached = Reached::new();
        for to in &set.accounts {
            let subjects = BTreeSet::from([to.to_string().parse().unwrap()]);
            let holders = Holders::of(&subjects, &Through::all(), self.facts());
            let starts: BTreeSet<&str> = holders
                .holders
                .iter()
                .map(|holder| holder.route.start.as_str())
                .collect();
            for from in &set.accounts {
                if from != to && starts.contains(from.to_string().as_str()) {
                    reached.insert((from.clone(), to.clone()));
                }
            }
        }
        reached
    }

    /// The path by which one comes to act as another.
    pub(crate) fn path(&self, from: &Account, to: &Account) -> String {
        let subjects = BTreeSet::from([to.to_string().parse().unwrap()]);
        let holders = Holders::of(&subjects, &Through::all(), self.facts());
        let start = from.to_string();
        let mut holders = holders.holders.iter();
        holders
            .find(|holder| holder.route.start == start)
            .map_or_else(String::new, |holder| holder.route.to_string())
    }

    /// Whether one who deploys is apart from another whom a workload acts as.
    pub(crate) fn separation(&self, deploy: &str, runtime: &str) -> Separation {
        let split = Split {
            workload: "production/victim".to_owned(),
            deploy: BTreeSet::from([deploy.parse().unwrap()]),
            runtime: BTreeSet::from([runtime.parse().unwrap()]),
            through: Through::all(),
        };
        separate(&split, self.facts())
    }

    /// The sets of changes that are offered to keep the one from the other.
    pub(crate) fn cuts(&self, from: &Account, to: &Account) -> Vec<Vec<String>> {
        match self.separation(&from.to_string(), &to.to_string()) {
            Separation::Crossed(crossing) => crossing.cuts.sets,
            other => panic!("{from} becomes {to}, and the split says {other:?}"),
        }
    }
}

/// What the connector of that name says of a cluster.
fn read(folder: &Path, name: &str, cluster: &Cluster) -> SourceFacts {
    let url = cluster.url();
    let config = json!({"url": url}).to_string();
    let authority = cluster.authority_file().display().to_string();
    let words = [
        "plugin",
        "run",
        "plugins/kubernetes.wasm",
        "list-access",
        "--config",
        &config,
        "--allow",
        &url,
        "--secret",
        "KUBERNETES_TOKEN=KUBERNETES_TOKEN",
        "--ca-certificate",
        &authority,
    ];
    let facts = command(folder, &words, Some(cluster));
    let facts: AccessFacts = serde_json::from_slice(&facts).unwrap();
    let facts = source_facts(name.parse().unwrap(), facts, Timestamp::now());
    println!(
        "{} permissions and {} edges told",
        facts.permissions.len(),
        facts.edges.len()
    );
    facts
}

/// Runs the command, expects success, and gives what it printed.
fn command(folder: &Path, words: &[&str], cluster: Option<&Cluster>) -> Vec<u8> {
    let mut command = Command::new(PathBuf::from(env!("CARGO_BIN_EXE_portcullis")));
    command.args(words).current_dir(folder);
    if let Some(cluster) = cluster {
        command.env("KUBERNETES_TOKEN", cluster.admin_token());
    }
    let output = command.output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words:?}\n{err}");
    output.stdout
}
