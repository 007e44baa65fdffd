//! What a split gives the workload's role: its policy.

use portcullis_plugin::{Change, Desired, Failure, Managed, Stamp, now};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::GRANT;
use super::compile::{Compiled, compile};
use super::mark::{self, Mark};
use crate::api::Api;
use crate::policy::rules;

#[derive(Debug, Deserialize)]
struct Policy {
    policy: String,
}

/// A split as it is wanted.
#[derive(Debug)]
pub(super) struct Grant {
    workload: String,
    declared: Map<String, Value>,
    compiled: Compiled,
}

impl Grant {
    /// # Errors
    /// When the split cannot be compiled for this server.
    pub(super) fn new(workload: &str, attributes: &str) -> Result<Self, Failure> {
        let mut declared: Map<String, Value> = serde_json::from_str(attributes)?;
        for added in ["allows", "clauses", "documents"] {
            declared.shift_remove(added);
        }
        Ok(Self {
            workload: workload.to_owned(),
            compiled: compile(workload, &declared)?,
            declared,
        })
    }

    /// # Errors
    /// When a policy is there that is not ours.
    pub(super) fn plan(
        &self,
        api: &Api<'_>,
        prior: Option<&Managed>,
        desired: &Desired,
    ) -> Result<Change, Failure> {
        let wanted = attributes(self.declared.clone(), &self.compiled, &self.compiled.text);
        let action = match prior {
            None => {
                self.check(api, None)?;
                "create"
            }
            Some(prior) if serde_json::from_str::<Value>(&prior.attributes)? == wanted => "none",
            Some(_) => "update",
        };
        let mut change = Change::new(action, desired);
        change.attributes = wanted.to_string();
        Ok(change)
    }

    fn check(&self, api: &Api<'_>, stamp: Option<&Stamp>) -> Result<Option<Mark>, Failure> {
        let Some(found) = text(api, &self.compiled.policy)? else {
            return Ok(None);
        };
        let (mark, _) = Mark::of_comments(&found);
        let words = format!("policy `{}`", self.compiled.policy);
        mark::check(&words, mark.as_ref(), &self.workload, stamp)?;
        Ok(mark)
    }

    /// # Errors
    /// When the policy is not ours, or the server does not take it.
    pub(super) fn apply(&self, api: &Api<'_>, stamp: &Stamp) -> Result<Managed, Failure> {
        let before = self.check(api, Some(stamp))?;
        let mark = Mark::of(&self.workload, &self.declared, stamp, before.as_ref());
        let text = mark.comments() + &self.compiled.text;
        let path = ["sys", "policies", "acl", &self.compiled.policy];
        api.write::<Value>(&path, &json!({"policy": text}))?;
        managed(&self.compiled.policy, &text)?.ok_or_else(|| {
            Failure::internal("A policy does not carry the mark that was just written.")
        })
    }
}

/// The policy of a split, by its name or else the workload's key.
///
/// # Errors
/// When the server gives no answer.
pub(super) fn read(api: &Api<'_>, id: &str, name: &str) -> Result<Option<Managed>, Failure> {
    let policy = if id.is_empty() {
        super::compile::name_of(name)
    } else {
        id.to_owned()
    };
    let Some(found) = text(api, &policy)? else {
        return Ok(None);
    };
    let managed = managed(&policy, &found)?;
    Ok(managed.filter(|managed| name.is_empty() || managed.name == name))
}

/// Deletes the policy, and with it what everybody held by it: the server asks for policies anew at each request.
///
/// # Errors
/// When it is another's, or is still there.
pub(super) fn delete(api: &Api<'_>, prior: &Managed, stamp: &Stamp) -> Result<(), Failure> {
    let Some(found) = text(api, &prior.id)? else {
        return Ok(());
    };
    let (mark, _) = Mark::of_comments(&found);
    if mark.as_ref().is_none_or(|mark| mark.workload != prior.name) {
        // Somebody made it theirs since; nothing of ours is left.
        return Ok(());
    }
    let words = format!("policy `{}`", prior.id);
    mark::check(&words, mark.as_ref(), &prior.name, Some(stamp))?;
    api.delete(&["sys", "policies", "acl", &prior.id])?;
    if text(api, &prior.id)?.is_none() {
        return Ok(());
    }
    Err(Failure::refused(format!(
        "The policy `{}` was deleted and is there again.",
        prior.id
    ))
    .remedy("Find out who writes it, and run it again."))
}

fn text(api: &Api<'_>, policy: &str) -> Result<Option<String>, Failure> {
    let found: Option<Policy> = api.read(&api.namespace(), &["sys", "policies", "acl", policy])?;
    Ok(found.map(|found| found.policy))
}

/// A policy as an object; none when it is not ours.
fn managed(policy: &str, text: &str) -> Result<Option<Managed>, Failure> {
    let (mark, rest) = Mark::of_comments(text);
    let Some(mark) = mark else {
        return Ok(None);
    };
    let compiled = compile(&mark.workload, &mark.declared).unwrap_or_else(|_| Compiled {
        policy: policy.to_owned(),
        text: String::new(),
        clauses: Vec::new(),
    });
    let attributes = attributes(mark.declared, &compiled, rest);
    Managed::new(GRANT, policy, &mark.workload, attributes).map(Some)
}

/// What was declared, what became of each clause, and what the text of the policy allows.
fn attributes(mut declared: Map<String, Value>, compiled: &Compiled, text: &str) -> Value {
    let policy = &compiled.policy;
    let allows = match rules(text, now()) {
        Ok(rules) => rules
            .iter()
            .flat_map(|rule| {
                let capabilities = rule.capabilities.iter();
                capabilities.map(|one| format!("policy {policy} allows {one} on {}", rule.path))
            })
            .collect(),
        Err(malformed) => vec![format!(
            "policy {policy} allows what cannot be read: {malformed}"
        )],
    };
    declared.insert("allows".to_owned(), json!(allows));
    declared.insert("clauses".to_owned(), json!(compiled.clauses));
    declared.insert(
        "documents".to_owned(),
        json!([{"kind": "policy", "name": policy, "text": text}]),
    );
    Value::Object(declared)
}
