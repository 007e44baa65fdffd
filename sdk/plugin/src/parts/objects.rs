//! Objects that a connector keeps on its platform: identities, grants, pools.

use serde_json::Value;

use crate::{Change, Connector, Desired, Failure, Managed, Stamp};

/// Keeps objects on a platform.
///
/// The host calls `read` and `plan` while planning, when it lets through no request that writes, and `apply` and
/// `delete` when the plan is carried out. A call may be repeated, with the same [`Stamp`].
///
/// ```no_run
/// use portcullis_plugin::{Change, Client, Connector, Failure, HttpAccess, Managed, Manifest, NoConfig, Objects, Stamp};
///
/// struct Pools;
///
/// impl Connector for Pools {
///     const MANIFEST: Manifest = Manifest::connector("pools", "1.0.0", "Keeps pools at Example")
///         .http(&[HttpAccess::new("https://api.example.com", &["GET", "PUT", "DELETE"], "/pools")])
///         .objects(&["pool"]);
///     type Config = NoConfig;
/// }
///
/// impl Pools {
///     const API: &str = "https://api.example.com/pools";
/// }
///
/// impl Objects for Pools {
///     fn read(_: &NoConfig, kind: &str, id: &str, name: &str) -> Result<Option<Managed>, Failure> {
///         let client = Client::new(Self::API);
///         let key = if id.is_empty() { name } else { id };
///         let response = client.send(client.get("").segment(key))?;
///         if response.status == 404 {
///             return Ok(None);
///         }
///         Ok(Some(Managed::new(kind, key, key, response.json()?)?))
///     }
///
///     fn apply(_: &NoConfig, _: Option<&Managed>, change: &Change, stamp: &Stamp) -> Result<Managed, Failure> {
///         let client = Client::new(Self::API);
///         let request = client.put("").segment(&change.name).token("idempotency-key", &stamp.token);
///         let made = client.send(request.body(change.attributes.clone()))?;
///         Managed::new(&change.kind, &change.name, &change.name, made.json()?)
///     }
///
///     fn delete(_: &NoConfig, prior: &Managed, _: &Stamp) -> Result<(), Failure> {
///         let client = Client::new(Self::API);
///         let response = client.send(client.delete("").segment(&prior.id))?;
///         if response.status == 404 { Ok(()) } else { response.success().map(drop) }
///     }
/// }
///
/// portcullis_plugin::export_connector!(Pools: Objects);
/// ```
pub trait Objects: Connector {
    /// The object by its id, or by its name when `id` is empty. None when the platform has no such object.
    ///
    /// # Errors
    /// When the platform gives no answer, which is not the same as none.
    fn read(
        config: &Self::Config,
        kind: &str,
        id: &str,
        name: &str,
    ) -> Result<Option<Managed>, Failure>;

    /// What has to change. Without a definition of your own every attribute that the configuration sets is compared
    /// with what the platform has, and one that differs is an update.
    ///
    /// # Errors
    /// When the platform cannot do what is desired; the message names the attribute.
    fn plan(
        config: &Self::Config,
        prior: Option<&Managed>,
        desired: &Desired,
    ) -> Result<Change, Failure> {
        let _ = config;
        compare(prior, desired)
    }

    /// Does it. A second call with the same token gives the same object and changes nothing.
    ///
    /// # Errors
    /// When the platform has not done it, or may not have.
    fn apply(
        config: &Self::Config,
        prior: Option<&Managed>,
        change: &Change,
        stamp: &Stamp,
    ) -> Result<Managed, Failure>;

    /// Deletes the object. One that is gone is a success.
    ///
    /// # Errors
    /// When the object is still there, or may be.
    fn delete(config: &Self::Config, prior: &Managed, stamp: &Stamp) -> Result<(), Failure>;
}

impl Managed {
    /// An object as the platform has it, without a revision.
    ///
    /// # Errors
    /// When `attributes` is no object.
    pub fn new(kind: &str, id: &str, name: &str, attributes: Value) -> Result<Self, Failure> {
        match attributes {
            Value::Object(members) => Ok(Self {
                kind: kind.to_owned(),
                id: id.to_owned(),
                name: name.to_owned(),
                attributes: Value::Object(members).to_string(),
                revision: String::new(),
            }),
            _ => Err(Failure::malformed(format!(
                "The {kind} `{name}` has attributes that are no JSON object."
            ))),
        }
    }
}

