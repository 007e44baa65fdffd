//! Small fleets and pools, as the crate takes them and as the brute force does.

use std::collections::BTreeMap;
use std::sync::Arc;

use portcullis_capacity::{Beside, Demand, Spread, Together};
use portcullis_model::{
    Health, HealthPolicy, Location, NodeRoom, Price, Snapshot, SnapshotBuilder, Version,
};
use proptest::prelude::*;

use super::{Cell, Gang, World};
use crate::fleets::{demand, devices, name, report};

pub(crate) const MODELS: [&str; 2] = ["H200", "T4"];

/// One node; numbers stand for what a source tells, and nothing for what it leaves out.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) model: usize,
    pub(crate) count: u32,
    /// How many of them are not healthy, and what they are instead.
    pub(crate) worn: u32,
    pub(crate) health: Health,
    pub(crate) zone: Option<u8>,
    pub(crate) driver: Option<u8>,
    pub(crate) price: Option<u8>,
    pub(crate) fabric: Option<u8>,
    pub(crate) cpu: Option<u8>,
}

/// Which constraints a test is about.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct About {
    pub(crate) location: bool,
    pub(crate) spread: bool,
    pub(crate) driver: bool,
    pub(crate) price: bool,
    pub(crate) health: bool,
    pub(crate) fabric: bool,
    pub(crate) beside: bool,
    /// Whether sources leave facts out.
    pub(crate) gaps: bool,
}

pub(crate) fn maybe(on: bool, gaps: bool, most: u8) -> BoxedStrategy<Option<u8>> {
    match (on, gaps) {
        (false, _) => Just(Some(0)).boxed(),
        (true, false) => (0..most).prop_map(Some).boxed(),
        (true, true) => prop::option::weighted(0.8, 0..most).boxed(),
    }
}

pub(crate) fn nodes(about: About) -> impl Strategy<Value = Vec<Node>> {
    let worn = prop_oneof![Just(Health::Degraded), Just(Health::Unreported)];
    let node = (
        0..MODELS.len(),
        0_u32..=4,
        0_u32..=if about.health { 2 } else { 0 },
        worn,
        maybe(about.location || about.spread, about.gaps, 3),
        maybe(about.driver, about.gaps, 3),
        maybe(about.price, about.gaps, 3),
        maybe(about.fabric, about.gaps, 2),
        maybe(about.beside, about.gaps, 5),
    );
    let node = node.prop_map(
        |(model, count, worn, health, zone, driver, price, fabric, cpu)| Node {
            model,
            count,
            worn,
            health,
            zone,
            driver,
            price,
            fabric,
            cpu,
        },
    );
    prop::collection::vec(node, 1..=4)
}

pub(crate) fn zone(number: u8) -> String {
    format!("zone-{number}")
}

pub(crate) fn pools(about: About) -> impl Strategy<Value = Vec<Demand>> {
    let pool = (
        prop::sample::select(vec![vec!["H200"], vec!["T4"], vec!["H200", "T4"]]),
        0_u32..=3,
        1_u32..=4,
        prop::sample::select(vec![Together::Node, Together::Fabric, Together::Anywhere]),
        (0_u8..3, 2_u32..=3, any::<bool>(), prop::option::of(0_u8..3)),
        prop::sample::select(HealthPolicy::ALL.to_vec()),
        (0_u32..=2, any::<bool>()),
    );
    let pools = prop::collection::vec(pool, 1..=3);
    pools.prop_map(move |pools| {
        let numbered = pools.into_iter().enumerate();
        numbered
            .map(
                |(
                    number,
                    (
                        models,
                        replicas,
                        size,
                        together,
                        (least, zones_min, on, kept),
                        health,
                        (cpu, asks),
                    ),
                )| {
                    let mut demand = demand(&format!("p{number}"), &models, replicas, size);
                    demand.together = match together {
                        Together::Fabric if !about.fabric => Together::Node,
                        together => together,
                    };
                    if about.location && on {
                        demand.zones = vec![zone(least).parse().unwrap(), zone(2).parse().unwrap()];
                    }
                    if about.spread && on {
                        let kept = kept.map(|kept| Some(zone(kept).parse().unwrap()));
                        demand.spread = Some(Spread {
                            zones_min,
                            kept: kept.into_iter().collect(),
                        });
                    }
                    if about.driver && on {
                        demand.driver_min = Some(format!("57{least}.1").parse().unwrap());
                    }
                    if about.price && on {
                        demand.price_max = Some(format!("{least} USD").parse().unwrap());
                    }
                    if about.health {
                        demand.health = health;
                    }
                    if about.beside && asks {
                        demand.beside = Beside {
                            cpu_milli: Some(cpu),
                            memory_mib: None,
                        };
                    }
                    demand
                },
            )
            .collect()
    })
}

pub(crate) fn snapshot(nodes: &[Node]) -> Arc<Snapshot> {
    let mut all = Vec::new();
    let mut rooms = Vec::new();
    for (number, node) in nodes.iter().enumerate() {
        let node_name = format!("n{number}");
        let mut here = devices(&node_name, MODELS[node.model], 80_000, node.count);
        for (index, device) in here.iter_mut().enumerate() {
            if index < node.worn as usize {
                device.health = node.health;
            }
            device.site.zone = node.zone.map(|number| zone(number).parse().unwrap());
            device.site.driver = node
                .driver
                .map(|minor| format!("57{minor}.1").parse().unwrap());
            device.site.price = node
                .price
                .map(|price| format!("{price} USD").parse().unwrap());
            device.fabric = node
                .fabric
                .map(|fabric| format!("f.{fabric}").parse().unwrap());
        }
        let room = NodeRoom {
            cpu_milli: node.cpu.map(u32::from),
            memory_mib: None,
        };
        rooms.push((node_name.parse().unwrap(), room));
        all.extend(here);
    }
    let mut report = report(all);
    report.rooms = rooms;
    Arc::new(
        SnapshotBuilder::default()
            .report(name("cluster"), report)
            .build(),
    )
}

