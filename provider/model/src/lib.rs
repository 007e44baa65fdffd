//! What the words of portcullis mean: one noun a file, parsed once at the rim and correct from then
//! on.
//!
//! Pure: no files, no network, no clock, no randomness. Every textual noun has `FromStr` (with a
//! [`ParseError`] that reads as a diagnostic), `Display` that parses back to the same value, and
//! serde as that text.

#[macro_use]
mod text;

mod day;
mod deploy_verb;
mod device;
mod device_id;
mod device_key;
mod device_source;
mod duty;
mod environment;
mod fabric;
mod finding;
mod fleet_column;
mod gpu_model;
mod grade;
mod group_name;
mod health_policy;
mod instant;
mod location;
mod mig_instance;
mod mig_profile;
mod name;
mod node_name;
mod node_room;
mod object;
mod offer;
mod operation;
mod owner;
mod parse_error;
mod permission;
mod price;
mod quota;
mod reason;
mod severity;
mod site;
mod snapshot;
mod spiffe_id;
mod subject;
mod supply;
mod through;
mod trust_domain;
mod ttl;
mod verdict;
mod version;
mod visible;
mod workload_class;
mod workload_key;

pub use day::Day;
pub use deploy_verb::DeployVerb;
pub use device::{Device, Health, MigMode, PartOf};
pub use device_id::DeviceId;
pub use device_key::DeviceKey;
pub use device_source::{DeviceSource, Fetch, SourceReport};
pub use duty::Duty;
pub use environment::Environment;
pub use fabric::Fabric;
pub use finding::Finding;
pub use fleet_column::FleetColumn;
pub use gpu_model::GpuModel;
pub use grade::Grade;
pub use group_name::GroupName;
pub use health_policy::HealthPolicy;
pub use instant::Instant;
pub use location::Location;
pub use mig_instance::MigInstance;
pub use mig_profile::{MigAttribute, MigProfile};
pub use name::Name;
pub use node_name::NodeName;
pub use node_room::NodeRoom;
pub use object::Object;
pub use offer::Offer;
pub use operation::Operation;
pub use owner::{Owner, OwnerKind};
pub use parse_error::{ParseError, nearest};
pub use permission::Permission;
pub use price::Price;
pub use quota::{Quota, QuotaUnit};
pub use reason::Reason;
pub use severity::Severity;
pub use site::Site;
pub use snapshot::{DeviceView, NotPacked, Snapshot, SnapshotBuilder, SourceState, SourceStatus};
pub use spiffe_id::SpiffeId;
pub use subject::Subject;
pub use supply::Supply;
pub use through::Through;
pub use trust_domain::TrustDomain;
pub use ttl::Ttl;
pub use verdict::Verdict;
pub use version::Version;
pub use visible::visible;
pub use workload_class::WorkloadClass;
pub use workload_key::WorkloadKey;
