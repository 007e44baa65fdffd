//! What a split gives the workload's role: its policy.

use portcullis_plugin::objects::{Document, Mark, Told, declared};
use portcullis_plugin::{Change, Desired, Failure, Managed, Stamp, now};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::GRANT;
use super::carrier::Carrier;
use super::compile::{Compiled, Split, compile, name_of, parse};
use super::mark;
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
    split: Split,
    policy: String,
}

impl Grant {
    /// # Errors
    /// When `settings` cannot be used.
    pub(super) fn new(workload: &str, attributes: &str) -> Result<Self, Failure> {
        let declared = declared(attributes)?;
        Ok(Self {
            split: parse(workload, &declared)?,
            policy: name_of(workload),
            workload: workload.to_owned(),
            declared,
        })
    }

    /// What the server is to hold once the split is applied.
    fn compiled(&self, api: &Api<'_>) -> Result<Compiled, Failure> {
        let carriers = Carrier::all(api, &self.workload, &self.split)?;
        compile(&self.workload, &self.split, &Carrier::mended(&carriers))
    }

    /// # Errors
    /// When the split cannot be compiled for this server, or a policy is there that is not ours.
    pub(super) fn plan(
        &self,
        api: &Api<'_>,
        prior: Option<&Managed>,
        desired: &Desired,
    ) -> Result<Change, Failure> {
        let compiled = self.compiled(api)?;
        let text = compiled.text.clone();
        let wanted = attributes(self.declared.clone(), compiled, &text);
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
        let Some(found) = text(api, &self.policy)? else {
            return Ok(None);
        };
        let (mark, _) = mark::of_comments(&found);
        let words = format!("The policy `{}`", self.policy);
        mark::check(mark.as_ref(), &words, &self.workload, stamp)?;
        Ok(mark)
    }

    /// # Errors
    /// When the policy is not ours, or the server does not take it.
    pub(super) fn apply(&self, api: &Api<'_>, stamp: &Stamp) -> Result<Managed, Failure> {
        let before = self.check(api, Some(stamp))?;
        let carriers = Carrier::all(api, &self.workload, &self.split)?;
        let compiled = compile(&self.workload, &self.split, &carriers)?;
        let mark = Mark::of(&self.workload, &self.declared, stamp, before.as_ref());
        let text = mark::comments(&mark) + &compiled.text;
        let path = ["sys", "policies", "acl", &self.policy];
        api.write::<Value>(&path, &json!({"policy": text}))?;
        for carrier in &carriers {
            carrier.mend(api, &self.workload)?;
        }
        managed(api, &self.policy, &text)?.ok_or_else(|| {
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
        name_of(name)
    } else {
        id.to_owned()
    };
    let Some(found) = text(api, &policy)? else {
        return Ok(None);
    };
    let managed = managed(api, &policy, &found)?;
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
    let (mark, _) = mark::of_comments(&found);
    if mark.as_ref().is_none_or(|mark| mark.workload != prior.name) {
        // Somebody made it theirs since; nothing of ours is left.
        return Ok(());
    }
    let words = format!("The policy `{}`", prior.id);
    mark::check(mark.as_ref(), &words, &prior.name, Some(stamp))?;
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

/// A policy as an object, with what becomes of each clause by the roles that the server has now; none when it is not ours.
fn managed(api: &Api<'_>, policy: &str, text: &str) -> Result<Option<Managed>, Failure> {
    let (mark, rest) = mark::of_comments(text);
    let Some(mark) = mark else {
        return Ok(None);
    };
    // What was declared may be none any more; then no clause of it is known to be held.
    let mut compiled = Compiled {
        policy: policy.to_owned(),
        text: String::new(),
        clauses: Vec::new(),
    };
    if let Ok(split) = parse(&mark.workload, &mark.declared) {
        let carriers = Carrier::all(api, &mark.workload, &split)?;
        compiled = compile(&mark.workload, &split, &carriers).unwrap_or(compiled);
    }
    let attributes = attributes(mark.declared, compiled, rest);
    Managed::new(GRANT, policy, &mark.workload, attributes).map(Some)
}

/// What was declared, what became of each clause, and what the text of the policy allows.
fn attributes(declared: Map<String, Value>, compiled: Compiled, text: &str) -> Value {
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
    let document = Document::new("policy", policy, text);
    let told = Told {
        account: None,
        allows,
        clauses: Some(compiled.clauses),
        documents: vec![document],
    };
    told.over(declared)
}
