//! The reference pages and the schema JSON of a small provider, as they are published.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

use tfplugin::docs::{self, Examples, Pages};
use tfplugin::schema::{
    Attribute, Block, BlockNesting, Function, Mode, Nested, NestedBlock, NestedNesting, Parameter,
    ProviderSchema, Schema,
};
use tfplugin::value::{ObjectType, Type, Value};

fn attribute(name: &str, ty: Type, mode: Mode, description: &str) -> Attribute {
    Attribute::new(name, ty, mode, description)
}

fn block(description: &str, attributes: Vec<Attribute>, blocks: Vec<NestedBlock>) -> Block {
    Block {
        description: description.into(),
        attributes,
        blocks,
        ..Block::default()
    }
}

fn nested(name: &str, nesting: BlockNesting, block: Block) -> NestedBlock {
    NestedBlock {
        name: name.into(),
        nesting,
        block,
    }
}

fn board() -> Block {
    let any = attribute(
        "any",
        Type::Dynamic,
        Mode::Optional,
        "Anything:\n\n* a text\n* a number",
    );
    let support = block("What holds it.", vec![any], vec![]);
    block(
        "A board.",
        vec![attribute(
            "length_mm",
            Type::Number,
            Mode::Required,
            "How long it is.",
        )],
        vec![nested("support", BlockNesting::Labelled, support)],
    )
}

fn shelf() -> Schema {
    let mut name = attribute("name", Type::String, Mode::Required, "What it is called.");
    (name.replace, name.identity) = (true, true);
    let mut rows = attribute(
        "rows",
        Type::Number,
        Mode::OptionalComputed,
        "How many rows it has",
    );
    rows.default = Some(Value::Number(3_i64.into()));
    let mut code = attribute(
        "code",
        Type::String,
        Mode::Optional,
        "The code of its lock.",
    );
    (code.sensitive, code.deprecation) = (true, Some("Use `code_wo`.".into()));
    let mut code_wo = attribute(
        "code_wo",
        Type::String,
        Mode::Optional,
        "The code of its lock.",
    );
    code_wo.write_only = true;
    let labels = Nested {
        nesting: NestedNesting::Map,
        attributes: vec![attribute(
            "text",
            Type::String,
            Mode::Required,
            "What it says.",
        )],
    };
    let spot = Type::Object(ObjectType {
        attributes: [("row".into(), Type::Number), ("side".into(), Type::String)].into(),
        ..ObjectType::default()
    });
    Schema {
        version: 2,
        block: block(
            "A shelf in a store.\n\nIt holds **goods**.",
            vec![
                name,
                rows,
                code,
                code_wo,
                Attribute::new("labels", labels, Mode::Optional, "Its labels."),
                attribute("id", Type::String, Mode::Computed, "Its id."),
                attribute(
                    "free",
                    Type::List(Box::new(spot)),
                    Mode::Computed,
                    "Where there is room.",
                ),
            ],
            vec![nested(
                "board",
                BlockNesting::List { min: 1, max: 4 },
                board(),
            )],
        ),
    }
}

fn provider() -> ProviderSchema {
    let parameter = |name: &str, ty, nullable| Parameter {
        name: name.into(),
        ty,
        description: format!("The {name}."),
        nullable,
        unknowable: false,
    };
    let function = Function {
        summary: "Names a shelf".into(),
        description: "Gives the name of a shelf from its parts.".into(),
        parameters: vec![parameter("aisle", Type::Number, false)],
        variadic: Some(parameter("part", Type::List(Box::new(Type::String)), true)),
        result: Type::String,
        deprecation: None,
    };
    let count = attribute("rows_min", Type::Number, Mode::Optional, "Fewest rows.");
    let url = attribute("url", Type::String, Mode::Required, "Where the store is.");
    let shelves = Schema {
        version: 0,
        block: block("The shelves of a store.", vec![count], vec![]),
    };
    ProviderSchema {
        provider: Schema {
            version: 0,
            block: block("Keeps a store.", vec![url], vec![]),
        },
        resources: [("store_shelf".into(), shelf())].into(),
        data_sources: [("store_shelves".into(), shelves.clone())].into(),
        ephemeral_resources: [("store_key".into(), shelves.clone())].into(),
        list_resources: [("store_shelf".into(), shelves.clone())].into(),
        actions: [("store_sweep".into(), shelves)].into(),
        functions: [("shelf_name".into(), function)].into(),
    }
}

