//! Types as JSON: `"string"`, `["list","string"]`, `["object",{"a":"bool"},["a"]]`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

use super::{ObjectType, Type};

/// Why a text is not the JSON form of a type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TypeError {
    /// The text is not JSON, or nests deeper than 128 levels.
    #[error("not JSON: {0}")]
    Json(String),
    /// The JSON does not say a type here.
    #[error("not a type: {0}")]
    Form(String),
    /// An optional attribute that the object type does not have.
    #[error("optional attribute {0:?} is not among the attributes")]
    Optional(String),
}

impl Type {
    /// The JSON form, as schemas and dynamic values carry it.
    #[must_use]
    pub fn to_json(&self) -> Json {
        match self {
            Self::Bool => json!("bool"),
            Self::Number => json!("number"),
            Self::String => json!("string"),
            Self::Dynamic => json!("dynamic"),
            Self::List(element) => json!(["list", element.to_json()]),
            Self::Set(element) => json!(["set", element.to_json()]),
            Self::Map(element) => json!(["map", element.to_json()]),
            Self::Tuple(elements) => {
                json!([
                    "tuple",
                    elements.iter().map(Self::to_json).collect::<Vec<_>>()
                ])
            }
            Self::Object(object) => {
                let attributes: Map<_, _> = object
                    .attributes
                    .iter()
                    .map(|(name, ty)| (name.clone(), ty.to_json()))
                    .collect();
                if object.optional.is_empty() {
                    json!(["object", attributes])
                } else {
                    json!(["object", attributes, object.optional])
                }
            }
        }
    }

    /// The JSON form as bytes, as messages carry it.
    #[must_use]
    pub fn to_json_bytes(&self) -> Vec<u8> {
        self.to_json().to_string().into_bytes()
    }

    /// Reads the JSON form.
    ///
    /// # Errors
    /// When `bytes` are not JSON or the JSON names no type.
    pub fn from_json_bytes(bytes: &[u8]) -> Result<Self, TypeError> {
        let json = serde_json::from_slice(bytes).map_err(|e| TypeError::Json(e.to_string()))?;
        Self::from_json(&json)
    }

    /// Reads the JSON form, already parsed.
    ///
    /// # Errors
    /// When the JSON names no type.
    pub fn from_json(json: &Json) -> Result<Self, TypeError> {
        let refused = || TypeError::Form(excerpt(json));
        let parts = match json {
            Json::String(name) => return primitive(name).ok_or_else(refused),
            Json::Array(parts) => parts.as_slice(),
            _ => return Err(refused()),
        };
        match parts {
            [Json::String(kind), element] if kind == "list" => {
                Ok(Self::List(Box::new(Self::from_json(element)?)))
            }
            [Json::String(kind), element] if kind == "set" => {
                Ok(Self::Set(Box::new(Self::from_json(element)?)))
            }
            [Json::String(kind), element] if kind == "map" => {
                Ok(Self::Map(Box::new(Self::from_json(element)?)))
            }
            [Json::String(kind), Json::Array(elements)] if kind == "tuple" => {
                let elements = elements.iter().map(Self::from_json);
                Ok(Self::Tuple(elements.collect::<Result<_, _>>()?))
            }
            [Json::String(kind), Json::Object(attributes)] if kind == "object" => {
                object(attributes, &[]).map(Self::Object)
            }
            [
                Json::String(kind),
                Json::Object(attributes),
                Json::Array(optional),
            ] if kind == "object" => object(attributes, optional).map(Self::Object),
            _ => Err(refused()),
        }
    }

    /// Whether the type is, or holds anywhere, [`Type::Dynamic`].
    #[must_use]
    pub fn has_dynamic(&self) -> bool {
        match self {
            Self::Dynamic => true,
            Self::Bool | Self::Number | Self::String => false,
            Self::List(element) | Self::Set(element) | Self::Map(element) => element.has_dynamic(),
            Self::Tuple(elements) => elements.iter().any(Self::has_dynamic),
            Self::Object(object) => object.attributes.values().any(Self::has_dynamic),
        }
    }

    /// Whether the type is a list, a set or a map, whose unknown values may have a refined length.
    #[must_use]
    pub fn is_collection(&self) -> bool {
        matches!(self, Self::List(_) | Self::Set(_) | Self::Map(_))
    }
}

fn primitive(name: &str) -> Option<Type> {
    match name {
        "bool" => Some(Type::Bool),
        "number" => Some(Type::Number),
        "string" => Some(Type::String),
        "dynamic" => Some(Type::Dynamic),
        _ => None,
    }
}

fn object(attributes: &Map<String, Json>, optional: &[Json]) -> Result<ObjectType, TypeError> {
    let attributes: BTreeMap<_, _> = attributes
        .iter()
        .map(|(name, ty)| Ok((name.clone(), Type::from_json(ty)?)))
        .collect::<Result<_, TypeError>>()?;
    let optional: BTreeSet<_> = optional
        .iter()
        .map(|name| match name {
            Json::String(name) if attributes.contains_key(name) => Ok(name.clone()),
            Json::String(name) => Err(TypeError::Optional(name.clone())),
            other => Err(TypeError::Form(excerpt(other))),
        })
        .collect::<Result<_, _>>()?;
    Ok(ObjectType {
        attributes,
        optional,
    })
}

/// The start of a JSON text, short enough for a message.
fn excerpt(json: &Json) -> String {
    json.to_string().chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_that_core_writes_are_read_and_written_back() {
        let forms = [
            r#""string""#,
            r#""dynamic""#,
            r#"["list","string"]"#,
            r#"["set",["map","number"]]"#,
            r#"["tuple",["bool",["list","dynamic"]]]"#,
            r#"["tuple",[]]"#,
            r#"["object",{"a":"bool","b":["list","string"]}]"#,
            r#"["object",{"a":"bool","b":"string"},["b"]]"#,
        ];
        for form in forms {
            let ty = Type::from_json_bytes(form.as_bytes()).unwrap();
            assert_eq!(String::from_utf8(ty.to_json_bytes()).unwrap(), form);
        }
    }

    #[test]
    fn what_names_no_type_is_refused() {
        let forms = [
            "",
            "null",
            "\"float\"",
            "[]",
            "[\"list\"]",
            "[\"list\",\"string\",\"string\"]",
            "[\"tuple\",\"string\"]",
            "[\"object\",[]]",
            "[\"object\",{\"a\":\"bool\"},[\"b\"]]",
            "[\"object\",{\"a\":\"bool\"},[1]]",
        ];
        for form in forms {
            assert!(Type::from_json_bytes(form.as_bytes()).is_err(), "{form}");
        }
        let deep = format!(
            "{}\"string\"{}",
            "[\"list\",".repeat(5_000),
            "]".repeat(5_000)
        );
        assert!(matches!(
            Type::from_json_bytes(deep.as_bytes()),
            Err(TypeError::Json(_))
        ));
    }
}
