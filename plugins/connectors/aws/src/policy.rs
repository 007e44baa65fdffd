//! Policy documents.

use portcullis_plugin::Failure;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A policy, as far as it allows and denies.
#[derive(Debug, Deserialize)]
pub(crate) struct Policy {
    #[serde(rename = "Statement")]
    statements: OneOrMany<Statement>,
}

/// A statement of a policy.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Statement {
    pub(crate) effect: Effect,
    action: Option<OneOrMany<String>>,
    not_action: Option<OneOrMany<String>>,
    resource: Option<OneOrMany<String>>,
    not_resource: Option<OneOrMany<String>>,
    pub(crate) principal: Option<Principal>,
    pub(crate) not_principal: Option<Value>,
    #[serde(default)]
    condition: Map<String, Value>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub(crate) enum Effect {
    Allow,
    Deny,
}

/// Whom a trust policy is about.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Principal {
    /// `*`, which is all that stands here without a kind.
    Text(String),
    /// Names by kind: `AWS`, `Service`, `Federated`.
    Named(std::collections::BTreeMap<String, OneOrMany<String>>),
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    pub(crate) fn as_slice(&self) -> &[T] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
}

/// What a statement says of actions or resources.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Scope<'a> {
    /// Each of these patterns.
    Of(&'a [String]),
    /// Everything that none of these patterns matches.
    AllBut(&'a [String]),
}

impl Principal {
    /// Whether it is everybody.
    pub(crate) fn is_everybody(&self) -> bool {
        let is_star = |names: &OneOrMany<String>| names.as_slice().iter().any(|name| name == "*");
        match self {
            Self::Text(all) => all == "*",
            Self::Named(named) => named.get("AWS").is_some_and(is_star),
        }
    }
}

impl Policy {
    /// Reads a document, percent-encoded or not; `of` is whose it is.
    ///
    /// # Errors
    /// When it is no policy: what it would allow or deny is not known then.
    pub(crate) fn parse(document: &str, of: &str) -> Result<Self, Failure> {
        let plain = match document.starts_with('{') {
            true => document.to_owned(),
            false => decoded(document),
        };
        serde_json::from_str(&plain).map_err(|error| {
            Failure::malformed(format!(
                "The {of}, of {} bytes, cannot be understood, so that nobody can say what it allows: {error}.",
                plain.len()
            ))
        })
    }

    pub(crate) fn statements(&self) -> &[Statement] {
        self.statements.as_slice()
    }
}

impl Statement {
    /// Its actions.
    ///
    /// # Errors
    /// When it has none, or two kinds; `of` is whose statement it is.
    pub(crate) fn actions(&self, of: &str) -> Result<Scope<'_>, Failure> {
        scope(self.action.as_ref(), self.not_action.as_ref()).ok_or_else(|| {
            Failure::malformed(format!(
                "A statement of the {of} does not have either `Action` or `NotAction`."
            ))
        })
    }

    /// Its resources.
    ///
    /// # Errors
    /// As [`Statement::actions`].
    pub(crate) fn resources(&self, of: &str) -> Result<Scope<'_>, Failure> {
        scope(self.resource.as_ref(), self.not_resource.as_ref()).ok_or_else(|| {
            Failure::malformed(format!(
                "A statement of the {of} does not have either `Resource` or `NotResource`."
            ))
        })
    }

    /// Its condition as JSON text, empty without one.
    pub(crate) fn condition(&self) -> String {
        if self.condition.is_empty() {
            return String::new();
        }
        Value::Object(self.condition.clone()).to_string()
    }

    /// Operators of the condition with their keys and values.
    pub(crate) fn conditions(&self) -> impl Iterator<Item = (&str, &str, &Value)> {
        self.condition.iter().flat_map(|(operator, keys)| {
            let keys = keys.as_object().into_iter().flatten();
            keys.map(move |(key, value)| (operator.as_str(), key.as_str(), value))
        })
    }
}

fn scope<'a>(
    of: Option<&'a OneOrMany<String>>,
    all_but: Option<&'a OneOrMany<String>>,
) -> Option<Scope<'a>> {
    match (of, all_but) {
        (Some(of), None) => Some(Scope::Of(of.as_slice())),
        (None, Some(all_but)) => Some(Scope::AllBut(all_but.as_slice())),
        _ => None,
    }
}

/// A text without percent-encoding; what is no encoding stays as it is, and is then no JSON either.
pub(crate) fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let code = tail
            .get(..2)
            .filter(|_| *first == b'%')
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match code {
            Some(byte) => {
                bytes.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::{Effect, Policy, Scope};

    #[test]
    fn one_statement_or_many_plain_or_encoded() {
        let plain = r#"{"Statement":{"Effect":"Deny","NotAction":"s3:*","Resource":["a","b"]}}"#;
        let encoded: String = plain.bytes().map(|byte| format!("%{byte:02X}")).collect();
        for document in [plain, &encoded] {
            let policy = Policy::parse(document, "policy p").unwrap();
            let [statement] = policy.statements() else {
                panic!("{policy:?}")
            };
            assert_eq!(statement.effect, Effect::Deny);
            let actions = statement.actions("policy p").unwrap();
            assert!(matches!(actions, Scope::AllBut([one]) if one == "s3:*"));
            let resources = statement.resources("policy p").unwrap();
            assert!(matches!(resources, Scope::Of([a, b]) if a == "a" && b == "b"));
        }
    }

    #[test]
    fn what_is_no_policy_is_a_failure_and_never_a_policy_with_less() {
        for document in [
            "",
            "{",
            "%7B",
            "[]",
            r#"{"Version":"2012-10-17"}"#,
            r#"{"Statement":[{"Action":"*","Resource":"*"}]}"#,
            r#"{"Statement":[{"Effect":"deny","Action":"*","Resource":"*"}]}"#,
            r#"{"Statement":[{"Effect":"Deny","Effect":"Allow","Action":"*","Resource":"*"}]}"#,
            r#"{"Statement":[{"Effect":"Deny","Action":{"a":1},"Resource":"*"}]}"#,
            r#"{"Statement":[{"Effect":"Deny","Action":[1],"Resource":"*"}]}"#,
            r#"{"Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":"never"}]}"#,
        ] {
            let failure = Policy::parse(document, "policy p of role r").unwrap_err();
            assert_eq!(failure.kind, "malformed", "{document}");
            assert!(
                failure.message.contains("policy p of role r"),
                "{failure:?}"
            );
        }
        let both =
            r#"{"Statement":{"Effect":"Allow","Action":"*","NotAction":"a","Resource":"*"}}"#;
        let policy = Policy::parse(both, "policy p").unwrap();
        assert!(policy.statements()[0].actions("policy p").is_err());
        let neither = r#"{"Statement":{"Effect":"Allow","Action":"*"}}"#;
        let policy = Policy::parse(neither, "policy p").unwrap();
        assert!(policy.statements()[0].resources("policy p").is_err());
    }

    #[test]
    fn a_policy_as_deep_as_its_sender_likes_is_refused() {
        let deep = format!(
            r#"{{"Statement":{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{}1{}}}}}"#,
            r#"{"a":"#.repeat(10_000),
            "}".repeat(10_000)
        );
        assert_eq!(
            Policy::parse(&deep, "policy p").unwrap_err().kind,
            "malformed"
        );
    }
}
