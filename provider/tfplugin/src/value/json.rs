//! Values as the JSON that state files hold and UpgradeResourceState receives, and as `terraform show -json` prints them.
//!
//! In state a dynamic value is `{"type": ..., "value": ...}`; what is shown leaves the type out. There are no unknowns in
//! either: state is always known, and what is shown tells of unknowns beside the values.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::trail::Trail;
use super::{
    DecodeError, DecodeProblem, EncodeError, EncodeProblem, ObjectType, Type, Typed, Value,
};

/// Reads a value of type `ty`.
///
/// Attributes that are not in the JSON are null, and those that are not in the type are dropped: state may come from the
/// provider's neighbouring versions. Scalars written as strings, and strings written as scalars, are taken as core takes
/// them.
///
/// # Errors
/// When `bytes` are not JSON, nest deeper than [`super::DEPTH_MAX`], or hold a value of another type.
pub fn decode(bytes: &[u8], ty: &Type) -> Result<Value, DecodeError> {
    let json: Json = serde_json::from_slice(bytes)
        .map_err(|e| DecodeProblem::Json(e.to_string()).at(&Trail::Root))?;
    Form::Stored.read(&json, ty, &Trail::Root)
}

/// Reads a value of type `ty` from what `terraform show -json` printed, where a dynamic value is of the type that its JSON
/// has: every array is a tuple, and every object an object.
///
/// # Errors
/// When `json` holds a value of another type.
pub fn decode_shown(json: &Json, ty: &Type) -> Result<Value, DecodeError> {
    Form::Shown.read(json, ty, &Trail::Root)
}

/// How dynamic values are written.
#[derive(Clone, Copy)]
enum Form {
    /// With their type.
    Stored,
    /// As what they are.
    Shown,
}

impl Form {
    fn read(self, json: &Json, ty: &Type, trail: &Trail<'_>) -> Result<Value, DecodeError> {
        match (ty, json) {
            (_, Json::Null) => Ok(Value::Null),
            (Type::Dynamic, json) => match self {
                Self::Stored => self.dynamic(json, trail),
                Self::Shown => Ok(Value::Dynamic(Box::new(shown(json, trail)?))),
            },
            (Type::Bool, Json::Bool(truth)) => Ok(Value::Bool(*truth)),
            (Type::Bool, Json::String(text)) if text == "true" => Ok(Value::Bool(true)),
            (Type::Bool, Json::String(text)) if text == "false" => Ok(Value::Bool(false)),
            (Type::Number, Json::Number(number)) => number_from(&number.to_string(), trail),
            (Type::Number, Json::String(text)) => number_from(text, trail),
            (Type::String, Json::String(text)) => Ok(Value::string(text)),
            (Type::String, Json::Bool(truth)) => Ok(Value::string(truth.to_string())),
            (Type::String, Json::Number(number)) => Ok(Value::string(number.to_string())),
            (Type::List(element), Json::Array(items)) => items
                .iter()
                .enumerate()
                .map(|(index, item)| self.read(item, element, &Trail::Index(trail, index)))
                .collect::<Result<_, _>>()
                .map(Value::List),
            (Type::Set(element), Json::Array(items)) => items
                .iter()
                .map(|item| self.read(item, element, &Trail::Member(trail)))
                .collect::<Result<_, _>>()
                .map(Value::List),
            (Type::Tuple(types), Json::Array(items)) => {
                let (expected, found) = (types.len(), items.len());
                if expected != found {
                    return Err(DecodeProblem::Count { expected, found }.at(trail));
                }
                let items = items.iter().zip(types).enumerate();
                items
                    .map(|(index, (item, ty))| self.read(item, ty, &Trail::Index(trail, index)))
                    .collect::<Result<_, _>>()
                    .map(Value::List)
            }
            (Type::Map(element), Json::Object(entries)) => entries
                .iter()
                .map(|(key, item)| {
                    Ok((
                        key.clone(),
                        self.read(item, element, &Trail::Key(trail, key))?,
                    ))
                })
                .collect::<Result<_, _>>()
                .map(Value::Map),
            (Type::Object(ty), Json::Object(entries)) => self.object(entries, ty, trail),
            (ty, json) => {
                let (expected, found) = (ty.noun(), noun(json));
                Err(DecodeProblem::Type { expected, found }.at(trail))
            }
        }
    }

