//! The plan document that a check judges.
//!
//! JSON with a `schema` number, made by the host; `sdk/plan-document.md` describes it for every language.

mod access;
mod inventory;

use std::borrow::Cow;

pub use access::{AccessFacts, Group, Split};
pub use inventory::{Model, Source};

use crate::{Failure, Value};

/// The number of the plan document that this crate reads.
const SCHEMA: u64 = 1;

/// What one run plans, and what it knows of the world.
///
/// ```
/// use portcullis_plugin::{Attribute, Plan};
///
/// let plan = Plan::from_json(r#"{"schema": 1, "resources": [{
///     "address": "portcullis_gpu_pool.scoring", "type": "portcullis_gpu_pool", "change": "create",
///     "planned": {"owner": null, "gpu": {"replicas": 4}}, "unknown": ["owner"]
/// }]}"#).unwrap();
/// let pool = plan.of_type("portcullis_gpu_pool").next().unwrap();
/// assert_eq!(pool.number("gpu.replicas"), Attribute::Known(4));
/// assert_eq!(pool.text("owner"), Attribute::Unknown);
/// assert!(plan.inventory.is_empty());
/// ```
#[derive(Clone, Debug)]
pub struct Plan<'a> {
    /// The resources of this provider, by address.
    pub resources: Vec<Resource<'a>>,
    /// The sources of capacity that this run has read, by name.
    pub inventory: Vec<Source<'a>>,
    /// Groups and permission splits as this run knows them.
    pub access: AccessFacts<'a>,
}

/// One resource of the plan.
#[derive(Clone, Debug)]
pub struct Resource<'a> {
    /// `portcullis_gpu_pool.scoring`, or type and name when the host does not know the address.
    pub address: Cow<'a, str>,
    /// `portcullis_gpu_pool` for example.
    pub resource_type: Cow<'a, str>,
    /// `create`, `update`, `replace`, `delete` or `keep`.
    pub change: Cow<'a, str>,
    /// Attributes as the state has them; null before creation.
    pub prior: Value<'a>,
    /// Attributes as planned; null after deletion. What is not known before apply reads null here.
    pub planned: Value<'a>,
    /// Attributes as the configuration writes them, without defaults; null after deletion.
    pub config: Value<'a>,
    /// Paths in `planned` that are not known before apply, `gpu.replicas` for example.
    pub unknown: Vec<Cow<'a, str>>,
}

/// A planned value. Null, unknown and known are three different states.
///
/// ```
/// use portcullis_plugin::Attribute;
///
/// assert_eq!(Attribute::Known(3).known(), Some(3));
/// assert!(Attribute::<u64>::Null.is_null() && !Attribute::<u64>::Unknown.is_null());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attribute<T> {
    /// Not set.
    Null,
    /// Decided at apply.
    Unknown,
    /// Set.
    Known(T),
}

impl<T> Attribute<T> {
    /// Whether the attribute is not set, which an unknown one may still become.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether the attribute is decided at apply.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// The value, if it is known and set.
    #[must_use]
    pub fn known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Null | Self::Unknown => None,
        }
    }
}

impl<'a> Plan<'a> {
    /// Reads a plan document.
    ///
    /// # Errors
    /// When the text is not one, or one of another schema.
    pub fn from_json(text: &'a str) -> Result<Self, Failure> {
        let mut document = Value::parse(text)?;
        let schema = document.at("schema").as_u64().unwrap_or_default();
        if schema != SCHEMA {
            return Err(Failure::malformed(format!(
                "The plan document has schema {schema}, this plugin reads {SCHEMA}."
            ))
            .remedy("Use a version of this plugin that was built for this provider."));
        }
        let resources = document.take("resources").into_items().into_iter();
        let sources = document.take("inventory").into_items().into_iter();
        Ok(Self {
            resources: resources.map(Resource::read).collect(),
            inventory: sources.map(Source::read).collect(),
            access: AccessFacts::read(document.take("access")),
        })
    }

    /// The resources of one type that will exist after apply.
    pub fn of_type<'p>(&'p self, resource_type: &'p str) -> impl Iterator<Item = &'p Resource<'a>> {
        self.resources.iter().filter(move |resource| {
            resource.resource_type == resource_type && resource.change != "delete"
        })
    }

    /// The source of capacity of that name.
    #[must_use]
    pub fn source(&self, name: &str) -> Option<&Source<'a>> {
        self.inventory.iter().find(|source| source.source == name)
    }
}

impl<'a> Resource<'a> {
    fn read(mut document: Value<'a>) -> Self {
        Self {
            address: document.take_text("address"),
            resource_type: document.take_text("type"),
            change: document.take_text("change"),
            prior: document.take("prior"),
            planned: document.take("planned"),
            config: document.take("config"),
            unknown: document.take_texts("unknown"),
        }
    }

