//! State stored earlier, or by another resource type.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::engine::{Shape, settle};
use crate::outcome::Stop;
use crate::resource::{Moved, Resource};
use crate::value::{Value, json};

/// Stored state as the current schema has it.
pub(super) fn upgrade<R: Resource>(
    shape: &Shape,
    version: i64,
    stored: &[u8],
) -> Result<Value, Diagnostics> {
    let current = shape.schema.version;
    if version > current {
        let detail = format!(
            "The state of this `{}` was stored with schema version {version}, and this version of the provider reads \
             up to {current}.\n\nUpgrade the provider.\n\nstate-version-too-new",
            shape.type_name
        );
        return Err(Diagnostic::error("State version is too new", detail).into());
    }
    if version == current {
        return read(shape, stored);
    }
    let old = serde_json::from_slice(stored).map_err(|error| unreadable(shape, &error))?;
    let new = R::upgrade(version, old).map_err(failures)?;
    read(shape, new.to_string().as_bytes())
}

fn read(shape: &Shape, stored: &[u8]) -> Result<Value, Diagnostics> {
    json::decode(stored, &shape.ty).map_err(|error| unreadable(shape, &error).into())
}

/// The state of another type, as this one has it.
pub(super) fn move_from<R: Resource>(shape: &Shape, source: &Moved) -> Result<Value, Diagnostics> {
    let moved = R::move_from(source).map_err(failures)?;
    let Some(moved) = moved else {
        let detail = format!(
            "A `{}` of provider `{}` cannot become a `{}`.\n\n\
             Remove the `moved` block, or import the object under the new address.\n\nmove-unsupported",
            source.type_name, source.provider, shape.type_name
        );
        return Err(Diagnostic::error("Resource cannot be moved here", detail).into());
    };
    let mut state = settle::known(moved.encode(), &Value::Null);
    settle::forget_write_only(&shape.schema.block, &mut state);
    Ok(state)
}

fn failures(stop: Stop) -> Diagnostics {
    match stop {
        Stop::Failed(failures) => failures,
        Stop::Deferred => {
            let detail = "Stored state holds no unknown value, and yet the conversion asked for one.\n\n\
                This is a defect of the provider: report it to its developers.\n\nstate-conversion-deferred";
            Diagnostic::error("Stored state cannot be converted", detail).into()
        }
    }
}

fn unreadable(shape: &Shape, error: &impl std::fmt::Display) -> Diagnostic {
    let detail = format!(
        "The stored state of this `{}` cannot be read: {error}.\n\n\
         Restore the state from a backup, or use the version of the provider that wrote it.\n\nstate-unreadable",
        shape.type_name
    );
    Diagnostic::error("Stored state cannot be read", detail)
}
