//! From a resource to what the ledger keeps of it, and back.

use portcullis_ledger::{Draft, Record};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use tfplugin::field::At;
use tfplugin::schema::Mode;
use tfplugin::value::json;
use tfplugin::{Diagnostic, Diagnostics, Outcome, Stop, Value};

use crate::lifecycle::{Held, Recorded};

/// What to record of `resource`.
///
/// # Errors
/// Deferred while a part of it is unknown: a record is of what is, not of what may become.
pub(super) fn draft<R: Recorded>(resource: &R, held: &Held) -> Outcome<Draft> {
    let value = resource.encode();
    if !value.is_wholly_known() {
        return Err(Stop::Deferred);
    }
    Ok(Draft {
        object: resource.object(held)?,
        key: resource.key()?,
        owner: resource.owner()?,
        fingerprint: fingerprint(resource)?,
        body: to_json::<R>(&value)?,
    })
}

/// The attributes as the ledger keeps them.
///
/// # Errors
/// When they cannot be written as JSON, which is a defect.
pub(crate) fn body<R: Recorded>(resource: &R) -> Outcome<Json> {
    to_json::<R>(&resource.encode())
}

/// The resource that a record is of.
///
/// # Errors
/// When the record was written by a version whose attributes this one does not understand.
pub fn decode_body<R: Recorded>(record: &Record) -> Outcome<R> {
    let bytes = serde_json::to_vec(&record.body).map_err(|error| defect(&error))?;
    let value = json::decode(&bytes, &R::block().implied_type())
        .map_err(|error| unreadable(record, &error))?;
    let mut diagnostics = Diagnostics::new();
    R::decode(&value, &At::root(), &mut diagnostics).ok_or_else(|| diagnostics.into())
}

/// A digest of what the practitioner configured; what only the provider fills in does not count.
///
/// # Errors
/// Deferred while a part of the configuration is unknown.
pub(crate) fn fingerprint<R: Recorded>(resource: &R) -> Outcome<String> {
    let mut value = resource.encode();
    if let Value::Map(attributes) = &mut value {
        for attribute in R::block().attributes {
            if attribute.mode == Mode::Computed {
                attributes.insert(attribute.name, Value::Null);
            }
        }
    }
    if !value.is_wholly_known() {
        return Err(Stop::Deferred);
    }
    let digest = Sha256::digest(to_json::<R>(&value)?.to_string());
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn to_json<R: Recorded>(value: &Value) -> Outcome<Json> {
    let bytes = json::encode(value, &R::block().implied_type()).map_err(|error| defect(&error))?;
    serde_json::from_slice(&bytes).map_err(|error| defect(&error).into())
}

fn unreadable(record: &Record, error: &impl std::fmt::Display) -> Diagnostic {
    let detail = format!(
        "The ledger's record of the {} `{}` does not have the attributes that this version of the provider knows: \
         {error}.\n\n\
         Use the version of the provider that recorded it, or a newer one.\n\n\
         ledger-record-unreadable",
        record.kind.as_str(),
        record.key,
    );
    Diagnostic::error("Ledger record cannot be read", detail)
}

fn defect(error: &impl std::fmt::Display) -> Diagnostic {
    let detail = format!(
        "What was planned cannot be written as JSON: {error}.\n\n\
         Report this to the developers of the provider.\n\n\
         ledger-record-unwritable"
    );
    Diagnostic::error("Ledger record cannot be written", detail)
}
