//! Values and paths as protocol messages.

use super::{DecodeError, EncodeError, Path, Step, Type, Value, json, msgpack};
use crate::proto;
use crate::proto::attribute_path::step::Selector;

impl proto::DynamicValue {
    /// `value`, of type `ty`, in the encoding that can say unknown.
    ///
    /// # Errors
    /// When `value` is not of that type.
    pub fn encode(value: &Value, ty: &Type) -> Result<Self, EncodeError> {
        Ok(Self {
            msgpack: msgpack::encode(value, ty)?,
            json: Vec::new(),
        })
    }

    /// The value of type `ty` that either encoding holds; null where neither holds any.
    ///
    /// # Errors
    /// When the bytes are not those of a value of that type.
    pub fn decode(&self, ty: &Type) -> Result<Value, DecodeError> {
        match (self.msgpack.as_slice(), self.json.as_slice()) {
            ([], []) => Ok(Value::Null),
            ([], text) => json::decode(text, ty),
            (bytes, _) => msgpack::decode(bytes, ty),
        }
    }
}

impl From<&Path> for proto::AttributePath {
    fn from(path: &Path) -> Self {
        let steps = path.steps().iter().map(|step| {
            let selector = match step.clone() {
                Step::Attribute(name) => Selector::AttributeName(name),
                Step::Key(key) => Selector::ElementKeyString(key),
                Step::Index(index) => Selector::ElementKeyInt(index),
            };
            proto::attribute_path::Step {
                selector: Some(selector),
            }
        });
        Self {
            steps: steps.collect(),
        }
    }
}

/// Ends at the first step that says nothing, as core's own reading does.
impl From<&proto::AttributePath> for Path {
    fn from(path: &proto::AttributePath) -> Self {
        let selectors = path.steps.iter().map_while(|step| step.selector.clone());
        selectors
            .map(|selector| match selector {
                Selector::AttributeName(name) => Step::Attribute(name),
                Selector::ElementKeyString(key) => Step::Key(key),
                Selector::ElementKeyInt(index) => Step::Index(index),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_survive_the_wire() {
        let path = Path::root()
            .attribute("connector")
            .key("a b")
            .attribute("hosts")
            .index(3);
        assert_eq!(Path::from(&proto::AttributePath::from(&path)), path);
    }

    #[test]
    fn both_encodings_are_read_and_none_is_null() {
        let value = Value::string("x");
        let sent = proto::DynamicValue::encode(&value, &Type::String).unwrap();
        assert_eq!(sent.decode(&Type::String).unwrap(), value);
        let state = proto::DynamicValue {
            msgpack: Vec::new(),
            json: b"\"x\"".to_vec(),
        };
        assert_eq!(state.decode(&Type::String).unwrap(), value);
        let none = proto::DynamicValue::default();
        assert_eq!(none.decode(&Type::String).unwrap(), Value::Null);
    }
}
