//! `limits {}`: what one call of a plugin may use.

use portcullis_model::Ttl;
use portcullis_plugin_host::{LIMIT_ATTRIBUTES, Limits, World};
use tfplugin::field::{Optional, Text};
use tfplugin::{Diagnostic, Outcome, Path, Schema};

use crate::said::said;

/// What one call of the connector may use. A limit that is left out has the value that suits every plugin met so far.
#[derive(Debug, Clone, Schema)]
pub struct ConnectorLimits {
    /// Memory in MiB; `256` when left out, at most `1024`.
    pub memory_mib: Optional<u64>,
    /// Time of a call, all pages together; `60s` when left out, at most `10m`.
    pub time: Optional<Text<Ttl>>,
    /// Time that the connector itself may compute; `10s` when left out, at most `2m`.
    pub computing_time: Optional<Text<Ttl>>,
    /// Calls of host functions; `1000` when left out, at most `100000`.
    pub host_calls: Optional<u64>,
    /// HTTP requests of a call; `64` when left out, at most `10000`.
    pub requests: Optional<u64>,
    /// Time of one request that states no deadline; `10s` when left out, at most `2m`.
    pub request_time: Optional<Text<Ttl>>,
    /// Body of one request or response in MiB; `8` when left out, at most `64`.
    pub request_body_mib: Optional<u64>,
    /// Requests that are started in one second, over all calls; `50` when left out, at most `1000`.
    pub requests_per_second: Optional<u64>,
    /// Requests that are under way at one time, over all calls; `4` when left out, at most `64`.
    pub requests_in_flight: Optional<u64>,
    /// What a call may hand to the host in MiB; `8` when left out, at most `64`.
    pub output_mib: Optional<u64>,
    /// Devices of an inventory, and facts of other listings; `200000` when left out, at most `2000000`.
    pub devices: Optional<u64>,
    /// Log of a call in KiB; `64` when left out, at most `1024`.
    pub log_kib: Optional<u64>,
}

/// What one call of the check may use. A limit that is left out has the value that suits every plugin met so far.
#[derive(Debug, Clone, Schema)]
pub struct CheckLimits {
    /// Memory in MiB; `256` when left out, at most `1024`.
    pub memory_mib: Optional<u64>,
    /// Time of a call; `2s` when left out, at most `1m`.
    pub time: Optional<Text<Ttl>>,
    /// Units of fuel, about one an instruction; `2000000000` when left out, at most `100000000000`.
    pub fuel: Optional<u64>,
    /// Calls of host functions; `1000` when left out, at most `100000`.
    pub host_calls: Optional<u64>,
    /// What a call may hand to the host in MiB; `8` when left out, at most `64`.
    pub output_mib: Optional<u64>,
    /// Findings that are kept; `100` when left out, at most `1000`.
    pub findings: Optional<u64>,
    /// One finding in KiB; `4` when left out, at most `64`.
    pub finding_kib: Optional<u64>,
    /// Log of a call in KiB; `64` when left out, at most `1024`.
    pub log_kib: Optional<u64>,
}

/// An attribute that was given, in the unit of its [`LIMIT_ATTRIBUTES`] entry.
type Given = (&'static str, Option<u64>);

impl ConnectorLimits {
    /// The limits of a connector with this block.
    ///
    /// # Errors
    /// What is out of range, at its attribute. Deferred while a value is unknown.
    pub fn limits(&self) -> Outcome<Limits> {
        let given = [
            ("memory_mib", number(&self.memory_mib)?),
            ("time", milliseconds(&self.time)?),
            ("computing_time", milliseconds(&self.computing_time)?),
            ("host_calls", number(&self.host_calls)?),
            ("requests", number(&self.requests)?),
            ("request_time", milliseconds(&self.request_time)?),
            ("request_body_mib", number(&self.request_body_mib)?),
            ("requests_per_second", number(&self.requests_per_second)?),
            ("requests_in_flight", number(&self.requests_in_flight)?),
            ("output_mib", number(&self.output_mib)?),
            ("devices", number(&self.devices)?),
            ("log_kib", number(&self.log_kib)?),
        ];
        set(World::Connector, &given)
    }
}

impl CheckLimits {
    /// The limits of a check with this block.
    ///
    /// # Errors
    /// As [`ConnectorLimits::limits`].
    pub fn limits(&self) -> Outcome<Limits> {
        let given = [
            ("memory_mib", number(&self.memory_mib)?),
            ("time", milliseconds(&self.time)?),
            ("fuel", number(&self.fuel)?),
            ("host_calls", number(&self.host_calls)?),
            ("output_mib", number(&self.output_mib)?),
            ("findings", number(&self.findings)?),
            ("finding_kib", number(&self.finding_kib)?),
            ("log_kib", number(&self.log_kib)?),
        ];
        set(World::Check, &given)
    }
}

fn number(attribute: &Optional<u64>) -> Outcome<Option<u64>> {
    Ok(attribute.get()?.copied())
}

fn milliseconds(attribute: &Optional<Text<Ttl>>) -> Outcome<Option<u64>> {
    Ok(attribute
        .get()?
        .map(|ttl| ttl.value().seconds().saturating_mul(1000)))
}

fn set(world: World, given: &[Given]) -> Outcome<Limits> {
    let mut limits = Limits::default();
    let mut wrong: Vec<Diagnostic> = Vec::new();
    for attribute in LIMIT_ATTRIBUTES.iter().filter(|one| one.is_of(world)) {
        let value = given.iter().find(|(name, _)| *name == attribute.name);
        if let Some((name, Some(value))) = value
            && let Err(error) = attribute.set(&mut limits, *value)
        {
            wrong.push(said(error).at(Path::root().attribute("limits").attribute(*name)));
        }
    }
    if wrong.is_empty() {
        return Ok(limits);
    }
    Err(tfplugin::Stop::Failed(wrong.into_iter().collect()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use portcullis_plugin_host::{LIMIT_ATTRIBUTES, World};
    use tfplugin::Schema;

    use super::{CheckLimits, ConnectorLimits};

    #[test]
    fn every_limit_of_the_host_can_be_set_and_no_other() {
        let names = |world: World| -> BTreeSet<String> {
            let of_world = LIMIT_ATTRIBUTES.iter().filter(|one| one.is_of(world));
            of_world.map(|one| one.name.to_owned()).collect()
        };
        let written = |block: tfplugin::schema::Block| -> BTreeSet<String> {
            block
                .attributes
                .iter()
                .map(|one| one.name.to_string())
                .collect()
        };
        assert_eq!(written(ConnectorLimits::block()), names(World::Connector));
        assert_eq!(written(CheckLimits::block()), names(World::Check));
    }
}
