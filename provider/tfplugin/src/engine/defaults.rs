//! Whether the defaults that a schema declares can be read by the types that hold them.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::engine::typed;
use crate::field::Schema;
use crate::schema::{Attribute, AttributeType, Block, BlockNesting, NestedBlock, NestedNesting};
use crate::value::Value;

/// What is wrong with the defaults of `S`, whose schema is `block`.
pub(crate) fn wrong<S: Schema>(type_name: &str, block: &Block) -> Diagnostics {
    let mut found = Diagnostics::new();
    typed::<S>(&object(&block.attributes, &block.blocks), &mut found);
    let found = found.into_iter().map(|one| {
        let detail = format!(
            "The default of `{}` in `{type_name}` cannot be read: {}.\n{}\n\n\
             This is a defect of the provider: report it to its developers.\n\ndefault-unreadable",
            one.path, one.summary, one.detail
        );
        Diagnostic::error("Default of the provider cannot be read", detail)
    });
    let mut wrong = Diagnostics::new();
    wrong.extend(found);
    wrong
}

/// An object with every default in it and one of everything nested.
fn object(attributes: &[Attribute], blocks: &[NestedBlock]) -> Value {
    let attributes = attributes.iter().map(|attribute| {
        let value = match (&attribute.default, &attribute.ty) {
            (Some(default), _) => default.clone(),
            (None, AttributeType::Plain(_)) => Value::Null,
            (None, AttributeType::Nested(nested)) => {
                let inner = object(&nested.attributes, &[]);
                match nested.nesting {
                    NestedNesting::Single => inner,
                    NestedNesting::List | NestedNesting::Set => Value::List(vec![inner]),
                    NestedNesting::Map => Value::Map(BTreeMap::from([(String::new(), inner)])),
                }
            }
        };
        (attribute.name.clone(), value)
    });
    let blocks = blocks.iter().map(|nested| {
        let inner = object(&nested.block.attributes, &nested.block.blocks);
        let value = match nested.nesting {
            BlockNesting::Single { .. } => inner,
            BlockNesting::List { .. } | BlockNesting::Set { .. } => Value::List(vec![inner]),
            BlockNesting::Labelled => Value::Map(BTreeMap::from([(String::new(), inner)])),
        };
        (nested.name.clone(), value)
    });
    Value::Map(attributes.chain(blocks).collect())
}
