//! The attributes of the block `limits` in HCL.

use std::time::Duration;

use super::attribute::{LimitAttribute, LimitUnit};
use crate::manifest::World;

const KIB: u64 = 1024;
const MIB: u64 = 1024 * 1024;

const TOO_SLOW: &str =
    "report this to the plugin's author: it computes without end or far too slowly";
const NARROW: &str = "narrow what the plugin reads in `config`";
const IN_A_LOOP: &str = "report this to the plugin's author: it calls the host in a loop";

/// All of them, in the order in which they are documented.
pub const LIMIT_ATTRIBUTES: &[LimitAttribute] = &[
    MEMORY,
    CHECK_TIME,
    CONNECTOR_TIME,
    COMPUTING_TIME,
    FUEL,
    HOST_CALLS,
    REQUESTS,
    REQUEST_TIME,
    REQUEST_BODY,
    REQUESTS_PER_SECOND,
    REQUESTS_IN_FLIGHT,
    OUTPUT,
    DEVICES,
    FINDINGS,
    FINDING,
    LOG,
];

pub(crate) const MEMORY: LimitAttribute = LimitAttribute {
    name: "memory_mib",
    limit: "memory",
    unit: LimitUnit::Mib,
    world: None,
    maximum: 1024,
    advice: NARROW,
    get: |limits| size(limits.memory_bytes, MIB),
    set: |limits, value| limits.memory_bytes = bytes(value, MIB),
};

pub(crate) const CHECK_TIME: LimitAttribute = LimitAttribute {
    name: "time",
    limit: "time",
    unit: LimitUnit::Milliseconds,
    world: Some(World::Check),
    maximum: 60_000,
    advice: TOO_SLOW,
    get: |limits| milliseconds(limits.check_wall),
    set: |limits, value| limits.check_wall = Duration::from_millis(value),
};

pub(crate) const CONNECTOR_TIME: LimitAttribute = LimitAttribute {
    world: Some(World::Connector),
    maximum: 600_000,
    advice: NARROW,
    get: |limits| milliseconds(limits.connector_wall),
    set: |limits, value| limits.connector_wall = Duration::from_millis(value),
    ..CHECK_TIME
};

pub(crate) const COMPUTING_TIME: LimitAttribute = LimitAttribute {
    name: "computing_time",
    limit: "computing time",
    unit: LimitUnit::Milliseconds,
    world: Some(World::Connector),
    maximum: 120_000,
    advice: TOO_SLOW,
    get: |limits| milliseconds(limits.connector_cpu),
    set: |limits, value| limits.connector_cpu = Duration::from_millis(value),
};

pub(crate) const FUEL: LimitAttribute = LimitAttribute {
    name: "fuel",
    limit: "number of instructions",
    unit: LimitUnit::Fuel,
    world: Some(World::Check),
    maximum: 100_000_000_000,
    advice: TOO_SLOW,
    get: |limits| limits.check_fuel,
    set: |limits, value| limits.check_fuel = value,
};

pub(crate) const HOST_CALLS: LimitAttribute = LimitAttribute {
    name: "host_calls",
    limit: "number of host calls",
    unit: LimitUnit::Count,
    world: None,
    maximum: 100_000,
    advice: IN_A_LOOP,
    get: |limits| limits.host_calls.into(),
    set: |limits, value| limits.host_calls = count(value),
};

pub(crate) const REQUESTS: LimitAttribute = LimitAttribute {
    name: "requests",
    limit: "number of requests",
    unit: LimitUnit::Count,
    world: Some(World::Connector),
    maximum: 10_000,
    advice: NARROW,
    get: |limits| limits.http_requests.into(),
    set: |limits, value| limits.http_requests = count(value),
};

