//! What the engine knows about a type of resource: its schema, and what follows from it.

use crate::schema::{Attribute, Schema};
use crate::value::{ObjectType, Type, Value};

/// A schema with the types that follow from it, made once when the server is.
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    /// The full name: `portcullis_gpu_pool`.
    pub(crate) type_name: String,
    pub(crate) schema: Schema,
    /// The type under which its values travel.
    pub(crate) ty: Type,
    /// The type under which its identity travels; none when no attribute is part of one.
    pub(crate) identity: Option<Type>,
}

impl Shape {
    pub(crate) fn new(type_name: String, schema: Schema) -> Self {
        let ty = schema.block.implied_type();
        let parts = schema
            .identity()
            .map(|one| (one.name.clone(), one.ty.implied_type()));
        let attributes = ObjectType {
            attributes: parts.collect(),
            ..ObjectType::default()
        };
        let identity = (!attributes.attributes.is_empty()).then_some(Type::Object(attributes));
        Self {
            type_name,
            schema,
            ty,
            identity,
        }
    }

    /// The identity that `state` has; none while a part of it is null or unknown.
    pub(crate) fn identity_of(&self, state: &Value) -> Option<Value> {
        let Value::Map(state) = state else {
            return None;
        };
        self.identity.as_ref()?;
        let parts = self.schema.identity().map(|one| {
            let part = state.get(&one.name)?;
            let decided = !part.is_null() && part.is_wholly_known();
            decided.then(|| (one.name.clone(), part.clone()))
        });
        parts.collect::<Option<_>>().map(Value::Map)
    }

    /// The attributes that are the identity.
    pub(crate) fn identity_attributes(&self) -> impl Iterator<Item = &Attribute> {
        self.schema.identity()
    }
}