    fn dynamic(self, json: &Json, trail: &Trail<'_>) -> Result<Value, DecodeError> {
        let (Some(ty), Some(value), Some(2)) = (
            json.get("type"),
            json.get("value"),
            json.as_object().map(Map::len),
        ) else {
            let (expected, found) = ("a dynamic value with `type` and `value`", noun(json));
            return Err(DecodeProblem::Type { expected, found }.at(trail));
        };
        let ty = Type::from_json(ty).map_err(|e| DecodeProblem::DynamicType(e).at(trail))?;
        let value = self.read(value, &ty, trail)?;
        Ok(match ty {
            Type::Dynamic => value,
            ty => Value::Dynamic(Box::new(Typed { ty, value })),
        })
    }

    fn object(
        self,
        entries: &Map<String, Json>,
        ty: &ObjectType,
        trail: &Trail<'_>,
    ) -> Result<Value, DecodeError> {
        ty.attributes
            .iter()
            .map(|(name, ty)| {
                let json = entries.get(name).unwrap_or(&Json::Null);
                Ok((
                    name.clone(),
                    self.read(json, ty, &Trail::Attribute(trail, name))?,
                ))
            })
            .collect::<Result<_, _>>()
            .map(Value::Map)
    }
}

/// A value of the type that its JSON has.
fn shown(json: &Json, trail: &Trail<'_>) -> Result<Typed, DecodeError> {
    let (ty, value) = match json {
        Json::Null => (Type::Dynamic, Value::Null),
        Json::Bool(truth) => (Type::Bool, Value::Bool(*truth)),
        Json::String(text) => (Type::String, Value::string(text)),
        Json::Number(number) => (Type::Number, number_from(&number.to_string(), trail)?),
        Json::Array(items) => {
            let items = items.iter().enumerate().map(|(index, item)| {
                let one = shown(item, &Trail::Index(trail, index))?;
                Ok((one.ty, one.value))
            });
            let (types, items) = items.collect::<Result<Vec<_>, _>>()?.into_iter().unzip();
            (Type::Tuple(types), Value::List(items))
        }
        Json::Object(entries) => {
            let mut ty = ObjectType::default();
            let mut value = BTreeMap::new();
            for (name, json) in entries {
                let one = shown(json, &Trail::Attribute(trail, name))?;
                ty.attributes.insert(name.clone(), one.ty);
                value.insert(name.clone(), one.value);
            }
            (Type::Object(ty), Value::Map(value))
        }
    };
    Ok(Typed { ty, value })
}

fn number_from(text: &str, trail: &Trail<'_>) -> Result<Value, DecodeError> {
    let number = text
        .parse()
        .map_err(|e| DecodeProblem::Number(e).at(trail))?;
    Ok(Value::Number(number))
}

fn noun(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "a bool",
        Json::Number(_) => "a number",
        Json::String(_) => "a string",
        Json::Array(_) => "an array",
        Json::Object(_) => "an object",
    }
}

/// Writes `value`, wholly known and of type `ty`.
///
/// # Errors
/// When any part of `value` is unknown or not of its type.
pub fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>, EncodeError> {
    Ok(write(value, ty, &Trail::Root)?.to_string().into_bytes())
}

fn write(value: &Value, ty: &Type, trail: &Trail<'_>) -> Result<Json, EncodeError> {
    match (ty, value) {
        (_, Value::Null) => Ok(Json::Null),
        (_, Value::Unknown(_)) => Err(EncodeProblem::Unknown.at(trail)),
        (Type::Dynamic, Value::Dynamic(typed)) => {
            let value = write(&typed.value, &typed.ty, trail)?;
            Ok(json!({"value": value, "type": typed.ty.to_json()}))
        }
        (Type::Dynamic, _) => Err(EncodeProblem::Untyped.at(trail)),
        (Type::Bool, Value::Bool(truth)) => Ok(Json::Bool(*truth)),
        (Type::String, Value::String(text)) => Ok(Json::String(text.clone())),
        (Type::Number, Value::Number(number)) => number
            .as_str()
            .parse()
            .map(Json::Number)
            .map_err(|_| EncodeProblem::mismatch(ty, value).at(trail)),
        (Type::List(element), Value::List(items)) => items
            .iter()
            .enumerate()
            .map(|(index, item)| write(item, element, &Trail::Index(trail, index)))
            .collect(),
        (Type::Set(element), Value::List(items)) => items
            .iter()
            .map(|item| write(item, element, &Trail::Member(trail)))
            .collect(),
        (Type::Tuple(types), Value::List(items)) => {
            let (expected, found) = (types.len(), items.len());
            if expected != found {
                return Err(EncodeProblem::Count { expected, found }.at(trail));
            }
            let items = items.iter().zip(types).enumerate();
            items
                .map(|(index, (item, ty))| write(item, ty, &Trail::Index(trail, index)))
                .collect()
        }
        (Type::Map(element), Value::Map(entries)) => entries
            .iter()
            .map(|(key, item)| Ok((key.clone(), write(item, element, &Trail::Key(trail, key))?)))
            .collect::<Result<Map<_, _>, _>>()
            .map(Json::Object),
        (Type::Object(ty), Value::Map(attributes)) => write_object(attributes, ty, trail),
        (ty, value) => Err(EncodeProblem::mismatch(ty, value).at(trail)),
    }
}

