//! Directories in JSON: ours, or what a SCIM server answers.

use std::fmt;
use std::marker::PhantomData;

use jiff::Timestamp;
use portcullis_model::{Owner, Subject};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;

use crate::directory::{Directory, Member};
use crate::fault::{Fault, Problem};
use crate::scim;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    observed_at: Option<Timestamp>,
    #[serde(default)]
    groups: Entries<Vec<String>>,
    #[serde(default)]
    owners: Entries<String>,
}

/// Every member of an object, in order. Of a key that is there twice a map would keep one value, and lose members.
#[derive(Debug)]
struct Entries<T>(Vec<(String, T)>);

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor(PhantomData))
    }
}

struct EntriesVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for EntriesVisitor<T> {
    type Value = Entries<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Entries(entries))
    }
}

/// Reads a file called `name`; when it was true, if it says so.
pub(crate) fn parse(
    text: &str,
    name: &str,
    directory: &mut Directory,
) -> Result<Option<Timestamp>, Fault> {
    let value: Value = serde_json::from_str(text).map_err(|error| syntax(&error))?;
    if scim::is_scim(&value) {
        scim::parse(&value, name, directory).map_err(|problem| (None, problem))?;
        return Ok(None);
    }
    // From the text and not from the value, so that a mistake has its line, and no key that is there twice is lost.
    let document: Document = serde_json::from_str(text).map_err(|error| syntax(&error))?;
    let observed_at = document.observed_at;
    let taken = document.take(name, directory);
    taken
        .map(|()| observed_at)
        .map_err(|problem| (None, problem))
}

impl Document {
    fn take(self, name: &str, directory: &mut Directory) -> Result<(), Problem> {
        for (label, members) in self.groups.0 {
            let group = group(&label)?;
            directory.group(&group);
            for member in members {
                let subject: Subject = member.parse().map_err(Problem::from)?;
                let member = Member {
                    subject: subject.to_string(),
                    source: name.to_owned(),
                    until: None,
                };
                directory.member(&group, member)?;
            }
        }
        for (subject, owner) in self.owners.0 {
            let subject: Subject = subject.parse().map_err(Problem::from)?;
            let owner: Owner = owner.parse().map_err(Problem::from)?;
            directory.owner(subject.to_string(), owner.to_string())?;
        }
        Ok(())
    }
}

/// A group, with or without `group:` before its name.
pub(crate) fn group(text: &str) -> Result<String, Problem> {
    let text = if text.starts_with("group:") {
        text.to_owned()
    } else {
        format!("group:{text}")
    };
    let group: Subject = text.parse().map_err(Problem::from)?;
    Ok(group.to_string())
}

fn syntax(error: &serde_json::Error) -> Fault {
    let message = error.to_string();
    let message = message
        .rsplit_once(" at line ")
        .map_or(message.as_str(), |(message, _)| message);
    (
        Some(error.line() as u64),
        Problem::Syntax(message.to_owned()),
    )
}
