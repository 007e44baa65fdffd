//! Importing a managed resource: only what identifies it is set; the read that follows does the rest.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::engine::{Shape, typed};
use crate::outcome::Stop;
use crate::resource::Resource;
use crate::value::Value;

/// What names the object to import.
pub(crate) enum ImportKey {
    /// The ID in `terraform import` or in an `import` block.
    Id(String),
    /// The identity in an `import` block.
    Identity(Value),
}

pub(super) fn import<R: Resource>(shape: &Shape, key: ImportKey) -> Result<Value, Diagnostics> {
    let mut said = Diagnostics::new();
    let (parts, id) = match key {
        ImportKey::Identity(Value::Map(parts)) => (parts, None),
        ImportKey::Identity(_) => return Err(no_identity(shape).into()),
        ImportKey::Id(id) => (named_by(shape, &id), Some(id)),
    };
    let Some(mut imported) = typed::<R>(&Value::Map(parts.clone()), &mut said) else {
        return Err(said);
    };
    if let Some(id) = id {
        match R::import(&id, &mut imported) {
            Ok(()) => {}
            Err(Stop::Failed(failures)) => return Err(failures),
            Err(Stop::Deferred) => return Err(no_identity(shape).into()),
        }
    }
    let state = imported.encode();
    let is_named = matches!(&state, Value::Map(parts) if parts.values().any(is_given));
    if is_named {
        Ok(state)
    } else {
        Err(no_identity(shape).into())
    }
}

/// The attributes that an import ID gives: `id`, and the identity when it is a single attribute.
fn named_by(shape: &Shape, id: &str) -> BTreeMap<String, Value> {
    let mut identity = shape.identity_attributes();
    let single = identity.next().filter(|_| identity.next().is_none());
    let named = shape.schema.block.attribute("id").or(single);
    named
        .iter()
        .map(|attribute| (attribute.name.clone(), Value::string(id)))
        .collect()
}

fn is_given(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::List(elements) => !elements.is_empty(),
        Value::Map(entries) => !entries.is_empty(),
        _ => true,
    }
}

fn no_identity(shape: &Shape) -> Diagnostic {
    let names: Vec<_> = shape
        .identity_attributes()
        .map(|one| format!("`{}`", one.name))
        .collect();
    let remedy = if names.is_empty() {
        "Create the resource with this configuration instead.".to_owned()
    } else {
        format!("Import it by its identity: {}.", names.join(", "))
    };
    let detail = format!(
        "An object of type `{}` cannot be found from what the import gives.\n\n{remedy}\n\nimport-without-identity",
        shape.type_name
    );
    Diagnostic::error("Resource cannot be imported this way", detail)
}
