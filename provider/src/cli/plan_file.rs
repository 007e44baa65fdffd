//! A saved plan, as `terraform show -json` prints it.

use std::path::{Path as FilePath, PathBuf};

use portcullis_model::Instant;
use serde::Deserialize;
use serde_json::Value as Json;
use tfplugin::field::At;
use tfplugin::value::{Refinement, Type, json};
use tfplugin::{Diagnostics, Provider, Resource, Stop, Value};

use super::Failure;
use crate::board::Declared;
use crate::config::ProviderBlock;
use crate::lifecycle::Recorded as _;
use crate::promised::Promised;
use crate::resources::{GpuPool, Grant, Group, PermissionSplit, WorkloadIdentity};

/// The part of a saved plan that is about our resources.
#[derive(Debug, Deserialize)]
pub(crate) struct PlanFile {
    #[serde(default)]
    resource_changes: Vec<ResourceChange>,
    #[serde(default)]
    timestamp: Option<Instant>,
    #[serde(skip)]
    path: PathBuf,
}

#[derive(Debug, Deserialize)]
struct ResourceChange {
    address: String,
    #[serde(rename = "type")]
    type_name: String,
    change: Change,
}

#[derive(Debug, Deserialize)]
struct Change {
    before: Json,
    after: Json,
    #[serde(default)]
    after_unknown: Json,
}

/// One resource of the plan.
#[derive(Debug)]
pub(crate) struct Planned<R> {
    /// Its address, module path and instance key included.
    pub(crate) address: String,
    /// What is there; `None` for a create.
    pub(crate) before: Option<R>,
    /// What will be.
    pub(crate) after: R,
}

impl PlanFile {
    /// Reads the file.
    pub(crate) fn read(path: &FilePath) -> Result<Self, Failure> {
        let unreadable = |found: String| {
            Failure::Answer(format!(
                "Plan cannot be read\n\nAsked to check `{}`; {found}.\n\nMake the file with `terraform plan -out=tfplan` \
                 and `terraform show -json tfplan >plan.json`.\n\nplan-unreadable",
                path.display()
            ))
        };
        let text = std::fs::read(path).map_err(|error| unreadable(error.to_string()))?;
        let mut plan: Self = serde_json::from_slice(&text)
            .map_err(|error| unreadable(format!("it is not a plan: {error}")))?;
        path.clone_into(&mut plan.path);
        Ok(plan)
    }

    /// The resources of type `R` that will be there after the plan.
    pub(crate) fn resources<R: Resource>(&self) -> Result<Vec<Planned<R>>, Failure> {
        let type_name = format!("{}_{}", ProviderBlock::NAME, R::NAME);
        let staying =
            |one: &&ResourceChange| one.type_name == type_name && !one.change.after.is_null();
        let resources = self.resource_changes.iter().filter(staying).map(|one| {
            let before = (!one.change.before.is_null())
                .then(|| self.decode(&one.address, &one.change.before, &Json::Null));
            Ok(Planned {
                address: one.address.clone(),
                before: before.transpose()?,
                after: self.decode(&one.address, &one.change.after, &one.change.after_unknown)?,
            })
        });
        resources.collect()
    }

    /// Where it was read from.
    pub(crate) fn path(&self) -> &FilePath {
        &self.path
    }

    /// When it was made; plans of Terraform before 1.5 do not say.
    pub(crate) fn made_at(&self) -> Option<Instant> {
        self.timestamp
    }

    /// What the plan declares. What it takes away, or leaves unknown, is taken out of `promised`: what the ledger has now will
    /// not hold.
    pub(crate) fn declared(&self, promised: &mut Promised) -> Result<Declared, Failure> {
        let mut declared = Declared::default();
        for gone in self.removed::<Group>()? {
            let group = gone.declaration()?.0;
            promised.owners.remove(&format!("group {group}"));
            promised.groups.remove(&group);
        }
        for gone in self.removed::<WorkloadIdentity>()? {
            promised.workloads.remove(&gone.declaration(&[])?.0);
        }
        for gone in self.removed::<PermissionSplit>()? {
            promised.splits.remove(gone.workload.get()?.value());
        }
        for gone in self.removed::<Grant>()? {
            promised.grants.remove(&gone.key()?);
        }
        for gone in self.removed::<GpuPool>()? {
            let pool = gone.key()?;
            promised.owners.remove(&format!("GPU pool {pool}"));
            promised.pools.remove(&pool);
            promised.recorded_pools.remove(&pool);
            promised.reservations.remove(&pool);
        }
        for grant in self.resources::<Grant>()? {
            if let (Ok(key), Ok(one)) = (grant.after.key(), grant.after.declaration()) {
                declared.grants.insert(key, one);
            }
        }
        for group in self.resources::<Group>()? {
            match group.after.declaration() {
                Ok((subject, members)) => {
                    if let Some(owner) = group.after.owner.known() {
                        let what = format!("group {subject}");
                        declared.owners.insert(what, owner.value().clone());
                    }
                    declared.groups.insert(subject, members);
                }
                Err(Stop::Deferred) => {
                    if let Some(before) = &group.before {
                        promised.groups.remove(&before.declaration()?.0);
                    }
                }
                Err(failed) => return Err(failed.into()),
            }
        }
        for identity in self.resources::<WorkloadIdentity>()? {
            if let Ok((key, workload)) = identity.after.declaration(&[]) {
                declared.workloads.insert(key, workload);
            }
        }
        for split in self.resources::<PermissionSplit>()? {
            let Ok(key) = split.after.workload.get() else {
                continue;
            };
            let known = declared.workloads.get(key.value());
            let known = known.or_else(|| promised.workloads.get(key.value()));
            let subjects = known.map(|one| one.subjects.clone()).unwrap_or_default();
            if let Ok(one) = split.after.declaration(subjects) {
                declared.splits.insert(key.value().clone(), one);
            }
        }
        Ok(declared)
    }