    /// A planned text.
    #[must_use]
    pub fn text(&self, path: &str) -> Attribute<&str> {
        self.planned(path, Value::as_str)
    }

    /// A planned whole number.
    #[must_use]
    pub fn number(&self, path: &str) -> Attribute<u64> {
        self.planned(path, Value::as_u64)
    }

    /// A planned truth value.
    #[must_use]
    pub fn flag(&self, path: &str) -> Attribute<bool> {
        self.planned(path, Value::as_bool)
    }

    /// A planned list, set or repeated block. An item of it may still be unknown.
    #[must_use]
    pub fn list(&self, path: &str) -> Attribute<&[Value<'a>]> {
        self.planned(path, |value| match value {
            Value::List(items) => Some(items.as_slice()),
            _ => None,
        })
    }

    /// A planned value; `path` joins names and list positions with dots. A value of another type reads as null.
    fn planned<'r, T>(
        &'r self,
        path: &str,
        read: impl FnOnce(&'r Value<'a>) -> Option<T>,
    ) -> Attribute<T> {
        if self.unknown.iter().any(|unknown| covers(unknown, path)) {
            return Attribute::Unknown;
        }
        read(self.planned.at(path)).map_or(Attribute::Null, Attribute::Known)
    }
}

/// Whether `unknown` is `path` or something that contains it.
fn covers(unknown: &str, path: &str) -> bool {
    path.strip_prefix(unknown)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::{Attribute, Plan};

    #[test]
    fn null_unknown_and_known_stay_apart() {
        let plan = Plan::from_json(
            r#"{"schema":1,"resources":[{"address":"p.a","type":"p","change":"create",
                "planned":{"gpu":{"replicas":3,"models":null},"owner":null,"ownership":"x","zones":["a"]},
                "config":{"gpu":{"replicas":3}},
                "unknown":["owner","gpu.models"]}]}"#,
        );
        let plan = plan.unwrap();
        let pool = plan.of_type("p").next().unwrap();
        assert_eq!(pool.number("gpu.replicas"), Attribute::Known(3));
        assert_eq!(pool.text("owner"), Attribute::Unknown);
        assert_eq!(pool.text("gpu.models.0"), Attribute::Unknown);
        assert_eq!(pool.text("ownership"), Attribute::Known("x"));
        assert_eq!(pool.text("purpose"), Attribute::Null);
        assert_eq!(pool.flag("ownership"), Attribute::Null);
        assert_eq!(pool.list("zones").known().map(<[_]>::len), Some(1));
        assert_eq!(pool.config.at("gpu.replicas").as_u64(), Some(3));
        assert!(pool.prior.is_null());
    }

    #[test]
    fn what_is_deleted_is_not_judged() {
        let text = r#"{"schema":1,"resources":[{"address":"p.a","type":"p","change":"delete"}]}"#;
        assert_eq!(Plan::from_json(text).unwrap().of_type("p").count(), 0);
    }

    #[test]
    fn another_schema_is_named() {
        let failure = Plan::from_json(r#"{"schema":2,"resources":[]}"#).unwrap_err();
        assert_eq!(
            failure.message,
            "The plan document has schema 2, this plugin reads 1."
        );
    }

    #[test]
    fn what_the_world_is_like_is_read() {
        let plan = Plan::from_json(
            r#"{"schema":1,"resources":[],
                "inventory":[
                  {"source":"cluster","status":"complete","grade":"counted","observed_at":1795392000,
                   "models":[{"model":"nvidia-h200","nodes":2,"devices":16,"free":9,"unhealthy":1}]},
                  {"source":"lab"}],
                "access":{"ledger":true,
                  "groups":[{"group":"group:a","members":["user:x"],"from":"ledger"}],
                  "splits":[{"workload":"production/f","deploy":["ci:m"],"may":["rollout"],"runtime":["group:b"]}],
                  "undescribed":["group:b"]}}"#,
        );
        let plan = plan.unwrap();
        let cluster = plan.source("cluster").unwrap();
        assert!(cluster.is_complete());
        assert_eq!(cluster.observed_at, Some(1_795_392_000));
        assert_eq!(
            cluster.model("nvidia-h200").map(|model| model.free),
            Some(9)
        );
        let lab = plan.source("lab").unwrap();
        assert_eq!(
            (&*lab.status, &*lab.grade, lab.models.len()),
            ("unavailable", "listed", 0)
        );
        assert_eq!(plan.access.group("group:a").unwrap().members, ["user:x"]);
        assert_eq!(
            plan.access.split("production/f").unwrap().from,
            "configuration"
        );
        assert!(plan.access.ledger);
        assert_eq!(plan.access.undescribed, ["group:b"]);
    }
}
