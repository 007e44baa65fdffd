//! Each rule with a schema that breaks it; a sound schema breaks none.

use super::*;
use crate::schema::{Function, Mode, Nested, NestedNesting, Parameter};
use crate::value::{ObjectType, Type, Value};

fn plain(name: &str, ty: Type, mode: Mode) -> Attribute {
    Attribute::new(name, ty, mode, "One.")
}

fn string(name: &str) -> Attribute {
    plain(name, Type::String, Mode::Optional)
}

fn with(mut attribute: Attribute, change: impl FnOnce(&mut Attribute)) -> Attribute {
    change(&mut attribute);
    attribute
}

fn block(attributes: Vec<Attribute>, blocks: Vec<NestedBlock>) -> Block {
    Block {
        description: "One.".into(),
        attributes,
        blocks,
        ..Block::default()
    }
}

fn nested(name: &str, nesting: BlockNesting, attributes: Vec<Attribute>) -> NestedBlock {
    NestedBlock {
        name: name.into(),
        nesting,
        block: block(attributes, vec![]),
    }
}

fn objects(
    name: &str,
    nesting: NestedNesting,
    mode: Mode,
    attributes: Vec<Attribute>,
) -> Attribute {
    let nested = Nested {
        nesting,
        attributes,
    };
    Attribute::new(name, nested, mode, "One.")
}

const SET: BlockNesting = BlockNesting::Set { min: 0, max: 0 };
const LIST: BlockNesting = BlockNesting::List { min: 0, max: 0 };
const SINGLE: BlockNesting = BlockNesting::Single { required: true };

fn problems(kind: Kind, attributes: Vec<Attribute>, blocks: Vec<NestedBlock>) -> Vec<String> {
    let schema = Schema {
        version: 0,
        block: block(attributes, blocks),
    };
    let problems = schema.check(kind, "it");
    problems.iter().map(ToString::to_string).collect()
}

#[track_caller]
fn refused(kind: Kind, attribute: Attribute, expected: &str) {
    let found = problems(kind, vec![attribute], vec![]);
    assert!(
        found.iter().any(|one| one.contains(expected)),
        "{expected:?} not in {found:?}"
    );
}

#[track_caller]
fn block_refused(block: NestedBlock, expected: &str) {
    let found = problems(Kind::Resource, vec![], vec![block]);
    assert!(
        found.iter().any(|one| one.contains(expected)),
        "{expected:?} not in {found:?}"
    );
}

#[test]
fn a_sound_schema_has_no_problems() {
    let attributes = vec![
        with(plain("name", Type::String, Mode::Required), |one| {
            one.replace = true;
            one.identity = true;
        }),
        with(plain("id", Type::String, Mode::Computed), |one| {
            one.changes_with = vec!["name".into()]
        }),
        with(plain("size", Type::Number, Mode::OptionalComputed), |one| {
            one.default = Some(Value::Number(3_i64.into()));
        }),
        with(string("secret_wo"), |one| one.write_only = true),
        plain("config", Type::Dynamic, Mode::Optional),
    ];
    let blocks = vec![
        nested(
            "one",
            SINGLE,
            vec![plain("any", Type::Dynamic, Mode::Optional)],
        ),
        nested(
            "many",
            LIST,
            vec![with(string("key"), |one| one.key = true)],
        ),
        nested(
            "kind",
            BlockNesting::Labelled,
            vec![plain("any", Type::Dynamic, Mode::Optional)],
        ),
        nested(
            "few",
            BlockNesting::Set { min: 1, max: 2 },
            vec![string("host")],
        ),
    ];
    assert_eq!(problems(Kind::Resource, attributes, blocks), [""; 0]);
}

#[test]
fn names_are_checked() {
    for name in ["", "Name", "1st", "a-b", "näme"] {
        refused(Kind::Resource, string(name), "lowercase letters");
    }
    for name in [
        "count",
        "for_each",
        "depends_on",
        "provider",
        "lifecycle",
        "connection",
    ] {
        refused(Kind::Resource, string(name), "reserved");
        assert!(problems(Kind::Provider, vec![string(name)], vec![]).is_empty());
    }
    refused(Kind::Provider, string("alias"), "reserved");
    let twice = problems(
        Kind::Resource,
        vec![string("a")],
        vec![nested("a", LIST, vec![])],
    );
    assert_eq!(twice, ["it: a: the name stands twice here"]);
    let below = problems(
        Kind::Resource,
        vec![],
        vec![nested("a", LIST, vec![string("count")])],
    );
    assert_eq!(below, [""; 0], "only the root is Terraform's");
}

