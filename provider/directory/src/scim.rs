//! What a SCIM 2.0 server (RFC 7643, RFC 7644) says of users and groups.

use std::collections::BTreeMap;

use portcullis_model::visible;
use serde::Deserialize;
use serde_json::Value;

use crate::directory::{Directory, Member};
use crate::fault::{Problem, SHOWN_CHARS};

const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// Further attributes are the server's own, and say nothing about membership.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct List {
    total_results: usize,
    #[serde(default, rename = "Resources")]
    resources: Vec<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    id: String,
    user_name: String,
    /// A server need not say it.
    #[serde(default = "yes")]
    active: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    id: String,
    display_name: String,
    /// Absent where the query left it out, which does not mean that nobody is in it.
    members: Option<Vec<Reference>>,
}

#[derive(Debug, Deserialize)]
struct Reference {
    value: String,
    display: Option<String>,
}

const fn yes() -> bool {
    true
}

/// Somebody that the export describes.
enum Described {
    User { name: String, is_active: bool },
    Group { name: String },
}

/// Everything that the export holds, page by page.
#[derive(Default)]
struct Export {
    users: Vec<User>,
    groups: Vec<Group>,
}

/// Whether a file is an export of a SCIM server rather than a directory in our own words.
pub(crate) fn is_scim(value: &Value) -> bool {
    value.is_array() || value.get("schemas").is_some()
}

/// Reads an export out of a file called `file`.
pub(crate) fn parse(value: &Value, file: &str, directory: &mut Directory) -> Result<(), Problem> {
    let mut export = Export::default();
    match value {
        Value::Array(values) => {
            let mut promised = BTreeMap::new();
            for value in values {
                export.take(value, &mut promised)?;
            }
            complete(&promised)?;
        }
        value => {
            let mut promised = BTreeMap::new();
            export.take(value, &mut promised)?;
            complete(&promised)?;
        }
    }
    export.describe(file, directory)
}

/// Of each kind of resource how many the server has, and how many are there.
type Promised = BTreeMap<&'static str, (usize, usize)>;

fn complete(promised: &Promised) -> Result<(), Problem> {
    match promised.iter().find(|(_, (has, found))| found < has) {
        None => Ok(()),
        Some((kind, (has, found))) => Err(Problem::Incomplete(format!(
            "the server has {has} {kind}, the file {found} of them"
        ))),
    }
}

impl Export {
    fn take(&mut self, value: &Value, promised: &mut Promised) -> Result<(), Problem> {
        if !has_schema(value, LIST) {
            return self.resource(value).map(drop);
        }
        let list: List = read(value)?;
        // A page of nothing does not say of what.
        let mut kind = "resources";
        for resource in &list.resources {
            kind = self.resource(resource)?;
        }
        let (has, found) = promised.entry(kind).or_default();
        *has = list.total_results.max(*has);
        *found += list.resources.len();
        Ok(())
    }

    fn resource(&mut self, value: &Value) -> Result<&'static str, Problem> {
        if has_schema(value, USER) {
            self.users.push(read(value)?);
            return Ok("users");
        }
        if has_schema(value, GROUP) {
            self.groups.push(read(value)?);
            return Ok("groups");
        }
        let found = value.get("schemas").unwrap_or(value).to_string();
        let allowed = "a SCIM 2.0 ListResponse, User or Group, by its `schemas`";
        Err(Problem::Value { found, allowed })
    }

    fn describe(self, file: &str, directory: &mut Directory) -> Result<(), Problem> {
        let mut known: BTreeMap<&str, Described> = BTreeMap::new();
        for user in &self.users {
            let described = Described::User {
                name: format!("user:{}", user.user_name),
                is_active: user.active,
            };
            known.insert(&user.id, described);
        }
        for group in &self.groups {
            let name = format!("group:{}", group.display_name);
            known.insert(&group.id, Described::Group { name });
        }
        for group in &self.groups {
            let Some(members) = &group.members else {
                continue;
            };
            let name = format!("group:{}", group.display_name);
            directory.group(&name);
            for reference in members {
                let subject = match known.get(reference.value.as_str()) {
                    Some(Described::Group { name }) => name,
                    // Nobody can sign in as a user who is not active.
                    Some(Described::User {
                        is_active: false, ..
                    }) => continue,
                    Some(Described::User { name, .. }) => name,
                    None => return Err(absent(group, reference)),
                };
                let member = Member {
                    subject: subject.clone(),
                    source: format!("{file} group {}", group.id),
                    until: None,
                };
                directory.member(&name, member)?;
            }
        }
        Ok(())
    }
}

fn absent(group: &Group, reference: &Reference) -> Problem {
    let member = reference.display.as_ref().unwrap_or(&reference.value);
    Problem::Incomplete(format!(
        "the group `{}` has the member `{}`, whom the file does not describe",
        visible(&group.display_name, SHOWN_CHARS),
        visible(member, SHOWN_CHARS),
    ))
}

fn has_schema(value: &Value, schema: &str) -> bool {
    let schemas = value.get("schemas").and_then(Value::as_array);
    schemas.is_some_and(|schemas| schemas.iter().any(|one| one == schema))
}

fn read<'a, T: Deserialize<'a>>(value: &'a Value) -> Result<T, Problem> {
    T::deserialize(value).map_err(|error| Problem::Syntax(error.to_string()))
}
