//! Blocks and how they nest.

use super::Attribute;

/// A block of configuration: attributes and nested blocks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Block {
    /// What the block is, in Markdown.
    pub description: String,
    /// Why not to use it any more, where that is so.
    pub deprecation: Option<String>,
    /// The attributes, in the order of the reference page.
    pub attributes: Vec<Attribute>,
    /// The nested blocks, in the order of the reference page.
    pub blocks: Vec<NestedBlock>,
}

/// A block inside a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NestedBlock {
    /// The word that opens it.
    pub name: String,
    /// How often it may stand, and how it is addressed.
    pub nesting: BlockNesting,
    /// What it holds.
    pub block: Block,
}

/// How often a nested block may stand and how it is addressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockNesting {
    /// At most once; exactly once when `required`.
    Single {
        /// Whether leaving it out is an error.
        required: bool,
    },
    /// Any number of times in order, between `min` and `max` (0: no limit).
    List {
        /// Fewest.
        min: u32,
        /// Most; 0 for no limit.
        max: u32,
    },
    /// Any number of times without order, between `min` and `max` (0: no limit).
    Set {
        /// Fewest.
        min: u32,
        /// Most; 0 for no limit.
        max: u32,
    },
    /// Once per label: `connector "cluster" {}`.
    Labelled,
}

impl BlockNesting {
    /// Fewest and most blocks, 0 for no limit, as core counts them.
    #[must_use]
    pub fn limits(self) -> (u32, u32) {
        match self {
            Self::Single { required: true } => (1, 1),
            Self::Single { required: false } | Self::Labelled => (0, 0),
            Self::List { min, max } | Self::Set { min, max } => (min, max),
        }
    }
}