pub(crate) const REQUEST_TIME: LimitAttribute = LimitAttribute {
    name: "request_time",
    limit: "time of one request",
    unit: LimitUnit::Milliseconds,
    world: Some(World::Connector),
    maximum: 120_000,
    advice: "check why the server is slow",
    get: |limits| milliseconds(limits.http_deadline),
    set: |limits, value| limits.http_deadline = Duration::from_millis(value),
};

pub(crate) const REQUEST_BODY: LimitAttribute = LimitAttribute {
    name: "request_body_mib",
    limit: "body of one request or response",
    unit: LimitUnit::Mib,
    world: Some(World::Connector),
    maximum: 64,
    advice: NARROW,
    get: |limits| size(limits.http_body_bytes, MIB),
    set: |limits, value| limits.http_body_bytes = bytes(value, MIB),
};

pub(crate) const REQUESTS_PER_SECOND: LimitAttribute = LimitAttribute {
    name: "requests_per_second",
    limit: "number of requests in a second",
    unit: LimitUnit::Count,
    world: Some(World::Connector),
    maximum: 1_000,
    advice: NARROW,
    get: |limits| limits.http_requests_per_second.into(),
    set: |limits, value| limits.http_requests_per_second = count(value),
};

pub(crate) const REQUESTS_IN_FLIGHT: LimitAttribute = LimitAttribute {
    name: "requests_in_flight",
    limit: "number of requests at one time",
    unit: LimitUnit::Count,
    world: Some(World::Connector),
    maximum: 64,
    advice: NARROW,
    get: |limits| limits.http_requests_in_flight.into(),
    set: |limits, value| limits.http_requests_in_flight = count(value),
};

pub(crate) const OUTPUT: LimitAttribute = LimitAttribute {
    name: "output_mib",
    limit: "output",
    unit: LimitUnit::Mib,
    world: None,
    maximum: 64,
    advice: "report this to the plugin's author: large results belong on several pages",
    get: |limits| size(limits.output_bytes, MIB),
    set: |limits, value| limits.output_bytes = bytes(value, MIB),
};

pub(crate) const DEVICES: LimitAttribute = LimitAttribute {
    name: "devices",
    limit: "number of records",
    unit: LimitUnit::Count,
    world: Some(World::Connector),
    maximum: 2_000_000,
    advice: "split the source over several connectors, for example one a cluster",
    get: |limits| whole(limits.devices),
    set: |limits, value| limits.devices = bytes(value, 1),
};

pub(crate) const FINDINGS: LimitAttribute = LimitAttribute {
    name: "findings",
    limit: "number of findings",
    unit: LimitUnit::Count,
    world: Some(World::Check),
    maximum: 1_000,
    advice: "correct what is shown and run the plan again",
    get: |limits| whole(limits.findings),
    set: |limits, value| limits.findings = bytes(value, 1),
};

pub(crate) const FINDING: LimitAttribute = LimitAttribute {
    name: "finding_kib",
    limit: "size of one finding",
    unit: LimitUnit::Kib,
    world: Some(World::Check),
    maximum: 64,
    advice: "report this to the plugin's author: a finding is a few sentences",
    get: |limits| size(limits.finding_bytes, KIB),
    set: |limits, value| limits.finding_bytes = bytes(value, KIB),
};

pub(crate) const LOG: LimitAttribute = LimitAttribute {
    name: "log_kib",
    limit: "log",
    unit: LimitUnit::Kib,
    world: None,
    maximum: 1024,
    advice: "report this to the plugin's author: it logs in a loop",
    get: |limits| size(limits.log_bytes, KIB),
    set: |limits, value| limits.log_bytes = bytes(value, KIB),
};

fn size(bytes: usize, unit: u64) -> u64 {
    whole(bytes).div_ceil(unit)
}

fn whole(value: usize) -> u64 {
    u64::try_from(value).unwrap_or(u64::MAX)
}

fn bytes(value: u64, unit: u64) -> usize {
    usize::try_from(value.saturating_mul(unit)).unwrap_or(usize::MAX)
}

fn count(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
