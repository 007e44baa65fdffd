//! The plan document that a check judges.
//!
//! JSON with a `schema` number, made by the host; `sdk/plan-document.md` describes it for every language.

use serde::Deserialize;
use serde_json::Value;

use crate::Failure;

/// The number of the plan document that this crate reads.
const SCHEMA: u32 = 1;

/// What one run plans.
#[derive(Debug, Deserialize)]
pub struct Plan {
    schema: u32,
    /// The resources of this provider, in an order that does not depend on chance.
    pub resources: Vec<Resource>,
}

/// One resource of the plan.
#[derive(Debug, Deserialize)]
pub struct Resource {
    /// `portcullis_gpu_pool.scoring`, or type and name when the host does not know the address.
    pub address: String,
    /// `portcullis_gpu_pool` for example.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// `create`, `update`, `replace`, `delete` or `keep`.
    pub change: String,
    /// Attributes as the state has them; null before creation.
    #[serde(default)]
    pub prior: Value,
    /// Attributes as planned; null after deletion. What is not known before apply reads null here.
    #[serde(default)]
    pub planned: Value,
    /// Paths in `planned` that are not known before apply, `gpu.replicas` for example.
    #[serde(default)]
    pub unknown: Vec<String>,
}

/// A planned value. Null, unknown and known are three different states.
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

    /// The value, if it is known and set.
    #[must_use]
    pub fn known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Null | Self::Unknown => None,
        }
    }
}

impl Plan {
    /// Reads a plan document.
    ///
    /// # Errors
    /// When the text is not one, or one of another schema.
    pub fn from_json(text: &str) -> Result<Self, Failure> {
        let plan: Self = serde_json::from_str(text).map_err(|error| {
            Failure::malformed(format!("The plan document cannot be read: {error}."))
        })?;
        if plan.schema != SCHEMA {
            return Err(Failure::malformed(format!(
                "The plan document has schema {}, this plugin reads {SCHEMA}.",
                plan.schema
            ))
            .remedy("Use a version of this plugin that was built for this provider."));
        }
        Ok(plan)
    }

    /// The resources of one type that will exist after apply.
    pub fn of_type<'a>(&'a self, resource_type: &'a str) -> impl Iterator<Item = &'a Resource> {
        self.resources.iter().filter(move |resource| {
            resource.resource_type == resource_type && resource.change != "delete"
        })
    }
}

impl Resource {
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

    /// A whole number that the state holds.
    #[must_use]
    pub fn prior_number(&self, path: &str) -> Option<u64> {
        at(&self.prior, path).and_then(Value::as_u64)
    }

    /// A planned value; `path` joins names and list positions with dots. A value of another type reads as null.
    fn planned<'a, T>(&'a self, path: &str, read: fn(&'a Value) -> Option<T>) -> Attribute<T> {
        if self.unknown.iter().any(|unknown| covers(unknown, path)) {
            return Attribute::Unknown;
        }
        let value = at(&self.planned, path).and_then(read);
        value.map_or(Attribute::Null, Attribute::Known)
    }
}

/// The value at a path. By hand, because `Value::pointer` allocates several times a step.
fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(value, |value, step| match value {
        Value::Array(items) => items.get(step.parse::<usize>().ok()?),
        _ => value.get(step),
    })
}

/// Whether `unknown` is `path` or something that contains it.
fn covers(unknown: &str, path: &str) -> bool {
    path.strip_prefix(unknown)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::{Attribute, Plan};

    fn plan(json: &str) -> Plan {
        Plan::from_json(json).unwrap()
    }

    #[test]
    fn null_unknown_and_known_stay_apart() {
        let plan = plan(
            r#"{"schema":1,"resources":[{"address":"p.a","type":"p","change":"create",
                "planned":{"gpu":{"replicas":3,"models":null},"owner":null,"ownership":"x"},
                "unknown":["owner","gpu.models"]}]}"#,
        );
        let pool = plan.of_type("p").next().unwrap();
        assert_eq!(pool.number("gpu.replicas"), Attribute::Known(3));
        assert_eq!(pool.text("owner"), Attribute::Unknown);
        assert_eq!(pool.text("gpu.models.0"), Attribute::Unknown);
        assert_eq!(pool.text("ownership"), Attribute::Known("x"));
        assert_eq!(pool.text("purpose"), Attribute::Null);
    }

    #[test]
    fn what_is_deleted_is_not_judged() {
        let plan =
            plan(r#"{"schema":1,"resources":[{"address":"p.a","type":"p","change":"delete"}]}"#);
        assert_eq!(plan.of_type("p").count(), 0);
    }

    #[test]
    fn another_schema_is_named() {
        let failure = Plan::from_json(r#"{"schema":2,"resources":[]}"#).unwrap_err();
        assert_eq!(
            failure.message,
            "The plan document has schema 2, this plugin reads 1."
        );
    }
}
