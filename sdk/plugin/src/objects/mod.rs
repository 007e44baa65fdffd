//! What a connector is told of identities and splits, and what it tells of them: the attributes of part
//! [`Objects`](trait@crate::Objects), which `sdk/objects.md` describes, as types.
//!
//! A connector is a compiler from a [`Split`] to what its platform has. It owes the host one [`Clause`] for each [`Term`]:
//!
//! ```
//! use portcullis_plugin::objects::{Clause, Split, Term, declared};
//! use serde::Deserialize;
//!
//! #[derive(Deserialize)]
//! #[serde(deny_unknown_fields)]
//! struct Settings {
//!     project: String,
//! }
//!
//! # fn main() -> Result<(), portcullis_plugin::Failure> {
//! let attributes = r#"{
//!     "workload": "production/fraud", "accounts": ["sa:fraud@acme"],
//!     "deploy": {"subjects": ["group:ml-release"], "may": ["rollout"]},
//!     "runtime": {"read": ["secret:models/fraud"]},
//!     "settings": {"project": "acme"}
//! }"#;
//! let hint = "Write `settings = { project = \"...\" }`.";
//! let split: Split<Settings> = Split::parse("production/fraud", &declared(attributes)?, hint)?;
//! let clauses: Vec<Clause> = split
//!     .terms()
//!     .map(|term| match term {
//!         Term::Read(object) => Clause::enforced(&term, &format!("binding of {object}"), ""),
//!         _ => Clause::advisory(&term, "this platform keeps secrets and nothing else"),
//!     })
//!     .collect();
//! let told: Vec<&str> = clauses.iter().map(|clause| clause.clause.as_str()).collect();
//! assert_eq!(told, ["deploy may rollout", "deploy stays out of runtime", "runtime read secret:models/fraud"]);
//! assert_eq!(split.settings.project, "acme");
//! # Ok(())
//! # }
//! ```

mod clause;
mod identity;
mod mark;
mod split;
mod term;
mod told;

pub use clause::{Clause, Enforcement};
pub use identity::Identity;
pub use mark::Mark;
pub use split::{Deploy, Runtime, Split, Use};
pub use term::Term;
pub use told::{Document, Told, declared};

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::Failure;

/// The connector's own words. Where the configuration has none they are an empty object, so that a struct of defaults reads.
fn settings<S: DeserializeOwned>(
    what: &str,
    declared: &Map<String, Value>,
    hint: &str,
) -> Result<S, Failure> {
    let settings = match declared.get("settings") {
        None | Some(Value::Null) => Value::Object(Map::new()),
        Some(settings) => settings.clone(),
    };
    serde_json::from_value(settings)
        .map_err(|error| unusable(what, &error.to_string()).remedy(hint))
}

fn unusable(what: &str, why: &str) -> Failure {
    Failure::config(format!("`settings` of the {what} cannot be used: {why}."))
}
