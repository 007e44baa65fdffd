//! What a connector keeps of a resource, as the state has it.

use std::collections::BTreeMap;

use portcullis_plugin_host::Managed;
use serde_json::Value as Json;
use tfplugin::Schema;
use tfplugin::field::{Computed, Nested};

/// What connectors keep of a resource, by connector.
pub type Realized = BTreeMap<String, Nested<Realization>>;

/// What a connector keeps of a resource on its platform.
#[derive(Debug, Clone, Schema)]
pub struct Realization {
    /// The platform's own id.
    pub id: Computed<String>,
    /// The account by which facts about access of this connector know it; null for what is no account.
    pub account: Computed<String>,
    /// What the connector wrote, such as `Role infer/production.fraud-scorer.deploy`.
    pub documents: Computed<Vec<String>>,
    /// What it lets somebody do, as the platform has it, one line each; null where the connector does not say.
    pub allows: Computed<Vec<String>>,
    /// Who holds each clause of a split; null for what has no clauses.
    pub enforcement: Computed<Vec<Nested<Enforcement>>>,
}

/// Who holds one clause of a split.
#[derive(Debug, Clone, Schema)]
pub struct Enforcement {
    /// The clause, such as `deploy may rollout`.
    pub clause: Computed<String>,
    /// `enforced` by the platform; `mediated` by something that stands between; or `advisory`, which nobody holds.
    pub enforcement: Computed<String>,
    /// What holds it, such as `Role infer/production.fraud-scorer.deploy`; empty when nothing does.
    pub by: Computed<String>,
    /// Why it is no more than that; empty for what is enforced.
    pub reason: Computed<String>,
}

impl Realization {
    /// What the connector says of the object.
    pub(super) fn of(managed: &Managed) -> Self {
        let (attributes, mut made) = (&managed.attributes, Self::empty(&managed.id));
        if let Some(account) = attributes.get("account").and_then(Json::as_str) {
            made.account.set(account);
        }
        if attributes.get("documents").is_some() {
            made.documents.set(documents(attributes));
        }
        if let Some(lines) = lines(attributes) {
            made.allows.set(lines);
        }
        if let Some(clauses) = attributes.get("clauses").and_then(Json::as_array) {
            let clauses = clauses.iter().map(Enforcement::of).map(Nested);
            made.enforcement.set(clauses.collect::<Vec<_>>());
        }
        made
    }

    fn empty(id: &str) -> Self {
        Self {
            id: Computed::from(id.to_owned()),
            account: Computed::default(),
            documents: Computed::default(),
            allows: Computed::default(),
            enforcement: Computed::default(),
        }
    }

    /// The platform's own id; empty while there is none.
    pub(crate) fn id(&self) -> &str {
        self.id.known().map_or("", String::as_str)
    }

    /// The account by which facts about access know it.
    pub(crate) fn account(&self) -> Option<&str> {
        self.account.known().map(String::as_str)
    }
}

impl Enforcement {
    /// One clause as the connector wrote it; what it left out is the least that it can be.
    pub(crate) fn of(clause: &Json) -> Self {
        let text = |name: &str| clause.get(name).and_then(Json::as_str).unwrap_or_default();
        let enforcement = match text("enforcement") {
            known @ ("enforced" | "mediated") => known,
            _ => "advisory",
        };
        let field = |text: &str| Computed::from(text.to_owned());
        Self {
            clause: field(text("clause")),
            enforcement: field(enforcement),
            by: field(text("by")),
            reason: field(text("reason")),
        }
    }
}

/// What an object lets somebody do, sorted; `None` where the connector does not say.
pub(super) fn lines(attributes: &Json) -> Option<Vec<String>> {
    let lines = attributes.get("allows")?.as_array()?;
    let mut lines: Vec<String> = lines
        .iter()
        .filter_map(|line| Some(line.as_str()?.to_owned()))
        .collect();
    lines.sort();
    lines.dedup();
    Some(lines)
}

/// What an object consists of, such as `Role infer/production.fraud-scorer.deploy`.
pub(super) fn documents(attributes: &Json) -> Vec<String> {
    let documents = attributes.get("documents").and_then(Json::as_array);
    documents.into_iter().flatten().map(document).collect()
}

fn document(document: &Json) -> String {
    let text = |name: &str| {
        document
            .get(name)
            .and_then(Json::as_str)
            .unwrap_or_default()
    };
    format!("{} {}", text("kind"), text("name"))
}
