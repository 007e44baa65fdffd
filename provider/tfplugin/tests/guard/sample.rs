//! A resource with one of everything.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use tfplugin::schema::{
    Attribute, Block, BlockNesting, Mode, Nested, NestedBlock, NestedNesting, Schema,
};
use tfplugin::value::{ObjectType, Type, Typed, Value};

fn attribute(name: &str, ty: Type, mode: Mode) -> Attribute {
    Attribute::new(name, ty, mode, "One.")
}

fn nested_block(name: &str, nesting: BlockNesting, attributes: Vec<Attribute>) -> NestedBlock {
    let block = Block {
        description: "One.".into(),
        attributes,
        ..Block::default()
    };
    NestedBlock {
        name: name.into(),
        nesting,
        block,
    }
}

/// Made once: a property test asks for it very often.
pub(crate) fn schema() -> &'static Schema {
    static SCHEMA: LazyLock<Schema> = LazyLock::new(made);
    &SCHEMA
}

fn made() -> Schema {
    let string = |name, mode| attribute(name, Type::String, mode);
    let mut name = string("name", Mode::Required);
    (name.replace, name.identity) = (true, true);
    let mut secret = string("secret", Mode::Optional);
    secret.sensitive = true;
    let mut token = string("token_wo", Mode::Optional);
    token.write_only = true;
    let rules = Nested {
        nesting: NestedNesting::List,
        attributes: vec![
            attribute("port", Type::Number, Mode::Required),
            string("id", Mode::Computed),
        ],
    };
    let (list, set) = (
        BlockNesting::List { min: 0, max: 0 },
        BlockNesting::Set { min: 0, max: 0 },
    );
    let config = attribute("config", Type::Dynamic, Mode::Optional);
    let block = Block {
        description: "One of everything.".into(),
        attributes: vec![
            name,
            string("id", Mode::Computed),
            attribute("size", Type::Number, Mode::OptionalComputed),
            string("note", Mode::Optional),
            secret,
            token,
            attribute("labels", Type::Map(Box::new(Type::String)), Mode::Optional),
            attribute("zones", Type::Set(Box::new(Type::String)), Mode::Optional),
            Attribute::new("rules", rules, Mode::Optional, "One."),
        ],
        blocks: vec![
            nested_block(
                "limit",
                BlockNesting::Single { required: false },
                vec![string("of", Mode::Optional)],
            ),
            nested_block(
                "disk",
                list,
                vec![string("size", Mode::Required), string("id", Mode::Computed)],
            ),
            nested_block("allow", set, vec![string("host", Mode::Required)]),
            nested_block(
                "connector",
                BlockNesting::Labelled,
                vec![string("plugin", Mode::Required), config],
            ),
        ],
        ..Block::default()
    };
    Schema { version: 0, block }
}

/// An object with these attributes and nothing else.
pub(crate) fn object<const N: usize>(parts: [(&str, Value); N]) -> Value {
    Value::Map(parts.map(|(name, value)| (name.to_owned(), value)).into())
}

/// `base` with other values for some attributes.
pub(crate) fn with<const N: usize>(base: &Value, parts: [(&str, Value); N]) -> Value {
    let Value::Map(mut all) = base.clone() else {
        panic!("not an object: {base:?}")
    };
    for (name, value) in parts {
        all.insert(name.to_owned(), value);
    }
    Value::Map(all)
}

pub(crate) fn text(text: &str) -> Value {
    Value::string(text)
}

/// Labelled blocks as core sends them, since their `config` is dynamic.
pub(crate) fn connectors(members: BTreeMap<String, Typed>) -> Value {
    let types = members
        .iter()
        .map(|(label, member)| (label.clone(), member.ty.clone()));
    let ty = ObjectType {
        attributes: types.collect(),
        ..ObjectType::default()
    };
    let values = members
        .into_iter()
        .map(|(label, member)| (label, member.value));
    Value::Dynamic(Box::new(Typed {
        ty: Type::Object(ty),
        value: Value::Map(values.collect()),
    }))
}

/// One connector whose `config` is a text or unset.
pub(crate) fn connector(plugin: Value, config: Option<&str>) -> Typed {
    let config_ty = if config.is_some() {
        Type::String
    } else {
        Type::Dynamic
    };
    let ty = ObjectType {
        attributes: [
            ("plugin".into(), Type::String),
            ("config".into(), config_ty),
        ]
        .into(),
        ..ObjectType::default()
    };
    let config = config.map_or(Value::Null, Value::string);
    Typed {
        ty: Type::Object(ty),
        value: object([("plugin", plugin), ("config", config)]),
    }
}

/// A configuration that says only what it must.
pub(crate) fn config() -> Value {
    object([
        ("name", text("a")),
        ("id", Value::Null),
        ("size", Value::Null),
        ("note", Value::Null),
        ("secret", Value::Null),
        ("token_wo", Value::Null),
        ("labels", Value::Null),
        ("zones", Value::Null),
        ("rules", Value::Null),
        ("limit", Value::Null),
        ("disk", Value::List(vec![])),
        ("allow", Value::List(vec![])),
        ("connector", connectors(BTreeMap::new())),
    ])
}

/// The plan to create what [`config`] says.
pub(crate) fn planned() -> Value {
    with(
        &config(),
        [
            ("id", Value::unknown()),
            ("size", Value::Number(1_i64.into())),
        ],
    )
}

/// The state after that.
pub(crate) fn state() -> Value {
    with(&planned(), [("id", text("a-1"))])
}