/// The fleet and the pools in the words of the brute force; what is not told is not what is asked for.
pub(crate) fn world(nodes: &[Node], demands: &[Demand]) -> (World, Vec<Gang>) {
    let mut cells: BTreeMap<(usize, bool), Cell> = BTreeMap::new();
    for (number, node) in nodes.iter().enumerate() {
        let worn = node.worn.min(node.count);
        for (is_worn, count) in [(false, node.count - worn), (true, worn)] {
            if count > 0 {
                let cell = Cell {
                    node: number,
                    alike: node.model,
                    zone: node.zone,
                    fabric: node.fabric,
                    free: count,
                };
                cells.insert((number, is_worn), cell);
            }
        }
    }
    let gangs = demands.iter().enumerate().flat_map(|(pool, demand)| {
        let cells = cells.keys();
        let accepted = cells.map(|(node, worn)| accepts(demand, &nodes[*node], *worn));
        gangs_of(pool, demand, accepted.collect())
    });
    let gangs = gangs.collect();
    let cpu = nodes
        .iter()
        .map(|node| node.cpu.map_or(0, u32::from))
        .collect();
    let cells = cells.into_values().collect();
    (World { cells, cpu }, gangs)
}

/// Whether the healthy or the other devices of a node are what a pool asks for.
pub(crate) fn accepts(demand: &Demand, node: &Node, is_worn: bool) -> bool {
    let health = if is_worn {
        node.health
    } else {
        Health::Healthy
    };
    let model = MODELS[node.model].parse().unwrap();
    let zone = node.zone.map(|number| zone(number).parse().unwrap());
    let driver = node
        .driver
        .map(|minor| format!("57{minor}.1").parse().unwrap());
    let price = node
        .price
        .map(|price| format!("{price} USD").parse().unwrap());
    demand.models.contains(&model)
        && (demand.zones.is_empty() || zone.is_some_and(|zone| demand.zones.contains(&zone)))
        && (demand.spread.is_none() || node.zone.is_some())
        && demand
            .driver_min
            .is_none_or(|least| driver.is_some_and(|driver: Version| driver >= least))
        && demand
            .price_max
            .is_none_or(|most| price.is_some_and(|price: Price| price <= most))
        && match demand.health {
            HealthPolicy::Healthy => health == Health::Healthy,
            HealthPolicy::Usable => health != Health::Degraded,
            HealthPolicy::Degraded => true,
        }
}

pub(crate) fn gangs_of(pool: usize, demand: &Demand, accepted: Vec<bool>) -> Vec<Gang> {
    let bound = demand.spread.is_some() || demand.beside != Beside::default();
    let together = match demand.together {
        Together::Fabric if demand.beside != Beside::default() => Together::Node,
        Together::Anywhere if bound => Together::Node,
        together => together,
    };
    let (count, size) = match together {
        Together::Anywhere => (demand.replicas * demand.gpus_per_replica, 1),
        _ => (demand.replicas, demand.gpus_per_replica),
    };
    let quota = demand.spread.as_ref().map(|spread| {
        let kept: Vec<u8> = spread.kept.iter().flatten().map(zone_number).collect();
        let all = demand.replicas as usize + kept.len();
        let zones = spread.zones_min as usize;
        (all.div_ceil(zones), zones.min(all), kept)
    });
    let gang = Gang {
        pool,
        size,
        together,
        accepted,
        cpu: demand.beside.cpu_milli.unwrap_or(0),
        quota,
    };
    vec![gang; count as usize]
}

pub(crate) fn zone_number(zone: &Location) -> u8 {
    zone.to_string()[5..].parse().unwrap()
}

pub(crate) fn fits_in(nodes: &[Node], demands: &[Demand]) -> bool {
    let (world, gangs) = world(nodes, demands);
    world.fits(&gangs)
}

/// Every way in which what is not told could be.
pub(crate) fn completions(nodes: &[Node], about: About) -> Vec<Vec<Node>> {
    let mut all = vec![nodes.to_vec()];
    let mut fill = |missing: fn(&Node) -> bool, values: &[u8], set: fn(&mut Node, u8)| {
        for number in 0..nodes.len() {
            if missing(&nodes[number]) {
                all = all
                    .iter()
                    .flat_map(|filled| {
                        values.iter().map(move |value| {
                            let mut filled = filled.clone();
                            set(&mut filled[number], *value);
                            filled
                        })
                    })
                    .collect();
            }
        }
    };
    fill(
        |node| node.zone.is_none(),
        &[0, 1, 2, 3],
        |node, value| node.zone = Some(value),
    );
    fill(
        |node| node.driver.is_none(),
        &[2],
        |node, value| node.driver = Some(value),
    );
    fill(
        |node| node.price.is_none(),
        &[0],
        |node, value| node.price = Some(value),
    );
    fill(
        |node| node.fabric.is_none(),
        &[0, 1, 2],
        |node, value| node.fabric = Some(value),
    );
    fill(
        |node| node.cpu.is_none(),
        &[9],
        |node, value| node.cpu = Some(value),
    );
    if about.gaps {
        fill(
            |node| node.worn > 0 && node.health == Health::Unreported,
            &[0],
            |node, _| node.health = Health::Healthy,
        );
    }
    all
}