fn examples() -> Examples {
    let files = [
        (
            "provider/provider.tf",
            "provider \"store\" {\n  url = \"https://store.example\"\n}\n",
        ),
        (
            "resources/store_shelf/resource.tf",
            "resource \"store_shelf\" \"a\" {\n  name = \"a\"\n}\n",
        ),
        (
            "resources/store_shelf/import.sh",
            "terraform import store_shelf.a a\n",
        ),
        (
            "functions/shelf_name/function.tf",
            "output \"a\" {\n  value = provider::store::shelf_name(1)\n}\n",
        ),
    ];
    files
        .map(|(path, text)| (path.to_owned(), text.to_owned()))
        .into_iter()
        .collect()
}

fn pages() -> Pages {
    docs::pages("store", &provider(), &examples())
}

#[test]
fn the_sample_is_sound() {
    assert_eq!(provider().check(), []);
}

#[test]
fn pages_stand_where_the_registry_looks() {
    let paths: Vec<_> = pages().into_keys().collect();
    let expected = [
        "actions/sweep.md",
        "data-sources/shelves.md",
        "ephemeral-resources/key.md",
        "functions/shelf_name.md",
        "index.md",
        "list-resources/shelf.md",
        "resources/shelf.md",
    ];
    assert_eq!(paths, expected);
}

#[test]
fn pages_read_as_published() {
    for (path, text) in pages() {
        insta::assert_snapshot!(path.replace(['/', '.'], "_"), text);
    }
}

#[test]
fn schema_json_is_what_core_prints() {
    let json = provider().to_json("registry.terraform.io/acme/store");
    insta::assert_snapshot!(serde_json::to_string_pretty(&json).unwrap());
}

#[test]
fn stale_pages_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let pages = pages();
    assert_eq!(
        docs::stale(folder.path(), &pages).unwrap().len(),
        pages.len()
    );
    docs::write(folder.path(), &pages).unwrap();
    assert_eq!(docs::stale(folder.path(), &pages).unwrap(), [""; 0]);
    std::fs::write(folder.path().join("resources/gone.md"), "gone").unwrap();
    std::fs::write(folder.path().join("index.md"), "edited").unwrap();
    let stale = docs::stale(folder.path(), &pages).unwrap();
    assert_eq!(stale, ["index.md", "resources/gone.md"]);
    docs::write(folder.path(), &pages).unwrap();
    assert_eq!(docs::stale(folder.path(), &pages).unwrap(), [""; 0]);
}

#[test]
fn examples_are_read_from_their_folders() {
    let folder = tempfile::tempdir().unwrap();
    let there = folder.path().join("resources/store_shelf");
    std::fs::create_dir_all(&there).unwrap();
    std::fs::write(
        there.join("resource.tf"),
        "resource \"store_shelf\" \"b\" {}\n\n",
    )
    .unwrap();
    std::fs::write(there.join("notes.txt"), "not an example").unwrap();
    let examples = Examples::read(folder.path()).unwrap();
    let text = examples.get("resources/store_shelf/resource.tf");
    assert_eq!(text, Some("resource \"store_shelf\" \"b\" {}"));
    assert_eq!(examples.get("resources/store_shelf/notes.txt"), None);
    assert_eq!(
        Examples::read(&folder.path().join("none")).unwrap(),
        Examples::default()
    );
}
