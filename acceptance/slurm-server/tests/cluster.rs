//! What tests rely on when they ask for a real cluster.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

use slurm_server::{Cluster, Description, INSTALL, Node, is_installed};

#[test]
fn states_allocations_and_reservations_are_genuine() {
    if !is_installed() {
        println!("not run: a real slurmctld (needs the one that `{INSTALL}` installs)");
        assert_ne!(
            std::env::var("CI").as_deref(),
            Ok("true"),
            "Slurm is not installed"
        );
        return;
    }
    let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<String>>();
    let cluster = Cluster::start(&Description {
        nodes: vec![
            Node::up("a", "gpu:h200:4,gpu:l4:2"),
            Node::up("b", "gpu:8"),
            Node::absent("c", "gpu:h200:8"),
        ],
        commands: vec![
            words("salloc --no-shell --gres=gpu:h200:3 -w a"),
            words("scontrol update nodename=b state=drain reason=fan"),
        ],
    })
    .unwrap();
    let shown = cluster
        .run(&["scontrol", "--details", "show", "node"])
        .unwrap();
    for expected in [
        "Gres=gpu:h200:4,gpu:l4:2",
        "GresUsed=gpu:h200:3(IDX:0-2),gpu:l4:0(IDX:N/A)",
        "State=IDLE+DRAIN",
        "State=UNKNOWN",
    ] {
        assert!(shown.contains(expected), "{expected} is not in {shown}");
    }
    let user = cluster.admin().unwrap();
    assert_eq!(user.token.split('.').count(), 3);
    assert!(
        cluster
            .run(&["scontrol", "update", "nodename=none", "state=down"])
            .is_err()
    );
}
