//! What the derive makes of a struct: the schema, and values read, written and compared.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use tfplugin::field::{
    At, BlockList, Computed, Dynamic, LabelledBlocks, Nested, Optional, OptionalBlock,
    OptionalComputed, Required, RequiredBlock, Text,
};
use tfplugin::schema::{AttributeType, BlockNesting, Mode};
use tfplugin::value::{Refinement, Typed};
use tfplugin::{Diagnostics, Schema, Stop, Type, Value};

/// A colour, however capitalised.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Colour(String);

impl FromStr for Colour {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let word = text.to_lowercase();
        if ["red", "green"].contains(&word.as_str()) {
            return Ok(Self(word));
        }
        Err(format!(
            "Colour is not known\nFound `{text}`.\n\nWrite `red` or `green`.\n\ncolour-unknown"
        ))
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A shelf of boxes.
///
/// Stands in a room.
#[derive(Debug, Clone, Schema)]
struct Shelf {
    /// Its name.
    #[tf(replace, identity)]
    name: Required<String>,
    /// The colour.
    colour: Optional<Text<Colour>>,
    /// How many fit.
    #[tf(default = 4)]
    r#type: OptionalComputed<u32>,
    /// Words about it.
    words: Optional<Vec<Text<Colour>>>,
    /// Labels in no order.
    labels: Optional<BTreeSet<Text<Colour>>>,
    /// Weights by name.
    weights: Optional<BTreeMap<String, f64>>,
    /// Its lock.
    #[tf(write_only, sensitive)]
    lock_wo: Optional<Text<Colour>>,
    /// Its sides.
    sides: Optional<Vec<Nested<Side>>>,
    /// Decided by the carpenter.
    #[tf(changes_with("colour", "drawer"))]
    id: Computed<String>,
    /// The base.
    base: RequiredBlock<Side>,
    /// The top.
    top: OptionalBlock<Side>,
    /// Drawers from the top.
    #[tf(max = 3)]
    drawer: BlockList<Side>,
    /// Boxes by label.
    boxes: LabelledBlocks<Box>,
}

/// A side.
#[derive(Debug, Clone, Schema)]
struct Side {
    /// Its wood.
    wood: Required<String>,
}

/// A box that holds anything.
#[derive(Debug, Clone, Schema)]
struct Box {
    /// What is in it.
    content: Optional<Dynamic>,
}

fn side(wood: Value) -> Value {
    Value::Map(BTreeMap::from([("wood".to_owned(), wood)]))
}

fn shelf(entries: &[(&str, Value)]) -> Value {
    let mut shelf = BTreeMap::from([
        ("name".to_owned(), Value::string("a")),
        ("base".to_owned(), side(Value::string("oak"))),
    ]);
    shelf.extend(
        entries
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone())),
    );
    Value::Map(shelf)
}

fn read(value: &Value) -> (Option<Shelf>, Diagnostics) {
    let mut diagnostics = Diagnostics::new();
    let shelf = Shelf::decode(value, &At::root(), &mut diagnostics);
    (shelf, diagnostics)
}

fn read_ok(entries: &[(&str, Value)]) -> Shelf {
    let (shelf, diagnostics) = read(&shelf(entries));
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    shelf.unwrap()
}

#[test]
fn the_schema_says_what_the_struct_says() {
    let block = Shelf::block();
    assert_eq!(block.description, "A shelf of boxes.\n\nStands in a room.");
    let attribute = |name: &str| block.attribute(name).unwrap_or_else(|| panic!("{name}"));
    assert_eq!(attribute("name").mode, Mode::Required);
    assert!(attribute("name").replace && attribute("name").identity);
    assert_eq!(attribute("type").default, Some(Value::Number(4u64.into())));
    assert_eq!(attribute("type").ty, AttributeType::Plain(Type::Number));
    let colours = Type::List(std::boxed::Box::new(Type::String));
    assert_eq!(attribute("words").ty, AttributeType::Plain(colours));
    assert!(attribute("lock_wo").write_only && attribute("lock_wo").sensitive);
    assert_eq!(attribute("id").changes_with, ["colour", "drawer"]);
    assert!(matches!(attribute("sides").ty, AttributeType::Nested(_)));
    let nesting = |name: &str| block.nested(name).unwrap().nesting;
    assert_eq!(nesting("base"), BlockNesting::Single { required: true });
    assert_eq!(nesting("drawer"), BlockNesting::List { min: 0, max: 3 });
    assert_eq!(nesting("boxes"), BlockNesting::Labelled);
    assert_eq!(block.nested("top").unwrap().block.description, "The top.");
}

#[test]
fn an_unknown_defers_the_check_that_asks_for_it() {
    let shelf = read_ok(&[("name", Value::unknown()), ("colour", Value::Null)]);
    assert_eq!(shelf.name.get(), Err(Stop::Deferred));
    assert_eq!(shelf.colour.get(), Ok(None));
    let shelf = read_ok(&[(
        "words",
        Value::List(vec![Value::string("red"), Value::unknown()]),
    )]);
    assert!(shelf.words.is_unknown());
    assert_eq!(shelf.words.get(), Err(Stop::Deferred));
    assert_eq!(shelf.name.get().unwrap(), "a");
}

