//! The JWT role of an identity: what it is to say, and what the server's says.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// What decides who logs in by a role and what that gives: everything of it that is compared and written.
const FIELDS: [&str; 15] = [
    "bound_audiences",
    "bound_claims",
    "bound_subject",
    "claim_mappings",
    "groups_claim",
    "role_type",
    "token_bound_cidrs",
    "token_explicit_max_ttl",
    "token_max_ttl",
    "token_no_default_policy",
    "token_num_uses",
    "token_period",
    "token_policies",
    "token_ttl",
    "user_claim",
];

/// A role, every field in one form, whichever of its forms the server gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct JwtRole(Map<String, Value>);

impl JwtRole {
    /// A role that takes the tokens of one subject and gives these policies for so long.
    pub(super) fn wanted(
        subject: &str,
        audiences: &BTreeSet<String>,
        policies: &BTreeSet<String>,
        ttl_seconds: u32,
    ) -> Self {
        Self::of(&json!({
            "role_type": "jwt",
            "user_claim": "sub",
            "bound_subject": subject,
            "bound_audiences": audiences,
            "token_policies": policies,
            "token_ttl": ttl_seconds,
            "token_max_ttl": ttl_seconds,
        }))
    }

    /// A role as the server has it.
    pub(super) fn of(data: &Value) -> Self {
        let field = |name: &&str| {
            let value = data.get(*name).unwrap_or(&Value::Null);
            ((*name).to_owned(), settled(name, value))
        };
        Self(FIELDS.iter().map(field).collect())
    }

    /// What is sent to make it so: fields that were left out would stay as they are.
    pub(super) fn body(&self) -> &Map<String, Value> {
        &self.0
    }

    /// Whether whoever logs in by it gets a policy.
    pub(super) fn has(&self, policy: &str) -> bool {
        self.texts("token_policies").contains(&policy)
    }

    /// The same role with one more policy.
    pub(super) fn with(mut self, policy: &str) -> Self {
        let mut policies: BTreeSet<&str> = self.texts("token_policies").into_iter().collect();
        policies.insert(policy);
        let policies = json!(policies);
        self.0.insert("token_policies".to_owned(), policies);
        self
    }

    /// The role as text for people.
    pub(super) fn text(&self) -> String {
        Value::Object(self.0.clone()).to_string()
    }

    fn texts(&self, name: &str) -> Vec<&str> {
        let list = self.0.get(name).and_then(Value::as_array);
        list.into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    }

    /// What it lets somebody do, a line each.
    pub(super) fn allows(&self, account: &str) -> Vec<String> {
        let text = |name: &str| self.0.get(name).and_then(Value::as_str).unwrap_or_default();
        let subject = match text("bound_subject") {
            "" => "anybody",
            subject => subject,
        };
        let audiences = match self.texts("bound_audiences") {
            audiences if audiences.is_empty() => "anybody".to_owned(),
            audiences => audiences.join(", "),
        };
        let claims = match self.0.get("bound_claims") {
            Some(Value::Object(claims)) if !claims.is_empty() => {
                format!(" with {}", Value::Object(claims.clone()))
            }
            _ => String::new(),
        };
        let mut allows = vec![format!(
            "a token of {subject} for {audiences}{claims} logs in as {account}"
        )];
        let policies = self.texts("token_policies").into_iter();
        allows.extend(policies.map(|policy| format!("{account} has policy {policy}")));
        allows
    }
}

/// A value in the one form that is compared: nothing is empty, and lists that are sets are in order.
fn settled(name: &str, value: &Value) -> Value {
    match (name, value) {
        ("bound_audiences" | "token_policies" | "token_bound_cidrs", value) => {
            let words = value
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str);
            json!(words.collect::<BTreeSet<&str>>())
        }
        ("bound_claims" | "claim_mappings", Value::Null) => json!({}),
        ("token_no_default_policy", Value::Null) => json!(false),
        ("bound_subject" | "groups_claim" | "role_type" | "user_claim", Value::Null) => json!(""),
        (_, Value::Null) => json!(0),
        (_, value) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::JwtRole;
    use serde_json::json;
    use std::collections::BTreeSet;

    #[test]
    fn what_the_server_gives_back_is_what_was_wanted() {
        let set = |words: &[&str]| {
            words
                .iter()
                .map(|&word| word.to_owned())
                .collect::<BTreeSet<_>>()
        };
        let wanted = JwtRole::wanted("s", &set(&["bao"]), &set(&["b", "a"]), 900);
        let given = JwtRole::of(&json!({
            "role_type": "jwt", "user_claim": "sub", "bound_subject": "s", "bound_audiences": ["bao"],
            "bound_claims": null, "claim_mappings": null, "groups_claim": "", "token_policies": ["b", "a"],
            "token_ttl": 900, "token_max_ttl": 900, "token_period": 0, "token_num_uses": 0,
            "token_explicit_max_ttl": 0, "token_bound_cidrs": [], "token_no_default_policy": false, "max_age": 0,
        }));
        assert_eq!(given, wanted);
        let less = JwtRole::wanted("s", &set(&["bao"]), &set(&["a"]), 900);
        assert!(less.has("a") && !less.has("b") && !less.has(""));
        assert_eq!(less.with("b"), wanted);
        assert_eq!(
            wanted.allows("role:r"),
            [
                "a token of s for bao logs in as role:r",
                "role:r has policy a",
                "role:r has policy b"
            ]
        );
        let widened =
            JwtRole::of(&json!({"bound_claims": {"a": "b"}, "token_policies": ["admin"]}));
        assert_ne!(widened, wanted);
        assert_eq!(
            widened.allows("role:r"),
            [
                "a token of anybody for anybody with {\"a\":\"b\"} logs in as role:r",
                "role:r has policy admin"
            ]
        );
    }
}
