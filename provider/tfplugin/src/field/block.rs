//! Nested blocks: the wrapper of a field says how often the block may stand and how it is addressed.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::field::dynamic::{fold, unfold};
use crate::field::{At, Field, Member, Nested, NestedSet, Options, Schema};
use crate::schema::{Block, BlockNesting, NestedBlock};
use crate::value::Value;
use crate::{Outcome, Stop};

macro_rules! block_wrappers {
    ($($(#[$doc:meta])* $wrapper:ident<T>($content:ty), $nesting:expr, $encode:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $wrapper<T>(Field<$content>);

        impl<T> Default for $wrapper<T> {
            fn default() -> Self {
                Self(Field::default())
            }
        }

        impl<T> Deref for $wrapper<T> {
            type Target = Field<$content>;

            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }

        impl<T> DerefMut for $wrapper<T> {
            fn deref_mut(&mut self) -> &mut Self::Target {
                &mut self.0
            }
        }

        impl<T: Schema> Member for $wrapper<T> {
            const DYNAMIC: bool = T::DYNAMIC;

            fn declare(name: &str, description: &str, options: Options, block: &mut Block) {
                let nesting: fn(&Options) -> BlockNesting = $nesting;
                block.blocks.push(NestedBlock {
                    name: name.to_owned(),
                    nesting: nesting(&options),
                    block: Block {
                        description: description.to_owned(),
                        deprecation: options.deprecation,
                        ..T::block()
                    },
                });
            }

            fn decode(value: &Value, at: &At<'_>, diagnostics: &mut Diagnostics) -> Option<Self> {
                let unfolded = unfold::<T>(value);
                Field::decode(unfolded.as_ref().unwrap_or(value), at, diagnostics).map(Self)
            }

            fn encode(&self) -> Value {
                let encode: fn(Value) -> Value = $encode;
                encode(self.0.encode())
            }

            fn keep_form(&mut self, prior: &Self) {
                self.0.keep_form(&prior.0);
            }

            fn means(&self, other: &Self) -> bool {
                self.0 == other.0
            }
        }
    )+};
}

block_wrappers! {
    /// A block that must stand exactly once.
    RequiredBlock<T>(Nested<T>), |_| BlockNesting::Single { required: true }, single;
    /// A block that may stand once.
    OptionalBlock<T>(Nested<T>), |_| BlockNesting::Single { required: false }, single;
    /// A block that may stand any number of times, in order.
    BlockList<T>(Vec<Nested<T>>), |options| BlockNesting::List { min: options.min, max: options.max },
        list::<T>;
    /// A block that may stand any number of times; the order means nothing.
    BlockSet<T>(NestedSet<T>), |options| BlockNesting::Set { min: options.min, max: options.max },
        set;
    /// A block that stands once per label: `connector "cluster" {}`.
    LabelledBlocks<T>(BTreeMap<String, Nested<T>>), |_| BlockNesting::Labelled, labelled::<T>;
}

fn single(value: Value) -> Value {
    value
}

/// Blocks that do not stand are an empty list on the wire, never null.
fn set(value: Value) -> Value {
    if value.is_null() {
        Value::List(Vec::new())
    } else {
        value
    }
}

fn list<T: Schema>(value: Value) -> Value {
    fold::<T>(set(value))
}

fn labelled<T: Schema>(value: Value) -> Value {
    fold::<T>(if value.is_null() {
        Value::Map(BTreeMap::new())
    } else {
        value
    })
}

impl<T: Schema> RequiredBlock<T> {
    /// The block.
    ///
    /// # Errors
    /// [`Stop::Deferred`] while it is not known what it holds (`dynamic` blocks). A failure when it is missing, which
    /// configuration cannot be but an imported object is until it has been read.
    pub fn get(&self) -> Outcome<&T> {
        let block = self.0.option()?.ok_or_else(|| {
            Stop::from(Diagnostic::error(
                "Required block is missing",
                "A block is needed here, and the object has none.\n\n\
                 If it was just imported, read it first; otherwise report this to the developers of the provider.\n\n\
                 required-block-missing",
            ))
        })?;
        Ok(&block.0)
    }
}

impl<T: Schema> OptionalBlock<T> {
    /// The block, or `None` where there is none.
    ///
    /// # Errors
    /// [`Stop::Deferred`] while it is not known whether it stands (`dynamic` blocks).
    pub fn get(&self) -> Outcome<Option<&T>> {
        Ok(self.0.option()?.map(|block| &block.0))
    }
}

impl<T: Schema> BlockList<T> {
    /// The blocks in order; none is an empty slice.
    ///
    /// # Errors
    /// [`Stop::Deferred`] while it is not known how many stand (`dynamic` blocks).
    pub fn get(&self) -> Outcome<&[Nested<T>]> {
        Ok(self.0.option()?.map_or(&[], Vec::as_slice))
    }
}

impl<T: Schema> BlockSet<T> {
    /// The blocks, in no order that means anything.
    ///
    /// # Errors
    /// [`Stop::Deferred`] while it is not known how many stand (`dynamic` blocks).
    pub fn get(&self) -> Outcome<impl Iterator<Item = &T>> {
        Ok(self.0.option()?.into_iter().flat_map(NestedSet::iter))
    }
}

impl<T: Schema> LabelledBlocks<T> {
    /// The blocks with their labels, in the order of the labels.
    ///
    /// # Errors
    /// [`Stop::Deferred`] while it is not known which stand (`dynamic` blocks).
    pub fn get(&self) -> Outcome<impl Iterator<Item = (&str, &T)>> {
        let blocks = self.0.option()?.into_iter().flatten();
        Ok(blocks.map(|(label, block)| (label.as_str(), &block.0)))
    }
}
