//! Where the decoder stands, without allocating until something has to be said about it.

use crate::value::{Path, Step};

/// A place in the value being decoded. It borrows its parent, so going down costs nothing; [`At::path`] makes the
/// [`Path`] when a diagnostic needs one.
#[derive(Debug, Clone, Copy, Default)]
pub struct At<'a> {
    parent: Option<&'a At<'a>>,
    step: Option<Part<'a>>,
    in_set: bool,
}

#[derive(Debug, Clone, Copy)]
enum Part<'a> {
    Attribute(&'a str),
    Key(&'a str),
    Index(usize),
}

impl<'a> At<'a> {
    /// The root of a configuration or state.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// One step into attribute or block `name`.
    #[must_use]
    pub fn attribute(&'a self, name: &'a str) -> Self {
        self.then(Part::Attribute(name))
    }

    /// One step to the map element or labelled block `key`.
    #[must_use]
    pub fn key(&'a self, key: &'a str) -> Self {
        self.then(Part::Key(key))
    }

    /// One step to the list element `index`.
    #[must_use]
    pub fn index(&'a self, index: usize) -> Self {
        self.then(Part::Index(index))
    }

    /// Into a member of a set. It has no address: every path below ends at the set itself.
    #[must_use]
    pub fn member(&'a self) -> Self {
        Self {
            parent: Some(self),
            step: None,
            in_set: true,
        }
    }

    /// The path from the root to here.
    #[must_use]
    pub fn path(&self) -> Path {
        let mut steps = Vec::new();
        let mut here = Some(self);
        while let Some(at) = here {
            steps.extend(at.step.map(|part| match part {
                Part::Attribute(name) => Step::Attribute(name.to_owned()),
                Part::Key(key) => Step::Key(key.to_owned()),
                Part::Index(index) => Step::Index(i64::try_from(index).unwrap_or(i64::MAX)),
            }));
            here = at.parent;
        }
        steps.into_iter().rev().collect()
    }

    fn then(&'a self, part: Part<'a>) -> Self {
        let step = (!self.in_set).then_some(part);
        Self {
            parent: Some(self),
            step,
            in_set: self.in_set,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::At;

    #[test]
    fn path_ends_at_a_set() {
        let root = At::root();
        let rules = root.attribute("rules");
        let first = rules.index(0);
        let hosts = first.attribute("hosts");
        let member = hosts.member();
        let name = member.attribute("name");
        assert_eq!(name.path().to_string(), "rules[0].hosts");
        assert_eq!(name.index(2).path(), hosts.path());
    }
}
