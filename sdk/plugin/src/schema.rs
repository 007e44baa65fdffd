//! The shape of a configuration: JSON Schema, restricted to what HCL can be checked against (`sdk/manifest.md`).
//!
//! A constant, so that it lies in the manifest section and can be read without running the plugin.

use crate::json_writer::Writer;

/// The shape of a value. [`Config`](crate::Config) gives it to types.
///
/// ```
/// use portcullis_plugin::Config;
///
/// let json = <Vec<bool> as Config>::SCHEMA.to_json();
/// assert_eq!(json, r#"{"type":"array","items":{"type":"boolean"}}"#);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Schema {
    kind: Kind,
    description: &'static str,
    minimum: Option<i64>,
    maximum: Option<i64>,
    min_length: Option<u32>,
    pattern: Option<&'static str>,
}

/// What a value is.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub enum Kind {
    Any,
    Text,
    Boolean,
    Integer,
    Number,
    /// One of these texts.
    Choice(&'static [&'static str]),
    List(&'static Schema),
    /// Any name, each with a value of that shape.
    Map(&'static Schema),
    /// These names and no others.
    Object(&'static [Property]),
}

/// One attribute of an object.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct Property {
    pub name: &'static str,
    pub schema: Schema,
    pub required: bool,
}

#[doc(hidden)]
impl Schema {
    #[must_use]
    pub const fn of(kind: Kind) -> Self {
        Self {
            kind,
            description: "",
            minimum: None,
            maximum: None,
            min_length: None,
            pattern: None,
        }
    }

    /// An empty text leaves the description of the type.
    #[must_use]
    pub const fn description(mut self, text: &'static str) -> Self {
        if !text.is_empty() {
            self.description = text;
        }
        self
    }

    #[must_use]
    pub const fn minimum(mut self, minimum: i64) -> Self {
        self.minimum = Some(minimum);
        self
    }

    #[must_use]
    pub const fn maximum(mut self, maximum: i64) -> Self {
        self.maximum = Some(maximum);
        self
    }

    #[must_use]
    pub const fn min_length(mut self, length: u32) -> Self {
        self.min_length = Some(length);
        self
    }

    #[must_use]
    pub const fn pattern(mut self, pattern: &'static str) -> Self {
        self.pattern = Some(pattern);
        self
    }
}

impl Schema {
    /// The JSON Schema document.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut bytes = vec![0; self.write(Writer::counting()).len()];
        self.write(Writer::new(&mut bytes));
        String::from_utf8(bytes).unwrap_or_default()
    }

    /// Whether nothing is said, so that a manifest need not repeat it.
    pub(crate) const fn is_any(&self) -> bool {
        matches!(self.kind, Kind::Any)
    }

    pub(crate) const fn write<'a>(&self, out: Writer<'a>) -> Writer<'a> {
        let mut out = self.write_kind(out.raw("{"));
        if !self.description.is_empty() {
            out = member(out, "description").text(self.description);
        }
        if let Some(minimum) = self.minimum {
            out = member(out, "minimum").number(minimum);
        }
        if let Some(maximum) = self.maximum {
            out = member(out, "maximum").number(maximum);
        }
        if let Some(length) = self.min_length {
            out = member(out, "minLength").number(length as i64);
        }
        if let Some(pattern) = self.pattern {
            out = member(out, "pattern").text(pattern);
        }
        out.raw("}")
    }

    const fn write_kind<'a>(&self, out: Writer<'a>) -> Writer<'a> {
        match self.kind {
            Kind::Any => out,
            Kind::Text => out.raw("\"type\":\"string\""),
            Kind::Boolean => out.raw("\"type\":\"boolean\""),
            Kind::Integer => out.raw("\"type\":\"integer\""),
            Kind::Number => out.raw("\"type\":\"number\""),
            Kind::Choice(texts) => out
                .raw("\"type\":\"string\",\"enum\":[")
                .texts(texts)
                .raw("]"),
            Kind::List(items) => items.write(out.raw("\"type\":\"array\",\"items\":")),
            Kind::Map(values) => {
                values.write(out.raw("\"type\":\"object\",\"additionalProperties\":"))
            }
            Kind::Object(properties) => write_object(out, properties),
        }
    }
}

/// Starts a further member of an object that may still be empty.
const fn member<'a>(out: Writer<'a>, name: &str) -> Writer<'a> {
    let out = if out.follows_brace() {
        out
    } else {
        out.raw(",")
    };
    out.text(name).raw(":")
}

const fn write_object<'a>(out: Writer<'a>, properties: &[Property]) -> Writer<'a> {
    let mut out = out.raw("\"type\":\"object\",\"properties\":{");
    let mut rest = properties;
    while let [property, tail @ ..] = rest {
        out = property.schema.write(out.text(property.name).raw(":"));
        if !tail.is_empty() {
            out = out.raw(",");
        }
        rest = tail;
    }
    out = out.raw("},\"required\":[");
    let mut first = true;
    let mut rest = properties;
    while let [property, tail @ ..] = rest {
        if property.required {
            if !first {
                out = out.raw(",");
            }
            out = out.text(property.name);
            first = false;
        }
        rest = tail;
    }
    out.raw("],\"additionalProperties\":false")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Kind, Property, Schema};

    fn document(schema: Schema) -> Value {
        serde_json::from_str(&schema.to_json()).unwrap()
    }

    #[test]
    fn an_object_says_what_it_has_and_that_it_has_nothing_else() {
        const ZONES: Schema = Schema::of(Kind::Choice(&["eu", "us"]));
        const PROPERTIES: &[Property] = &[
            Property {
                name: "a\"b",
                schema: Schema::of(Kind::Text).pattern("^\\d+$").min_length(2),
                required: true,
            },
            Property {
                name: "zones",
                schema: Schema::of(Kind::List(&ZONES)).description("Where"),
                required: false,
            },
            Property {
                name: "share",
                schema: Schema::of(Kind::Number).minimum(-1).maximum(1),
                required: true,
            },
        ];
        assert_eq!(
            document(Schema::of(Kind::Object(PROPERTIES))),
            json!({
                "type": "object",
                "properties": {
                    "a\"b": {"type": "string", "minLength": 2, "pattern": "^\\d+$"},
                    "zones": {"type": "array", "items": {"type": "string", "enum": ["eu", "us"]}, "description": "Where"},
                    "share": {"type": "number", "minimum": -1, "maximum": 1},
                },
                "required": ["a\"b", "share"],
                "additionalProperties": false,
            })
        );
    }

    #[test]
    fn a_shape_of_anything_may_still_be_described() {
        assert_eq!(document(Schema::of(Kind::Any)), json!({}));
        assert_eq!(
            document(Schema::of(Kind::Any).description("d")),
            json!({"description": "d"})
        );
    }

    #[test]
    fn limits_are_whole_numbers_of_either_sign() {
        let limits = Schema::of(Kind::Integer)
            .minimum(i64::MIN)
            .maximum(i64::MAX);
        assert_eq!(
            limits.to_json(),
            r#"{"type":"integer","minimum":-9223372036854775808,"maximum":9223372036854775807}"#
        );
    }
}
