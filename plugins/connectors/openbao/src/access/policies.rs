//! ACL policies: what each allows on which paths.

use portcullis_plugin::{AccessPage, Failure, Permission, now};
use serde::{Deserialize, Serialize};

use super::{FACTS, subject};
use crate::api::Api;
use crate::named;
use crate::policy::{Rule, rules};

/// The policy that allows everything and has no text.
const ROOT: &str = "root";
const EVERYTHING: [&str; 8] = [
    "create", "delete", "list", "patch", "read", "scan", "sudo", "update",
];
/// Longest path that is told as it is: the host cuts longer texts.
const PATH_BYTES: usize = 900;
/// Makes a path one that begins so and gives whatever follows, and takes nothing from others.
const UNTOLD_REST: &str = "{{not told}}";

#[derive(Debug, Deserialize)]
struct Text {
    #[serde(default)]
    policy: String,
}

/// What of a policy is still to be told.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Untold {
    id: String,
    source: String,
    namespace: String,
    /// The next one is the last.
    rules: Vec<Rule>,
}

/// Tells of one policy, and gives what does not fit on the page.
///
/// # Errors
/// When it cannot be read, or its text is none that the server of today would take.
pub(super) fn read(
    api: &Api<'_>,
    namespace: &str,
    name: &str,
    page: &mut AccessPage,
) -> Result<Option<Untold>, Failure> {
    let Some(text) = api.read::<Text>(namespace, &["sys", "policies", "acl", name])? else {
        // Removed since it was listed: nobody holds it any more.
        return Ok(None);
    };
    let id = named::policy(name, namespace);
    subject(&id, "role", name, page);
    let mut rules = if name == ROOT {
        vec![Rule {
            path: "*".to_owned(),
            capabilities: EVERYTHING.map(str::to_owned).to_vec(),
            condition: String::new(),
            expires_at: None,
        }]
    } else {
        rules(&text.policy, now()).map_err(|malformed| {
            Failure::malformed(format!(
                "The text of policy `{namespace}{}` cannot be read: {malformed}.",
                name.escape_debug()
            ))
            .remedy("Write the policy again as HCL or JSON that the server takes.")
        })?
    };
    rules.reverse();
    let untold = Untold {
        id,
        source: format!("policy {namespace}{name}"),
        namespace: namespace.to_owned(),
        rules,
    };
    Ok(tell(untold, page))
}

/// Tells as much as fits on the page, and gives the rest.
pub(super) fn tell(mut untold: Untold, page: &mut AccessPage) -> Option<Untold> {
    while page.permissions.len() < FACTS {
        let rule = untold.rules.pop()?;
        untold.tell(rule, page);
    }
    (!untold.rules.is_empty()).then_some(untold)
}

impl Untold {
    fn tell(&self, rule: Rule, page: &mut AccessPage) {
        let mut path = format!("{}{}", self.namespace, rule.path);
        let is_whole = is_tellable(&path);
        if !is_whole {
            path = beginning(&path);
        }
        for capability in rule.capabilities {
            let takes = matches!(capability.as_str(), "deny" | "none");
            if takes && !is_whole {
                // What is not told exactly may take from others what the rule itself does not.
                continue;
            }
            let effect = if capability == "deny" {
                "deny"
            } else {
                "allow"
            };
            page.permissions.push(Permission {
                effect: effect.to_owned(),
                condition: rule.condition.clone(),
                source: self.source.clone(),
                expires_at: rule.expires_at,
                ..Permission::allow(&self.id, &capability, &path)
            });
        }
    }
}

/// Whether the host keeps a path as it is: it cuts long texts, and writes some characters otherwise.
fn is_tellable(path: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_graphic() || c == ' ' || c.is_alphanumeric();
    path.len() <= PATH_BYTES
        && path.chars().all(is_plain)
        && !path.contains("##")
        && !path.starts_with("::")
}

/// The beginning of a path that cannot be told as a whole.
fn beginning(path: &str) -> String {
    let mut beginning = String::new();
    for c in path.chars() {
        let whole = beginning.len() + c.len_utf8() <= PATH_BYTES;
        beginning.push(c);
        if !whole || !is_tellable(&beginning) {
            beginning.pop();
            break;
        }
    }
    beginning + UNTOLD_REST
}

#[cfg(test)]
mod tests {
    use super::{Untold, tell};
    use crate::policy::Rule;
    use portcullis_plugin::AccessPage;

    fn told(path: &str, capabilities: &[&str]) -> Vec<String> {
        let untold = Untold {
            id: "policy:a".to_owned(),
            source: "policy a".to_owned(),
            namespace: "team/".to_owned(),
            rules: vec![Rule {
                path: path.to_owned(),
                capabilities: capabilities.iter().map(|&one| one.to_owned()).collect(),
                condition: String::new(),
                expires_at: None,
            }],
        };
        let mut page = AccessPage::empty(0);
        assert!(tell(untold, &mut page).is_none());
        let told = page.permissions.into_iter();
        told.map(|one| format!("{} {} {}", one.effect, one.operation, one.object))
            .collect()
    }

    #[test]
    fn a_path_that_cannot_be_told_gives_more_and_takes_nothing() {
        assert_eq!(told("a/+/b*", &["read"]), ["allow read team/a/+/b*"]);
        assert_eq!(told("a/ü", &["deny"]), ["deny deny team/a/ü"]);
        assert_eq!(told("a", &["none"]), ["allow none team/a"]);
        assert_eq!(
            told("a\nb/c", &["list", "read"]),
            [
                "allow list team/a{{not told}}",
                "allow read team/a{{not told}}"
            ]
        );
        assert_eq!(told("a\u{202e}b", &["deny"]), Vec::<String>::new());
        let long = "x".repeat(2_000);
        let found = told(&long, &["read"]);
        assert!(
            found[0].len() < 1_000 && found[0].ends_with("x{{not told}}"),
            "{found:?}"
        );
        assert_eq!(told(&long, &["none"]), Vec::<String>::new());
    }
}
