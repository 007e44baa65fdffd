//! A split on the cluster: its documents, read, compared, written and removed together.

use portcullis_plugin::objects::{Clause, Document as Text, Enforcement, Told, declared};
use portcullis_plugin::{Change, Desired, Failure, Managed, Stamp};
use serde_json::{Map, Value};

use super::allows::allows;
use super::compile::{Compiled, Document, Ground, base, compile, places};
use super::facts::facts;
use super::mark::{self, Owner};
use super::place::{ADMISSION_POLICY, Place, ROLE, is_name, set};
use super::split::{self, Settings};
use super::store::Store;
use super::{GRANT, admission};
use crate::Config;

/// A split as it is wanted on this cluster.
#[derive(Debug)]
pub(super) struct Grant {
    name: String,
    settings: Settings,
    declared: Map<String, Value>,
    compiled: Compiled,
}

impl Grant {
    /// # Errors
    /// When `settings` cannot be used, or the cluster does not say what it has.
    pub(super) fn of(
        store: &Store<'_>,
        config: &Config,
        desired: &Desired,
    ) -> Result<Self, Failure> {
        let declared = declared(&desired.attributes)?;
        Self::new(store, config, &desired.name, declared)
    }

    /// What a change leads to.
    ///
    /// # Errors
    /// As [`Grant::of`].
    pub(super) fn of_change(
        store: &Store<'_>,
        config: &Config,
        change: &Change,
    ) -> Result<Self, Failure> {
        Self::new(store, config, &change.name, declared(&change.attributes)?)
    }

    fn new(
        store: &Store<'_>,
        config: &Config,
        name: &str,
        declared: Map<String, Value>,
    ) -> Result<Self, Failure> {
        let split = split::parse(name, &declared)?;
        let ground = Ground {
            has_admission: store.serves(&ADMISSION_POLICY)?,
            assumed_by: &config.assumed_by,
        };
        Ok(Self {
            name: name.to_owned(),
            compiled: compile(name, &split, &ground),
            settings: split.settings,
            declared,
        })
    }

    fn id(&self) -> String {
        format!("{}/{}", self.settings.namespace, base(&self.name))
    }

    pub(super) fn plan(
        &self,
        store: &Store<'_>,
        prior: Option<&Managed>,
        desired: &Desired,
    ) -> Result<Change, Failure> {
        let found = Found::at(store, &self.name, &self.settings.namespace)?;
        for (place, object) in &found.foreign {
            mark::check(place, object, &self.name, None)?;
        }
        let moves = prior.is_some_and(|prior| prior.id != self.id());
        let action = match prior {
            None => "create",
            Some(_) if moves => "replace",
            Some(_) if self.is(&found) => "none",
            Some(_) => "update",
        };
        let documents = &self.compiled.documents;
        let mut attributes = attributes(
            self.declared.clone(),
            documents,
            &self.compiled.clauses,
            restricts(documents),
        );
        set(
            &mut attributes,
            &["facts"],
            facts(documents, &self.settings)?,
        );
        let mut change = Change::new(action, desired);
        change.attributes = attributes.to_string();
        if moves {
            change.replaced_by = vec!["settings.namespace".to_owned()];
        }
        Ok(change)
    }

    /// Whether the cluster has the wanted documents, and no other one of this split.
    fn is(&self, found: &Found) -> bool {
        let wanted = &self.compiled.documents;
        found.declared == self.declared
            && found.documents.len() == wanted.len()
            && wanted.iter().all(|wanted| found.has(wanted))
    }

