//! Attributes.

use crate::value::{Type, Value};

/// One attribute of a block or nested object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// Its name, in snake case.
    pub name: String,
    /// What it holds.
    pub ty: AttributeType,
    /// Who gives its value.
    pub mode: Mode,
    /// What it means, in Markdown.
    pub description: String,
    /// Masked in what Terraform displays; still readable in state.
    pub sensitive: bool,
    /// Given in configuration, never stored in plan or state.
    pub write_only: bool,
    /// Changing it replaces the resource.
    pub replace: bool,
    /// What stands for null in configuration; the attribute is then optional and computed.
    pub default: Option<Value>,
    /// Part of what identifies the resource for as long as it exists.
    pub identity: bool,
    /// Tells the elements of its collection apart, so that an element keeps its computed values when it moves.
    pub key: bool,
    /// The attributes and blocks beside it that decide its value: when one of them changes, a computed value is
    /// planned anew; otherwise it is kept.
    pub changes_with: Vec<String>,
    /// Why not to use it any more, where that is so.
    pub deprecation: Option<String>,
}

impl Attribute {
    /// An attribute with nothing but what each must have; the other fields are set on the result.
    pub fn new(
        name: impl Into<String>,
        ty: impl Into<AttributeType>,
        mode: Mode,
        description: impl Into<String>,
    ) -> Self {
        Self {
            name: name.into(),
            ty: ty.into(),
            mode,
            description: description.into(),
            sensitive: false,
            write_only: false,
            replace: false,
            default: None,
            identity: false,
            key: false,
            changes_with: Vec::new(),
            deprecation: None,
        }
    }
}

/// Who gives the value of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// The practitioner, always.
    Required,
    /// The practitioner, or nobody.
    Optional,
    /// The practitioner, or else the provider.
    OptionalComputed,
    /// The provider alone.
    Computed,
}

impl Mode {
    /// Whether leaving the attribute out is an error.
    #[must_use]
    pub fn is_required(self) -> bool {
        self == Self::Required
    }

    /// Whether the practitioner may give it or leave it out.
    #[must_use]
    pub fn is_optional(self) -> bool {
        matches!(self, Self::Optional | Self::OptionalComputed)
    }

    /// Whether the provider may give it.
    #[must_use]
    pub fn is_computed(self) -> bool {
        matches!(self, Self::Computed | Self::OptionalComputed)
    }
}

/// What an attribute holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttributeType {
    /// A value of a plain type.
    Plain(Type),
    /// Objects with attributes of their own, each with mode and description.
    Nested(Nested),
}

impl From<Type> for AttributeType {
    fn from(ty: Type) -> Self {
        Self::Plain(ty)
    }
}

impl From<Nested> for AttributeType {
    fn from(nested: Nested) -> Self {
        Self::Nested(nested)
    }
}

/// The shape of a nested attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nested {
    /// One object or a collection of them.
    pub nesting: NestedNesting,
    /// The attributes of each object.
    pub attributes: Vec<Attribute>,
}

/// One object or a collection of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NestedNesting {
    /// One object.
    Single,
    /// A list of objects.
    List,
    /// A set of objects.
    Set,
    /// A map of objects.
    Map,
}
