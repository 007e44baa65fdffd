//! Schemas in the JSON that `terraform providers schema -json` prints.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::{
    Attribute, AttributeType, Block, BlockNesting, Function, Nested, NestedBlock, NestedNesting,
    Parameter, ProviderSchema, Schema,
};

impl ProviderSchema {
    /// The whole document, for a provider known as `source`, such as `registry.terraform.io/acme/example`, in the shape of
    /// the newest Terraform: older ones leave out what they do not know.
    #[must_use]
    pub fn to_json(&self, source: &str) -> Json {
        let mut provider = Map::new();
        provider.insert("provider".into(), schema(&self.provider));
        let kinds = [
            ("resource_schemas", &self.resources),
            ("data_source_schemas", &self.data_sources),
            ("ephemeral_resource_schemas", &self.ephemeral_resources),
            ("list_resource_schemas", &self.list_resources),
        ];
        for (kind, schemas) in kinds {
            insert_all(&mut provider, kind, schemas, schema);
        }
        insert_all(&mut provider, "functions", &self.functions, function);
        let identified = self.resources.iter();
        let identified = identified.filter(|(_, schema)| schema.identity().next().is_some());
        let identified = identified
            .map(|(name, schema)| (name.clone(), schema))
            .collect();
        insert_all(
            &mut provider,
            "resource_identity_schemas",
            &identified,
            |one| identity(one),
        );
        insert_all(&mut provider, "action_schemas", &self.actions, action);
        json!({"format_version": "1.0", "provider_schemas": {source: provider}})
    }
}

/// Adds a map that is left out when it is empty, as all of this format's are.
fn insert_all<T>(
    to: &mut Map<String, Json>,
    name: &str,
    items: &BTreeMap<String, T>,
    write: fn(&T) -> Json,
) {
    let items = items.iter().map(|(name, item)| (name.clone(), write(item)));
    let items: Map<_, _> = items.collect();
    if !items.is_empty() {
        to.insert(name.to_owned(), Json::Object(items));
    }
}

fn schema(schema: &Schema) -> Json {
    json!({"version": schema.version, "block": block(&schema.block)})
}

/// Actions keep nothing, so their schemas have no version.
fn action(schema: &Schema) -> Json {
    json!({"block": block(&schema.block)})
}

fn block(block: &Block) -> Json {
    let mut json = Map::new();
    let attributes = block.attributes.iter();
    let attributes = attributes.map(|one| (one.name.clone(), one)).collect();
    insert_all(&mut json, "attributes", &attributes, |one| attribute(one));
    let blocks = block.blocks.iter();
    let blocks = blocks.map(|one| (one.name.clone(), one)).collect();
    insert_all(&mut json, "block_types", &blocks, |one| nested_block(one));
    insert_description(&mut json, &block.description);
    insert_deprecation(&mut json, block.deprecation.as_deref());
    Json::Object(json)
}

fn nested_block(nested: &NestedBlock) -> Json {
    let nesting = match nested.nesting {
        BlockNesting::Single { .. } => "single",
        BlockNesting::List { .. } => "list",
        BlockNesting::Set { .. } => "set",
        BlockNesting::Labelled => "map",
    };
    let mut json = Map::new();
    json.insert("nesting_mode".into(), nesting.into());
    json.insert("block".into(), block(&nested.block));
    let (min, max) = nested.nesting.limits();
    for (name, limit) in [("min_items", min), ("max_items", max)] {
        if limit > 0 {
            json.insert(name.into(), limit.into());
        }
    }
    Json::Object(json)
}

fn attribute(attribute: &Attribute) -> Json {
    let mut json = Map::new();
    match &attribute.ty {
        AttributeType::Plain(ty) => json.insert("type".into(), ty.to_json()),
        AttributeType::Nested(nested) => json.insert("nested_type".into(), nested_type(nested)),
    };
    insert_description(&mut json, &attribute.description);
    insert_deprecation(&mut json, attribute.deprecation.as_deref());
    let flags = [
        ("required", attribute.mode.is_required()),
        ("optional", attribute.mode.is_optional()),
        ("computed", attribute.mode.is_computed()),
        ("sensitive", attribute.sensitive),
        ("write_only", attribute.write_only),
    ];
    for (name, _) in flags.into_iter().filter(|(_, set)| *set) {
        json.insert(name.into(), true.into());
    }
    Json::Object(json)
}

fn nested_type(nested: &Nested) -> Json {
    let nesting = match nested.nesting {
        NestedNesting::Single => "single",
        NestedNesting::List => "list",
        NestedNesting::Set => "set",
        NestedNesting::Map => "map",
    };
    let mut json = Map::new();
    let attributes = nested.attributes.iter();
    let attributes = attributes.map(|one| (one.name.clone(), one)).collect();
    insert_all(&mut json, "attributes", &attributes, |one| attribute(one));
    json.insert("nesting_mode".into(), nesting.into());
    Json::Object(json)
}

fn insert_description(to: &mut Map<String, Json>, description: &str) {
    if !description.is_empty() {
        to.insert("description".into(), description.into());
    }
    to.insert("description_kind".into(), "markdown".into());
}

fn insert_deprecation(to: &mut Map<String, Json>, deprecation: Option<&str>) {
    if let Some(message) = deprecation {
        to.insert("deprecated".into(), true.into());
        to.insert("deprecation_message".into(), message.into());
    }
}

fn identity(schema: &Schema) -> Json {
    let attributes = schema.identity().map(|attribute| {
        let json = json!({
            "type": attribute.ty.implied_type().to_json(),
            "description": attribute.description,
            "required_for_import": true,
        });
        (attribute.name.clone(), json)
    });
    json!({"version": 0, "attributes": attributes.collect::<BTreeMap<_, _>>()})
}

fn function(function: &Function) -> Json {
    let mut json = Map::new();
    let texts = [
        ("description", function.description.as_str()),
        ("summary", function.summary.as_str()),
        (
            "deprecation_message",
            function.deprecation.as_deref().unwrap_or_default(),
        ),
    ];
    for (name, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
        json.insert(name.into(), text.into());
    }
    json.insert("return_type".into(), function.result.to_json());
    if !function.parameters.is_empty() {
        let parameters = function.parameters.iter().map(parameter);
        json.insert("parameters".into(), parameters.collect());
    }
    if let Some(variadic) = &function.variadic {
        json.insert("variadic_parameter".into(), parameter(variadic));
    }
    Json::Object(json)
}

fn parameter(parameter: &Parameter) -> Json {
    let mut json = Map::new();
    json.insert("name".into(), parameter.name.as_str().into());
    if !parameter.description.is_empty() {
        json.insert("description".into(), parameter.description.as_str().into());
    }
    if parameter.nullable {
        json.insert("is_nullable".into(), true.into());
    }
    json.insert("type".into(), parameter.ty.to_json());
    Json::Object(json)
}