#[test]
fn an_object_is_known_while_its_attributes_are_not() {
    let shelf = read_ok(&[
        (
            "drawer",
            Value::List(vec![side(Value::unknown()), side(Value::string("fir"))]),
        ),
        ("sides", Value::List(vec![side(Value::unknown())])),
        ("top", Value::unknown()),
    ]);
    let drawers = shelf.drawer.get().unwrap();
    assert_eq!(drawers[0].wood.get(), Err(Stop::Deferred));
    assert_eq!(drawers[1].wood.get().unwrap(), "fir");
    assert_eq!(shelf.sides.get().unwrap().unwrap().len(), 1);
    assert!(shelf.top.get().is_err());
}

#[test]
fn what_was_read_is_written_exactly() {
    let promise = Value::Unknown(Refinement::prefix("shelf-"));
    let entries = [
        ("colour", Value::string("ReD")),
        (
            "words",
            Value::List(vec![Value::string("GREEN"), Value::unknown()]),
        ),
        (
            "weights",
            Value::Map(BTreeMap::from([(
                "a".to_owned(),
                tfplugin::field::decimal("0.1"),
            )])),
        ),
        ("id", promise),
        ("drawer", Value::List(vec![side(Value::unknown())])),
    ];
    let Value::Map(written) = read_ok(&entries).encode() else {
        panic!("an object")
    };
    for (name, value) in &entries {
        assert_eq!(written[*name], *value, "{name}");
    }
    assert_eq!(written["top"], Value::Null);
}

#[test]
fn all_mistakes_are_reported_each_where_it_is() {
    let (shelf, diagnostics) = read(&shelf(&[
        ("colour", Value::string("blue")),
        ("type", Value::Number((-1i64).into())),
        (
            "words",
            Value::List(vec![
                Value::string("red"),
                Value::string("pink"),
                Value::Null,
            ]),
        ),
        (
            "labels",
            Value::List(vec![Value::string("red"), Value::string("Red")]),
        ),
        ("lock_wo", Value::string("hunter2")),
    ]));
    assert!(shelf.is_none());
    let said: Vec<_> = diagnostics
        .iter()
        .map(|one| (one.path.to_string(), one.summary.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            ("colour".to_owned(), "Colour is not known"),
            ("type".to_owned(), "Number out of range"),
            ("words[1]".to_owned(), "Colour is not known"),
            ("words[2]".to_owned(), "Element is null"),
            ("labels".to_owned(), "Set has the same element twice"),
            ("lock_wo".to_owned(), "Colour is not known"),
        ]
    );
    let shown = format!("{diagnostics:?}");
    assert!(shown.contains("Found `blue`."));
    assert!(
        !shown.contains("hunter2"),
        "a sensitive value must not be quoted"
    );
}

#[test]
fn a_value_keeps_its_prior_form_when_it_means_the_same() {
    let prior = read_ok(&[
        ("colour", Value::string("red")),
        ("name", Value::string("a")),
    ]);
    let mut same = read_ok(&[("colour", Value::string("RED"))]);
    let mut other = read_ok(&[("colour", Value::string("GREEN"))]);
    same.keep_form(&prior);
    other.keep_form(&prior);
    assert_eq!(same.colour.get().unwrap().unwrap().text(), "red");
    assert_eq!(other.colour.get().unwrap().unwrap().text(), "GREEN");
    assert!(same.means(&prior) && !other.means(&prior));
}

#[test]
fn labelled_blocks_of_any_content_are_folded_on_the_wire() {
    let object = |attributes: &[(&str, Type)]| {
        Type::Object(tfplugin::value::ObjectType {
            attributes: attributes
                .iter()
                .map(|(n, t)| ((*n).to_owned(), t.clone()))
                .collect(),
            ..Default::default()
        })
    };
    let one = object(&[("context", Type::String)]);
    let value = |content: Value| Value::Map(BTreeMap::from([("content".to_owned(), content)]));
    let content = Value::Map(BTreeMap::from([(
        "context".to_owned(),
        Value::string("gpu"),
    )]));
    let folded = Value::Dynamic(std::boxed::Box::new(Typed {
        ty: object(&[
            ("a", object(&[("content", one.clone())])),
            ("b", object(&[("content", Type::Dynamic)])),
        ]),
        value: Value::Map(BTreeMap::from([
            ("a".to_owned(), value(content)),
            ("b".to_owned(), value(Value::Null)),
        ])),
    }));
    let shelf = read_ok(&[("boxes", folded.clone())]);
    {
        let boxes: Vec<_> = shelf.boxes.get().unwrap().collect();
        assert_eq!(boxes[0].0, "a");
        let content = boxes[0].1.content.get().unwrap().unwrap();
        assert_eq!(content.typed().ty, one);
        assert_eq!(content.to_json().to_string(), r#"{"context":"gpu"}"#);
        assert!(boxes[1].1.content.is_null());
    }
    let Value::Map(written) = shelf.encode() else {
        panic!("an object")
    };
    assert_eq!(written["boxes"], folded);
}