    /// Writes every document, what restricts before what allows, and removes those that are not wanted any more.
    pub(super) fn apply(
        &self,
        store: &Store<'_>,
        config: &Config,
        prior: Option<&Managed>,
        stamp: &Stamp,
    ) -> Result<Managed, Failure> {
        let owner = Owner {
            workload: &self.name,
            declared: &self.declared,
        };
        for document in &self.compiled.documents {
            store.ensure(&document.place, &owner, stamp, &|object| {
                for (name, value) in document.content.as_object().into_iter().flatten() {
                    set(object, &[name], value.clone());
                }
            })?;
        }
        let surplus = places(&self.name, &self.settings.namespace);
        let wanted = |place: &Place| {
            let documents = &self.compiled.documents;
            documents.iter().any(|document| document.place == *place)
        };
        remove(
            store,
            &self.name,
            surplus.iter().filter(|place| !wanted(place)),
            stamp,
        )?;
        if let Some(prior) = prior.filter(|prior| prior.id != self.id()) {
            delete(store, prior, stamp)?;
        }
        let made = read(store, config, &self.id(), &self.name)?;
        made.ok_or_else(|| {
            Failure::unreachable(format!(
                "The documents of the split `{}` were written, and were gone again right afterwards.",
                self.name
            ))
            .remedy("Find out who removes them, and try again.")
        })
    }
}

/// What the cluster has of a split.
struct Found {
    documents: Vec<Document>,
    /// Objects at its places that are not its.
    foreign: Vec<(Place, Value)>,
    /// As what it was declared.
    declared: Map<String, Value>,
    revision: String,
}

impl Found {
    fn at(store: &Store<'_>, name: &str, namespace: &str) -> Result<Self, Failure> {
        let mut found = Self {
            documents: Vec::new(),
            foreign: Vec::new(),
            declared: Map::new(),
            revision: String::new(),
        };
        let mut revisions = Vec::new();
        for place in places(name, namespace) {
            let Some(object) = store.get(&place)? else {
                continue;
            };
            let Some(mark) = mark::of(&object).filter(|mark| mark.workload == name) else {
                found.foreign.push((place, object));
                continue;
            };
            if place == anchor(name, namespace) {
                found.declared = mark.declared;
            }
            let revision = object.pointer("/metadata/resourceVersion");
            revisions.push(
                revision
                    .and_then(Value::as_str)
                    .unwrap_or_default()
                    .to_owned(),
            );
            found.documents.push(Document {
                content: content(&object),
                place,
            });
        }
        found.revision = revisions.join(".");
        Ok(found)
    }

    fn has(&self, wanted: &Document) -> bool {
        let mut documents = self.documents.iter();
        documents.any(|found| found.place == wanted.place && found.is(wanted))
    }
}

impl Document {
    fn is(&self, wanted: &Self) -> bool {
        if wanted.content.get("spec").is_some() {
            return admission::is_intact(&self.content, &wanted.content);
        }
        self.content == wanted.content
    }
}

/// The document that every split has, and that says as what it was declared.
fn anchor(name: &str, namespace: &str) -> Place {
    Place::namespaced(&ROLE, namespace, &format!("{}.deploy", base(name)))
}

/// What is in an object beside kind, metadata and what the server alone writes.
fn content(object: &Value) -> Value {
    let mut members = object.as_object().cloned().unwrap_or_default();
    for other in ["apiVersion", "kind", "metadata", "status"] {
        members.shift_remove(other);
    }
    Value::Object(members)
}

/// The split by the id or else the name, as the cluster has it.
pub(super) fn read(
    store: &Store<'_>,
    config: &Config,
    id: &str,
    name: &str,
) -> Result<Option<Managed>, Failure> {
    let Some((namespace, name)) = located(store, id, name)? else {
        return Ok(None);
    };
    let found = Found::at(store, &name, &namespace)?;
    if found.documents.is_empty() {
        return Ok(None);
    }
    // What was declared says which documents there should be; without it none is known to hold anything.
    let wanted = split::parse(&name, &found.declared).ok().map(|split| {
        let has_admission = store.serves(&ADMISSION_POLICY)?;
        let ground = Ground {
            has_admission,
            assumed_by: &config.assumed_by,
        };
        Ok::<_, Failure>(compile(&name, &split, &ground))
    });
    let mut clauses = Vec::new();
    let mut is_restricted = false;
    if let Some(wanted) = wanted.transpose()? {
        let policies = wanted
            .documents
            .iter()
            .filter(|one| one.content.get("spec").is_some());
        is_restricted = restricts(&wanted.documents) && policies.clone().all(|one| found.has(one));
        let lost: Vec<String> = wanted
            .documents
            .iter()
            .filter(|one| !found.has(one))
            .map(|one| one.place.words())
            .collect();
        clauses.extend(
            wanted
                .clauses
                .into_iter()
                .map(|clause| without(clause, &lost)),
        );
    }
    let id = format!("{namespace}/{}", base(&name));
    let attributes = attributes(found.declared, &found.documents, &clauses, is_restricted);
    Ok(Some(Managed {
        revision: found.revision,
        ..Managed::new(GRANT, &id, &name, attributes)?
    }))
}

