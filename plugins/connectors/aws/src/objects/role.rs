//! A role as IAM has it.

use portcullis_plugin::Failure;
use serde_json::Value;

use super::mark::Tags;
use crate::api::Service;
use crate::policy::decoded;
use crate::xml::{self, Element};

/// A role as IAM has it.
#[derive(Debug)]
pub(super) struct Role {
    pub(super) arn: String,
    pub(super) trust: Value,
    pub(super) boundary: Option<String>,
    pub(super) tags: Tags,
}

/// The role of that name.
///
/// # Errors
/// When the service refuses, or answers what is none.
pub(super) fn get(iam: &Service<'_>, name: &str) -> Result<Option<Role>, Failure> {
    let Some(text) = iam.find("GetRole", &[("RoleName", name)])? else {
        return Ok(None);
    };
    let document = xml::parse(&text, "GetRole")?;
    let role = Element::root(&document).find("Role").ok_or_else(|| {
        Failure::malformed(format!("`GetRole` was answered without the role `{name}`."))
    })?;
    let trust = value(role.needed("AssumeRolePolicyDocument")?)?;
    let boundary = role.child("PermissionsBoundary");
    let boundary = boundary.map(|boundary| boundary.needed("PermissionsBoundaryArn"));
    let tags = role
        .list("Tags")
        .map(|tag| Ok((tag.needed("Key")?.to_owned(), tag.text("Value").to_owned())));
    Ok(Some(Role {
        arn: role.needed("Arn")?.to_owned(),
        trust,
        boundary: boundary.transpose()?.map(str::to_owned),
        tags: tags.collect::<Result<Tags, Failure>>()?,
    }))
}

/// Names of the roles under a path.
///
/// # Errors
/// As [`get`].
pub(super) fn names_under(iam: &Service<'_>, path: &str) -> Result<Vec<String>, Failure> {
    let text = iam.get("ListRoles", &[("PathPrefix", path)])?;
    let document = xml::parse(&text, "ListRoles")?;
    let result = Element::root(&document).find("ListRolesResult");
    let result = result
        .ok_or_else(|| Failure::malformed("`ListRoles` was answered with something else."))?;
    let roles = result.list("Roles");
    roles
        .map(|role| Ok(role.needed("RoleName")?.to_owned()))
        .collect()
}

/// The texts of a list of that operation about a role: `element` of each item, or the item itself.
///
/// # Errors
/// As [`get`].
pub(super) fn listed(
    iam: &Service<'_>,
    operation: &str,
    role: &str,
    (list, element): (&str, &str),
) -> Result<Vec<String>, Failure> {
    let Some(text) = iam.find(operation, &[("RoleName", role), ("MaxItems", "1000")])? else {
        return Ok(Vec::new());
    };
    let document = xml::parse(&text, operation)?;
    let result = Element::root(&document)
        .find(&format!("{operation}Result"))
        .ok_or_else(|| {
            Failure::malformed(format!("`{operation}` was answered with something else."))
        })?;
    if result.text("IsTruncated") == "true" {
        return Err(Failure::limit(format!(
            "The role `{role}` has more than 1000 of what `{operation}` lists."
        )));
    }
    let items = result.list(list);
    items
        .map(|item| match element {
            "" => Ok(item.own_text().to_owned()),
            element => Ok(item.needed(element)?.to_owned()),
        })
        .collect()
}

/// The policy of that name that is a role's own; none when role or policy is not there.
///
/// # Errors
/// As [`get`].
pub(super) fn policy(iam: &Service<'_>, role: &str, name: &str) -> Result<Option<Value>, Failure> {
    let parameters = [("RoleName", role), ("PolicyName", name)];
    let Some(text) = iam.find("GetRolePolicy", &parameters)? else {
        return Ok(None);
    };
    let document = xml::parse(&text, "GetRolePolicy")?;
    let result = Element::root(&document).find("GetRolePolicyResult");
    let result = result
        .ok_or_else(|| Failure::malformed("`GetRolePolicy` was answered with something else."))?;
    value(result.needed("PolicyDocument")?).map(Some)
}

/// A document, percent-encoded or not.
fn value(document: &str) -> Result<Value, Failure> {
    Ok(match document.starts_with('{') {
        true => serde_json::from_str(document)?,
        false => serde_json::from_str(&decoded(document))?,
    })
}

/// Whether a text can be the name of a role.
pub(super) fn is_name(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    !text.is_empty() && text.len() <= 64 && text.chars().all(plain)
}

/// The name of the role of an ARN.
pub(super) fn name_of(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

/// A document with its keys in order, so that equal ones have equal texts.
pub(super) fn canonical(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort();
            let sorted = names.into_iter().filter_map(|name| {
                let member = members.get(name)?;
                Some((name.clone(), canonical(member)))
            });
            Value::Object(sorted.collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(canonical).collect()),
        other => other.clone(),
    }
}
