//! What a connector tells of an object beside what was declared of it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Clause;
use crate::Failure;

/// What connectors add to the attributes that the host desired.
const ADDED: [&str; 5] = ["account", "allows", "clauses", "documents", "facts"];

/// One thing that a connector writes, in the platform's own form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// `Role`, `TrustPolicy`, `policy` ...
    pub kind: String,
    /// Its name on the platform, `infer/production.fraud.deploy`.
    pub name: String,
    /// What is in it.
    pub text: String,
}

impl Document {
    /// A document.
    #[must_use]
    pub fn new(kind: &str, name: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            kind: kind.to_owned(),
            name: name.into(),
            text: text.into(),
        }
    }
}

impl Document {
    /// The documents among the attributes of an object that this connector told of; none where it has none.
    ///
    /// # Errors
    /// Of kind `malformed` when `attributes` is no JSON object, or its documents are none.
    pub fn all(attributes: &str) -> Result<Vec<Self>, Failure> {
        #[derive(Deserialize)]
        struct Attributes {
            #[serde(default)]
            documents: Vec<Document>,
        }
        let attributes: Attributes = serde_json::from_str(attributes)?;
        Ok(attributes.documents)
    }
}

/// What a connector tells of an object: as it will be, in a change, or as the platform has it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Told {
    /// Of an identity: the subject by which this connector's facts about access know it.
    pub account: Option<String>,
    /// What the object lets somebody do, a line each. Lines that appear are widened, lines that vanish narrowed.
    pub allows: Vec<String>,
    /// Of a split: every clause of it, once.
    pub clauses: Option<Vec<Clause>>,
    /// What is written.
    pub documents: Vec<Document>,
}

impl Told {
    /// The attributes of the object: what was declared, and this.
    #[must_use]
    pub fn over(self, mut declared: Map<String, Value>) -> Value {
        let mut add = |name: &str, value: Value| drop(declared.insert(name.to_owned(), value));
        if let Some(account) = self.account {
            add("account", json!(account));
        }
        add("allows", json!(self.allows));
        if let Some(clauses) = self.clauses {
            add("clauses", json!(clauses));
        }
        add("documents", json!(self.documents));
        Value::Object(declared)
    }
}

/// The attributes that the host desired, of a desired object or of the change that came of it: without what connectors add.
///
/// # Errors
/// Of kind `malformed` when `attributes` is no JSON object.
pub fn declared(attributes: &str) -> Result<Map<String, Value>, Failure> {
    let mut declared: Map<String, Value> = serde_json::from_str(attributes)?;
    for added in ADDED {
        declared.shift_remove(added);
    }
    Ok(declared)
}

#[cfg(test)]
mod tests {
    use super::{Document, Told, declared};
    use crate::objects::{Clause, Term};

    #[test]
    fn what_is_told_can_be_taken_off_again() {
        let desired = declared(r#"{"workload": "a/b", "settings": {"account": "kept"}}"#).unwrap();
        let told = Told {
            account: Some("sa:a".to_owned()),
            allows: vec!["sa:a may read b".to_owned()],
            clauses: Some(vec![Clause::advisory(&Term::Read("b"), "why")]),
            documents: vec![Document::new("Role", "a", "{}")],
        };
        let attributes = told.over(desired.clone());
        assert_eq!(attributes["clauses"][0]["enforcement"], "advisory");
        assert_eq!(attributes["documents"][0]["name"], "a");
        let attributes = attributes.to_string();
        assert_eq!(Document::all(&attributes).unwrap().len(), 1);
        assert_eq!(declared(&attributes).unwrap(), desired);
        assert_eq!(declared("[]").unwrap_err().kind, "malformed");
    }

    #[test]
    fn an_identity_has_no_clauses() {
        let attributes = Told::default().over(serde_json::Map::new());
        assert!(attributes.get("clauses").is_none() && attributes.get("account").is_none());
        assert!(attributes["allows"].is_array());
    }
}
