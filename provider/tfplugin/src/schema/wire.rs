//! Schemas as protocol messages.

use super::{
    Attribute, AttributeType, Block, BlockNesting, Function, Nested, NestedBlock, NestedNesting,
    Parameter, Schema,
};
use crate::proto;
use crate::proto::resource_identity_schema::IdentityAttribute;
use crate::proto::schema::nested_block::NestingMode as BlockMode;
use crate::proto::schema::object::NestingMode as ObjectMode;

/// All descriptions are Markdown.
const MARKDOWN: i32 = proto::StringKind::Markdown as i32;

impl From<&Schema> for proto::Schema {
    fn from(schema: &Schema) -> Self {
        let mut block = proto::schema::Block::from(&schema.block);
        block.version = schema.version;
        Self {
            version: schema.version,
            block: Some(block),
        }
    }
}

impl Schema {
    /// Which attributes identify a resource of this schema; none where none do.
    #[must_use]
    pub fn identity_message(&self) -> Option<proto::ResourceIdentitySchema> {
        let attributes = self.identity().map(|attribute| IdentityAttribute {
            name: attribute.name.clone(),
            r#type: attribute.ty.implied_type().to_json_bytes(),
            required_for_import: true,
            optional_for_import: false,
            description: attribute.description.clone(),
        });
        let attributes: Vec<_> = attributes.collect();
        (!attributes.is_empty()).then_some(proto::ResourceIdentitySchema {
            version: 0,
            identity_attributes: attributes,
        })
    }
}

impl From<&Block> for proto::schema::Block {
    fn from(block: &Block) -> Self {
        Self {
            version: 0,
            attributes: block.attributes.iter().map(Into::into).collect(),
            block_types: block.blocks.iter().map(Into::into).collect(),
            description: block.description.clone(),
            description_kind: MARKDOWN,
            deprecated: block.deprecation.is_some(),
            deprecation_message: block.deprecation.clone().unwrap_or_default(),
            computed: false,
        }
    }
}

impl From<&Attribute> for proto::schema::Attribute {
    fn from(attribute: &Attribute) -> Self {
        let (ty, nested) = match &attribute.ty {
            AttributeType::Plain(ty) => (ty.to_json_bytes(), None),
            AttributeType::Nested(nested) => (Vec::new(), Some(nested.into())),
        };
        Self {
            name: attribute.name.clone(),
            r#type: ty,
            nested_type: nested,
            description: attribute.description.clone(),
            required: attribute.mode.is_required(),
            optional: attribute.mode.is_optional(),
            computed: attribute.mode.is_computed(),
            sensitive: attribute.sensitive,
            description_kind: MARKDOWN,
            deprecated: attribute.deprecation.is_some(),
            write_only: attribute.write_only,
            deprecation_message: attribute.deprecation.clone().unwrap_or_default(),
        }
    }
}

impl From<&Nested> for proto::schema::Object {
    fn from(nested: &Nested) -> Self {
        let nesting = match nested.nesting {
            NestedNesting::Single => ObjectMode::Single,
            NestedNesting::List => ObjectMode::List,
            NestedNesting::Set => ObjectMode::Set,
            NestedNesting::Map => ObjectMode::Map,
        };
        Self {
            attributes: nested.attributes.iter().map(Into::into).collect(),
            nesting: nesting.into(),
            ..Self::default()
        }
    }
}

impl From<&NestedBlock> for proto::schema::NestedBlock {
    fn from(nested: &NestedBlock) -> Self {
        let nesting = match nested.nesting {
            BlockNesting::Single { .. } => BlockMode::Single,
            BlockNesting::List { .. } => BlockMode::List,
            BlockNesting::Set { .. } => BlockMode::Set,
            BlockNesting::Labelled => BlockMode::Map,
        };
        let (min, max) = nested.nesting.limits();
        Self {
            type_name: nested.name.clone(),
            block: Some((&nested.block).into()),
            nesting: nesting.into(),
            min_items: min.into(),
            max_items: max.into(),
        }
    }
}

impl From<&Function> for proto::Function {
    fn from(function: &Function) -> Self {
        Self {
            parameters: function.parameters.iter().map(Into::into).collect(),
            variadic_parameter: function.variadic.as_ref().map(Into::into),
            r#return: Some(proto::function::Return {
                r#type: function.result.to_json_bytes(),
            }),
            summary: function.summary.clone(),
            description: function.description.clone(),
            description_kind: MARKDOWN,
            deprecation_message: function.deprecation.clone().unwrap_or_default(),
        }
    }
}

impl From<&Parameter> for proto::function::Parameter {
    fn from(parameter: &Parameter) -> Self {
        Self {
            name: parameter.name.clone(),
            r#type: parameter.ty.to_json_bytes(),
            allow_null_value: parameter.nullable,
            allow_unknown_values: parameter.unknowable,
            description: parameter.description.clone(),
            description_kind: MARKDOWN,
        }
    }
}
