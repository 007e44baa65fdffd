//! Capacity reservations, capacity blocks among them.

use std::collections::BTreeMap;

use portcullis_plugin::{Failure, Pool};

use super::instance_type::{Gpus, number};
use crate::xml::Element;

/// A reservation as a pool; `None` for machines without GPUs, and for one that is not active.
///
/// # Errors
/// When its numbers are none, or more is available than there is.
pub(crate) fn pool(
    item: Element<'_>,
    types: &BTreeMap<String, Gpus>,
    region: Option<&str>,
    observed_at: u32,
) -> Result<Option<Pool>, Failure> {
    let (id, instance_type) = (
        item.needed("capacityReservationId")?,
        item.needed("instanceType")?,
    );
    let Some(gpus) = types.get(instance_type) else {
        return Ok(None);
    };
    if item.needed("state")? != "active" {
        return Ok(None);
    }
    let (total, available) = (
        number(item, "totalInstanceCount", id)?,
        number(item, "availableInstanceCount", id)?,
    );
    if available > total {
        return Err(Failure::malformed(format!(
            "The reservation `{id}` has {available} instances available of {total}."
        )));
    }
    let mut pool = Pool {
        nodes_available: Some(available),
        nodes_total: Some(total),
        ..gpus.pool(id, "firm", observed_at)
    };
    gpus.label(&mut pool, instance_type, region);
    for (label, name) in [
        ("zone", "availabilityZone"),
        ("ends_at", "endDate"),
        ("reservation_type", "reservationType"),
    ] {
        match item.text(name) {
            "" => {}
            text => pool.labels.push((label.to_owned(), text.to_owned())),
        }
    }
    Ok(Some(pool))
}
