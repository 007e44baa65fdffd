//! The type of the value that a block or attribute gives, as core derives it.

use super::{Attribute, AttributeType, Block, BlockNesting, Nested, NestedBlock, NestedNesting};
use crate::value::{ObjectType, Type};

impl Block {
    /// The type of a value of this block: an object with every attribute and nested block.
    #[must_use]
    pub fn implied_type(&self) -> Type {
        let attributes = self.attributes.iter();
        let attributes = attributes.map(|one| (one.name.clone(), one.ty.implied_type()));
        let blocks = self.blocks.iter();
        let blocks = blocks.map(|one| (one.name.clone(), one.implied_type()));
        Type::Object(ObjectType {
            attributes: attributes.chain(blocks).collect(),
            ..ObjectType::default()
        })
    }

    /// The attribute of that name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|one| one.name == name)
    }

    /// The nested block of that name.
    #[must_use]
    pub fn nested(&self, name: &str) -> Option<&NestedBlock> {
        self.blocks.iter().find(|one| one.name == name)
    }
}

impl NestedBlock {
    /// The type under which all blocks of this name travel together.
    ///
    /// Lists and maps have one element type, so repeated blocks with a dynamic attribute anywhere inside travel as one
    /// dynamic value: a tuple, or an object with an attribute for each label.
    #[must_use]
    pub fn implied_type(&self) -> Type {
        let block = self.block.implied_type();
        match self.nesting {
            BlockNesting::Single { .. } => block,
            BlockNesting::Set { .. } => Type::Set(Box::new(block)),
            BlockNesting::List { .. } | BlockNesting::Labelled if block.has_dynamic() => {
                Type::Dynamic
            }
            BlockNesting::List { .. } => Type::List(Box::new(block)),
            BlockNesting::Labelled => Type::Map(Box::new(block)),
        }
    }
}

impl AttributeType {
    /// The type of the attribute's value.
    #[must_use]
    pub fn implied_type(&self) -> Type {
        match self {
            Self::Plain(ty) => ty.clone(),
            Self::Nested(nested) => nested.implied_type(),
        }
    }
}

impl Nested {
    /// The type of the attribute's value.
    #[must_use]
    pub fn implied_type(&self) -> Type {
        let object = Box::new(self.object_type());
        match self.nesting {
            NestedNesting::Single => *object,
            NestedNesting::List => Type::List(object),
            NestedNesting::Set => Type::Set(object),
            NestedNesting::Map => Type::Map(object),
        }
    }

    /// The type of one of its objects.
    #[must_use]
    pub fn object_type(&self) -> Type {
        let attributes = self.attributes.iter();
        let attributes = attributes.map(|one| (one.name.clone(), one.ty.implied_type()));
        Type::Object(ObjectType {
            attributes: attributes.collect(),
            ..ObjectType::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Mode;

    fn attribute(ty: Type) -> Attribute {
        Attribute::new("a", ty, Mode::Optional, "One.")
    }

    fn holding(ty: Type, nesting: BlockNesting) -> String {
        let block = Block {
            attributes: vec![attribute(ty)],
            ..Block::default()
        };
        let root = Block {
            blocks: vec![NestedBlock {
                name: "b".into(),
                nesting,
                block,
            }],
            ..Block::default()
        };
        root.implied_type().to_json().to_string()
    }

    #[test]
    fn blocks_nest_as_core_nests_them() {
        let (list, set) = (
            BlockNesting::List { min: 0, max: 0 },
            BlockNesting::Set { min: 0, max: 0 },
        );
        let single = BlockNesting::Single { required: true };
        let table = [
            (
                Type::Bool,
                single,
                r#"["object",{"b":["object",{"a":"bool"}]}]"#,
            ),
            (
                Type::Bool,
                list,
                r#"["object",{"b":["list",["object",{"a":"bool"}]]}]"#,
            ),
            (
                Type::Bool,
                set,
                r#"["object",{"b":["set",["object",{"a":"bool"}]]}]"#,
            ),
            (
                Type::Bool,
                BlockNesting::Labelled,
                r#"["object",{"b":["map",["object",{"a":"bool"}]]}]"#,
            ),
            (
                Type::Dynamic,
                single,
                r#"["object",{"b":["object",{"a":"dynamic"}]}]"#,
            ),
            (Type::Dynamic, list, r#"["object",{"b":"dynamic"}]"#),
            (
                Type::Dynamic,
                BlockNesting::Labelled,
                r#"["object",{"b":"dynamic"}]"#,
            ),
        ];
        for (ty, nesting, json) in table {
            assert_eq!(holding(ty, nesting), json);
        }
    }

    #[test]
    fn nested_attributes_are_collections_of_objects() {
        let table = [
            (NestedNesting::Single, r#"["object",{"a":"bool"}]"#),
            (NestedNesting::List, r#"["list",["object",{"a":"bool"}]]"#),
            (NestedNesting::Set, r#"["set",["object",{"a":"bool"}]]"#),
            (NestedNesting::Map, r#"["map",["object",{"a":"bool"}]]"#),
        ];
        for (nesting, json) in table {
            let attributes = vec![attribute(Type::Bool)];
            let nested = AttributeType::Nested(Nested {
                nesting,
                attributes,
            });
            assert_eq!(nested.implied_type().to_json().to_string(), json);
        }
    }
}
