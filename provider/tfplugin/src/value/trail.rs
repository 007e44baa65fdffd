//! The way from the root to where a codec stands.

use super::{Path, Step};

/// A path on the stack, copied into a [`Path`] only when something has to be said about it.
#[derive(Clone, Copy)]
pub(crate) enum Trail<'a> {
    /// At the root.
    Root,
    /// In an attribute of an object.
    Attribute(&'a Trail<'a>, &'a str),
    /// In an element of a map.
    Key(&'a Trail<'a>, &'a str),
    /// In an element of a list or tuple.
    Index(&'a Trail<'a>, usize),
    /// In an element of a set, which has no address.
    Member(&'a Trail<'a>),
}

impl Trail<'_> {
    /// The path, which ends where a set begins.
    pub(crate) fn to_path(self) -> Path {
        let mut steps = Vec::new();
        let mut here = self;
        loop {
            here = match here {
                Trail::Root => break,
                Trail::Attribute(above, name) => {
                    steps.push(Step::Attribute(name.to_owned()));
                    *above
                }
                Trail::Key(above, key) => {
                    steps.push(Step::Key(key.to_owned()));
                    *above
                }
                Trail::Index(above, index) => {
                    steps.push(Step::Index(i64::try_from(index).unwrap_or(i64::MAX)));
                    *above
                }
                Trail::Member(above) => {
                    steps.clear();
                    *above
                }
            };
        }
        steps.into_iter().rev().collect()
    }
}
