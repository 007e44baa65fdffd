//! What lies where a GPU instance was to be made.

use std::collections::BTreeSet;

use portcullis_model::{DeviceKey, DeviceView, MigInstance, Snapshot};

use super::MigGeometry;

/// What lies where a GPU instance was to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtPlace {
    /// That instance, at this position of [`Snapshot::devices`].
    Made(usize),
    /// Another instance, which takes memory units that it needs.
    Taken(MigInstance),
    /// Nothing that the source tells.
    Open,
}

/// What lies where `instance` was to be made on the device at position `gpu` of [`Snapshot::devices`].
#[must_use]
pub fn instance_at(snapshot: &Snapshot, gpu: usize, instance: MigInstance) -> AtPlace {
    let Some(geometry) = snapshot
        .device(gpu)
        .and_then(|device| MigGeometry::of(device.model()))
    else {
        return AtPlace::Open;
    };
    let mut taken = AtPlace::Open;
    for (position, found) in instances_on(snapshot, gpu) {
        if found == instance {
            return AtPlace::Made(position);
        }
        if geometry.overlap(found, instance) {
            taken = AtPlace::Taken(found);
        }
    }
    taken
}

/// The positions of the devices that are there of these keys. An instance that was to be made is there once it is made.
#[must_use]
pub fn positions_there<'a>(
    snapshot: &Snapshot,
    keys: impl IntoIterator<Item = &'a DeviceKey> + Clone,
) -> BTreeSet<usize> {
    let positions = snapshot.positions(keys.clone());
    let there = keys
        .into_iter()
        .zip(positions)
        .filter_map(|(key, position)| match key.instance {
            None => position,
            Some(instance) => match instance_at(snapshot, position?, instance) {
                AtPlace::Made(made) => Some(made),
                AtPlace::Taken(_) | AtPlace::Open => None,
            },
        });
    there.collect()
}

/// The instances that lie on a device, with their positions, where their source tells it.
pub(crate) fn instances_on(
    snapshot: &Snapshot,
    gpu: usize,
) -> impl Iterator<Item = (usize, MigInstance)> {
    let whole = snapshot.device(gpu);
    node_of(snapshot, gpu).filter_map(move |(position, device)| {
        let part = device.part_of()?;
        let instance = MigInstance {
            profile: device.mig_profile()?,
            start: part.start,
        };
        (Some(&part.device) == whole.map(|whole| whole.id()).as_ref())
            .then_some((position, instance))
    })
}

/// The devices of the node that a device is in, with their positions.
pub(crate) fn node_of(
    snapshot: &Snapshot,
    position: usize,
) -> impl Iterator<Item = (usize, DeviceView<'_>)> {
    let node = snapshot.device(position).map(|device| device.node_index());
    let of_node = move |position: usize| {
        let device = snapshot.device(position)?;
        (Some(device.node_index()) == node).then_some((position, device))
    };
    let before = (0..position).rev().map_while(of_node).count();
    (position - before..).map_while(of_node)
}