    /// The resources of type `R` that are there before the plan and not after it, as they are before.
    fn removed<R: Resource>(&self) -> Result<Vec<R>, Failure> {
        let type_name = format!("{}_{}", ProviderBlock::NAME, R::NAME);
        let gone = self.resource_changes.iter().filter(|one| {
            one.type_name == type_name && one.change.after.is_null() && !one.change.before.is_null()
        });
        gone.map(|one| self.decode(&one.address, &one.change.before, &Json::Null))
            .collect()
    }

    fn decode<R: Resource>(
        &self,
        address: &str,
        stored: &Json,
        unknown: &Json,
    ) -> Result<R, Failure> {
        let refused = |found: String| {
            Failure::Answer(format!(
                "Plan holds a resource that cannot be read\n\n`{address}` in `{}` does not have the attributes of this \
                 version of portcullis: {found}.\n\nUse the version of the provider that made the plan.\n\nplan-unreadable",
                self.path.display()
            ))
        };
        let mut value = json::decode_shown(stored, &R::block().implied_type())
            .map_err(|error| refused(error.to_string()))?;
        mark(&mut value, unknown);
        let mut said = Diagnostics::new();
        R::decode(&value, &At::root(), &mut said).ok_or_else(|| {
            let texts: Vec<String> = said.iter().map(|one| one.summary.clone()).collect();
            refused(texts.join("; "))
        })
    }
}

/// Makes unknown what `after_unknown` says is; the plan leaves such values out.
fn mark(value: &mut Value, unknown: &Json) {
    match (value, unknown) {
        (value, Json::Bool(true)) => *value = Value::Unknown(Refinement::default()),
        (Value::Dynamic(typed), unknown) => mark_shown(&mut typed.ty, &mut typed.value, unknown),
        (Value::Map(entries), Json::Object(unknown)) => {
            for (name, unknown) in unknown {
                if let Some(entry) = entries.get_mut(name) {
                    mark(entry, unknown);
                }
            }
        }
        (Value::List(items), Json::Array(unknown)) => {
            for (item, unknown) in items.iter_mut().zip(unknown) {
                mark(item, unknown);
            }
        }
        _ => {}
    }
}

/// The same in a value that has the type it was shown with, which knows nothing of what was left out.
fn mark_shown(ty: &mut Type, value: &mut Value, unknown: &Json) {
    match (ty, value, unknown) {
        (ty, value, Json::Bool(true)) => {
            *ty = Type::Dynamic;
            *value = Value::Unknown(Refinement::default());
        }
        (Type::Object(ty), Value::Map(entries), Json::Object(unknown)) => {
            for (name, unknown) in unknown {
                let ty = ty.attributes.entry(name.clone()).or_insert(Type::Dynamic);
                let entry = entries.entry(name.clone()).or_insert(Value::Null);
                mark_shown(ty, entry, unknown);
            }
        }
        (Type::Tuple(types), Value::List(items), Json::Array(unknown)) => {
            for ((ty, item), unknown) in types.iter_mut().zip(items).zip(unknown) {
                mark_shown(ty, item, unknown);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Refinement, Type, Value, json, mark};

    #[test]
    fn what_is_left_out_of_the_settings_of_a_target_is_unknown() {
        let shown = json!({"settings": {"words": ["a", null]}});
        let mut value = json::decode_shown(&shown, &Type::Dynamic).unwrap();
        mark(
            &mut value,
            &json!({"settings": {"role": true, "words": [false, true]}}),
        );
        let Value::Dynamic(typed) = value else {
            panic!("{value:?}");
        };
        let unknown = || Value::Unknown(Refinement::default());
        let words = Value::List(vec![Value::string("a"), unknown()]);
        let settings =
            Value::Map([("role".to_owned(), unknown()), ("words".to_owned(), words)].into());
        assert_eq!(
            typed.value,
            Value::Map([("settings".to_owned(), settings)].into())
        );
        let words = json!(["tuple", ["string", "dynamic"]]);
        let settings = json!(["object", {"role": "dynamic", "words": words}]);
        assert_eq!(
            typed.ty.to_json(),
            json!(["object", {"settings": settings}])
        );
    }
}