/// A clause, when these documents are not what they should be.
fn without(clause: Clause, lost: &[String]) -> Clause {
    let same = |words: &String| {
        // A role without its binding holds as little as one that is gone.
        let (mine, theirs) = (clause.by.split(' ').nth(1), words.split(' ').nth(1));
        !clause.by.is_empty() && mine == theirs
    };
    match lost.iter().find(|words| same(words)) {
        None => clause,
        Some(words) => Clause {
            enforcement: Enforcement::Advisory,
            by: String::new(),
            reason: format!("{words} is gone or was changed by somebody"),
            ..clause
        },
    }
}

/// Namespace and name of a split, by its id or by its mark.
fn located(store: &Store<'_>, id: &str, name: &str) -> Result<Option<(String, String)>, Failure> {
    if let Some((namespace, base_of)) = id.split_once('/') {
        let name = match name {
            "" => base_of.replacen('.', "/", 1),
            name => name.to_owned(),
        };
        return Ok((is_name(namespace) && is_name(base_of)).then(|| (namespace.to_owned(), name)));
    }
    let ours = store.list(&ROLE, &[("labelSelector", mark::SELECTOR)])?;
    let found = ours.iter().find_map(|role| {
        let text = |at: &str| role.pointer(at).and_then(Value::as_str);
        let namespace = text("/metadata/namespace")?;
        let is_anchor = text("/metadata/name")? == anchor(name, namespace).name();
        let is_its = mark::of(role).is_some_and(|mark| mark.workload == name);
        (is_anchor && is_its).then(|| namespace.to_owned())
    });
    Ok(found.map(|namespace| (namespace, name.to_owned())))
}

/// Removes every document of a split, what allows before what restricts.
///
/// # Errors
/// When the server refuses or is not there.
pub(super) fn delete(store: &Store<'_>, prior: &Managed, stamp: &Stamp) -> Result<(), Failure> {
    let Some((namespace, _)) = prior.id.split_once('/').filter(|(name, _)| is_name(name)) else {
        return Err(Failure::internal(format!(
            "The host asked to delete the split `{}` by the id `{}`, which is no `<namespace>/<name>`.",
            prior.name,
            prior.id.escape_debug()
        )));
    };
    let all = places(&prior.name, namespace);
    remove(store, &prior.name, all.iter().rev(), stamp)
}

fn remove<'p>(
    store: &Store<'_>,
    name: &str,
    places: impl Iterator<Item = &'p Place>,
    stamp: &Stamp,
) -> Result<(), Failure> {
    for place in places {
        let Some(object) = store.get(place)? else {
            continue;
        };
        // What is somebody else's stays.
        if mark::of(&object).is_some_and(|mark| mark.workload == name) {
            mark::check(place, &object, name, Some(stamp))?;
            store.delete(place, &object)?;
        }
    }
    Ok(())
}

/// Whether the documents have a policy that restricts pod templates.
fn restricts(documents: &[Document]) -> bool {
    documents
        .iter()
        .any(|one| one.place.kind() == &ADMISSION_POLICY)
}

/// What was declared, with the documents, what they let somebody do, and who holds each clause.
fn attributes(
    declared: Map<String, Value>,
    documents: &[Document],
    clauses: &[Clause],
    is_restricted: bool,
) -> Value {
    let texts = documents.iter().map(|one| {
        let mut text = one.place.bare();
        for (name, value) in one.content.as_object().into_iter().flatten() {
            set(&mut text, &[name], value.clone());
        }
        Text::new(one.place.kind().name, one.place.id(), text.to_string())
    });
    let told = Told {
        account: None,
        allows: allows(documents, is_restricted),
        clauses: Some(clauses.to_vec()),
        documents: texts.collect(),
    };
    told.over(declared)
}