#[test]
fn modes_and_flags_are_checked_together() {
    let computed = || plain("a", Type::String, Mode::Computed);
    let both = || plain("a", Type::String, Mode::OptionalComputed);
    let five = || Some(Value::Number(5_i64.into()));
    for kind in [Kind::Provider, Kind::ListResource, Kind::Action] {
        refused(kind, computed(), "nothing computes");
    }
    refused(
        Kind::DataSource,
        with(string("a"), |one| one.replace = true),
        "be replaced",
    );
    refused(
        Kind::Resource,
        with(string("a"), |one| one.default = five()),
        "optional and computed",
    );
    refused(
        Kind::Resource,
        with(both(), |one| one.default = five()),
        "a string expected",
    );
    refused(
        Kind::Resource,
        with(both(), |one| one.default = Some(Value::Null)),
        "known value",
    );
    refused(
        Kind::Resource,
        with(both(), |one| one.write_only = true),
        "never computed",
    );
    refused(
        Kind::DataSource,
        with(string("a"), |one| one.write_only = true),
        "only a resource",
    );
    let stored = with(string("a"), |one| {
        (one.write_only, one.replace) = (true, true)
    });
    refused(Kind::Resource, stored, "never stored");
    refused(
        Kind::Resource,
        with(string("a"), |one| one.description.clear()),
        "description",
    );
    refused(
        Kind::Resource,
        with(string("a"), |one| one.deprecation = Some("".into())),
        "instead",
    );
    let lost = |one: &mut Attribute| one.changes_with = vec!["b".into()];
    refused(Kind::Resource, with(computed(), lost), "not beside it");
    refused(
        Kind::Resource,
        with(string("a"), lost),
        "only a computed value",
    );
}

#[test]
fn what_identifies_is_plain_and_no_secret() {
    let identity = |mut one: Attribute| {
        one.identity = true;
        one
    };
    refused(
        Kind::DataSource,
        identity(string("a")),
        "root of a resource",
    );
    let map = plain("a", Type::Map(Box::new(Type::String)), Mode::Required);
    refused(Kind::Resource, identity(map), "list of those");
    refused(
        Kind::Resource,
        identity(with(string("a"), |one| one.sensitive = true)),
        "secret",
    );
    block_refused(
        nested("b", LIST, vec![identity(string("a"))]),
        "root of a resource",
    );
}

#[test]
fn keys_stand_in_collections() {
    let key = |mut one: Attribute| {
        one.key = true;
        one
    };
    refused(Kind::Resource, key(string("a")), "in none");
    block_refused(nested("b", SINGLE, vec![key(string("a"))]), "in none");
    let computed = plain("a", Type::String, Mode::Computed);
    block_refused(
        nested("b", LIST, vec![key(computed)]),
        "only the provider gives",
    );
    let list = plain("a", Type::List(Box::new(Type::Bool)), Mode::Required);
    block_refused(nested("b", LIST, vec![key(list)]), "a key is a bool");
}

#[test]
fn sets_hold_nothing_that_needs_an_address() {
    let dynamic = plain("a", Type::Dynamic, Mode::Optional);
    block_refused(nested("b", SET, vec![dynamic.clone()]), "dynamic type");
    let secret = with(string("a"), |one| one.write_only = true);
    block_refused(nested("b", SET, vec![secret.clone()]), "write-only");
    let computed = plain("a", Type::String, Mode::Computed);
    block_refused(nested("b", SET, vec![computed]), "cannot follow");
    let deep = NestedBlock {
        name: "b".into(),
        nesting: SET,
        block: block(vec![], vec![nested("c", LIST, vec![secret.clone()])]),
    };
    block_refused(deep, "b.c.a: a set cannot hold a write-only");
    let objects = objects(
        "o",
        NestedNesting::Set,
        Mode::Optional,
        vec![secret, dynamic],
    );
    refused(
        Kind::Resource,
        objects.clone(),
        "o.a: a set cannot hold a write-only",
    );
    refused(
        Kind::Resource,
        objects,
        "o: a collection has one element type",
    );
}

#[test]
fn nested_attributes_follow_the_one_around_them() {
    let computed = objects(
        "o",
        NestedNesting::Single,
        Mode::Computed,
        vec![string("a")],
    );
    refused(Kind::Resource, computed, "make it computed too");
    let mut secret = objects(
        "o",
        NestedNesting::Single,
        Mode::Optional,
        vec![string("a")],
    );
    secret.write_only = true;
    refused(Kind::Resource, secret, "make it write-only too");
    let empty = objects("o", NestedNesting::List, Mode::Optional, vec![]);
    refused(Kind::Resource, empty, "holds nothing");
}

#[test]
fn types_and_limits_are_checked() {
    let any = Type::Map(Box::new(Type::Dynamic));
    refused(
        Kind::Resource,
        plain("a", any, Mode::Optional),
        "one element type",
    );
    let object = Type::Object(ObjectType {
        attributes: [("x".into(), Type::Bool)].into(),
        optional: ["x".into()].into(),
    });
    refused(
        Kind::Resource,
        plain("a", object, Mode::Optional),
        "cannot be optional",
    );
    let none = nested("b", BlockNesting::List { min: 3, max: 2 }, vec![]);
    block_refused(none, "at least 3 and at most 2");
}

#[test]
fn functions_are_checked_too() {
    let parameter = |name: &str| Parameter {
        name: name.into(),
        ty: Type::String,
        description: "One.".into(),
        nullable: false,
        unknowable: false,
    };
    let mut function = Function {
        summary: "One".into(),
        description: "One.".into(),
        parameters: vec![parameter("a")],
        variadic: Some(parameter("b")),
        result: Type::String,
        deprecation: None,
    };
    assert_eq!(function.check("name"), []);
    function.variadic = Some(parameter("a"));
    let problems = function.check("Name");
    assert_eq!(problems.len(), 2, "{problems:?}");
}
