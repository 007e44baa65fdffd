//! Roles of auth methods: who may log in by each, and what that gives.

use std::collections::BTreeMap;

use portcullis_plugin::{AccessPage, Edge, Failure};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::mount::Mount;
use super::{Reading, federated, holds, subject};
use crate::api::Api;
use crate::named;

/// What a role says, whatever its method: each has some of it.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Role {
    #[serde(default, deserialize_with = "words")]
    token_policies: Vec<String>,
    /// What the above was called first.
    #[serde(default, deserialize_with = "words")]
    policies: Vec<String>,
    #[serde(default)]
    token_no_default_policy: bool,
    #[serde(default)]
    pub(super) bound_subject: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) bound_claims: BTreeMap<String, Value>,
    #[serde(default)]
    user_claim: String,
    #[serde(default, deserialize_with = "words")]
    pub(super) bound_service_account_names: Vec<String>,
    #[serde(default, deserialize_with = "words")]
    pub(super) bound_service_account_namespaces: Vec<String>,
    #[serde(default)]
    pub(super) bound_service_account_namespace_selector: String,
    #[serde(default, deserialize_with = "words")]
    allowed_policies: Vec<String>,
    #[serde(default, deserialize_with = "words")]
    allowed_policies_glob: Vec<String>,
}

/// Tells of one role. One that was removed since it was listed is passed over.
///
/// # Errors
/// When it cannot be read.
pub(super) fn read(
    reading: &mut Reading,
    api: &Api<'_>,
    mount: &Mount,
    folder: &str,
    name: &str,
    page: &mut AccessPage,
) -> Result<(), Failure> {
    let namespace = &mount.namespace;
    let Some(role) = api.read::<Role>(namespace, &mount.below(&[folder, name]))? else {
        return Ok(());
    };
    let path = format!("{}/{folder}/{name}", mount.path);
    let id = named::role(&path, namespace);
    let source = format!("role {namespace}{path}");
    subject(&id, "role", &path, page);
    let edge = |from: &str, condition: &str| Edge {
        source: source.clone(),
        condition: condition.to_owned(),
        ..Edge::new(from, "assumes", &id)
    };
    let known = reading
        .policies
        .get(namespace)
        .map_or(&[][..], Vec::as_slice);
    if mount.kind.ends_with("token") {
        // A token is made elsewhere than its role is written.
        let made = named::role(&format!("{}/create/{name}", mount.path), namespace);
        subject(&made, "role", name, page);
        let mut policies = matching(&role.allowed_policies_glob, known);
        policies.extend(role.allowed_policies);
        let with_default = !role.token_no_default_policy;
        holds(&made, &policies, with_default, namespace, &source, page);
        page.edges.push(Edge {
            source: source.clone(),
            ..Edge::new(&id, "assumes", &made)
        });
        return Ok(());
    }
    for shown in federated::shown(&role, mount) {
        page.edges.push(edge(&shown.token, &shown.condition));
    }
    match (mount.kind.as_str(), folder) {
        ("ldap", "users") => page.edges.push(edge(&format!("user:{name}"), "")),
        ("ldap", "groups") => page.edges.push(edge(&format!("group:{name}"), "")),
        _ => {}
    }
    let mut policies = [role.token_policies, role.policies].concat();
    policies.sort();
    policies.dedup();
    // A name with a template is that of any policy that could come of it.
    let (templates, mut policies): (Vec<_>, Vec<_>) =
        policies.into_iter().partition(|name| name.contains("{{"));
    let templates: Vec<String> = templates.iter().map(|name| starred(name)).collect();
    policies.extend(matching(&templates, known));
    let with_default = !role.token_no_default_policy;
    holds(&id, &policies, with_default, namespace, &source, page);
    let aliases = reading.mounts.entry(mount.accessor.clone()).or_default();
    if mount.shows_tokens() && !aliases.claims.contains(&role.user_claim) {
        aliases.claims.push(role.user_claim);
    }
    if matches!(mount.kind.as_str(), "approle" | "cert") {
        aliases.roles.push(id);
    }
    Ok(())
}

/// The names of policies that match one of some patterns with stars.
fn matching(patterns: &[String], known: &[String]) -> Vec<String> {
    let fits = |name: &&String| patterns.iter().any(|pattern| glob(pattern, name));
    known.iter().filter(fits).cloned().collect()
}

/// Whether a text is one of those that a pattern with stars names.
pub(super) fn glob(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    true
}

/// A template as a pattern of what could come of it.
fn starred(template: &str) -> String {
    let mut pattern = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        pattern.push_str(before);
        pattern.push('*');
        rest = after.split_once("}}").map_or("", |(_, after)| after);
    }
    pattern + rest
}

/// A list of words, which some versions write as one text with commas, and none as null.
fn words<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Words {
        List(Vec<String>),
        Text(String),
    }
    let words = match Option::deserialize(deserializer)? {
        None => Vec::new(),
        Some(Words::List(words)) => words,
        Some(Words::Text(text)) => text.split(',').map(|word| word.trim().to_owned()).collect(),
    };
    Ok(words.into_iter().filter(|word| !word.is_empty()).collect())
}

fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::{glob, starred};

    #[test]
    fn stars_stand_for_any_text() {
        for (pattern, name, fits) in [
            ("a*", "abc", true),
            ("*", "", true),
            ("a*c*e", "abcde", true),
            ("a*c*e", "abde", false),
            ("a", "ab", false),
            ("*ab", "aab", true),
            ("x*", "ab", false),
        ] {
            assert_eq!(glob(pattern, name), fits, "{pattern} {name}");
        }
        assert_eq!(starred("team-{{claim}}-ro"), "team-*-ro");
    }
}