fn write_object(
    attributes: &BTreeMap<String, Value>,
    ty: &ObjectType,
    trail: &Trail<'_>,
) -> Result<Json, EncodeError> {
    ty.conform(attributes)
        .map_err(|problem| problem.at(trail))?;
    let attributes = attributes.iter().zip(ty.attributes.values());
    attributes
        .map(|((name, value), ty)| {
            Ok((
                name.clone(),
                write(value, ty, &Trail::Attribute(trail, name))?,
            ))
        })
        .collect::<Result<Map<_, _>, _>>()
        .map(Json::Object)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ty(json: &str) -> Type {
        Type::from_json_bytes(json.as_bytes()).unwrap()
    }

    #[test]
    fn state_of_a_neighbouring_version_is_read() {
        let ty = ty(r#"["object",{"id":"string","count":"number","new":"bool"}]"#);
        let value = decode(br#"{"id":7,"count":"0.10","gone":[1,2]}"#, &ty).unwrap();
        let json = encode(&value, &ty).unwrap();
        assert_eq!(
            String::from_utf8(json).unwrap(),
            r#"{"count":0.1,"id":"7","new":null}"#
        );
    }

    #[test]
    fn dynamic_values_carry_their_type() {
        let text = br#"{"value":{"a":[1,null]},"type":["object",{"a":["list","number"]}]}"#;
        let value = decode(text, &Type::Dynamic).unwrap();
        assert_eq!(encode(&value, &Type::Dynamic).unwrap(), text);
        assert!(decode(b"{\"value\":1}", &Type::Dynamic).is_err());
        assert!(decode(b"1", &Type::Dynamic).is_err());
    }

    #[test]
    fn what_is_shown_is_of_the_type_that_it_has() {
        let json = json!({"bao": {"settings": {"n": 1.5, "all": ["a", true, null]}}});
        let value = decode_shown(&json, &Type::Dynamic).unwrap();
        let stored: Json =
            serde_json::from_slice(&encode(&value, &Type::Dynamic).unwrap()).unwrap();
        let all = json!(["tuple", ["string", "bool", "dynamic"]]);
        let settings = json!(["object", {"n": "number", "all": all}]);
        let ty = json!(["object", {"bao": ["object", {"settings": settings}]}]);
        assert_eq!(stored, json!({"type": ty, "value": json}));
        assert_eq!(decode_shown(&Json::Null, &Type::Dynamic), Ok(Value::Null));
        assert!(decode_shown(&json!([1]), &Type::Bool).is_err());
    }

    #[test]
    fn errors_say_where() {
        let ty = ty(r#"["object",{"m":["map",["list","number"]]}]"#);
        let error = decode(br#"{"m":{"k":[1,true]}}"#, &ty).unwrap_err();
        assert_eq!(
            error.to_string(),
            r#"m["k"][1]: a number expected, a bool found"#
        );
        let error = decode(br#"{"m":{"k":[1e999999999]}}"#, &ty).unwrap_err();
        assert!(error.to_string().contains("1100 digits"), "{error}");
        assert!(decode(b"{", &ty).is_err());
        let deep = "[".repeat(100_000);
        assert!(decode(deep.as_bytes(), &ty).is_err());
    }

    #[test]
    fn unknowns_are_never_stored() {
        let error = encode(&Value::unknown(), &Type::Bool).unwrap_err();
        assert_eq!(error.problem, EncodeProblem::Unknown);
    }
}
