//! Values on the wire.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::engine::Shape;
use crate::proto::{DynamicValue, ResourceIdentityData};
use crate::value::{Type, Value};

/// Reads a value of type `ty`. What was not sent is null.
pub(super) fn read(sent: Option<&DynamicValue>, ty: &Type) -> Result<Value, Diagnostic> {
    let Some(sent) = sent else {
        return Ok(Value::Null);
    };
    sent.decode(ty).map_err(|error| {
        let path = error.path.clone();
        let detail = format!(
            "What Terraform sent does not have the type that the provider announced: {error}.\n\n\
             Report this to the developers of the provider, with the versions of both.\n\nvalue-unreadable"
        );
        Diagnostic::error("Value from Terraform cannot be read", detail).at(path)
    })
}

/// Writes a value of type `ty`.
pub(super) fn write(value: &Value, ty: &Type) -> Result<DynamicValue, Diagnostic> {
    DynamicValue::encode(value, ty).map_err(|error| {
        let path = error.path.clone();
        let detail = format!(
            "The provider made a value that is not of the type it announced: {error}.\n\n\
             This is a defect of the provider: report it to its developers.\n\nvalue-unwritable"
        );
        Diagnostic::error("Value of the provider cannot be sent", detail).at(path)
    })
}

/// Reads an identity; none was sent by versions of core that know none.
pub(super) fn read_identity(
    sent: Option<&ResourceIdentityData>,
    shape: &Shape,
) -> Result<Option<Value>, Diagnostic> {
    let sent = sent.and_then(|identity| identity.identity_data.as_ref());
    let Some((sent, ty)) = sent.zip(shape.identity.as_ref()) else {
        return Ok(None);
    };
    Ok(Some(read(Some(sent), ty)?).filter(|identity| !identity.is_null()))
}

/// Writes an identity, where there is one.
pub(super) fn write_identity(
    identity: Option<&Value>,
    shape: &Shape,
) -> Result<Option<ResourceIdentityData>, Diagnostic> {
    let Some((identity, ty)) = identity.zip(shape.identity.as_ref()) else {
        return Ok(None);
    };
    Ok(Some(ResourceIdentityData {
        identity_data: Some(write(identity, ty)?),
    }))
}

/// Diagnostics as messages.
pub(super) fn said(diagnostics: &Diagnostics) -> Vec<crate::proto::Diagnostic> {
    diagnostics.into()
}
