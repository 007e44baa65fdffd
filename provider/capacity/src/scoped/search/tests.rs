//! The search by itself, without the ways that mostly spare it: fleets of nodes that are alike or nearly so, against
//! trying every node for every gang.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use portcullis_model::{
    Device, DeviceId, Grade, Health, MigMode, NodeName, NodeRoom, Site, SnapshotBuilder,
    SourceReport, Supply,
};

use super::*;
use crate::fleet::Fleet;
use crate::problem::Group;
use crate::want::{Reading, Want};
use crate::{Beside, Demand, Reservations, Spread};

/// Free devices, free CPU and the zone of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Node {
    free: u32,
    cpu: u32,
    zone: u8,
}

/// Replicas, devices and CPU of each, and whether they are spread over two zones.
#[derive(Clone, Copy, Debug)]
struct Pool {
    replicas: u32,
    size: u32,
    cpu: u32,
    spread: bool,
}

fn fleet(nodes: &[Node]) -> Fleet {
    let observed_at = Timestamp::UNIX_EPOCH;
    let mut report = SourceReport {
        grade: Grade::Counted,
        observed_at,
        partial: None,
        nodes: Vec::new(),
        rooms: Vec::new(),
        devices: Vec::new(),
        supply: Supply::default(),
    };
    for (number, node) in nodes.iter().enumerate() {
        let name: NodeName = format!("n{number}").parse().unwrap();
        let room = NodeRoom {
            cpu_milli: Some(node.cpu),
            memory_mib: None,
        };
        report.rooms.push((name.clone(), room));
        report.devices.extend((0..node.free).map(|index| Device {
            node: name.clone(),
            id: DeviceId::Index(index),
            model: "H200".parse().unwrap(),
            mig_profile: None,
            memory_mib: None,
            grade: Grade::Counted,
            health: Health::Healthy,
            mig_mode: MigMode::Disabled,
            in_use: false,
            holder: None,
            part_of: None,
            site: Site {
                zone: Some(format!("zone-{}", node.zone).parse().unwrap()),
                ..Site::default()
            },
            fabric: None,
            observed_at,
        }));
    }
    let snapshot = SnapshotBuilder::default()
        .report("lab".parse().unwrap(), report)
        .build();
    Fleet::new(&Arc::new(snapshot), &Reservations::new())
}

fn demand(number: usize, pool: Pool) -> Demand {
    Demand {
        beside: Beside {
            cpu_milli: Some(pool.cpu),
            memory_mib: None,
        },
        spread: pool.spread.then(|| Spread {
            zones_min: 2,
            kept: Vec::new(),
        }),
        ..Demand::new(
            format!("p{number}").parse().unwrap(),
            pool.replicas,
            pool.size,
        )
    }
}

/// Whether every gang finds a node, by trying each node for each gang.
fn brute(
    gangs: &[(usize, Pool)],
    nodes: &mut [Node],
    zones: &mut BTreeMap<(usize, u8), u32>,
) -> bool {
    let Some(((number, pool), others)) = gangs.split_first() else {
        return true;
    };
    // The most in one zone is half of the replicas; with two or more that takes two zones.
    let most = if pool.spread {
        pool.replicas.div_ceil(2)
    } else {
        u32::MAX
    };
    (0..nodes.len()).any(|place| {
        let node = nodes[place];
        let here = zones.get(&(*number, node.zone)).copied().unwrap_or(0);
        if node.free < pool.size || node.cpu < pool.cpu || here >= most {
            return false;
        }
        nodes[place].free -= pool.size;
        nodes[place].cpu -= pool.cpu;
        zones.insert((*number, node.zone), here + 1);
        let fits = brute(others, nodes, zones);
        nodes[place] = node;
        zones.insert((*number, node.zone), here);
        fits
    })
}

fn truth(nodes: &[Node], pools: [Pool; 2]) -> bool {
    let numbered = pools.into_iter().enumerate();
    let gangs: Vec<(usize, Pool)> = numbered
        .flat_map(|(number, pool)| (0..pool.replicas).map(move |_| (number, pool)))
        .collect();
    brute(&gangs, &mut nodes.to_vec(), &mut BTreeMap::new())
}

/// What the search alone says; nothing where no device is left to look at.
fn searched(fleet: &Fleet, pools: [Pool; 2]) -> Option<bool> {
    let demands = [demand(0, pools[0]), demand(1, pools[1])];
    let wants = demands.iter().enumerate();
    let wants = wants.map(|(index, demand)| Want::of(fleet, index, demand, Reading::Told));
    let groups = Group::split(fleet, wants.collect());
    let [group] = groups.as_slice() else {
        return None;
    };
    let rooms = Rooms::new(fleet, group, Reading::Told);
    match place(&rooms) {
        Found::Placed(_) => Some(true),
        Found::Impossible => Some(false),
        Found::GaveUp => panic!("the bound is far away: {pools:?}"),
    }
}

#[test]
fn nodes_that_look_alike_are_told_apart_where_it_matters() {
    let kinds: Vec<Node> = (1..=3)
        .flat_map(|free| [1, 3].map(|cpu| (free, cpu)))
        .flat_map(|(free, cpu)| [0, 1].map(|zone| Node { free, cpu, zone }))
        .collect();
    let pools: Vec<Pool> = (1..=2)
        .flat_map(|replicas| (1..=2).map(move |size| (replicas, size)))
        .flat_map(|(replicas, size)| [0, 1, 3].map(|cpu| (replicas, size, cpu)))
        .flat_map(|(replicas, size, cpu)| {
            [false, true].map(|spread| Pool {
                replicas,
                size,
                cpu,
                spread,
            })
        })
        .collect();
    let (mut fit, mut cannot) = (0, 0);
    // In every order: which of two nodes is tried first must not matter.
    for (number, first) in kinds.iter().enumerate() {
        for second in &kinds {
            for third in kinds.iter().skip(number % 2).step_by(2) {
                let nodes = [*first, *second, *third];
                let fleet = fleet(&nodes);
                // Each fleet meets a seventh of the pairs, and every pair many fleets.
                for (number, pool) in pools.iter().enumerate() {
                    for other in pools.iter().skip(number).step_by(7) {
                        let pair = [*pool, *other];
                        let truth = truth(&nodes, pair);
                        let Some(found) = searched(&fleet, pair) else {
                            continue;
                        };
                        assert_eq!(found, truth, "{nodes:?} {pair:?}");
                        *(if truth { &mut fit } else { &mut cannot }) += 1;
                    }
                }
            }
        }
    }
    eprintln!("{fit} fit, {cannot} cannot");
    assert!(fit > 5_000 && cannot > 5_000);
}