impl Change {
    /// A change of what is desired into that, with every attribute known.
    ///
    /// ```
    /// use portcullis_plugin::{Change, Desired};
    ///
    /// let desired = Desired { kind: "pool".into(), name: "a".into(), attributes: r#"{"size": 2}"#.into() };
    /// let change = Change { unknown: vec!["endpoint".into()], ..Change::new("create", &desired) };
    /// assert_eq!(change.action, "create");
    /// ```
    #[must_use]
    pub fn new(action: &str, desired: &Desired) -> Self {
        Self {
            action: action.to_owned(),
            kind: desired.kind.clone(),
            name: desired.name.clone(),
            attributes: desired.attributes.clone(),
            unknown: Vec::new(),
            replaced_by: Vec::new(),
        }
    }
}

/// The default of [`Objects::plan`].
fn compare(prior: Option<&Managed>, desired: &Desired) -> Result<Change, Failure> {
    let Some(prior) = prior else {
        return Ok(Change::new("create", desired));
    };
    let has: Value = serde_json::from_str(&prior.attributes)?;
    let wants: Value = serde_json::from_str(&desired.attributes)?;
    let action = if covers(&has, &wants) {
        "none"
    } else {
        "update"
    };
    Ok(Change {
        attributes: over(has, wants).to_string(),
        ..Change::new(action, desired)
    })
}

/// Whether every attribute that `wants` sets has that value in `has`, which may have more of them. Null sets nothing, and
/// numbers are compared by value.
///
/// ```
/// use portcullis_plugin::covers;
/// use serde_json::json;
///
/// assert!(covers(&json!({"size": 2.0, "id": "p-1"}), &json!({"size": 2, "zone": null})));
/// assert!(!covers(&json!({"size": 2}), &json!({"size": 3})));
/// ```
#[must_use]
pub fn covers(has: &Value, wants: &Value) -> bool {
    match (has, wants) {
        (_, Value::Null) => true,
        (Value::Object(has), Value::Object(wants)) => wants
            .iter()
            .all(|(name, wants)| covers(has.get(name).unwrap_or(&Value::Null), wants)),
        (Value::Array(has), Value::Array(wants)) => {
            has.len() == wants.len() && has.iter().zip(wants).all(|(has, wants)| covers(has, wants))
        }
        (Value::Number(has), Value::Number(wants)) => {
            has == wants || has.as_f64() == wants.as_f64()
        }
        (has, wants) => has == wants,
    }
}

/// What is wanted, and where nothing is wanted what there is.
fn over(has: Value, wants: Value) -> Value {
    match (has, wants) {
        (has, Value::Null) => has,
        (Value::Object(mut has), Value::Object(wants)) => {
            for (name, wants) in wants {
                let below = has.remove(&name).unwrap_or_default();
                has.insert(name, over(below, wants));
            }
            Value::Object(has)
        }
        (_, wants) => wants,
    }
}

#[cfg(test)]
mod tests {
    use super::compare;
    use crate::{Desired, Managed};
    use serde_json::{Value, json};

    fn plan(prior: Option<Value>, desired: &Value) -> (String, Value) {
        let prior = prior.map(|attributes| Managed::new("pool", "p-1", "a", attributes).unwrap());
        let desired = Desired {
            kind: "pool".to_owned(),
            name: "a".to_owned(),
            attributes: desired.to_string(),
        };
        let change = compare(prior.as_ref(), &desired).unwrap();
        (
            change.action,
            serde_json::from_str(&change.attributes).unwrap(),
        )
    }

    #[test]
    fn what_is_not_there_is_created_and_what_differs_is_updated() {
        let wants = json!({"size": 2, "gpu": {"model": "h200"}});
        assert_eq!(plan(None, &wants), ("create".to_owned(), wants.clone()));
        let has = json!({"id": "p-1", "size": 2.0, "gpu": {"model": "h200", "vendor": "nvidia"}});
        assert_eq!(plan(Some(has.clone()), &wants).0, "none");
        let (action, after) = plan(Some(has), &json!({"size": 3, "gpu": {"model": "h200"}}));
        assert_eq!(action, "update");
        assert_eq!(
            after,
            json!({"id": "p-1", "size": 3, "gpu": {"model": "h200", "vendor": "nvidia"}})
        );
    }

    #[test]
    fn a_list_is_compared_as_a_whole() {
        let has = json!({"zones": ["a", "b"]});
        assert_eq!(
            plan(Some(has.clone()), &json!({"zones": ["a"]})).0,
            "update"
        );
        assert_eq!(plan(Some(has), &json!({"zones": null})).0, "none");
    }
}
